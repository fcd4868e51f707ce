/* models/storport/change.c - units that may have come or gone: StorPortStateChangeDetected
 * (chapters 2.1, 2.10).
 *
 * Whatever a change names, the bus is scanned again by the PnP thread. Then HwStorStateChange is
 * called at DISPATCH under the StartIo lock, in any order with resets (8.1-14). One state change at
 * a time; the next may be reported from that callback. BusChangeDetected itself is in pnp.c.
 */
#include "models/storport/sp_private.h"

#define FAILED 0xC0000001u /* Status of HwStorStateChange: 0x80000000 and above is bad */

static void processed(struct sp_task *task, bool good, void *ctx)
{
    struct sp_port *port = ctx;
    struct sp_change now = port->change;

    (void)task;
    port->change.pending = false;
    if (!now.routine || port->life.gone)
        return;
    sp__startio_lock(port);
    sp__enter(port, SP_CB_STATE_CHANGE);
    now.routine(port->devext, now.context, (SHORT)now.address_type, now.address, good ? 0 : FAILED);
    sp__leave(port);
    sp__startio_unlock(port);
}

ULONG SIM_API StorPortStateChangeDetected(PVOID HwDeviceExtension, ULONG ChangedEntity,
                                          PSTOR_ADDRESS Address, ULONG Attributes,
                                          HW_STATE_CHANGE *HwStateChange,
                                          PVOID HwStateChangeContext)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortStateChangeDetected");
    struct sp_change *change = &port->change;

    (void)Attributes;
    if (SP_NULL(port, Address) || !ChangedEntity ||
        ChangedEntity & ~(ULONG)(STATE_CHANGE_LUN | STATE_CHANGE_TARGET | STATE_CHANGE_BUS))
        return STOR_STATUS_INVALID_PARAMETER;
    if (change->pending)
        return STOR_STATUS_UNSUCCESSFUL;
    change->pending = true;
    change->routine = HwStateChange;
    change->context = HwStateChangeContext;
    change->address = Address;
    change->address_type = Address->Type;
    change->task = (struct sp_task){.kind = SP_TASK_RESCAN, .done = processed, .ctx = port};
    sp_ask(port, &change->task);
    return STOR_STATUS_SUCCESS;
}
