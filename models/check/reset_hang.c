/* models/check/reset_hang.c - the rule reset-hang.
 *
 * Verifies: (1) HwStorResetBus returns within check.dispatch, which dpc-watchdog can only judge
 * once it has; (2) within check.reset of its entry a request of the application has come back that
 * says where the adapter stands: served, or refused for good, with any status but BUS_RESET, BUSY
 * and those of requests that were given back. A further reset meanwhile belongs to the same
 * recovery: resets that follow one another without such a request in between are one that hangs.
 * Judged when the bound is over.
 * Not verified: (2) while no request waits in the port's queue (one that the miniport keeps is
 * srb-leaked's), or the adapter is paused or busy (adapter-stuck).
 */
#include "models/check/check_private.h"

enum { SRB_ABORTED = 0x02, SRB_TIMEOUT = 0x09, SRB_FLUSHED = 0x16 };

struct check_hang {
    struct sim_event event;  /* pending while a recovery may be under way */
    struct sim_event inside; /* so long after the latest entry */
    bool recovering;
    sim_ns since;
    uint32_t resets; /* of this recovery */
};

static void find(const struct check *check, const char *why)
{
    const struct check_hang *hang = check->hang;
    struct check_text span;

    sim_find(
        check->sim, SIM_RULE_RESET_HANG, 0,
        "%s %s after HwStorResetBus was entered (%u reset%s); CC.EN=%d, CSTS.RDY=%d; %u requests "
        "in the port's queue, %u with the miniport, %u commands in the controller",
        why, check__span(sim_now(check->sim) - hang->since, &span), hang->resets,
        hang->resets == 1 ? "" : "s", check->track.enabled, check->track.ready,
        check->ask.queued(check->ask.ctx), check->ask.outstanding(check->ask.ctx),
        check->ask.inside(check->ask.ctx));
}

static void still_inside(struct sim_event *event, void *ctx)
{
    const struct check *check = ctx;

    SIM_ASSERT(event == &check->hang->inside);
    if (check->track.in_reset)
        find(check, "it has not returned");
}

static void look(struct sim_event *event, void *ctx)
{
    struct check *check = ctx;
    struct check_hang *hang = check->hang;
    sim_ns due = hang->since + check->limits.reset;

    if (!hang->recovering)
        return;
    if (sim_now(check->sim) < due) {
        sim_event_at(check->sim, event, due, look, check);
        return;
    }
    hang->recovering = false;
    if (check->ask.queued(check->ask.ctx) && !check__held(check))
        find(check, "no request has been served or refused");
}

static void entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_hang *hang = check->hang;

    if (!hang->recovering) {
        hang->recovering = true;
        hang->since = r->at;
        hang->resets = 0;
    }
    hang->resets++;
    if (!sim_event_pending(&hang->event))
        sim_event_in(sim, &hang->event, check->limits.reset, look, check);
    if (sim_event_pending(&hang->inside))
        sim_event_cancel(sim, &hang->inside);
    sim_event_in(sim, &hang->inside, check->limits.dispatch, still_inside, check);
}

static bool tells(uint64_t status)
{
    uint8_t s = CHECK_STATUS(status);

    return s != CHECK_SRB_BUS_RESET && s != CHECK_SRB_BUSY && s != SRB_ABORTED &&
           s != SRB_TIMEOUT && s != SRB_FLUSHED;
}

static void completed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (SIM_UNLIKELY(check->hang->recovering) && !check->track.in_reset && r->arg[3] &&
        tells(r->arg[1]))
        check->hang->recovering = false;
}

void check__reset_hang_setup(struct check *check)
{
    check->hang = sim_world_alloc(sizeof *check->hang, 8);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_ENTER, entered, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_COMPLETE, completed, check);
}
