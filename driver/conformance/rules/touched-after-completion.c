/*
 * touched-after-completion.c: the SRB is read after RequestComplete
 *
 * rule: srb-touched-after-completion
 * windows: 0xD1
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    RamServe(Adapter, Srb);
    if (Srb->SrbStatus != SRB_STATUS_SUCCESS) {
        Adapter->Served++;
    }
    return FALSE;
#else
    RamServe(Adapter, Srb);
    return FALSE;
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
