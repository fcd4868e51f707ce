/* sim/tests/test_race_history.c - random programs of accesses and edges, judged by the race
 * detector and by comparing every access with every one before.
 *
 * A program is one agent that plays many contexts. Up to its first race it must be silent, and that
 * race must be found at the very access: so a cell that was forgotten too early, or an order that
 * was seen where there is none, shows in some program.
 */
// covers: sim/engine/race_history.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/race.h"
#include "sim/engine/sim.h"

#define SIM_API __attribute__((ms_abi))

/* Under names of our own: gcc has prototypes for the real ones once a sanitizer is on. */
SIM_API void announce_read1(void *p) __asm__("__tsan_read1");
SIM_API void announce_write1(void *p) __asm__("__tsan_write1");
SIM_API void announce_read4(void *p) __asm__("__tsan_read4");
SIM_API void announce_write4(void *p) __asm__("__tsan_write4");
SIM_API void announce_read8(void *p) __asm__("__tsan_read8");
SIM_API void announce_write8(void *p) __asm__("__tsan_write8");
SIM_API uint32_t announce_load(const volatile uint32_t *p,
                               int order) __asm__("__tsan_atomic32_load");
SIM_API void announce_store(volatile uint32_t *p, uint32_t v,
                            int order) __asm__("__tsan_atomic32_store");
SIM_API void storsim_range_read(void *p, size_t n, void *pc);
SIM_API void storsim_range_write(void *p, size_t n, void *pc);

#define CONTEXTS 24
#define WRITTEN 0 /* syncs: readers acquire what writers release, and the other way round */
#define READ_BY 1
#define SYNCS 3
#define BYTES 24 /* three times eight */
#define STEPS 400
#define ACCESSES_MAX 4000
#define PROGRAMS 2000
#define WORLDS 40 /* of which each has few contexts at first, and so many programs */
#define PROGRAMS_EACH 10
#define FEW 3

enum kind { READ, WRITE, ATOMIC_READ, ATOMIC_WRITE };

/* --- the plain way ---------------------------------------------------------------------------- */

struct clock {
    uint32_t at[CONTEXTS];
};

struct access {
    uint32_t context, time, first, bytes;
    enum kind kind;
    bool forgotten;
};

static struct {
    struct clock knows[CONTEXTS], sync[SYNCS], interlocked[BYTES / 8];
    struct access access[ACCESSES_MAX];
    uint32_t accesses;
} plain;

static void join(struct clock *to, const struct clock *from)
{
    for (int i = 0; i < CONTEXTS; i++)
        if (to->at[i] < from->at[i])
            to->at[i] = from->at[i];
}

static void plain_begin(void)
{
    memset(&plain, 0, sizeof plain);
    for (int i = 0; i < CONTEXTS; i++)
        plain.knows[i].at[i] = 1;
}

static void plain_release(uint32_t me, struct clock *to)
{
    join(to, &plain.knows[me]);
    plain.knows[me].at[me]++;
}

static bool in_conflict(enum kind a, enum kind b)
{
    bool writes = a == WRITE || a == ATOMIC_WRITE || b == WRITE || b == ATOMIC_WRITE;

    return writes && !(a >= ATOMIC_READ && b >= ATOMIC_READ);
}

static bool plain_races(struct access now)
{
    for (uint32_t i = 0; i < plain.accesses; i++) {
        const struct access *a = &plain.access[i];

        if (!a->forgotten && in_conflict(a->kind, now.kind) && a->first < now.first + now.bytes &&
            now.first < a->first + a->bytes && plain.knows[now.context].at[a->context] < a->time)
            return true;
    }
    return false;
}

/* True when it races with one before. */
static bool plain_access(struct access now)
{
    bool races;

    if (now.kind >= ATOMIC_READ)
        join(&plain.knows[now.context], &plain.interlocked[now.first / 8]);
    races = plain_races(now);
    now.time = plain.knows[now.context].at[now.context];
    plain.access[plain.accesses++] = now;
    if (now.kind == ATOMIC_WRITE)
        plain_release(now.context, &plain.interlocked[now.first / 8]);
    return races;
}

