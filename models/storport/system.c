/* models/storport/system.c - time, processors, bug checks: the services that need no adapter
 * (chapters 2.8, 2.9). */
#include "models/storport/sp_private.h"

#define EPOCH_100NS 133000000000000000ll /* 2022, in 100 ns since 1601 */
#define COUNTS_PER_S 10000000            /* performance counter: 100 ns */

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
    CurrentTime->QuadPart = EPOCH_100NS + sim_now(port->at.sim) / 100;
}

ULONG SIM_API StorPortQueryPerformanceCounter(PVOID HwDeviceExtension,
                                              PLARGE_INTEGER PerformanceFrequency,
                                              PLARGE_INTEGER PerformanceCounter)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueryPerformanceCounter");

    if (!PerformanceCounter)
        return STOR_STATUS_INVALID_PARAMETER;
    if (PerformanceFrequency) {
        sp__touch(PerformanceFrequency, sizeof *PerformanceFrequency);
        PerformanceFrequency->QuadPart = COUNTS_PER_S;
    }
    sp__touch(PerformanceCounter, sizeof *PerformanceCounter);
    PerformanceCounter->QuadPart = sim_now(port->at.sim) / (SIM_S / COUNTS_PER_S);
    return STOR_STATUS_SUCCESS;
}

/* --- processors: one group, one node --------------------------------------------------------- */

static KAFFINITY all_cpus(const struct sp_port *port)
{
    return ((KAFFINITY)1 << port->cpus) - 1;
}

KIRQL SIM_API KeGetCurrentIrql(VOID)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    return nt_irql(port->at.nt);
}

ULONG SIM_API KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    return GroupNumber == 0 || GroupNumber == ALL_PROCESSOR_GROUPS ? port->cpus : 0;
}

ULONG SIM_API KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    return KeQueryActiveProcessorCountEx(GroupNumber);
}

ULONG SIM_API StorPortGetCurrentProcessorNumber(PVOID HwDeviceExtension,
                                                PPROCESSOR_NUMBER ProcNumber)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetCurrentProcessorNumber");

    if (!ProcNumber)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(ProcNumber, sizeof *ProcNumber);
    *ProcNumber = (PROCESSOR_NUMBER){.Number = (UCHAR)nt_cpu(port->at.nt)};
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortGetActiveGroupCount(PVOID HwDeviceExtension, PUSHORT NumberGroups)
{
    sp__routine(HwDeviceExtension, "StorPortGetActiveGroupCount");
    if (!NumberGroups)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(NumberGroups, sizeof *NumberGroups);
    *NumberGroups = 1;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortGetGroupAffinity(PVOID HwDeviceExtension, USHORT GroupNumber,
                                       PKAFFINITY GroupAffinityMask)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetGroupAffinity");

    if (!GroupAffinityMask)
        return STOR_STATUS_INVALID_PARAMETER;
    if (GroupNumber)
        return STOR_STATUS_UNSUCCESSFUL;
    sp__touch(GroupAffinityMask, sizeof *GroupAffinityMask);
    *GroupAffinityMask = all_cpus(port);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortGetActiveNodeCount(PVOID HwDeviceExtension, PULONG NumberNodes)
{
    sp__routine(HwDeviceExtension, "StorPortGetActiveNodeCount");
    if (!NumberNodes)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(NumberNodes, sizeof *NumberNodes);
    *NumberNodes = 1;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortGetHighestNodeNumber(PVOID HwDeviceExtension, PULONG HighestNode)
{
    sp__routine(HwDeviceExtension, "StorPortGetHighestNodeNumber");
    if (!HighestNode)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(HighestNode, sizeof *HighestNode);
    *HighestNode = 0;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortGetNodeAffinity(PVOID HwDeviceExtension, ULONG NodeNumber,
                                      PGROUP_AFFINITY NodeAffinityMask)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetNodeAffinity");

    if (!NodeAffinityMask || NodeNumber > 65535)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(NodeAffinityMask, sizeof *NodeAffinityMask);
    *NodeAffinityMask = (GROUP_AFFINITY){.Mask = NodeNumber ? 0 : all_cpus(port)};
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
