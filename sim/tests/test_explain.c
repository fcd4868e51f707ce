/* sim/tests/test_explain.c - records in words, the lives of SRBs, and what a tale tells of them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/names.h"
#include "sim/engine/sim.h"
#include "sim/explain/lives.h"
#include "sim/explain/tale.h"
#include "sim/explain/tale_private.h"
#include "sim/explain/units.h"
#include "sim/explain/words.h"
#include "sim/scenario/scenario.h"

static struct sim_record record(sim_ns at, enum sim_event_id event, uint64_t a0, uint64_t a1,
                                uint64_t a2, uint64_t a3)
{
    return (struct sim_record){
        .at = at, .event = (uint16_t)event, .cpu = 1, .level = 2, .arg = {a0, a1, a2, a3}};
}

static const struct {
    enum sim_event_id event;
    uint64_t arg[4];
    const char *text;
} sentences[] = {
    {SIM_EV_SRB_COMPLETE, {343, 0x0e, 0, 7}, "SRB 343 completed BUS_RESET"},
    {SIM_EV_SRB_COMPLETE, {343, 0x84, 2, 7}, "SRB 343 completed ERROR"}, /* with sense data */
    {SIM_EV_SRB_COMPLETE_AGAIN, {3, 1, 0, 0}, "SRB 3 completed AGAIN, SUCCESS"},
    {SIM_EV_SRB_BUILD, {5, 1, 0, 0x28}, "HwStorBuildIo(SRB 5), READ(10)"},
    {SIM_EV_SRB_BUILD, {5, 1, 0x20, 0}, "HwStorBuildIo(SRB 5), RESET_LOGICAL_UNIT"},
    {SIM_EV_RESET_ENTER, {0, 1, 0, 0}, "HwStorResetBus(path 0) is called, 1 SRB outstanding"},
    {SIM_EV_RESET_RETURN,
     {0, 1, 32, 70},
     "HwStorResetBus returns TRUE after 70 ns, 32 SRBs outstanding"},
    {SIM_EV_CMD_FETCH, {1, 0x100, 2, 8}, "controller fetches Read (CID 0x100 of SQ 1)"},
    {SIM_EV_CMD_FETCH, {0, 0x100, 6, 0}, "controller fetches Identify (CID 0x100 of SQ 0)"},
    {SIM_EV_DOORBELL, {1, 0, 9, 1}, "doorbell: SQ 1 tail = 9"},
    {SIM_EV_DOORBELL, {1, 1, 9, 0}, "doorbell: CQ 1 head = 9, which the controller ignores"},
    {SIM_EV_DOORBELL_LATE, {1, 0, 9, 1}, "a delayed doorbell arrives: SQ 1 tail = 9"},
    {SIM_EV_REG_WRITE, {0x14, 0x460001, 4, 0}, "writes CC = 0x460001"},
    {SIM_EV_REG_WRITE, {0x34, 2, 4, 0}, "writes ACQ (upper half) = 0x2"},
    {SIM_EV_LUN_TIMEOUT,
     {0, 2, 0, 0},
     "time-out: LUN 0 had 2 requests outstanding for too long (event 129)"},
    {SIM_EV_PAUSE, {1, 60, 0, 0}, "adapter paused for 60 s by StorPortPause (pauses: 1)"},
    {SIM_EV_CSTS_RDY, {0, 0, 0, 0}, "CSTS.RDY = 0"},
};

START_TEST(an_event_is_a_sentence)
{
    const uint64_t *a = sentences[_i].arg;
    struct sim_record r = record(5, sentences[_i].event, a[0], a[1], a[2], a[3]);
    char text[256];

    sim_words(&r, NULL, NULL, text, sizeof text);
    ck_assert_str_eq(text, sentences[_i].text);
}
END_TEST

