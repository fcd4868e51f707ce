/* models/storport/support.c - what the miniport writes to the event log (chapter 2.10). */
#include "models/storport/sp_private.h"

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
