/* models/storport/notify.c - StorPortNotification (chapter 2.1). */
#include "models/storport/sp_private.h"

#define TICK_100NS 156250 /* KeQueryTickCount: 15.625 ms */

static void link_restored(struct sp_port *port)
{
    port->link_down = false;
    sp__unhold(&port->gate);
}

/* LinkUp did not come in time (8.4-68): the miniport answers for itself, unless the scenario says
 * otherwise. */
static void link_event(struct sim_event *event, void *ctx)
{
    struct sp_port *port = ctx;

    (void)event;
    switch (sp__silent(port, SP_SILENT_LINK_EXPIRY)) {
    case SP_LINK_EXPIRY_FAILS:
        for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
            if (port->lun[i].present)
                sp__end_queued(&port->lun[i], SRB_STATUS_LINK_DOWN);
        break;
    case SP_LINK_EXPIRY_RESCAN:
        sp__bus_changed(port);
        break;
    }
    link_restored(port);
}

/* The adapter waits for LinkUp, or for LinkDownTimeoutValue; then the miniport answers for itself
 * (8.4-68 a). */
static void link_down(struct sp_port *port)
{
    if (port->link_down)
        return;
    port->link_down = port->link_was_down = true;
    sp__hold(&port->gate);
    sim_event_in(port->at.sim, &port->link_event, port->config.link_down_ns, link_event, port);
}

static void link_up(struct sp_port *port)
{
    if (!port->link_was_down)
        sp__usage(port, "StorPortNotification of type LinkUp without a LinkDown before it");
    port->link_was_down = false;
    if (!port->link_down) /* late is late */
        return;
    sim_event_cancel(port->at.sim, &port->link_event);
    link_restored(port);
}

static void tick_count(struct sp_port *port, LARGE_INTEGER *out)
{
    if (sp__null(port, out, "QueryTickCount", "the argument"))
        return;
    sp__touch(out, sizeof *out);
    out->QuadPart = sim_now(port->at.sim) / 100 / TICK_100NS;
}

/* Types without further arguments. */
static void simple(struct sp_port *port, SCSI_NOTIFICATION_TYPE type)
{
    switch (type) {
    case ResetDetected:
        sp__reset_detected(port);
        break;
    case LinkUp:
        link_up(port);
        break;
    case LinkDown:
        link_down(port);
        break;
    case BusChangeDetected:
        sp__bus_changed(port);
        break;
    case BufferOverrunDetected:
        sim_find(port->at.sim, SIM_RULE_DRIVER_FAULT, 0,
                 "the miniport reports a buffer overrun (bug check)");
        break;
    case NextRequest: /* ignored by Storport */
    case NextLuRequest:
    case WMIEvent:
    case WMIReregister:
        break;
    case IoTargetRequestServiceTime: /* 8.3-47 */
        if (sp__silent(port, SP_SILENT_SERVICE_TIME))
            sp__usage(port, "StorPortNotification of type IoTargetRequestServiceTime");
        break;
    default: /* StorPortNotification2 (chapter 5.2) */
        sp__usage(port, "StorPortNotification of type 0x%x", (unsigned)type);
        break;
    }
}

VOID SIM_API StorPortNotification(SCSI_NOTIFICATION_TYPE NotificationType, PVOID HwDeviceExtension,
                                  ...)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortNotification");
    __builtin_ms_va_list args;
    HW_TIMER *routine;

    __builtin_ms_va_start(args, HwDeviceExtension);
    switch (NotificationType) {
    case RequestComplete:
        sp__complete(port, __builtin_va_arg(args, void *));
        break;
    case RequestTimerCall:
        routine = __builtin_va_arg(args, HW_TIMER *);
        sp__timer_call(port, routine, __builtin_va_arg(args, ULONG));
        break;
    case QueryTickCount:
        tick_count(port, __builtin_va_arg(args, LARGE_INTEGER *));
        break;
    default:
        simple(port, NotificationType);
        break;
    }
    __builtin_ms_va_end(args);
}