START_TEST(every_event_says_something_and_fits)
{
    struct sim_record r = record(5, (enum sim_event_id)_i, 1, 2, 3, 4);
    char text[256], small[8];

    sim_words(&r, NULL, "StorPortIssueDpc", text, sizeof text);
    ck_assert_uint_gt(strlen(text), 3);
    sim_words(&r, NULL, NULL, small, sizeof small);
    ck_assert_uint_lt(strlen(small), sizeof small);
    sim_words_many(&r, 7, text, sizeof text);
    ck_assert_ptr_nonnull(strchr(text, '7'));
}
END_TEST

START_TEST(models_name_their_numbers)
{
    struct sim_record take = record(5, SIM_EV_LOCK_TAKE, 900, 0, 0, 0);
    struct sim_record enter = record(5, SIM_EV_CALLBACK_ENTER, 30, 0, 0, 0);
    char text[256];

    sim_words(&take, NULL, NULL, text, sizeof text);
    ck_assert_str_eq(text, "takes lock 900");
    sim_name_set(SIM_NAME_LOCK, 900, "StartIo");
    sim_words(&take, NULL, NULL, text, sizeof text);
    ck_assert_str_eq(text, "takes the StartIo lock");
    sim_name_set(SIM_NAME_CALLBACK, 30, "HwStorTimer");
    sim_words(&enter, NULL, NULL, text, sizeof text);
    ck_assert_str_eq(text, "HwStorTimer is called");
    sim_name_set(SIM_NAME_LOCK, SIM_NAMES_MAX, "too far");
    ck_assert_ptr_null(sim_name(SIM_NAME_LOCK, SIM_NAMES_MAX));
}
END_TEST

START_TEST(levels_and_times_have_names)
{
    char room[SIM_UNITS_BYTES];

    ck_assert_str_eq(sim_words_level(2, room), "DISPATCH");
    ck_assert_str_eq(sim_words_level(8, room), "DIRQL 8");
    ck_assert_str_eq(sim_text_exact(room, 10000000620), "10.000 000 620");
}
END_TEST

/* --- lives ------------------------------------------------------------------------------------ */

static struct sim_lives lives;

static void lives_setup(void)
{
    sim_lives_init(&lives);
}

static void lives_teardown(void)
{
    sim_lives_free(&lives);
}

static void add(sim_ns at, enum sim_event_id event, uint64_t a0, uint64_t a1, uint64_t a2,
                uint64_t a3)
{
    struct sim_record r = record(at, event, a0, a1, a2, a3);
    struct sim_place place = {0};

    sim_lives_add(&lives, &r, &place);
}

static void add_srb(uint64_t srb, uint64_t io, uint64_t lba, uint64_t tail)
{
    sim_ns at = (sim_ns)srb * 100;

    add(at, SIM_EV_IO_SUBMIT, io, 0, lba, 8);
    add(at + 1, SIM_EV_SRB_QUEUE, io, 0, 0, 0);
    add(at + 2, SIM_EV_SRB_BUILD, srb, io, 0, 0x28);
    add(at + 3, SIM_EV_SRB_START, srb, 0, 0, 0);
    add(at + 4, SIM_EV_DOORBELL, 1, 0, tail, 1);
}

START_TEST(a_life_has_its_stations_in_order)
{
    const struct sim_life *life;

    add_srb(6, 4, 24, 1);
    add(700, SIM_EV_CMD_FETCH, 1, 0x100, 2, 24);
    add(800, SIM_EV_CQE_POST, 1, 0x100, 0, 1);
    add(900, SIM_EV_SRB_COMPLETE, 6, 1, 0, 4);
    life = sim_life(&lives, 6);
    ck_assert_ptr_nonnull(life);
    ck_assert_uint_eq(life->cid, 0x100);
    ck_assert(!sim_life_outstanding(life));
    for (int i = SIM_AT_QUEUE; i <= SIM_AT_POST; i++)
        ck_assert_int_ge(life->station[i].at, 600);
    ck_assert_int_eq(life->station[SIM_AT_DONE].at, 900);
    ck_assert_int_eq(life->station[SIM_AT_LOST].at, -1);
    ck_assert_uint_eq(lives.submitted, 1);
}
END_TEST

