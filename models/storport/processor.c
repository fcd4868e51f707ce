/* models/storport/processor.c - processors, groups, nodes, and which message goes where (chapter
 * 2.9): one group, one node. */
#include "models/storport/sp_private.h"

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

    if (SP_NULL(port, ProcNumber))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(ProcNumber, (PROCESSOR_NUMBER){.Number = (UCHAR)nt_cpu(port->at.nt)});
}

ULONG SIM_API StorPortGetActiveGroupCount(PVOID HwDeviceExtension, PUSHORT NumberGroups)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetActiveGroupCount");

    if (SP_NULL(port, NumberGroups))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(NumberGroups, 1);
}

ULONG SIM_API StorPortGetGroupAffinity(PVOID HwDeviceExtension, USHORT GroupNumber,
                                       PKAFFINITY GroupAffinityMask)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetGroupAffinity");

    if (SP_NULL(port, GroupAffinityMask))
        return STOR_STATUS_INVALID_PARAMETER;
    if (GroupNumber)
        return STOR_STATUS_UNSUCCESSFUL;
    return SP_GIVE(GroupAffinityMask, all_cpus(port));
}

ULONG SIM_API StorPortGetActiveNodeCount(PVOID HwDeviceExtension, PULONG NumberNodes)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetActiveNodeCount");

    if (SP_NULL(port, NumberNodes))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(NumberNodes, 1);
}

ULONG SIM_API StorPortGetHighestNodeNumber(PVOID HwDeviceExtension, PULONG HighestNode)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetHighestNodeNumber");

    if (SP_NULL(port, HighestNode))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(HighestNode, 0);
}

ULONG SIM_API StorPortGetNodeAffinity(PVOID HwDeviceExtension, ULONG NodeNumber,
                                      PGROUP_AFFINITY NodeAffinityMask)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetNodeAffinity");

    if (SP_NULL(port, NodeAffinityMask) || NodeNumber > 65535)
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(NodeAffinityMask, (GROUP_AFFINITY){.Mask = NodeNumber ? 0 : all_cpus(port)});
}

/* One group on each node: only the first has any. */
ULONG SIM_API StorPortGetNodeAffinity2(PVOID HwDeviceExtension, ULONG NodeNumber,
                                       PGROUP_AFFINITY GroupAffinities, USHORT GroupAffinitiesCount,
                                       PUSHORT GroupAffinitiesCountRequired)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetNodeAffinity2");

    if (NodeNumber || SP_NULL(port, GroupAffinitiesCountRequired) ||
        (GroupAffinitiesCount && !GroupAffinities))
        return STOR_STATUS_INVALID_PARAMETER;
    SP_PUT(GroupAffinitiesCountRequired, 1);
    if (!GroupAffinitiesCount)
        return STOR_STATUS_BUFFER_TOO_SMALL;
    return SP_GIVE(GroupAffinities, (GROUP_AFFINITY){.Mask = all_cpus(port)});
}

ULONG SIM_API StorPortGetCurrentIrql(PVOID HwDeviceExtension, PKIRQL Irql)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetCurrentIrql");

    if (SP_NULL(port, Irql))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(Irql, nt_irql(port->at.nt));
}

ULONG SIM_API StorPortGetProcessorCount(PVOID HwDeviceExtension, PULONG ProcessorCount)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetProcessorCount");

    return SP_NULL(port, ProcessorCount) ? STOR_STATUS_INVALID_PARAMETER
                                         : SP_GIVE(ProcessorCount, port->cpus);
}

ULONG SIM_API StorPortGetProcessorIndexFromNumber(PVOID HwDeviceExtension,
                                                  PPROCESSOR_NUMBER ProcNumber, PULONG ProcIndex)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetProcessorIndexFromNumber");

    if (SP_NULL(port, ProcNumber) || SP_NULL(port, ProcIndex) || ProcNumber->Group ||
        ProcNumber->Number >= port->cpus)
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(ProcIndex, ProcNumber->Number);
}

/* The first message that is aimed at the processor; with less messages than processors, one that
 * others share. */
ULONG SIM_API StorPortGetMessageInterruptIDFromProcessorIndex(PVOID HwDeviceExtension,
                                                              ULONG ProcessorIndex,
                                                              PULONG MessageInterruptID)
{
    struct sp_port *port =
        sp__routine(HwDeviceExtension, "StorPortGetMessageInterruptIDFromProcessorIndex");

    if (SP_NULL(port, MessageInterruptID) || ProcessorIndex >= port->cpus)
        return STOR_STATUS_INVALID_PARAMETER;
    if (!port->messages)
        return STOR_STATUS_INVALID_DEVICE_REQUEST;
    return SP_GIVE(MessageInterruptID, ProcessorIndex % port->messages);
}

/* A masked message waits in the function's table. */
ULONG SIM_API StorPortMaskMsixInterrupt(PVOID HwDeviceExtension, ULONG MessageId, BOOLEAN Mask)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortMaskMsixInterrupt");

    if (!port->messages)
        return STOR_STATUS_INVALID_DEVICE_REQUEST;
    if (MessageId >= port->messages)
        return STOR_STATUS_INVALID_PARAMETER;
    if (port->at.pci)
        pci_msix_mask(port->at.pci, MessageId, Mask ? PCI_MASKED : PCI_UNMASKED);
    return STOR_STATUS_SUCCESS;
}
