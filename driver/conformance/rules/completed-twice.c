/*
 * completed-twice.c: a request is completed twice
 *
 * rule: srb-completed-once
 * windows: 0xF1/1003, 0xF1/2004
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 20) {
        RamServe(Adapter, Srb);
        StorPortNotification(RequestComplete, Adapter, Srb);
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