START_TEST(commands_find_their_srb_by_block_when_fetched_out_of_order)
{
    add_srb(6, 4, 24, 1);
    add_srb(7, 5, 96, 2);
    add(900, SIM_EV_CMD_FETCH, 1, 0x201, 2, 96);
    add(901, SIM_EV_CMD_FETCH, 1, 0x200, 2, 24);
    ck_assert_uint_eq(sim_life(&lives, 6)->cid, 0x200);
    ck_assert_uint_eq(sim_life(&lives, 7)->cid, 0x201);
    ck_assert(sim_life_outstanding(sim_life(&lives, 6)));
}
END_TEST

START_TEST(a_second_completion_is_kept_apart)
{
    add_srb(6, 4, 24, 1);
    add(900, SIM_EV_SRB_COMPLETE, 6, 1, 0, 4);
    add(950, SIM_EV_SRB_COMPLETE_AGAIN, 6, 0x0e, 0, 0);
    ck_assert_int_eq(sim_life(&lives, 6)->station[SIM_AT_DONE].at, 900);
    ck_assert_int_eq(sim_life(&lives, 6)->station[SIM_AT_AGAIN].at, 950);
}
END_TEST

START_TEST(the_state_follows_locks_dpcs_and_holds)
{
    add(1, SIM_EV_LOCK_TAKE, 1, 0, 0, 0);
    add(2, SIM_EV_LOCK_TAKE, 4, 0, 0, 0);
    add(3, SIM_EV_LOCK_DROP, 1, 0, 0, 0);
    ck_assert_uint_eq(lives.helds, 1);
    ck_assert_uint_eq(lives.held[0].lock, 4);
    add(4, SIM_EV_DPC_QUEUE, 9, 1, 2, 0);
    add(5, SIM_EV_DPC_QUEUE, 9, 0, 2, 0); /* was queued already */
    ck_assert_uint_eq(lives.queueds, 1);
    add(6, SIM_EV_DPC_ENTER, 9, 0, 0, 0);
    ck_assert_uint_eq(lives.queueds, 0);
    add(7, SIM_EV_PAUSE, 2, 60, 0, 0);
    ck_assert_uint_eq(lives.pauses, 2);
    add(8, SIM_EV_CC_EN, 0, 0, 0, 0);
    ck_assert_int_eq(lives.enabled, 0);
    ck_assert_int_eq(lives.ready, -1);
}
END_TEST

/* SRB n for I/O n, brought through its stations as far as `to`. */
static void bring(uint64_t srb, enum sim_station to)
{
    sim_ns at = (sim_ns)srb * 100;

    add(at, SIM_EV_IO_SUBMIT, srb, 0, srb * 8, 8);
    if (to >= SIM_AT_QUEUE)
        add(at, SIM_EV_SRB_QUEUE, srb, 0, 0, 0);
    if (to >= SIM_AT_BUILD)
        add(at, SIM_EV_SRB_BUILD, srb, srb, 0, 0x28);
    if (to >= SIM_AT_START)
        add(at, SIM_EV_SRB_START, srb, 0, 0, 0);
    if (to >= SIM_AT_DOORBELL)
        add(at, SIM_EV_DOORBELL, 1, 0, srb, 1);
    if (to >= SIM_AT_FETCH)
        add(at, SIM_EV_CMD_FETCH, 1, srb, 2, srb * 8);
    if (to == SIM_AT_POST)
        add(at, SIM_EV_CQE_POST, 1, srb, 0, srb);
    if (to == SIM_AT_LOST)
        add(at, SIM_EV_CMD_LOST, 1, srb, 0, 0);
    if (to >= SIM_AT_DONE)
        add(at, SIM_EV_SRB_COMPLETE, srb, 1, 0, srb);
    if (to >= SIM_AT_RETURN)
        add(at, SIM_EV_SRB_RETURN, srb, srb, 1, 0);
}

static enum sim_where where(uint64_t srb)
{
    return sim_life_where(sim_life(&lives, srb));
}

