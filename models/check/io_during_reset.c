/* models/check/io_during_reset.c - the rule io-during-reset.
 *
 * Verifies: between the start of a reset and its end no submission doorbell of an I/O queue is
 * rung; one whose write is posted, or put off by a fault, is judged when the driver rings it, not
 * when it arrives. A reset starts when HwStorResetBus is entered. It ends when CSTS.RDY becomes 1
 * after CC.EN was cleared; a reset that leaves the controller enabled and ready ends when
 * HwStorResetBus returns. One that is entered while an earlier re-initialisation is under way lasts
 * until that one's CSTS.RDY = 1. Not verified: commands whose doorbell was rung before, which the
 * controller may still fetch until CC.EN is cleared; the admin queue, which the re-initialisation
 * uses; doorbells between CSTS.RDY = 1 and the creation of their queue (nvme-protocol).
 */
#include "models/check/check_private.h"

struct check_quiet {
    bool open;     /* a reset has started and not ended */
    bool disabled; /* CC.EN was cleared since, or was 0 */
    bool posted;   /* doorbells were shown when they were rung, not only when they arrived */
};

bool check__reset_open(const struct check *check)
{
    return check->quiet->open;
}

static void entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    check->quiet->open = true;
    check->quiet->disabled = !check->track.enabled || !check->track.ready;
}

static void returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    if (!check->quiet->disabled)
        check->quiet->open = false;
}

static void enable_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (!r->arg[0])
        check->quiet->disabled = true;
}

static void ready_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (r->arg[0] && check->quiet->disabled && check->track.enabled) {
        check->quiet->open = false;
        check->quiet->disabled = false;
    }
}

static void rung(struct check *check, const struct sim_record *r)
{
    struct check_text span;

    if (SIM_LIKELY(!check->quiet->open) || r->arg[1] || !r->arg[0])
        return;
    sim_find(check->sim, SIM_RULE_IO_DURING_RESET, 0,
             "submission doorbell of queue %" PRIu64
             " rung %s after HwStorResetBus was entered (CC.EN=%d, CSTS.RDY=%d)",
             r->arg[0], check__span(r->at - check->track.reset_at, &span), check->track.enabled,
             check->track.ready);
}

/* What was rung before the reset may arrive in it. */
static void doorbell_posted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check->quiet->posted = true;
    rung(check, r);
}

static void doorbell(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (!check->quiet->posted)
        rung(check, r);
}

void check__io_during_reset_setup(struct check *check)
{
    check->quiet = sim_world_alloc(sizeof *check->quiet, 8);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_ENTER, entered, check);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_RETURN, returned, check);
    sim_trace_subscribe(check->sim, SIM_EV_CC_EN, enable_changed, check);
    sim_trace_subscribe(check->sim, SIM_EV_CSTS_RDY, ready_changed, check);
    sim_trace_subscribe(check->sim, SIM_EV_DOORBELL, doorbell, check);
    sim_trace_subscribe(check->sim, SIM_EV_DOORBELL_POSTED, doorbell_posted, check);
}
