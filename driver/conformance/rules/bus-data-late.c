/*
 * bus-data-late.c: configuration space is read while requests flow
 *
 * rule: storport-usage
 * windows: StorPortGetBusData (its page)
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UCHAR Data[4];

    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortGetBusData(Adapter, PCIConfiguration, 0, 0, Data, sizeof(Data));
#else
    RtlZeroMemory(Data, sizeof(Data));
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
