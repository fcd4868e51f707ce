/*
 * data-race.c: the DPC counts without its lock what HwStorStartIo reads
 *
 * rule: data-race
 * windows: -
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    Adapter->Started++;
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