/* Eight bytes are given back. */
static bool plain_hand_back(uint32_t me, uint32_t first)
{
    bool races = plain_races((struct access){me, 0, first, 8, WRITE, false});

    for (uint32_t i = 0; i < plain.accesses; i++) {
        struct access *a = &plain.access[i];

        if (a->first <= first && first + 8 <= a->first + a->bytes && a->bytes > 8) {
            /* A range: what lies beside stays. */
            struct access left = *a, right = *a;

            left.bytes = first - a->first;
            right.first = first + 8;
            right.bytes = a->first + a->bytes - right.first;
            a->forgotten = true;
            if (left.bytes)
                plain.access[plain.accesses++] = left;
            if (right.bytes)
                plain.access[plain.accesses++] = right;
        } else if (a->first / 8 == first / 8) {
            a->forgotten = true;
        }
    }
    memset(&plain.interlocked[first / 8], 0, sizeof plain.interlocked[0]);
    return races;
}

/* --- programs --------------------------------------------------------------------------------- */

static struct sim *sim;
static char *memory;
static sim_context context[CONTEXTS];
static struct sim_sync *sync;

static struct {
    struct sim_stream stream;
    uint32_t writes, edges;           /* in 1000 steps */
    uint32_t care;                    /* in 1000: an access acquires and releases what it should */
    uint32_t races, writes_over_many; /* programs with a race; writes of what many had read */
    const char *wrong;                /* what the two ways did not agree on */
} program;

static uint32_t draw(uint32_t n)
{
    return (uint32_t)sim_stream_below(&program.stream, n);
}

static void announce(struct access a)
{
    char *p = memory + a.first;
    bool writes = a.kind == WRITE;

    if (a.kind == ATOMIC_READ)
        announce_load((uint32_t *)p, 0);
    else if (a.kind == ATOMIC_WRITE)
        announce_store((uint32_t *)p, 0, 0);
    else if (a.bytes == 1)
        (writes ? announce_write1 : announce_read1)(p);
    else if (a.bytes == 4)
        (writes ? announce_write4 : announce_read4)(p);
    else if (a.bytes == 8)
        (writes ? announce_write8 : announce_read8)(p);
    else
        (writes ? storsim_range_write : storsim_range_read)(p, a.bytes, NULL);
}

static struct access draw_access(uint32_t me)
{
    static const uint32_t sizes[] = {1, 4, 4, 8, 8, 16};
    struct access a = {.context = me, .bytes = sizes[draw(6)]};
    bool writes = draw(1000) < program.writes;

    a.first = draw(BYTES / a.bytes) * a.bytes;
    if (a.first + a.bytes > BYTES)
        a.first = 0;
    a.kind = writes ? WRITE : READ;
    if (a.bytes == 4 && !draw(3))
        a.kind = writes ? ATOMIC_WRITE : ATOMIC_READ;
    return a;
}

static void release(uint32_t me, uint32_t edge)
{
    sim_release(sim, &sync[edge]);
    plain_release(me, &plain.sync[edge]);
}

static void acquire(uint32_t me, uint32_t edge)
{
    sim_acquire(sim, &sync[edge]);
    join(&plain.knows[me], &plain.sync[edge]);
}

static bool careful(void)
{
    return draw(1000) < program.care;
}

static void count_write(struct access now)
{
    uint32_t readers = 0;

    for (uint32_t i = 0; i < plain.accesses; i++)
        if (plain.access[i].kind == WRITE)
            readers = 0;
        else
            readers += plain.access[i].first == now.first;
    program.writes_over_many += readers > 10;
}

/* One step, both ways. True when it is a race by comparing. */
static bool step(void)
{
    uint32_t me = draw(CONTEXTS), first;
    struct access a;
    bool race, writes;

    if (!context[me])
        context[me] = sim_race_context();
    sim_race_switch(sim, context[me]);
    if (draw(1000) < program.edges) {
        (draw(2) ? release : acquire)(me, SYNCS - 1);
        return false;
    }
    if (!draw(40) && careful()) {
        first = draw(BYTES / 8) * 8;
        acquire(me, WRITTEN);
        acquire(me, READ_BY);
        sim_race_hand_back(sim, memory + first, 8);
        return plain_hand_back(me, first);
    }
    a = draw_access(me);
    writes = a.kind == WRITE || a.kind == ATOMIC_WRITE;
    if (careful())
        acquire(me, WRITTEN);
    if (writes && careful())
        acquire(me, READ_BY);
    if (writes)
        count_write(a);
    announce(a);
    race = plain_access(a);
    if (careful())
        release(me, writes ? WRITTEN : READ_BY);
    return race;
}

