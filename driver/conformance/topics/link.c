/*
 * link.c: LinkDown stops the requests, LinkUp lets them flow; an outage longer than LinkDownTimeoutValue ends by itself.
 *
 * set: port.link_down=1s
 * reach: 3
 */
#include "ram.h"

enum { LINK_UP, LINK_DOWN, LINK_LOST };
static ULONG Link;  /* StartIo lock */
static ULONG Calls; /* StartIo lock */
static HW_TIMER Restored;

static VOID Restored(PVOID DeviceExtension)
{
    ASSERT(Link == LINK_DOWN);
    Link = LINK_UP;
    RAM_REACHED((PRAM_ADAPTER)DeviceExtension, 1);
    StorPortNotification(LinkUp, DeviceExtension);
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (!RamIsData(Srb)) {
        return TRUE;
    }
    ASSERT(Link != LINK_DOWN);
    if (Link == LINK_LOST) {
        RAM_REACHED(Adapter, 3);
        Link = LINK_UP;
        RamComplete(Adapter, Srb, SRB_STATUS_LINK_DOWN);
        return FALSE;
    }
    Calls++;
    if (Calls == 20) {
        Link = LINK_DOWN;
        StorPortNotification(LinkDown, Adapter);
        StorPortNotification(RequestTimerCall, Adapter, Restored, 50000);
    } else if (Calls == 40) {
        RAM_REACHED(Adapter, 2);
        Link = LINK_LOST;
        StorPortNotification(LinkDown, Adapter);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo};