START_TEST(an_outstanding_srb_is_somewhere)
{
    add(1, SIM_EV_QUEUE_CREATE, 2, 1, 4, 2); /* CQ 2, 4 entries; SQ 1 posts to it */
    add(2, SIM_EV_QUEUE_CREATE, 1, 0, 16, 2);
    bring(1, SIM_AT_START);
    bring(2, SIM_AT_POST);
    bring(3, SIM_AT_POST);
    bring(4, SIM_AT_LOST);
    bring(5, SIM_AT_FETCH);
    bring(6, SIM_AT_DOORBELL);
    add(900, SIM_EV_DOORBELL, 2, 1, 1, 1);
    ck_assert_int_eq(where(1), SIM_IN_STARTIO);
    ck_assert_int_eq(where(2), SIM_IN_DRIVER);
    ck_assert_int_eq(where(3), SIM_IN_CQ);
    ck_assert_int_eq(where(4), SIM_IN_NO_DEVICE);
    ck_assert_int_eq(where(5), SIM_IN_DEVICE);
    ck_assert_int_eq(where(6), SIM_IN_SQ);
    ck_assert_int_eq(sim_life(&lives, 2)->station[SIM_AT_TAKEN].at, 900);
    add(950, SIM_EV_CC_EN, 0, 0, 0, 0);
    ck_assert_int_eq(where(2), SIM_IN_DRIVER);
    ck_assert_int_eq(where(3), SIM_IN_CQ_GONE);
    ck_assert_int_eq(where(6), SIM_IN_SQ_GONE);
    add(960, SIM_EV_CC_EN, 1, 0, 0, 0);
    ck_assert_int_eq(where(3), SIM_IN_CQ_GONE);
}
END_TEST

START_TEST(a_head_that_wraps_releases_as_many_entries)
{
    add(1, SIM_EV_QUEUE_CREATE, 1, 1, 4, 0);
    for (uint64_t srb = 1; srb <= 3; srb++)
        bring(srb, SIM_AT_POST);
    add(900, SIM_EV_DOORBELL, 1, 1, 3, 1);
    bring(4, SIM_AT_POST);
    bring(5, SIM_AT_POST);
    add(910, SIM_EV_DOORBELL, 1, 1, 0, 1);
    ck_assert_int_eq(where(3), SIM_IN_DRIVER);
    ck_assert_int_eq(where(4), SIM_IN_DRIVER);
    ck_assert_int_eq(where(5), SIM_IN_CQ);
    add(920, SIM_EV_DOORBELL, 1, 1, 1, 0); /* refused */
    ck_assert_int_eq(where(5), SIM_IN_CQ);
}
END_TEST

START_TEST(queues_are_known_from_the_start_up)
{
    struct sim_lives run;
    struct sim_record r = record(900, SIM_EV_DOORBELL, 2, 1, 1, 1);
    struct sim_place place = {0};

    add(1, SIM_EV_QUEUE_CREATE, 2, 1, 4, 2);
    add(2, SIM_EV_QUEUE_CREATE, 1, 0, 16, 2);
    add(3, SIM_EV_PAUSE, 1, 60, 0, 0);
    bring(1, SIM_AT_POST);
    sim_lives_init(&run);
    sim_lives_go_on(&run, &lives);
    ck_assert_uint_eq(run.lives, 0);
    ck_assert_uint_eq(run.pauses, 1);
    ck_assert_uint_eq(run.ring[1].cqid, 2);
    sim_lives_add(&run, &r, &place);
    ck_assert_uint_eq(run.ring[2].released, 1);
    sim_lives_free(&run);
}
END_TEST

