/*
 * reset-takes-built.c: a reset completes requests that HwStorBuildIo had and HwStorStartIo not yet: some are still in
 * HwStorBuildIo, which then returns TRUE for a request that is not its own any more
 *
 * rule: storport-usage
 * windows: -
 * scenario: reset
 * seeds: 60
 */
#include "ram.h"

#define TABLE 64
static PVOID volatile Seen[TABLE]; /* interlocked: what HwStorBuildIo had */

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    ULONG Index;

    for (Index = 0; Index < TABLE && InterlockedCompareExchangePointer(&Seen[Index], Srb, NULL) != NULL; Index++) {
    }
#endif
    UNREFERENCED_PARAMETER(Srb);
    StorPortStallExecution(1);
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    ULONG Index;

    UNREFERENCED_PARAMETER(Adapter);
    for (Index = 0; Index < TABLE && InterlockedCompareExchangePointer(&Seen[Index], NULL, Srb) != Srb; Index++) {
    }
    return TRUE;
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    ULONG Index;

    for (Index = 0; Index < TABLE; Index++) {
        PSCSI_REQUEST_BLOCK Srb = InterlockedExchangePointer(&Seen[Index], NULL);

        if (Srb != NULL) {
            RamComplete(Adapter, Srb, SRB_STATUS_BUS_RESET);
        }
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.BuildIo = BuildIo, .StartIo = StartIo, .ResetBus = ResetBus};
