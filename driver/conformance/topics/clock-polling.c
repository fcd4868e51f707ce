/*
 * clock-polling.c: HwStorInitialize waits for the clock at device level: reading it takes time.
 */
#include "ram.h"

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    LARGE_INTEGER Begin, Now;

    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(KeGetCurrentIrql() > DISPATCH_LEVEL);
    StorPortQuerySystemTime(&Begin);
    do {
        StorPortQuerySystemTime(&Now);
    } while (Now.QuadPart - Begin.QuadPart < 2 * 10000);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Initialize = Initialize};
