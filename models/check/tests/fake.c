/* models/check/tests/fake.c - scripts of trace events, and the answers of a machine that is not
 * there. */
#include "models/check/tests/fake.h"

#include <check.h>
#include <string.h>

#include "models/nvme/nvme.h"

#define LINES_MAX 512

struct line {
    sim_ns at;
    enum { TRACE, SET_U32, SET_U64, SET_BOOL, SET_VALUE, SET_UNSEEN } kind;
    enum sim_event_id event;
    uint64_t arg[4];
    void *answer;
    struct load_value value;
};

struct sim *fake_sim;
struct check *fake_check;
struct fake_answers fake_now;

static struct line script[LINES_MAX];
static uint32_t lines, played;
static struct sim_event *player;
static uint64_t read_lba;

/* --- answers ---------------------------------------------------------------------------------- */

static uint32_t queued(void *ctx)
{
    return ((struct fake_answers *)ctx)->queued;
}

static uint32_t outstanding(void *ctx)
{
    return ((struct fake_answers *)ctx)->outstanding;
}

static uint64_t owner_of(void *ctx, uintptr_t address)
{
    ck_assert_uint_ge(address, SIM_PAGES_BASE);
    return ((struct fake_answers *)ctx)->owner;
}

static bool ready(void *ctx)
{
    return ((struct fake_answers *)ctx)->ready;
}

static uint32_t io_queues(void *ctx)
{
    return ((struct fake_answers *)ctx)->io_queues;
}

static uint32_t inside(void *ctx)
{
    (void)ctx;
    return 7;
}

static bool command_of(void *ctx, uint64_t srb, struct nvme_inside *out)
{
    *out = (struct nvme_inside){.qid = 1, .cid = 0x203};
    return srb == ((struct fake_answers *)ctx)->inside_of;
}

static bool unseen(void *ctx, uint32_t cqid, struct nvme_unseen *out)
{
    *out = ((struct fake_answers *)ctx)->unseen;
    return cqid == 1 && out->entries;
}

static bool drained(void *ctx)
{
    return ((struct fake_answers *)ctx)->drained;
}

static uint32_t read_back(void *ctx, uint64_t io, uint32_t block, uint32_t count,
                          struct load_value *out)
{
    const struct fake_answers *answers = ctx;

    ck_assert_uint_gt(io, 0);
    ck_assert_uint_gt(count, 0);
    *out = answers->value[0];
    if (out->lba == UINT64_MAX) /* where it belongs */
        out->lba = read_lba + block;
    return count;
}

static uint32_t cpus(void *ctx)
{
    (void)ctx;
    return 2;
}

static sim_ns high_since(void *ctx, uint32_t cpu)
{
    return cpu ? SIM_NEVER : ((struct fake_answers *)ctx)->high_since;
}

static const char *callback_name(uint32_t callback)
{
    return callback == SP_CB_MSI ? "HwMSInterruptRoutine" : "a routine";
}

static const char *guest_error(uint32_t error)
{
    return error == NVME_GUEST_DOORBELL_NOT_READY ? "a doorbell too early" : "some other error";
}

/* --- fixtures --------------------------------------------------------------------------------- */

static const struct check_config fake_config = {
    .limits =
        {
            .drain = 10 * SIM_S,
            .stall = SIM_MS,
            .routine = 500 * SIM_MS,
            .initialize = 5 * SIM_S,
            .isr = 10 * SIM_MS,
            .dispatch = 2 * SIM_S,
            .max_pause = 5 * SIM_S,
            .unseen = SIM_S,
            .untold = 30 * SIM_S,
            .recovery = 8 * SIM_S,
            .reset = SIM_NEVER / 2, /* a test that wants it sets another */
        },
    .ask =
        {
            .ctx = &fake_now,
            .queued = queued,
            .outstanding = outstanding,
            .owner_of = owner_of,
            .ready = ready,
            .io_queues = io_queues,
            .inside = inside,
            .command_of = command_of,
            .unseen = unseen,
            .drained = drained,
            .read_back = read_back,
            .cpus = cpus,
            .high_since = high_since,
            .callback_name = callback_name,
            .guest_error = guest_error,
        },
    .geometry =
        {
            .block_bytes = 512,
            .blocks = 512,
            .unit_blocks = 8,
            .in_flight_max = 64,
            .requests_max = 64,
            .io_blocks_max = 16,
            .ios_max = 1000,
            .verify = true,
            .trims = true,
        },
    .power_fails = true,
};

void fake_setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    fake_sim = sim_create(&config);
    fake_check = check__create(fake_sim, &fake_config, NULL);
    ck_assert_ptr_nonnull(fake_check);
    player = sim_world_alloc(sizeof *player, 8);
    sim_begin(fake_sim, 1, &sim_strategy_time, 0);
    fake_now = (struct fake_answers){.ready = true, .io_queues = 4, .high_since = SIM_NEVER};
    lines = played = 0;
    fake_ready(0);
}

void fake_teardown(void)
{
    sim_destroy(fake_sim);
    sim_world_destroy();
}

/* --- the script ------------------------------------------------------------------------------- */

/* In order of time; lines of one time stay in the order they were written in. */
static struct line *add(sim_ns at)
{
    uint32_t i = lines++;

    ck_assert_uint_lt(i, LINES_MAX);
    for (; i && script[i - 1].at > at; i--)
        script[i] = script[i - 1];
    script[i] = (struct line){.at = at};
    return &script[i];
}

