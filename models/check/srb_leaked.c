/* models/check/srb_leaked.c - the rule srb-leaked.
 *
 * Verifies: when nothing was submitted, retried or hurt (no fault began or ended) for check.drain,
 * every I/O has come back to the application and every SRB from the miniport. Judged at that
 * moment, and again when a run ends by itself. On a finding it says where the oldest request is.
 * Not verified: a request that is late while others still flow (the LUN's timer does not see it
 * either, reference 4.1); it is judged once they have ended. A run cut off by its time limit before
 * check.drain has passed.
 */
#include "models/check/check_private.h"

struct check_leaked {
    struct sim_event event; /* pending while something is under way */
};

static void find_io(struct check *check, const struct check_io *io, sim_ns idle)
{
    struct check_text where, span;

    sim_find(
        check->sim, SIM_RULE_SRB_LEAKED, io->srb,
        "I/O %" PRIu64
        " and %u more have not come back %s after the last submission or fault: %s; port queue %u, "
        "controller %u",
        io->io, check->track.ios.count - 1, check__span(idle, &span),
        check__whereabouts(check, io, &where), check->ask.queued(check->ask.ctx),
        check->ask.inside(check->ask.ctx));
}

static void find_srb(struct check *check, const struct check_srb *srb)
{
    sim_find(check->sim, SIM_RULE_SRB_LEAKED, srb->serial,
             "the miniport keeps SRB %" PRIu64 " and %u more, though no I/O is under way",
             srb->serial, check->track.srbs.count - 1);
}

static void find(struct check *check)
{
    sim_ns idle = sim_now(check->sim) - check->track.submitted_at;

    if (check->track.ios.count)
        find_io(check, check__map_next(&check->track.ios, 0), idle);
    else if (check->track.srbs.count)
        find_srb(check, check__map_next(&check->track.srbs, 0));
}

static bool under_way(const struct check *check)
{
    return check->track.ios.count || check->track.srbs.count;
}

static void deadline(struct sim_event *event, void *ctx)
{
    struct check *check = ctx;
    sim_ns due = check->track.submitted_at + check->limits.drain;

    if (!under_way(check))
        return;
    if (sim_now(check->sim) < due)
        sim_event_at(check->sim, event, due, deadline, check);
    else
        find(check);
}

static void submitted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)r;
    if (!sim_event_pending(&check->leaked->event))
        sim_event_in(sim, &check->leaked->event, check->limits.drain, deadline, check);
}

void check__leaked_setup(struct check *check)
{
    check->leaked = sim_world_alloc(sizeof *check->leaked, 8);
    sim_trace_subscribe(check->sim, SIM_EV_IO_SUBMIT, submitted, check);
}

void check__leaked_finish(struct check *check)
{
    sim_ns idle = sim_now(check->sim) - check->track.submitted_at;

    if (under_way(check) && (idle >= check->limits.drain || check->ask.drained(check->ask.ctx)))
        find(check);
}
