/*
 * complete-for-me.c: StorPortCompleteRequest gives back whatever the miniport has for an address. It is the port driver's,
 * but old miniports reset with it.
 *
 * scenario: reset
 * set: check.storport-usage=off
 * reach: 1
 */
#include "ram.h"

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    if (!IsListEmpty(&Adapter->Queue)) {
        RAM_REACHED(Adapter, 1);
    }
    InitializeListHead(&Adapter->Queue);
    StorPortCompleteRequest(Adapter, 0, 0, 0, SRB_STATUS_BUS_RESET);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.ResetBus = ResetBus};