static void body(void *ctx)
{
    (void)ctx;
    for (;;) {
        bool race = false;

        plain_begin();
        for (int i = 0; i < STEPS && !race && plain.accesses < ACCESSES_MAX / 2; i++) {
            race = step();
            if (race != (sim_findings(sim) != 0)) {
                program.wrong = race ? "a race was not found" : "found where there is none";
                break;
            }
        }
        program.races += race;
        sim_stop(sim, SIM_STOP_DONE);
        sim_sleep(sim, SIM_NEVER);
    }
}

/* contexts: as many exist when runs begin; the rest comes into being when it first acts. */
static void open_world(int contexts)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.severity[SIM_RULE_DATA_RACE] = SIM_SEVERITY_WARN;
    sim = sim_create(&config);
    ck_assert_int_eq(sim_race_enable(sim, NULL), 0);
    memory = sim_world_page(sim_world_pages_alloc(1));
    sim_world_shadow_set(memory, SIM_PAGE_SIZE, SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
    for (int i = 0; i < CONTEXTS; i++)
        context[i] = i < contexts ? sim_race_context() : SIM_CONTEXT_NONE;
    sync = sim_world_alloc(SYNCS * sizeof *sync, 8);
    sim_agent_create(sim, "contexts", body, NULL, NULL);
    sim_image(sim);
}

/* From hardly any write over many readers to nothing but order. */
static const struct {
    uint32_t writes, edges, care;
} mixes[] = {
    {20, 100, 999},  {60, 300, 999}, {200, 600, 998},
    {500, 900, 990}, {60, 50, 980},  {1000, 970, 900},
};

START_TEST(the_first_race_is_found_when_it_happens)
{
    open_world(CONTEXTS);
    program.writes = mixes[_i].writes;
    program.edges = mixes[_i].edges;
    program.care = mixes[_i].care;
    for (uint32_t seed = 1; seed <= PROGRAMS; seed++) {
        sim_stream_seed(&program.stream, seed, "program");
        sim_restore(sim);
        sim_begin(sim, 1, &sim_strategy_time, 0);
        sim_run(sim, SIM_NEVER);
        if (program.wrong)
            ck_abort_msg("program %u: %s", seed, program.wrong);
    }
    /* Both kinds of program are among them, and what makes histories long. */
    ck_assert_uint_gt(program.races, PROGRAMS / 20);
    ck_assert_uint_lt(program.races, PROGRAMS);
    if (_i == 0)
        ck_assert_uint_gt(program.writes_over_many, PROGRAMS / 20);
    sim_destroy(sim);
    sim_world_destroy();
}
END_TEST

/* So clocks become larger while they are in use. */
START_TEST(contexts_may_come_into_being_during_a_run)
{
    program.writes = 60;
    program.edges = 300;
    program.care = 995;
    for (uint32_t seed = 1; seed <= WORLDS * PROGRAMS_EACH; seed++) {
        if (seed % PROGRAMS_EACH == 1)
            open_world(FEW);
        for (int i = FEW; i < CONTEXTS; i++)
            context[i] = SIM_CONTEXT_NONE;
        sim_stream_seed(&program.stream, seed, "program");
        sim_restore(sim);
        sim_begin(sim, 1, &sim_strategy_time, 0);
        sim_run(sim, SIM_NEVER);
        if (program.wrong)
            ck_abort_msg("program %u: %s", seed, program.wrong);
        if (seed % PROGRAMS_EACH)
            continue;
        sim_destroy(sim);
        sim_world_destroy();
    }
    ck_assert_uint_gt(program.races, WORLDS);
    ck_assert_uint_lt(program.races, WORLDS * PROGRAMS_EACH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("race history");
    TCase *tc = tcase_create("race history");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_first_race_is_found_when_it_happens, 0,
                        (int)(sizeof mixes / sizeof mixes[0]));
    tcase_add_test(tc, contexts_may_come_into_being_during_a_run);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
