/*
 * stall-too-long.c: a stall of 200 ms
 *
 * rule: stall-too-long
 * windows: 0xF1/1001, 0xF1/2001
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortStallExecution(200000);
#else
    StorPortStallExecution(200);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
