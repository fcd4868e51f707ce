/* sim/bench/three_threads.c - submitter, interrupt routine and reset over a few slots. */
#include "sim/bench/three_threads.h"

#include <stdlib.h>

#define SLOTS_MAX 64
#define RESET_WORK 20 /* points of the reset before it begins */

__attribute__((ms_abi)) void announce_read8(void *p) __asm__("__tsan_read8");
__attribute__((ms_abi)) void announce_write8(void *p) __asm__("__tsan_write8");

/* In the page zone: what a driver would keep in its extension. A slot holds the number of its
 * request; 0: free. */
struct shared {
    uint64_t resetting;
    uint64_t slot[SLOTS_MAX];
    uint64_t request[SLOTS_MAX]; /* the same, as the controller has it */
    uint64_t scratch[3];         /* one for each thread */
};

static struct {
    struct sim *sim;
    enum three_variant variant;
    uint32_t slots;
    struct shared *shared;
    uint8_t *completed; /* how often each request was; in the core zone */
    uint32_t *done;     /* threads that are through */
    uint64_t points, steps, base;
} m;

static uint64_t load(uint64_t *at)
{
    announce_read8(at);
    return *at;
}

static void store(uint64_t *at, uint64_t value)
{
    announce_write8(at);
    *at = value;
}

/* In one step: true when the slot still held what was expected. */
static bool take(uint64_t *at, uint64_t expected)
{
    announce_write8(at);
    if (expected ? *at != expected : !*at)
        return false;
    *at = 0;
    return true;
}

static void complete(uint64_t request, uint64_t in_place_of)
{
    if (++m.completed[request] > 1 || request != in_place_of)
        sim_find(m.sim, SIM_RULE_SRB_COMPLETED_ONCE, request, "request %llu",
                 (unsigned long long)request);
}

/* What both completers do with a slot that is in use by `seen`. */
static void complete_slot(uint32_t i, uint64_t seen)
{
    if (m.variant == THREE_EASY) {
        store(&m.shared->slot[i], 0);
        complete(seen, seen);
        return;
    }
    if (take(&m.shared->slot[i], m.variant == THREE_CLEAN ? seen : 0))
        complete(m.shared->request[i], seen);
}

static void finish(void)
{
    if (++*m.done == 3)
        sim_stop(m.sim, SIM_STOP_DONE);
    for (;;)
        sim_sleep(m.sim, SIM_NEVER);
}

static void submitter(void *ctx)
{
    struct shared *s = m.shared;

    (void)ctx;
    for (uint32_t i = 0; i < m.slots; i++) {
        load(&s->request[i]);
        store(&s->scratch[0], i);
        if (load(&s->resetting) || load(&s->slot[i]))
            continue;
        store(&s->request[i], m.slots + 1 + i);
        store(&s->slot[i], m.slots + 1 + i);
    }
    finish();
}

static void interrupt(void *ctx)
{
    struct shared *s = m.shared;

    (void)ctx;
    for (uint32_t i = 0; i < m.slots; i++) {
        uint64_t seen;

        load(&s->request[i]);
        if (m.variant != THREE_EASY && load(&s->resetting))
            continue;
        seen = load(&s->slot[i]);
        store(&s->scratch[1], i);
        if (seen)
            complete_slot(i, seen);
    }
    finish();
}

static void reset(void *ctx)
{
    struct shared *s = m.shared;

    (void)ctx;
    for (uint32_t i = 0; i < RESET_WORK; i++)
        load(&s->scratch[2]);
    store(&s->resetting, 1);
    for (uint32_t i = m.slots; i-- > 0;) {
        uint64_t seen = load(&s->slot[i]);

        load(&s->request[i]);
        store(&s->scratch[2], i);
        if (seen)
            complete_slot(i, seen);
    }
    store(&s->resetting, 0);
    finish();
}

void three_threads_open(enum three_variant variant, uint32_t slots)
{
    struct sim_config config;

    if (slots > SLOTS_MAX || sim_world_create())
        abort();
    sim_config_defaults(&config);
    m.sim = sim_create(&config);
    m.variant = variant;
    m.slots = slots;
    m.shared = sim_world_page(sim_world_pages_alloc(1));
    sim_world_shadow_set(m.shared, sizeof *m.shared, SIM_MEM_CPU);
    m.completed = sim_world_alloc(2 * SLOTS_MAX + 1, 8);
    m.done = sim_world_alloc(sizeof *m.done, 8);
    for (uint32_t i = 0; i < slots; i++)
        m.shared->slot[i] = m.shared->request[i] = i + 1;
    sim_agent_create(m.sim, "interrupt", interrupt, NULL, NULL);
    sim_agent_create(m.sim, "reset", reset, NULL, NULL);
    sim_agent_create(m.sim, "submitter", submitter, NULL, NULL);
    m.base = sim_points(m.sim);
    sim_image(m.sim);
    m.steps = 0;
    three_threads_run(&sim_strategy_time, 0);
    m.steps = m.points;
}

void three_threads_close(void)
{
    sim_destroy(m.sim);
    sim_world_destroy();
}

bool three_threads_run(const struct sim_strategy *strategy, uint64_t seed)
{
    enum sim_stop stop;

    sim_restore(m.sim);
    sim_begin(m.sim, seed, strategy, m.steps);
    stop = sim_run(m.sim, SIM_S);
    m.points = sim_points(m.sim) - m.base;
    return stop == SIM_STOP_FINDING;
}

uint64_t three_threads_points(void)
{
    return m.points;
}

struct sim *three_threads_sim(void)
{
    return m.sim;
}
