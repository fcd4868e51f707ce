/*
 * dpcs-without-end.c: a DPC issues itself again and again: each is short enough, and the CPU never gets below DISPATCH
 *
 * rule: dpc-watchdog
 * windows: 0x133/1
 * set: check.stall=10s
 * set: workload.main.number_ios=400
 */
#include "ram.h"

static LONG Rounds; /* interlocked */

static VOID Dpc(PRAM_ADAPTER Adapter)
{
#ifdef VIOLATE
    if (InterlockedIncrement(&Rounds) < 60) {
        StorPortStallExecution(400000);
        StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
    }
#else
    if (InterlockedIncrement(&Rounds) < 10) {
        StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
    }
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Dpc};