void fake_at(sim_ns at, enum sim_event_id event, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
    struct line *line = add(at);

    line->event = event;
    line->arg[0] = a0;
    line->arg[1] = a1;
    line->arg[2] = a2;
    line->arg[3] = a3;
}

void fake_answer_u32(sim_ns at, uint32_t *answer, uint32_t value)
{
    struct line *line = add(at);

    line->kind = SET_U32;
    line->answer = answer;
    line->arg[0] = value;
}

void fake_answer_u64(sim_ns at, uint64_t *answer, uint64_t value)
{
    struct line *line = add(at);

    line->kind = SET_U64;
    line->answer = answer;
    line->arg[0] = value;
}

void fake_answer_unseen(sim_ns at, uint32_t entries)
{
    struct line *line = add(at);

    line->kind = SET_UNSEEN;
    line->arg[0] = entries;
}

void fake_answer_bool(sim_ns at, bool *answer, bool value)
{
    struct line *line = add(at);

    line->kind = SET_BOOL;
    line->answer = answer;
    line->arg[0] = value;
}

void fake_answer_value(sim_ns at, struct load_value value)
{
    struct line *line = add(at);

    line->kind = SET_VALUE;
    line->value = value;
}

static void play_line(const struct line *line)
{
    switch (line->kind) {
    case TRACE:
        if (line->event == SIM_EV_IO_DONE) {
            const struct check_io *io = check__map_find(&fake_check->track.ios, line->arg[0]);

            read_lba = io->lba;
        }
        sim_trace(fake_sim, line->event, line->arg[0], line->arg[1], line->arg[2], line->arg[3]);
        return;
    case SET_U32:
        *(uint32_t *)line->answer = (uint32_t)line->arg[0];
        return;
    case SET_U64:
        *(uint64_t *)line->answer = line->arg[0];
        return;
    case SET_UNSEEN:
        fake_now.unseen.entries = (uint32_t)line->arg[0];
        fake_now.unseen.since = fake_now.unseen.told_at = line->at;
        return;
    case SET_BOOL:
        *(bool *)line->answer = line->arg[0] != 0;
        return;
    case SET_VALUE:
        fake_now.value[0] = line->value;
        return;
    }
}

static void play(struct sim_event *event, void *ctx)
{
    while (played < lines && script[played].at <= sim_now(fake_sim))
        play_line(&script[played++]);
    if (played < lines)
        sim_event_at(fake_sim, event, script[played].at, play, ctx);
}

void fake_run(sim_ns until)
{
    sim_event_at(fake_sim, player, script[0].at, play, NULL);
    if (sim_run(fake_sim, until) != SIM_STOP_FINDING)
        check__finish(fake_check);
}

/* --- expectations ----------------------------------------------------------------------------- */

void fake_expect(enum sim_rule rule, const char *words)
{
    const struct sim_finding *finding;

    ck_assert_uint_eq(sim_findings(fake_sim), 1);
    finding = sim_finding(fake_sim, 0);
    ck_assert_str_eq(sim_rule_info[finding->rule].name, sim_rule_info[rule].name);
    ck_assert_msg(strstr(finding->text, words) != NULL, "'%s' does not say '%s'", finding->text,
                  words);
    ck_assert_uint_lt(strlen(finding->text), SIM_FINDING_TEXT - 1);
}

void fake_expect_silence(void)
{
    if (sim_findings(fake_sim))
        ck_abort_msg("%s: %s", sim_rule_info[sim_finding(fake_sim, 0)->rule].name,
                     sim_finding(fake_sim, 0)->text);
    ck_assert_uint_eq(played, lines);
}

/* --- phrases ---------------------------------------------------------------------------------- */

void fake_submit(sim_ns at, uint64_t srb, uint64_t io, enum sp_op op, uint64_t lba)
{
    fake_at(at, SIM_EV_IO_SUBMIT, io, op, lba, op == SP_FLUSH ? 0 : 8);
    fake_at(at + 50, SIM_EV_SRB_BUILD, srb, io, 0, 0x28);
    fake_at(at + 60, SIM_EV_SRB_BUILT, srb, 1, 0, 0);
    fake_at(at + 100, SIM_EV_SRB_START, srb, 0, 0, 0);
    fake_at(at + 120, SIM_EV_SRB_STARTED, srb, 1, 0, 0);
}

void fake_complete(sim_ns at, uint64_t srb, uint64_t io, uint8_t status)
{
    fake_at(at, SIM_EV_SRB_COMPLETE, srb, status, 0, io);
    if (CHECK_STATUS(status) != CHECK_SRB_BUS_RESET)
        fake_at(at + 30, SIM_EV_IO_DONE, io, CHECK_STATUS(status) == 1 ? 0 : status, 0, 0);
}

void fake_ready(sim_ns at)
{
    fake_at(at, SIM_EV_CC_EN, 1, 0, 0, 0);
    fake_at(at, SIM_EV_CSTS_RDY, 1, 0, 0, 0);
    fake_at(at, SIM_EV_QUEUE_CREATE, 1, 0, 128, 1);
    fake_answer_bool(at, &fake_now.ready, true);
    fake_answer_u32(at, &fake_now.io_queues, 4);
}

void fake_disabled(sim_ns at)
{
    fake_at(at, SIM_EV_CC_EN, 0, 0, 0, 0);
    fake_answer_u32(at, &fake_now.io_queues, 0);
    fake_at(at + 1000, SIM_EV_CSTS_RDY, 0, 0, 0, 0);
    fake_answer_bool(at + 1000, &fake_now.ready, false);
}
