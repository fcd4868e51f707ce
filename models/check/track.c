/* models/check/track.c - what several checkers need to know: SRBs and I/Os under way, holds, the
 * controller.
 *
 * No rule by itself. It subscribes first, so that the others find it up to date; only the records
 * of I/Os and SRBs stay until they have all seen the end.
 */
#include <stdio.h>

#include "models/check/check_private.h"

#define RESUMED_BY_PORT 2 /* RESUME, how: the hold after a bus reset is over */

/* --- I/Os of the application ------------------------------------------------------------------ */

static void io_fua(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    ((struct check *)ctx)->track.fua = r->arg[0];
}

static void io_submit(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_io *io = check__map_add(&check->track.ios, r->arg[0]);

    (void)sim;
    io->op = (uint8_t)r->arg[1];
    io->lba = r->arg[2];
    io->blocks = (uint32_t)r->arg[3];
    io->fua = check->track.fua == r->arg[0];
    check->track.submitted_at = r->at;
}

static void io_retry(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_io *io = check__map_find(&check->track.ios, r->arg[0]);

    (void)sim;
    if (io)
        io->srb = 0;
    check->track.submitted_at = r->at;
}

static void io_done(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check__map_remove(&check->track.ios, r->arg[0]);
}

static void fault_edge(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check->track.submitted_at = r->at;
}

/* --- SRBs with the miniport ------------------------------------------------------------------- */

static void srb_build(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_srb *srb = check__map_add(&check->track.srbs, r->arg[0]);
    struct check_io *io = r->arg[1] ? check__map_find(&check->track.ios, r->arg[1]) : NULL;

    (void)sim;
    srb->io = r->arg[1];
    if (io)
        io->srb = srb->serial;
    check->track.flowed_at = r->at;
}

static void srb_start(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_srb *srb = check__map_find(&check->track.srbs, r->arg[0]);

    (void)sim;
    if (!srb || srb->started)
        return;
    srb->started = true;
    srb->started_at = r->at;
    check->track.started++;
}

static void srb_complete(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_track *track = &check->track;
    struct check_srb *srb = check__map_find(&track->srbs, r->arg[0]);
    struct check_ended *ended = &track->ended[r->arg[0] % CHECK_ENDED];

    (void)sim;
    *ended = (struct check_ended){r->arg[0], r->at, (uint8_t)r->arg[1], r->cpu};
    track->flowed_at = r->at;
    if (!srb)
        return;
    SIM_ASSERT(track->started || !srb->started);
    track->started -= srb->started;
    check__map_remove(&track->srbs, r->arg[0]);
}

const struct check_ended *check__ended(const struct check *check, uint64_t serial)
{
    const struct check_ended *ended = &check->track.ended[serial % CHECK_ENDED];

    return ended->serial == serial ? ended : NULL;
}

/* --- the adapter's gate and the controller ---------------------------------------------------- */

/* BUSY and READY are of one LUN, or of the adapter. */
static bool of_adapter(const struct sim_record *r)
{
    return r->arg[1] == UINT32_MAX || r->arg[1] == UINT64_MAX;
}

static void hold(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_track *track = &check->track;

    (void)sim;
    if (r->event == SIM_EV_BUSY && !of_adapter(r))
        return;
    if (!check__held(check))
        track->held_since = r->at;
    if (r->event == SIM_EV_BUSY) {
        track->busy = true;
        return;
    }
    track->paused = (uint32_t)r->arg[0];
    if (r->arg[2])
        track->port_holds = true;
}

static void release(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (r->event == SIM_EV_READY) {
        if (of_adapter(r))
            check->track.busy = false;
        return;
    }
    check->track.paused = (uint32_t)r->arg[0];
    if (r->arg[1] == RESUMED_BY_PORT)
        check->track.port_holds = false;
}

static void reset_enter(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check->track.resets++;
    check->track.in_reset = true;
    check->track.reset_at = r->at;
}

static void reset_return(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    check->track.in_reset = false;
    check->track.returned_at = r->at;
}

static void controller(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    *(r->event == SIM_EV_CC_EN ? &check->track.enabled : &check->track.ready) = r->arg[0];
}

/* --- set-up ----------------------------------------------------------------------------------- */

