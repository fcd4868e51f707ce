/*
 * ioctl-in-reset.c: an IOCTL comes while a reset recovers the adapter: it waits in the miniport, and is answered at the end;
 * reads and writes come back BUSY meanwhile.
 *
 * fault: action=reset at=5us spread=50us
 * fault: action=ioctl on=reset phase=return spread=25ms
 * reach: 2
 */
#define RECOVERY_PAUSES FALSE
#include "recovery.h"
#include <ntddscsi.h>

static PSCSI_REQUEST_BLOCK Waiting; /* StartIo lock */

static VOID Answer(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSRB_IO_CONTROL Control = SrbGetDataBuffer(Srb);

    ASSERT(SrbGetDataTransferLength(Srb) >= sizeof(*Control));
    ASSERT(Control->HeaderLength == sizeof(*Control));
    ASSERT(RtlCompareMemory(Control->Signature, "STORSIM ", 8) == 8);
    Control->ReturnCode = 7;
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
}

static VOID AnswerLate(PRAM_ADAPTER Adapter)
{
    if (Waiting != NULL) {
        RAM_REACHED(Adapter, 2);
        Answer(Adapter, Waiting);
        Waiting = NULL;
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    RecoveryBegin(Adapter);
    RecoveryOver = AnswerLate;
    if (Waiting != NULL) { /* a reset gives back IOCTLs as well */
        RamComplete(Adapter, Waiting, SRB_STATUS_BUS_RESET);
        Waiting = NULL;
    }
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (SrbGetSrbFunction(Srb) != SRB_FUNCTION_IO_CONTROL) {
        if (Recovering == 0) {
            return TRUE;
        }
        RamComplete(Adapter, Srb, SRB_STATUS_BUSY);
        return FALSE;
    }
    if (Recovering == 0) {
        Answer(Adapter, Srb);
    } else {
        RAM_REACHED(Adapter, 1);
        ASSERT(Waiting == NULL);
        Waiting = Srb;
    }
    return FALSE;
}

const RAM_HOOKS RamHooks = {.ResetBus = ResetBus, .StartIo = StartIo};
