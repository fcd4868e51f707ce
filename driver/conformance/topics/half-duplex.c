/*
 * half-duplex.c: HwStorStartIo at device level, where no lock may be taken.
 *
 * set: check.half-duplex=off
 */
#include "ram.h"

/* Served at once: in half duplex the locks that HwStorStartIo has are the only ones. */
static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    Config->SynchronizationModel = StorSynchronizeHalfDuplex;
    return SP_RETURN_FOUND;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    ASSERT(KeGetCurrentIrql() > DISPATCH_LEVEL);
    if (!RamIsData(Srb)) {
        return TRUE;
    }
    RamServe(Adapter, Srb);
    return FALSE;
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(KeGetCurrentIrql() > DISPATCH_LEVEL);
    return FALSE; /* nothing is ever outstanding here */
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .StartIo = StartIo, .ResetBus = ResetBus};
