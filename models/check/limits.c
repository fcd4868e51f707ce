/* models/check/limits.c - how long a CPU may be kept: three rules.
 *
 * stall-too-long: each StorPortStallExecution asks for less than check.stall. Judged at the call.
 * routine-too-long: each callback returns within its limit: check.isr for interrupt routines and
 * for work under the interrupt lock, check.initialize for the two initialise routines,
 * check.routine for the others; DriverEntry, HwStorFindAdapter and system threads have none. Judged
 * at the return, on virtual time: stalls, register accesses, waiting for locks and interrupts taken
 * meanwhile count. dpc-watchdog: no CPU stays at DISPATCH or above for longer than check.dispatch
 * in one stretch, of one routine (0x133 with parameter 0) or of many (1). Judged when a stretch
 * ends, and at the end of a run for one that has not. Not verified: the sum over many stretches; a
 * routine that never returns (driver-hang, deadlock).
 */
#include "models/check/check_private.h"

static void stall(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_text asked, limit;

    if ((sim_ns)r->arg[0] < check->limits.stall)
        return;
    sim_find(sim, SIM_RULE_STALL_TOO_LONG, 0,
             "StorPortStallExecution asked for %s; the limit is below %s",
             check__span((sim_ns)r->arg[0], &asked), check__span(check->limits.stall, &limit));
}

/* 0: none. */
static sim_ns routine_limit(const struct check_limits *limits, uint64_t callback)
{
    switch (callback) {
    case SP_CB_DRIVER_ENTRY:
    case SP_CB_FIND_ADAPTER:
    case SP_CB_THREAD:
        return 0;
    case SP_CB_INITIALIZE:
    case SP_CB_PASSIVE_INITIALIZE:
        return limits->initialize;
    case SP_CB_INTERRUPT:
    case SP_CB_MSI:
    case SP_CB_SYNCHRONIZED:
        return limits->isr;
    default:
        return limits->routine;
    }
}

static void returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    sim_ns limit = routine_limit(&check->limits, r->arg[0]), took = (sim_ns)r->arg[1];
    struct check_text spent, allowed;

    if (SIM_LIKELY(!limit || took <= limit))
        return;
    sim_find(sim, SIM_RULE_ROUTINE_TOO_LONG, 0, "%s took %s; the limit is %s",
             check->ask.callback_name((uint32_t)r->arg[0]), check__span(took, &spent),
             check__span(limit, &allowed));
}

static void judge_stretch(const struct check *check, sim_ns ns)
{
    struct check_text spent, allowed;

    if (ns > check->limits.dispatch)
        sim_find(check->sim, SIM_RULE_DPC_WATCHDOG, 0,
                 "a CPU was at DISPATCH or above for %s; the limit is %s", check__span(ns, &spent),
                 check__span(check->limits.dispatch, &allowed));
}

static void high_irql(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    judge_stretch(ctx, (sim_ns)r->arg[0]);
}

void check__limits_setup(struct check *check)
{
    sim_trace_subscribe(check->sim, SIM_EV_STALL, stall, check);
    sim_trace_subscribe(check->sim, SIM_EV_CALLBACK_EXIT, returned, check);
    sim_trace_subscribe(check->sim, SIM_EV_HIGH_IRQL, high_irql, check);
}

void check__limits_finish(struct check *check)
{
    const struct check_queries *ask = &check->ask;
    sim_ns now = sim_now(check->sim);

    for (uint32_t cpu = 0; cpu < ask->cpus(ask->ctx); cpu++) {
        sim_ns since = ask->high_since(ask->ctx, cpu);

        if (since != SIM_NEVER)
            judge_stretch(check, now - since);
    }
}
