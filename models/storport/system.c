/* models/storport/system.c - time and bug checks: services that need no adapter (chapter 2.8). */
#include "models/storport/sp_private.h"

#define COUNTS_PER_S 10000000       /* performance counter: 100 ns */
#define CLOCK_TICK (15625 * SIM_US) /* of the watchdog's counts */
#define DPC_TIME_LIMIT (10 * SIM_S) /* 0x133 with parameter 0 */
#define DPC_WATCHDOG_LIMIT (120 * SIM_S)

/* --- time ------------------------------------------------------------------------------------ */

/* A busy wait: interrupts, and at PASSIVE DPCs, go on. How long is too long is a checker's
 * business. */
static void stall(struct sp_port *port, uint32_t us)
{
    sim_ns ns = us * SIM_US;

    sp__no_wait(port, "StorPortStallExecution");
    sim_point(port->at.sim, SP_COST);
    sim_trace(port->at.sim, SIM_EV_STALL, (uint64_t)ns, 0, 0, 0);
    nt_stall(port->at.nt, ns);
}

VOID SIM_API StorPortStallExecution(ULONG Delay)
{
    stall(sp__present(), Delay);
}

VOID SIM_API KeStallExecutionProcessor(ULONG MicroSeconds)
{
    stall(sp__present(), MicroSeconds);
}

/* Exact, where Windows steps it every 10 ms or so; asking takes time, so loops on the clock end. */
VOID SIM_API StorPortQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    if (!CurrentTime) {
        sp__usage(port, "StorPortQuerySystemTime: no result");
        return;
    }
    sp__touch(CurrentTime, sizeof *CurrentTime);
    CurrentTime->QuadPart = SP_EPOCH_100NS + sim_now(port->at.sim) / 100;
}

ULONG SIM_API StorPortQueryPerformanceCounter(PVOID HwDeviceExtension,
                                              PLARGE_INTEGER PerformanceFrequency,
                                              PLARGE_INTEGER PerformanceCounter)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueryPerformanceCounter");

    if (SP_NULL(port, PerformanceCounter))
        return STOR_STATUS_INVALID_PARAMETER;
    if (PerformanceFrequency) {
        sp__touch(PerformanceFrequency, sizeof *PerformanceFrequency);
        PerformanceFrequency->QuadPart = COUNTS_PER_S;
    }
    sp__touch(PerformanceCounter, sizeof *PerformanceCounter);
    PerformanceCounter->QuadPart = sim_now(port->at.sim) / (SIM_S / COUNTS_PER_S);
    return STOR_STATUS_SUCCESS;
}

/* What the clock gives, in its units of 100 ns. */
ULONG SIM_API StorPortQueryTimerMinInterval(PVOID HwDeviceExtension, PULONG TimerMinInterval)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueryTimerMinInterval");

    if (SP_NULL(port, TimerMinInterval))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(TimerMinInterval, (ULONG)(port->config.timer_grain_ns / 100));
}

static ULONG ticks(sim_ns ns)
{
    return ns > 0 ? (ULONG)(ns / CLOCK_TICK) : 0;
}

/* At DISPATCH: the limits of bug check 0x133, and what this stretch has left of them. */
ULONG SIM_API StorPortQueryDpcWatchdogInformation(
    PVOID HwDeviceExtension, PSTOR_DPC_WATCHDOG_INFORMATION DpcWatchdogInformation)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueryDpcWatchdogInformation");
    sim_ns since;

    if (SP_NULL(port, DpcWatchdogInformation))
        return STOR_STATUS_INVALID_PARAMETER;
    if (nt_irql(port->at.nt) < NT_DISPATCH)
        return STOR_STATUS_UNSUCCESSFUL;
    since = sim_now(port->at.sim) - nt_high_since(port->at.nt, nt_cpu(port->at.nt));
    sp__touch(DpcWatchdogInformation, sizeof *DpcWatchdogInformation);
    *DpcWatchdogInformation =
        (STOR_DPC_WATCHDOG_INFORMATION){.DpcTimeLimit = ticks(DPC_TIME_LIMIT),
                                        .DpcTimeCount = ticks(DPC_TIME_LIMIT - since),
                                        .DpcWatchdogLimit = ticks(DPC_WATCHDOG_LIMIT),
                                        .DpcWatchdogCount = ticks(DPC_WATCHDOG_LIMIT - since)};
    return STOR_STATUS_SUCCESS;
}

/* --- the end --------------------------------------------------------------------------------- */

/* The machine stops, whatever the scenario makes of the finding: none of these come back. */
static _Noreturn void stop(struct sp_port *port)
{
    sim_stop(port->at.sim, SIM_STOP_CRASH);
    for (;;)
        sim_sleep(port->at.sim, SIM_NEVER);
}

VOID SIM_API KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR Parameter1, ULONG_PTR Parameter2,
                          ULONG_PTR Parameter3, ULONG_PTR Parameter4)
{
    struct sp_port *port = sp__present();

    (void)Parameter1; /* often addresses, which a finding must not hold */
    (void)Parameter2;
    (void)Parameter3;
    (void)Parameter4;
    sim_find(port->at.sim, SIM_RULE_DRIVER_FAULT, 0,
             "the driver called KeBugCheckEx with code 0x%x", BugCheckCode);
    stop(port);
}

VOID SIM_API KeBugCheck(ULONG BugCheckCode)
{
    KeBugCheckEx(BugCheckCode, 0, 0, 0, 0);
}

VOID SIM_API DbgBreakPoint(VOID)
{
    struct sp_port *port = sp__present();

    sim_find(port->at.sim, SIM_RULE_DRIVER_FAULT, 0, "the driver ran into DbgBreakPoint");
    stop(port);
}

VOID SIM_API storsim_assert_failed(const char *expr, const char *file, int line)
{
    struct sp_port *port = sp__present();
    const char *base = file;

    for (const char *p = file; *p; p++)
        if (*p == '/' || *p == '\\')
            base = p + 1;
    sim_find(port->at.sim, SIM_RULE_DRIVER_ASSERT, 0, "%s:%d: assertion failed: %s", base, line,
             expr);
    stop(port);
}
