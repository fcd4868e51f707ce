/* models/fault/watch.c - occasions that the trace shows: I/Os of the application, phases of a bus
 * reset.
 *
 * Subscribed to only when a fault waits for them. Whoever traces is in the middle of something, so
 * these faults strike in an event of their own, at the same virtual time.
 * A reset's phases count from HwStorResetBus entered to the first I/O that succeeds after it
 * returned and after CSTS.RDY was 1 again; an edge of CC.EN or CSTS.RDY at another time is no
 * phase.
 */
#include "models/fault/fault_private.h"

static void show(struct faults *faults, enum sim_fault_trigger on, uint32_t detail)
{
    const struct fault_occasion occasion = {.on = on, .detail = detail};

    if (fault_watched(faults, on))
        fault_here(faults, &occasion);
}

static void submitted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)r;
    show(ctx, SIM_FAULT_ON_IO, 0);
}

static void reset_entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct faults *faults = ctx;

    (void)sim;
    (void)r;
    faults->watch = (struct watch){.recovering = true};
    show(faults, SIM_FAULT_ON_RESET, SIM_FAULT_PHASE_ENTER);
}

static void reset_returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct faults *faults = ctx;

    (void)sim;
    (void)r;
    faults->watch.returned = true;
    show(faults, SIM_FAULT_ON_RESET, SIM_FAULT_PHASE_RETURN);
}

static void enable_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct faults *faults = ctx;

    (void)sim;
    if (faults->watch.recovering)
        show(faults, SIM_FAULT_ON_RESET,
             r->arg[0] ? SIM_FAULT_PHASE_ENABLE : SIM_FAULT_PHASE_DISABLE);
}

static void ready_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct faults *faults = ctx;

    (void)sim;
    if (faults->watch.recovering)
        show(faults, SIM_FAULT_ON_RESET, r->arg[0] ? SIM_FAULT_PHASE_READY : SIM_FAULT_PHASE_QUIET);
}

static void io_done(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct faults *faults = ctx;

    (void)sim;
    if (!faults->watch.returned || r->arg[1])
        return;
    faults->watch = (struct watch){0};
    show(faults, SIM_FAULT_ON_RESET, SIM_FAULT_PHASE_FIRST_IO);
}

void fault__watch(struct faults *faults)
{
    uint32_t wanted = 0;

    for (uint32_t i = 0; i < faults->count; i++)
        wanted |= 1u << faults->entry[i].on;
    if (wanted & SIM_FAULT_AT_IO)
        sim_trace_subscribe(faults->sim, SIM_EV_IO_SUBMIT, submitted, faults);
    if (!(wanted & SIM_FAULT_AT_RESET))
        return;
    sim_trace_subscribe(faults->sim, SIM_EV_RESET_ENTER, reset_entered, faults);
    sim_trace_subscribe(faults->sim, SIM_EV_RESET_RETURN, reset_returned, faults);
    sim_trace_subscribe(faults->sim, SIM_EV_CC_EN, enable_changed, faults);
    sim_trace_subscribe(faults->sim, SIM_EV_CSTS_RDY, ready_changed, faults);
    sim_trace_subscribe(faults->sim, SIM_EV_IO_DONE, io_done, faults);
}
