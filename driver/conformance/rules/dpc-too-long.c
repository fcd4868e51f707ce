/*
 * dpc-too-long.c: a DPC waits for eleven seconds in stalls that are each short enough
 *
 * rule: dpc-watchdog
 * windows: 0x133/0
 * set: check.routine=100s
 */
#include "ram.h"

static LONG Done; /* interlocked */

static VOID Dpc(PRAM_ADAPTER Adapter)
{
    ULONG Rounds = 10;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    Rounds = 12000;
#endif
    if (InterlockedExchange(&Done, 1) == 0) {
        while (Rounds-- != 0) {
            StorPortStallExecution(950);
        }
    }
}

const RAM_HOOKS RamHooks = {.Dpc = Dpc};
