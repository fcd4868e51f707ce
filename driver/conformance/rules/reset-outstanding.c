/*
 * reset-outstanding.c: HwStorResetBus returns TRUE and keeps a request
 *
 * rule: reset-outstanding
 * windows: 0xF0/1, 0xF1/1007
 * scenario: reset
 */
#include "ram.h"

static PSCSI_REQUEST_BLOCK Kept; /* StartIo lock */

static BOOLEAN Serve(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (Adapter->Served != 5 || Kept != NULL) {
        return TRUE;
    }
    Kept = Srb;
    return FALSE;
}

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
#ifndef VIOLATE
    if (Kept != NULL) {
        RamComplete(Adapter, Kept, SRB_STATUS_BUS_RESET);
        Adapter->Served++;
        Kept = NULL;
    }
#endif
    UNREFERENCED_PARAMETER(Adapter);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Serve, .ResetBus = Hook};
