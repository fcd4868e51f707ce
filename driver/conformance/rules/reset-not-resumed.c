/*
 * reset-not-resumed.c: the reset pauses the adapter and forgets to resume it
 *
 * rule: adapter-stuck
 * windows: -
 * scenario: reset
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortPause(Adapter, 100000);
#else
    StorPortPause(Adapter, 10);
    StorPortResume(Adapter);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = Hook};