START_TEST(the_end_says_where_requests_are)
{
    static const char *const says[] = {
        "    SRB 2, 3: in SQ 1, not fetched by the controller\n",
        "    SRB 4: in the device, fetched from SQ 1 and not answered\n",
        "    SRB 5: with the driver only, the controller dropped its command of SQ 1\n",
        "    SRB 6: completed, on the way back through the port driver\n",
        "    SRB 7: with the port driver, between HwStorBuildIo and HwStorStartIo\n",
        ("    I/O 8, 9, 10, 11, 12, 13, 14, 15 and 3 more: in the port driver's queue, and the "
         "adapter is paused\n"),
        "    I/O 1: with the class driver\n",
    };
    static const enum sim_station to[] = {[1] = SIM_AT_RETURN, SIM_AT_DOORBELL, SIM_AT_DOORBELL,
                                          SIM_AT_FETCH,        SIM_AT_LOST,     SIM_AT_DONE,
                                          SIM_AT_BUILD};
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    for (uint64_t srb = 1; srb <= 18; srb++)
        bring(srb, srb < sizeof to / sizeof to[0] ? to[srb] : SIM_AT_QUEUE);
    add(5000, SIM_EV_PAUSE, 1, 60, 0, 0);
    sim__where_print(&lives, out);
    fclose(out);
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
        ck_assert_msg(strstr(text, says[i]) != NULL, "'%s' is missing in\n%s", says[i], text);
    free(text);
}
END_TEST

/* --- a tale ----------------------------------------------------------------------------------- */

static void agent_main(void *ctx)
{
    struct sim *sim = ctx;

    sim_trace(sim, SIM_EV_IO_SUBMIT, 4, 0, 24, 8);
    sim_trace(sim, SIM_EV_SRB_QUEUE, 4, 0, 0, 0);
    sim_trace(sim, SIM_EV_SRB_BUILD, 6, 4, 0, 0x28);
    sim_trace(sim, SIM_EV_SRB_START, 6, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        sim_point(sim, 10);
        sim_trace(sim, SIM_EV_TIER, 1, 0, 0, 0);
    }
    sim_trace(sim, SIM_EV_RESET_ENTER, 0, 1, 0, 0);
    sim_trace(sim, SIM_EV_RESET_RETURN, 0, 1, 1, 70);
    sim_find(sim, SIM_RULE_RESET_OUTSTANDING, 6,
             "HwStorResetBus returned TRUE with 1 request outstanding");
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static int lines_between(const char *text, const char *from, const char *to)
{
    const char *a = strstr(text, from), *b = a ? strstr(a, to) : NULL;
    int n = 0;

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    for (; a < b; a++)
        n += *a == '\n';
    return n;
}

START_TEST(a_tale_is_short_and_holds_what_matters)
{
    struct sim_config config;
    struct sim_tale *tale = sim_tale_create(NULL, NULL);
    struct sim *sim;
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    sim_agent_create(sim, "cpu", agent_main, NULL, sim);
    sim_trace_set_sink(sim, sim_tale_event, tale);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_FINDING);
    ck_assert_uint_eq(sim_tale_requests(tale), 1);
    sim_tale_print(tale, sim_finding(sim, 0), out);
    fclose(out);
    ck_assert_int_le(lines_between(text, "What happened", "What should have prevented it"),
                     SIM_TALE_LINES + 3);
    ck_assert_ptr_nonnull(strstr(text, "HwStorStartIo(SRB 6), READ(10), block 24\n"));
    ck_assert_ptr_nonnull(strstr(text, "VIOLATED: reset-outstanding"));
    ck_assert_ptr_nonnull(strstr(text, "completes every outstanding SRB before it returns"));
    ck_assert_ptr_nonnull(strstr(text, "1 SRB outstanding in the miniport"));
    ck_assert_ptr_nonnull(strstr(text, "still outstanding, with the driver, no doorbell"));
    free(text);
    sim_tale_free(tale);
    sim_destroy(sim);
    sim_world_destroy();
}
END_TEST

static void tell_access(struct sim_tale *tale, sim_ns at, uint8_t cpu, uint64_t offset)
{
    struct sim_record r = {
        .at = at, .event = SIM_EV_ACCESS, .cpu = cpu, .level = 2, .arg = {offset, 1}};

    sim_tale_event(NULL, &r, tale);
}

