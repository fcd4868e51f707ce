/*
 * complete-request.c: the routine that belongs to the port driver
 *
 * rule: storport-usage
 * windows: StorPortCompleteRequest, StorPortDDIsPortOnly
 * scenario: reset
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortCompleteRequest(Adapter, 0, 0, 0, SRB_STATUS_BUS_RESET);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = Hook};
