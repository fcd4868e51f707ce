/*
 * build-io-lost.c: HwStorBuildIo returns FALSE and forgets the request
 *
 * rule: srb-leaked
 * windows: HwStorBuildIo (its page)
 * set: check.data-race=off
 * set: check.drain=5m
 * set: explore.limit=1h
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (RamIsData(Srb) && Adapter->Started == 20) {
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.BuildIo = Hook};
