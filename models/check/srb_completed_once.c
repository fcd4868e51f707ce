/* models/check/srb_completed_once.c - the rule srb-completed-once.
 *
 * Verifies: RequestComplete is called for an SRB only while the miniport owns it, once for each
 * hand-over. Judged at the call, from the port driver's record of hand-overs; a retried SRB at the
 * same address is another hand-over.
 * Not verified: whether the first completion was right (srb-status, data-integrity), and
 * completions that reach an SRB only after it was handed over again: those look like the new
 * owner's, and show as its wrong data or status.
 */
#include "models/check/check_private.h"

static void again(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check_ended *ended = check__ended(ctx, r->arg[0]);
    struct check_text span;

    if (!ended) {
        sim_find(sim, SIM_RULE_SRB_COMPLETED_ONCE, r->arg[0],
                 "SRB %" PRIu64 " completed a second time, with status 0x%02x", r->arg[0],
                 (unsigned)r->arg[1]);
        return;
    }
    sim_find(
        sim, SIM_RULE_SRB_COMPLETED_ONCE, r->arg[0],
        "SRB %" PRIu64
        " completed a second time, with status 0x%02x; CPU %u completed it %s before with 0x%02x",
        r->arg[0], (unsigned)r->arg[1], ended->cpu, check__span(r->at - ended->at, &span),
        ended->status);
}

static void bad(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)r;
    (void)ctx;
    sim_find(sim, SIM_RULE_SRB_COMPLETED_ONCE, 0,
             "RequestComplete called with an address that is no SRB");
}

void check__completed_once_setup(struct check *check)
{
    sim_trace_subscribe(check->sim, SIM_EV_SRB_COMPLETE_AGAIN, again, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_COMPLETE_BAD, bad, check);
}