/* The first access of a race is the last one before that fits: by place and by CPU. */
START_TEST(a_race_is_told_with_both_accesses)
{
    struct sim_tale *tale = sim_tale_create(NULL, NULL);
    struct sim_record found = record(900, SIM_EV_FINDING, SIM_RULE_DATA_RACE, 0, 0, 0);
    struct sim_finding f = {.rule = SIM_RULE_DATA_RACE,
                            .severity = SIM_SEVERITY_ERROR,
                            .at = 900,
                            .cpu = 1,
                            .has_race = 1,
                            .race = {.before = {.frame = {.offset = 0x40, .in_module = 1},
                                                .kind = 1,
                                                .cpu = 2,
                                                .lock = {901, 902}},
                                     .now = {.frame = {.offset = 0x80, .in_module = 1}, .cpu = 1}}};
    char *text = NULL, *first, *second;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    sim_name_set(SIM_NAME_LOCK, 901, "DPC");
    sim_name_set(SIM_NAME_LOCK, 902, "message");
    sim_tale_race(tale, &f.race);
    tell_access(tale, 100, 2, 0x40);
    tell_access(tale, 200, 2, 0x40); /* this one */
    tell_access(tale, 300, 3, 0x40);
    tell_access(tale, 400, 2, 0x44);
    sim_tale_event(NULL, &found, tale);
    tell_access(tale, 950, 2, 0x40);
    sim_tale_print(tale, &f, out);
    fclose(out);
    first = strstr(text, "RACE, access 1: writes memory in ?, the DPC and the message lock held");
    second = strstr(text, "RACE, access 2: reads memory in ?, no lock held");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(text, "0.000 000 200    2  DISPATCH"));
    ck_assert_ptr_null(strstr(first + 1, "RACE, access 1"));
    ck_assert(first < second && second < strstr(text, "VIOLATED: data-race"));
    free(text);
    sim_tale_free(tale);
}
END_TEST

START_TEST(other_findings_have_no_accesses)
{
    struct sim_tale *tale = sim_tale_create(NULL, NULL);
    struct sim_record found = record(900, SIM_EV_FINDING, SIM_RULE_DATA_RACE, 0, 0, 0);
    struct sim_finding f = {.rule = SIM_RULE_SRB_LEAKED, .at = 900, .cpu = 1};
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    tell_access(tale, 100, 2, 0x40);
    sim_tale_event(NULL, &found, tale);
    sim_tale_print(tale, &f, out);
    fclose(out);
    ck_assert_ptr_null(strstr(text, "RACE"));
    free(text);
    sim_tale_free(tale);
}
END_TEST

static char *told(struct sim_tale *tale, const struct sim_finding *f)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    sim_tale_print(tale, f, out);
    fclose(out);
    sim_tale_free(tale);
    return text;
}

static void tell(struct sim_tale *tale, sim_ns at, uint8_t cpu, enum sim_event_id event,
                 uint64_t a0, uint64_t a1)
{
    struct sim_record r = {
        .at = at, .event = (uint16_t)event, .cpu = cpu, .level = 2, .arg = {a0, a1}};

    sim_tale_event(NULL, &r, tale);
}

/* CPU 0 is alone: nobody takes over while it is held up, but the device goes on. */
START_TEST(a_cpu_that_stands_still_is_told_before_what_came_meanwhile)
{
    struct sim_finding f = {.rule = SIM_RULE_LOST_INTERRUPT, .at = 900};
    struct sim_tale *tale = sim_tale_create(NULL, NULL);
    char *text;
    bool told_first;

    tell(tale, 100, 0, SIM_EV_IO_SUBMIT, 4, 0);
    tell(tale, 300, SIM_CPU_NONE, SIM_EV_CQE_POST, 1, 0x100);
    tell(tale, 500, 0, SIM_EV_DELAY, 0, 350);
    tell(tale, 600, 0, SIM_EV_DOORBELL, 1, 1);
    text = told(tale, &f);
    ck_assert_ptr_nonnull(strstr(text, "0.000 000 150    0  DISPATCH  "));
    ck_assert_ptr_nonnull(strstr(text, "CPU 0 is held up here for 350 ns"));
    told_first = strstr(text, "CPU 0 is held up here for 350 ns") <
                 strstr(text, "controller posts a completion");
    ck_assert(told_first);
    free(text);
}
END_TEST

