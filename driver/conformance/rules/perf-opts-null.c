/*
 * perf-opts-null.c: StorPortInitializePerfOpts gets no data
 *
 * rule: storport-usage
 * windows: StorPortPerfOpts
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PERF_CONFIGURATION_DATA Data;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    RtlZeroMemory(&Data, sizeof(Data));
    StorPortInitializePerfOpts(Adapter, TRUE, NULL);
#else
    RtlZeroMemory(&Data, sizeof(Data));
    Data.Version = STOR_PERF_VERSION;
    Data.Size = sizeof(Data);
    StorPortInitializePerfOpts(Adapter, TRUE, &Data);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
