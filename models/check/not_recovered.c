/* models/check/not_recovered.c - the rule not-recovered, and the figure of the time to recover.
 *
 * Verifies, in a run that is healed (check.heal): (1) each I/O submitted before that has come back
 * within check.recovery of it; (2) within check.recovery of the first I/O submitted after it one
 * such has ended well, or was refused with NO_DEVICE: the adapter has been given up, and says so;
 * (3) once one has ended well, none that was submitted later ends with an error. Judged when the
 * bounds are over, and at the end of each I/O.
 * Not verified: runs without check.heal; (2) and (3) once the host has stopped, removed or put to
 * sleep the adapter after the healing; what a read returns (data-integrity).
 */
#include "models/check/check_private.h"

#include "sim/run/result.h"

enum { SRB_NO_DEVICE = 0x08 };

struct check_healed {
    struct sim_event drain, serve;
    sim_ns at;          /* SIM_NEVER: not yet */
    uint64_t last;      /* I/O submitted before */
    bool served;        /* one that was submitted after it has ended well, */
    uint64_t served_by; /* before this one was submitted */
    bool refused;       /* with NO_DEVICE */
    bool asked;         /* the host asked for something, and what follows is its own doing */
};

static void drain_over(struct sim_event *event, void *ctx)
{
    const struct check *check = ctx;
    const struct check_io *io = check__map_next(&check->track.ios, 0);
    struct check_text where, span;

    SIM_ASSERT(event == &check->healed->drain);
    if (!io || io->io > check->healed->last)
        return;
    sim_find(check->sim, SIM_RULE_NOT_RECOVERED, io->srb,
             "I/O %" PRIu64 " has not come back %s after all faults ended: %s; port queue %u, "
             "controller %u",
             io->io, check__span(check->limits.recovery, &span),
             check__whereabouts(check, io, &where), check->ask.queued(check->ask.ctx),
             check->ask.inside(check->ask.ctx));
}

static void serve_over(struct sim_event *event, void *ctx)
{
    const struct check *check = ctx;
    const struct check_healed *healed = check->healed;
    const struct check_io *io = check__map_next(&check->track.ios, healed->last);
    struct check_text where = {"it ended with an error"}, span;

    SIM_ASSERT(event == &healed->serve);
    if (healed->served || healed->refused || healed->asked)
        return;
    if (io)
        check__whereabouts(check, io, &where);
    sim_find(
        check->sim, SIM_RULE_NOT_RECOVERED, io ? io->srb : 0,
        "no I/O submitted after all faults ended has ended well %s after the first of them: %s",
        check__span(check->limits.recovery, &span), where.text);
}

static void healed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;

    check->healed->at = r->at;
    sim_event_in(sim, &check->healed->drain, check->limits.recovery, drain_over, ctx);
}

static void submitted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_healed *state = check->healed;

    if (SIM_LIKELY(state->at == SIM_NEVER)) {
        state->last = r->arg[0];
        return;
    }
    if (!state->served)
        state->served_by = r->arg[0];
    if (!state->served && !sim_event_pending(&state->serve))
        sim_event_in(sim, &state->serve, check->limits.recovery, serve_over, check);
}

static void ended(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_healed *state = check->healed;

    if (SIM_LIKELY(state->at == SIM_NEVER) || r->arg[0] <= state->last)
        return;
    state->refused |= CHECK_STATUS(r->arg[1]) == SRB_NO_DEVICE;
    if (!r->arg[1] && !state->served) {
        state->served = true;
        sim_figure_set(SIM_FIG_HEALED, r->at - state->at);
    }
    if (!r->arg[1] || !state->served || r->arg[0] <= state->served_by || state->asked)
        return;
    sim_find(sim, SIM_RULE_NOT_RECOVERED, 0,
             "I/O %" PRIu64 " ended with SRB status 0x%02" PRIx64
             ", though it was submitted after all faults had ended and requests were served again",
             r->arg[0], r->arg[1]);
}

/* PnP and power: what they were asked for before may end later. */
static void task(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)r;
    ((struct check *)ctx)->healed->asked = true;
}

void check__not_recovered_setup(struct check *check)
{
    struct sim *sim = check->sim;

    check->healed = sim_world_alloc(sizeof *check->healed, 8);
    check->healed->at = SIM_NEVER;
    sim_trace_subscribe(sim, SIM_EV_HEALED, healed, check);
    sim_trace_subscribe(sim, SIM_EV_IO_SUBMIT, submitted, check);
    sim_trace_subscribe(sim, SIM_EV_IO_DONE, ended, check);
    sim_trace_subscribe(sim, SIM_EV_TASK, task, check);
}
