/*
 * abort-victim-kept.c: SRB_FUNCTION_ABORT_COMMAND ends well, and its victim stays with the miniport
 *
 * rule: reset-outstanding
 * windows: 0xF0/2
 * set: port.abort_tier=yes
 * set: port.timeout=2s
 */
#include "ram.h"

static PSCSI_REQUEST_BLOCK Kept; /* StartIo lock */

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    Config->FeatureSupport |= STOR_ADAPTER_FEATURE_ABORT_COMMAND;
    return SP_RETURN_FOUND;
}

static BOOLEAN Serve(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (Adapter->Served != 20 || Kept != NULL) {
        return TRUE;
    }
    Kept = Srb;
    return FALSE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (SrbGetSrbFunction(Srb) != SRB_FUNCTION_ABORT_COMMAND) {
        return TRUE;
    }
#ifndef VIOLATE
    if (Kept == NULL || Kept != Srb->NextSrb) {
        RamComplete(Adapter, Srb, SRB_STATUS_ABORT_FAILED);
        return FALSE;
    }
    RamComplete(Adapter, Kept, SRB_STATUS_ABORTED);
    Adapter->Served++;
    Kept = NULL;
#endif
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
    return FALSE;
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    if (Kept != NULL) {
        RamComplete(Adapter, Kept, SRB_STATUS_BUS_RESET);
        Adapter->Served++;
        Kept = NULL;
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .Serve = Serve, .StartIo = StartIo, .ResetBus = ResetBus};
