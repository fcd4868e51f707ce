/*
 * status-pending.c: a request is completed with SRB_STATUS_PENDING
 *
 * rule: srb-status
 * windows: StorPortStatusPending, 0xF1/1004
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 20) {
        RamComplete(Adapter, Srb, SRB_STATUS_PENDING);
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
