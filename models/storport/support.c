/* models/storport/support.c - registry, event log, state changes: what works without, and fails
 * politely (chapter 2.10). */
#include "models/storport/sp_private.h"

#define REGISTRY_BUFFER_MAX 65536u

/* One for each miniport instance; a second allocation gives NULL. */
PUCHAR SIM_API StorPortAllocateRegistryBuffer(PVOID HwDeviceExtension, PULONG Length)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAllocateRegistryBuffer");

    if (port->registry_buffer || !Length || *Length > REGISTRY_BUFFER_MAX ||
        !sp__irql_at_most(port, NT_PASSIVE, "StorPortAllocateRegistryBuffer"))
        return NULL;
    port->registry_buffer = nt_pool_alloc(port->at.memory, *Length);
    return port->registry_buffer;
}

VOID SIM_API StorPortFreeRegistryBuffer(PVOID HwDeviceExtension, PUCHAR Buffer)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeRegistryBuffer");

    if (!Buffer || Buffer != port->registry_buffer) {
        sp__usage(port, "StorPortFreeRegistryBuffer: not the registry buffer");
        return;
    }
    nt_pool_free(port->at.memory, Buffer);
    port->registry_buffer = NULL;
}

/* No value is there: FALSE with length 0 ('other error', as for a missing value). */
BOOLEAN SIM_API StorPortRegistryRead(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global,
                                     ULONG Type, PUCHAR Buffer, PULONG BufferLength)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortRegistryRead");

    (void)ValueName;
    (void)Global;
    (void)Type;
    (void)Buffer;
    sp__irql_at_most(port, NT_PASSIVE, "StorPortRegistryRead");
    if (BufferLength) {
        sp__touch(BufferLength, sizeof *BufferLength);
        *BufferLength = 0;
    }
    return FALSE;
}

BOOLEAN SIM_API StorPortRegistryWrite(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global,
                                      ULONG Type, PUCHAR Buffer, ULONG BufferLength)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortRegistryWrite");

    (void)ValueName;
    (void)Global;
    (void)Type;
    (void)Buffer;
    (void)BufferLength;
    sp__irql_at_most(port, NT_PASSIVE, "StorPortRegistryWrite");
    return FALSE;
}

/* The SRB, when there is one, must still be the miniport's (chapter 2.10). */
VOID SIM_API StorPortLogError(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, UCHAR PathId,
                              UCHAR TargetId, UCHAR Lun, ULONG ErrorCode, ULONG UniqueId)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortLogError");
    const struct sp_slot *slot = Srb ? sp__slot_of(port, Srb) : NULL;

    (void)PathId;
    (void)TargetId;
    (void)Lun;
    sim_find(port->at.sim, SIM_RULE_DEPRECATED_ROUTINE, 0, "StorPortLogError is deprecated");
    sp__log_error(port, slot, ErrorCode, UniqueId);
    if (Srb && !slot)
        sp__usage(port, "StorPortLogError: this is no SRB");
    else if (slot && (slot->state < SP_BUILDING || slot->state == SP_COMPLETED))
        sim_find(port->at.sim, SIM_RULE_SRB_TOUCHED, slot->serial,
                 "StorPortLogError for SRB %llu, which was completed",
                 (unsigned long long)slot->serial);
}