void check__track_setup(struct check *check)
{
    struct sim *sim = check->sim;
    uint32_t own = 64; /* what the port driver sends itself */

    check__map_init(&check->track.srbs, sizeof(struct check_srb),
                    check->geometry.requests_max + own);
    check__map_init(&check->track.ios, sizeof(struct check_io),
                    check->geometry.in_flight_max + own);
    sim_trace_subscribe(sim, SIM_EV_IO_FUA, io_fua, check);
    sim_trace_subscribe(sim, SIM_EV_IO_SUBMIT, io_submit, check);
    sim_trace_subscribe(sim, SIM_EV_IO_RETRY, io_retry, check);
    sim_trace_subscribe(sim, SIM_EV_FAULT_ON, fault_edge, check);
    sim_trace_subscribe(sim, SIM_EV_FAULT_OFF, fault_edge, check);
    sim_trace_subscribe(sim, SIM_EV_FAULT_HIT, fault_edge, check);
    sim_trace_subscribe(sim, SIM_EV_SRB_BUILD, srb_build, check);
    sim_trace_subscribe(sim, SIM_EV_SRB_START, srb_start, check);
    sim_trace_subscribe(sim, SIM_EV_PAUSE, hold, check);
    sim_trace_subscribe(sim, SIM_EV_BUSY, hold, check);
    sim_trace_subscribe(sim, SIM_EV_RESUME, release, check);
    sim_trace_subscribe(sim, SIM_EV_READY, release, check);
    sim_trace_subscribe(sim, SIM_EV_RESET_ENTER, reset_enter, check);
    sim_trace_subscribe(sim, SIM_EV_RESET_RETURN, reset_return, check);
    sim_trace_subscribe(sim, SIM_EV_CC_EN, controller, check);
    sim_trace_subscribe(sim, SIM_EV_CSTS_RDY, controller, check);
}

void check__track_setup_last(struct check *check)
{
    sim_trace_subscribe(check->sim, SIM_EV_IO_DONE, io_done, check);
    sim_trace_subscribe(check->sim, SIM_EV_SRB_COMPLETE, srb_complete, check);
}

/* --- words for reports ------------------------------------------------------------------------ */

const char *check__span(sim_ns ns, struct check_text *out)
{
    static const struct {
        sim_ns unit;
        const char *name;
    } units[] = {{SIM_S, "s"}, {SIM_MS, "ms"}, {SIM_US, "us"}};

    for (unsigned i = 0; i < 3; i++)
        if (ns >= units[i].unit) {
            snprintf(out->text, sizeof out->text, "%" PRId64 ".%03" PRId64 " %s",
                     ns / units[i].unit, ns % units[i].unit / (units[i].unit / 1000),
                     units[i].name);
            return out->text;
        }
    snprintf(out->text, sizeof out->text, "%" PRId64 " ns", ns);
    return out->text;
}

/* The latest SRB of an I/O, if the miniport has it; else any other that it has: an I/O may be split
 * into several requests. */
static const struct check_srb *srb_of(const struct check *check, const struct check_io *io)
{
    const struct check_srb *srb = io->srb ? check__map_find(&check->track.srbs, io->srb) : NULL;

    if (srb)
        return srb;
    srb = check__map_next(&check->track.srbs, 0);
    while (srb && srb->io != io->io)
        srb = check__map_next(&check->track.srbs, srb->serial);
    return srb;
}

const char *check__whereabouts(const struct check *check, const struct check_io *io,
                               struct check_text *out)
{
    const struct check_srb *srb = srb_of(check, io);
    struct check_text command;

    if (!srb && !io->srb)
        snprintf(out->text, sizeof out->text, "it waits above the miniport");
    else if (!srb)
        snprintf(out->text, sizeof out->text,
                 "the miniport completed SRB %" PRIu64 ", the port driver has it", io->srb);
    else if (!srb->started)
        snprintf(out->text, sizeof out->text,
                 "SRB %" PRIu64 " passed HwStorBuildIo, HwStorStartIo did not see it", srb->serial);
    else
        snprintf(out->text, sizeof out->text, "the miniport has SRB %" PRIu64 "%s", srb->serial,
                 check__command_of(check, io, &command));
    return out->text;
}
