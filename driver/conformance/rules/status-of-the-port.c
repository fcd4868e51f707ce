/*
 * status-of-the-port.c: a request is completed with a status that is the port driver's own
 *
 * rule: srb-status
 * windows: 0xF1/1004
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 20) {
        RamComplete(Adapter, Srb, 0x39);
        return FALSE;
    }
#else
    if (Adapter->Served == 20) {
        Adapter->Served++;
        RamComplete(Adapter, Srb, SRB_STATUS_BUSY);
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
