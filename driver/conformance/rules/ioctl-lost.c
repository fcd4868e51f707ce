/*
 * ioctl-lost.c: an IOCTL during a reset is turned away and not completed
 *
 * rule: srb-leaked
 * windows: 0xF0/3
 * set: check.reset-outstanding=off
 * fault: action=reset at=5us spread=50us
 * fault: action=ioctl on=reset phase=return spread=100us
 */
#include "ram.h"

static BOOLEAN InReset; /* StartIo lock */

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    InReset = TRUE;
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (SrbGetSrbFunction(Srb) == SRB_FUNCTION_IO_CONTROL && InReset) {
#ifndef VIOLATE
        RamComplete(Adapter, Srb, SRB_STATUS_BUS_RESET);
#endif
        return FALSE;
    }
    UNREFERENCED_PARAMETER(Adapter);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = ResetBus, .StartIo = StartIo};
