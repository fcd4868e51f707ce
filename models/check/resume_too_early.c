/* models/check/resume_too_early.c - the rule resume-too-early.
 *
 * Verifies: from the return of HwStorResetBus until the controller is ready (CSTS.RDY = 1 and at
 * least one I/O queue), requests are held back. A request that the port driver handed over in that
 * time because nothing held the adapter, neither pause nor busy, and that entered HwStorStartIo
 * before the controller was ready, must have been ended there with a final error, such as NO_DEVICE
 * from an adapter that has given up. BUSY and BUS_RESET are no such end: the request comes again at
 * once. Judged when HwStorStartIo returns.
 * Not verified: drivers that never made an I/O queue; requests that were on their way when the hold
 * began (HwStorBuildIo had seen them); holds that cover one LUN only; a driver's own recovery
 * without HwStorResetBus.
 */
#include "models/check/check_private.h"

struct check_resume {
    bool open;     /* a reset began and the controller has not been seen ready since it returned */
    bool was_held; /* at any time since then */
    bool used;     /* the driver has had I/O queues: it is one for this controller */
};

static bool usable(const struct check *check)
{
    return check->ask.ready(check->ask.ctx) && check->ask.io_queues(check->ask.ctx);
}

static void entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    check->resume->open = check->resume->used;
    check->resume->was_held = check__held(check);
}

static void queue_created(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    check->resume->used = true;
}

static void held(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    (void)r;
    check->resume->was_held |= check__held(check);
}

/* Whether the hold is over is asked only when somebody comes: the controller's own steps need no
 * attention. */
static void build(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_srb *srb;

    (void)sim;
    if (SIM_LIKELY(!check->resume->open) || check->track.in_reset || check__held(check))
        return;
    if (usable(check)) {
        check->resume->open = false;
        return;
    }
    srb = check__map_find(&check->track.srbs, r->arg[0]);
    if (srb)
        srb->late = true;
}

static void start(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_srb *srb;

    (void)sim;
    if (SIM_LIKELY(!check->resume->open))
        return;
    srb = check__map_find(&check->track.srbs, r->arg[0]);
    if (srb && srb->late)
        srb->early = !usable(check);
}

static void find(struct check *check, uint64_t serial, const char *then)
{
    struct check_text span;

    sim_find(check->sim, SIM_RULE_RESUME_TOO_EARLY, serial,
             "%s: %s after HwStorResetBus returned SRB %" PRIu64
             " entered HwStorStartIo (CSTS.RDY=%d, I/O queues=%u) %s",
             check->resume->was_held ? "the adapter was let go too early"
                                     : "the adapter was never held",
             check__span(sim_now(check->sim) - check->track.returned_at, &span), serial,
             check->ask.ready(check->ask.ctx), check->ask.io_queues(check->ask.ctx), then);
}

static void completed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    uint8_t status = CHECK_STATUS(r->arg[1]);
    struct check_srb *srb;

    (void)sim;
    if (SIM_LIKELY(!check->resume->open))
        return;
    srb = check__map_find(&check->track.srbs, r->arg[0]);
    if (srb && srb->early && (status == CHECK_SRB_BUSY || status == CHECK_SRB_BUS_RESET))
        find(check, r->arg[0], "and was sent back to be tried again");
}

static void started(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_srb *srb;

    (void)sim;
    if (SIM_LIKELY(!check->resume->open))
        return;
    srb = check__map_find(&check->track.srbs, r->arg[0]);
    if (srb && srb->early)
        find(check, r->arg[0], "and was kept");
}

void check__resume_setup(struct check *check)
{
    check->resume = sim_world_alloc(sizeof *check->resume, 8);
    sim_trace_subscribe(check->sim, SIM_EV_QUEUE_CREATE, queue_created, check);
    sim_trace_subscribe(check->sim, SIM_EV_RESET_ENTER, entered, check);
    sim_trace_subscribe(check->sim, SIM_EV_PAUSE, held, check);
    sim_trace_subscribe(check->sim, SIM_EV_BUSY, held, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_BUILD, build, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_START, start, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_STARTED, started, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_COMPLETE, completed, check);
}
