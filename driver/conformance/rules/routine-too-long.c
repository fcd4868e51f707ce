/*
 * routine-too-long.c: the DPC takes 600 ms
 *
 * rule: routine-too-long
 * windows: 0xF1/1002
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    ULONG Step;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    for (Step = 0; Step < 650; Step++) {
        StorPortStallExecution(999);
    }
#else
    for (Step = 0; Step < 2; Step++) {
        StorPortStallExecution(5);
    }
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
