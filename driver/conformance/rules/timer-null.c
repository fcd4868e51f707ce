/*
 * timer-null.c: the adapter timer is armed without a routine
 *
 * rule: storport-usage
 * windows: StorPortTimer
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortNotification(RequestTimerCall, Adapter, NULL, 1000);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