/* A fault that acknowledges what was not done: there is no line of the driver's to name. */
START_TEST(a_device_that_breaks_its_word_is_named)
{
    static const char scenario[] = "[workload w]\nnumber_ios = 1\n[fault liar]\naction = %s\n";
    static const char *const actions[] = {"ignore-flush", "stop"};
    struct sim_finding f = {.rule = SIM_RULE_DATA_INTEGRITY, .at = 900};
    struct sim_scenario *sc;
    struct sim_error error;
    char ini[128], *text;
    struct sim_tale *tale;

    snprintf(ini, sizeof ini, scenario, actions[_i]);
    ck_assert_msg(!sim_scenario_parse("t.ini", ini, NULL, 0, &error, &sc), "%s", error.text);
    tale = sim_tale_create(sc, NULL);
    tell(tale, 100, SIM_CPU_NONE, SIM_EV_FAULT_ON, 0, 0);
    text = told(tale, &f);
    ck_assert_ptr_nonnull(
        strstr(text, _i ? "fault 'liar' (stop) begins" : "fault 'liar' (ignore-flush) begins"));
    ck_assert_int_eq(strstr(text, "the device broke its word. Fault 'liar'") != NULL, !_i);
    ck_assert_int_eq(strstr(text, "CC.EN was never cleared") != NULL, _i);
    free(text);
    sim_scenario_free(sc);
}
END_TEST

START_TEST(a_removal_that_the_driver_cannot_hear_of_is_named)
{
    struct sim_finding f = {.rule = SIM_RULE_SRB_LEAKED, .at = 900};
    struct sim_tale *tale = sim_tale_create(NULL, NULL);
    char *text;

    tell(tale, 100, SIM_CPU_NONE, SIM_EV_TASK, 6, 0);
    if (_i)
        tell(tale, 200, 0, SIM_EV_CONTROL, 16, UINT32_MAX);
    text = told(tale, &f);
    ck_assert_int_eq(strstr(text, "(ScsiAdapterSurpriseRemoval) was not called") != NULL, !_i);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tc = tcase_create("words"), *life = tcase_create("lives");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tc, an_event_is_a_sentence, 0, sizeof sentences / sizeof sentences[0]);
    tcase_add_loop_test(tc, every_event_says_something_and_fits, 0, SIM_EV_COUNT);
    tcase_add_test(tc, models_name_their_numbers);
    tcase_add_test(tc, levels_and_times_have_names);
    tcase_add_test(tc, a_tale_is_short_and_holds_what_matters);
    tcase_add_test(tc, a_race_is_told_with_both_accesses);
    tcase_add_test(tc, other_findings_have_no_accesses);
    tcase_add_test(tc, a_cpu_that_stands_still_is_told_before_what_came_meanwhile);
    tcase_add_loop_test(tc, a_device_that_breaks_its_word_is_named, 0, 2);
    tcase_add_loop_test(tc, a_removal_that_the_driver_cannot_hear_of_is_named, 0, 2);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(life, lives_setup, lives_teardown);
    tcase_add_test(life, a_life_has_its_stations_in_order);
    tcase_add_test(life, commands_find_their_srb_by_block_when_fetched_out_of_order);
    tcase_add_test(life, a_second_completion_is_kept_apart);
    tcase_add_test(life, the_state_follows_locks_dpcs_and_holds);
    tcase_add_test(life, an_outstanding_srb_is_somewhere);
    tcase_add_test(life, a_head_that_wraps_releases_as_many_entries);
    tcase_add_test(life, queues_are_known_from_the_start_up);
    tcase_add_test(life, the_end_says_where_requests_are);
    suite_add_tcase(suite, life);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
