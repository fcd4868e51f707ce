/*
 * request-lost.c: one request is never completed, not even by a reset
 *
 * rule: srb-leaked
 * windows: 0xF0/3
 * set: check.reset-outstanding=off
 * set: check.drain=5m
 * set: explore.limit=1h
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 20) {
        Adapter->Served++;
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
