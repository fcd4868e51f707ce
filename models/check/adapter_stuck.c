/* models/check/adapter_stuck.c - the rule adapter-stuck.
 *
 * Verifies, after a bus reset: (1) no pause has to be ended by its time-out (RESUME with how = 1)
 * before requests flow again; (2) the adapter is not held, paused or busy, for longer than
 * port.max_pause; (3) no request waits in the port driver for so long while the adapter is open and
 * the miniport has nothing. Judged at the time-out, and port.max_pause after the reset and again as
 * long as there is load.
 * Not verified: holds of single LUNs, except by (3); an adapter that is held without a reset.
 */
#include "models/check/check_private.h"

struct check_stuck {
    bool recovering; /* a reset began, and no request was started on an open adapter since it
                        returned */
    struct sim_event event;
};

static void entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    check->stuck->recovering = true;
}

static void started(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    if (SIM_UNLIKELY(check->stuck->recovering) && !check->track.in_reset && !check__held(check))
        check->stuck->recovering = false;
}

static void resumed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_text span;

    if (r->arg[1] != 1 || !check->stuck->recovering)
        return;
    sim_find(sim, SIM_RULE_ADAPTER_STUCK, 0,
             "a pause had to be ended by its time-out, %s after HwStorResetBus returned: no "
             "StorPortResume came",
             check__span(r->at - check->track.returned_at, &span));
}

/* Since when nothing can move, SIM_NEVER when something can; and why. */
static sim_ns still_since(const struct check *check, const char **why)
{
    const struct check_track *track = &check->track;

    if (check__held(check)) {
        *why = track->paused ? "the adapter stays paused" : "the adapter stays busy";
        return track->held_since > track->returned_at ? track->held_since : track->returned_at;
    }
    if (check->ask.queued(check->ask.ctx) && !check->ask.outstanding(check->ask.ctx)) {
        *why = "the adapter is open and the miniport has nothing, yet requests wait";
        return track->flowed_at;
    }
    return SIM_NEVER;
}

static void look(struct sim_event *event, void *ctx)
{
    struct check *check = ctx;
    const char *why = "";
    sim_ns now = sim_now(check->sim), since = still_since(check, &why);
    struct check_text span;

    if (since == SIM_NEVER && check->ask.drained(check->ask.ctx))
        return;
    if (since == SIM_NEVER)
        since = now;
    if (now - since < check->limits.max_pause) {
        sim_event_at(check->sim, event, since + check->limits.max_pause, look, check);
        return;
    }
    sim_find(check->sim, SIM_RULE_ADAPTER_STUCK, 0,
             "%s for %s after a bus reset; %u requests in the port's queue", why,
             check__span(now - since, &span), check->ask.queued(check->ask.ctx));
}

static void returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)r;
    if (!sim_event_pending(&check->stuck->event))
        sim_event_in(sim, &check->stuck->event, check->limits.max_pause, look, check);
}

void check__stuck_setup(struct check *check)
{
    check->stuck = sim_world_alloc(sizeof *check->stuck, 8);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_ENTER, entered, check);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_RETURN, returned, check);
    sim_trace_subscribe(check->sim, SIM_EV_RESUME, resumed, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_START, started, check);
}
