/* models/check/stale_completion.c - the rule stale-completion.
 *
 * Verifies: no SRB is completed with success while the controller still works on its own command:
 * the driver has then taken an entry for it that belongs to another command, to an earlier
 * session, or to none. Judged at RequestComplete, for a while after something happened that makes
 * such entries: an entry was posted for a command that had been given back, or twice, or for no
 * command; a momentary fault struck (a torn entry, a wrong field); CSTS.RDY became 1 after a reset
 * (what an earlier session has left in a ring).
 * Not verified: commands that move no data (flush), whose data lies in memory of the driver's own,
 * or is told by a list of SGL descriptors, for they cannot be told apart; requests whose own
 * command was not fetched yet, or was lost by the controller, as a reset or a loss of power does
 * with all; completions with an error.
 */
#include <stdio.h>

#include "models/check/check_private.h"

#define WATCHED SIM_S /* after the latest occasion */
#define ORPHANS 64    /* remembered; what is beyond costs the report a detail */

enum { SRB_ABORTED = 0x02, SRB_NO_DEVICE = 0x08, SRB_TIMEOUT = 0x09, SRB_FLUSHED = 0x16 };

struct entry {
    sim_ns at;
    uint32_t qid, cid;
    const char *what;
};

struct check_stale {
    sim_ns until;     /* judged up to here */
    struct entry odd; /* the latest that may be taken for another's */
    uint32_t orphans; /* commands given back while the controller had them */
    struct {
        uint32_t qid, cid;
    } orphan[ORPHANS];
};

static void watch_for(struct check *check, const struct sim_record *r, uint32_t qid, uint32_t cid,
                      const char *what)
{
    check->stale->odd = (struct entry){r->at, qid, cid, what};
    check->stale->until = r->at + WATCHED;
}

static void forged(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    watch_for(ctx, r, (uint32_t)r->arg[0], (uint32_t)r->arg[1],
              "an entry that no command earned was posted for command");
}

static void struck(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_stale *stale = ((struct check *)ctx)->stale;

    (void)sim;
    stale->odd.what = "a momentary fault struck";
    stale->odd.at = r->at;
    stale->until = r->at + WATCHED;
}

static void ready_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_stale *stale = ((struct check *)ctx)->stale;

    (void)sim;
    stale->orphans = 0;
    if (!r->arg[0])
        return;
    stale->odd.what = "a session of the controller began";
    stale->odd.at = r->at;
    stale->until = r->at + WATCHED;
}

/* --- commands that were given back ------------------------------------------------------------ */

static bool given_back(uint64_t status)
{
    uint8_t s = CHECK_STATUS(status);

    return s == CHECK_SRB_BUS_RESET || s == SRB_ABORTED || s == SRB_NO_DEVICE || s == SRB_TIMEOUT ||
           s == SRB_FLUSHED;
}

static void orphan_add(struct check_stale *stale, const struct nvme_inside *command)
{
    if (stale->orphans == ORPHANS)
        return;
    stale->orphan[stale->orphans].qid = command->qid;
    stale->orphan[stale->orphans++].cid = command->cid;
}

static void posted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_stale *stale = check->stale;

    (void)sim;
    for (uint32_t i = 0; i < stale->orphans; i++) {
        if (stale->orphan[i].qid != r->arg[0] || stale->orphan[i].cid != r->arg[1])
            continue;
        stale->orphan[i] = stale->orphan[--stale->orphans];
        watch_for(check, r, (uint32_t)r->arg[0], (uint32_t)r->arg[1],
                  "an entry was posted for a request that had been given back, command");
        return;
    }
}

/* --- the rule --------------------------------------------------------------------------------- */

static void find(const struct check *check, const struct sim_record *r,
                 const struct nvme_inside *own)
{
    const struct entry *odd = &check->stale->odd;
    struct check_text span, command = {""};

    if (odd->cid || odd->qid)
        snprintf(command.text, sizeof command.text, " 0x%04x of queue %u", odd->cid, odd->qid);
    sim_find(check->sim, SIM_RULE_STALE_COMPLETION, r->arg[0],
             "SRB %" PRIu64 " (I/O %" PRIu64
             ") was completed with success, but its own command 0x%04x of queue %u is still inside "
             "the controller; %s before, %s%s",
             r->arg[0], r->arg[3], own->cid, own->qid, check__span(r->at - odd->at, &span),
             odd->what, command.text);
}

static void completed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_stale *stale = check->stale;
    struct nvme_inside command;

    (void)sim;
    if (SIM_LIKELY(CHECK_STATUS(r->arg[1]) == CHECK_SRB_SUCCESS)) {
        if (SIM_UNLIKELY(r->at < stale->until) &&
            check->ask.command_of(check->ask.ctx, r->arg[0], &command))
            find(check, r, &command);
    } else if (given_back(r->arg[1]) &&
               check->ask.command_of(check->ask.ctx, r->arg[0], &command)) {
        orphan_add(stale, &command);
    }
}

void check__stale_completion_setup(struct check *check)
{
    struct sim *sim = check->sim;

    check->stale = sim_world_alloc(sizeof *check->stale, 8);
    sim_trace_subscribe(sim, SIM_EV_CQE_FORGED, forged, check);
    sim_trace_subscribe(sim, SIM_EV_FAULT_HIT, struck, check);
    sim_trace_subscribe(sim, SIM_EV_CSTS_RDY, ready_changed, check);
    sim_trace_subscribe(sim, SIM_EV_CQE_POST, posted, check);
    sim_trace_subscribe(sim, SIM_EV_SRB_COMPLETE, completed, check);
}
