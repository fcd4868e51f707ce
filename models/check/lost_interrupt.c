/* models/check/lost_interrupt.c - the rule lost-interrupt.
 *
 * Verifies: entries of a completion queue that has interrupts enabled are released (its head
 * doorbell is rung) within check.unseen of the latest release or, for the first entry, of its
 * posting, when the service routine of the queue's vector was entered since the newest entry was
 * posted, or the driver keeps the vector masked by INTMS; within check.untold when no interrupt
 * came, because a fault lost it: then a time-out, a reset or a poll has to find them. Judged when
 * the bound is over. An entry that a driver has looked at and not released counts as unseen,
 * unless it rang and a fault lost that.
 * Not verified: queues with interrupts disabled, which somebody polls; entries that a reset has
 * taken away before the bound was over; what the driver does with an entry once it is released
 * (srb-leaked).
 */
#include "models/check/check_private.h"

#define QUEUES 64
#define VECTORS 64

struct check_unseen {
    struct sim_event event;   /* pending while an entry may be unseen */
    sim_ns taken_at[VECTORS]; /* a vector's service routine was entered */
    struct {
        sim_ns at;
        uint32_t value;
    } rung[QUEUES]; /* head doorbells, those that a fault lost included */
};

static void find(const struct check *check, uint32_t cqid, const struct nvme_unseen *unseen,
                 bool told)
{
    sim_ns now = sim_now(check->sim);
    struct check_text span;
    const char *why = unseen->masked ? "INTMS masks it"
                      : told         ? "an interrupt was taken since"
                                     : "no interrupt came";

    sim_find(check->sim, SIM_RULE_LOST_INTERRUPT, 0,
             "%u %s in completion queue %u, unseen for %s: vector %u, %s; commands inside the "
             "controller: %u, SRBs in the miniport: %u",
             unseen->entries, unseen->entries == 1 ? "entry lies" : "entries lie", cqid,
             check__span(now - unseen->since, &span), unseen->vector, why,
             check->ask.inside(check->ask.ctx), check->track.started);
}

/* The driver rang for all of them, and the doorbell's write was lost. */
static bool all_seen(const struct check *check, uint32_t cqid, const struct nvme_unseen *unseen)
{
    return check->unseen->rung[cqid].at >= unseen->told_at &&
           check->unseen->rung[cqid].value == unseen->tail;
}

/* When the rule would be broken for this queue; SIM_NEVER: nothing is in it. */
static sim_ns judge(const struct check *check, uint32_t cqid)
{
    struct nvme_unseen unseen;
    bool told;
    sim_ns due;

    if (!check->ask.unseen(check->ask.ctx, cqid, &unseen) || all_seen(check, cqid, &unseen))
        return SIM_NEVER;
    told = unseen.masked || check->unseen->taken_at[unseen.vector % VECTORS] >= unseen.told_at;
    due = unseen.since + (told ? check->limits.unseen : check->limits.untold);
    if (due > sim_now(check->sim))
        return due;
    find(check, cqid, &unseen, told);
    return sim_now(check->sim) + check->limits.unseen;
}

static void look(struct sim_event *event, void *ctx)
{
    const struct check *check = ctx;
    sim_ns soon = SIM_NEVER, latest = sim_now(check->sim) + check->limits.unseen;

    for (uint32_t cqid = 0; cqid < QUEUES; cqid++) {
        sim_ns due = judge(check, cqid);

        soon = due < soon ? due : soon;
    }
    /* An interrupt that comes late shortens the bound: look again before it is over. */
    if (soon != SIM_NEVER)
        sim_event_at(check->sim, event, soon < latest ? soon : latest, look, ctx);
}

static void posted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)r;
    if (SIM_UNLIKELY(!sim_event_pending(&check->unseen->event)))
        sim_event_in(sim, &check->unseen->event, check->limits.unseen, look, check);
}

static void rung(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_unseen *unseen = ((struct check *)ctx)->unseen;

    (void)sim;
    if (!r->arg[1] || r->arg[0] >= QUEUES)
        return;
    unseen->rung[r->arg[0]].at = r->at;
    unseen->rung[r->arg[0]].value = (uint32_t)r->arg[2];
}

static void taken(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check->unseen->taken_at[r->arg[0] % VECTORS] = r->at;
}

void check__lost_interrupt_setup(struct check *check)
{
    check->unseen = sim_world_alloc(sizeof *check->unseen, 8);
    sim_trace_subscribe(check->sim, SIM_EV_CQE_POST, posted, check);
    sim_trace_subscribe(check->sim, SIM_EV_CQE_FORGED, posted, check);
    sim_trace_subscribe(check->sim, SIM_EV_DOORBELL, rung, check);
    sim_trace_subscribe(check->sim, SIM_EV_ISR_ENTER, taken, check);
}
