/*++

Module Name:

    nvstor.h

Abstract:

    Adapter extension, SRB extension and prototypes of the NVSTOR miniport, in the manner of the
    drivers of 2012: Storport of Windows 7, SCSI_REQUEST_BLOCKs only, NVM Express 1.0.

--*/

#ifndef __NVSTOR_H__
#define __NVSTOR_H__

#include <ntddk.h>
#include <Storport.h>
#include <NtDdScsi.h>
#include <StorTrce.h>
#include "inc\nvregs.h"

#ifndef FILE_DWORD_ALIGNMENT
#define FILE_DWORD_ALIGNMENT        0x00000003L
#endif

#define NVSTOR_TAG                  ((ULONG)'rtSN')
#define NVSTOR_TIMER_US             5000L   /* the start-up state machine's beat */
#define NVSTOR_STALL_US             999L    /* below the millisecond that the documents allow */
#define NVSTOR_MAX_QUEUES           8
#define NVSTOR_MAX_CPUS             32
#define NVSTOR_ADMIN_DEPTH          16
#define NVSTOR_IO_DEPTH             128
#define NVSTOR_MAX_TRANSFER         (128L * 1024L)
#define NVSTOR_PRP_ENTRIES          32      /* what follows PRP1 in the largest transfer */
#define NVSTOR_STEP_SECONDS         10L
#define NVSTOR_RECOVERY_POLL        20      /* looks of NVSTOR_STALL_US at CSTS.RDY */

/* States of the start-up, in order. The timer moves from one to the next. */
typedef enum _NV_START_STATE
{
    StateWaitOnRdy = 0,
    StateIdentifyCtrl,
    StateIdentifyNs,
    StateSetQueues,
    StateCreateCq,
    StateCreateSq,
    StateRunning,
    StateFailed
} NV_START_STATE;

/* One command slot; its index in the queue is the command identifier. */
typedef struct _NV_SLOT
{
    BOOLEAN             fPending;
    UCHAR               ucReserved[7];
    PSCSI_REQUEST_BLOCK pSrb;           /* NULL: a command of the driver's own */
} NV_SLOT, *PNV_SLOT;

typedef struct _NV_QUEUE
{
    USHORT      usQid;
    USHORT      usDepth;
    USHORT      usSqTail;               /* StartIo lock */
    USHORT      usCqHead;               /* DPC lock of the draining DPC */
    USHORT      usPhase;
    USHORT      usHint;                 /* where to look for a free slot first */
    ULONG       ulMessage;
    NV_COMMAND  *pSq;
    NV_CPL      *pCq;
    STOR_PHYSICAL_ADDRESS paSq;
    STOR_PHYSICAL_ADDRESS paCq;
    PNV_SLOT    pSlots;
} NV_QUEUE, *PNV_QUEUE;

typedef struct _NV_ADAPTER_EXTENSION
{
    PVOID       pBar;
    PVOID       pUncached;              /* one byte, as the samples ask */
    ULONG       ulBarLength;
    ULONG       ulCpus;
    ULONG       ulMessages;
    ULONG       ulQueues;               /* I/O queues in use */
    ULONG       ulQueueRoom;            /* I/O queues with memory */
    ULONG       ulDstrd;
    ULONG       ulReadyMs;

    /* start-up, recovery */
    NV_START_STATE StartState;
    ULONG       ulStartQueue;
    LONGLONG    llStepBegan;            /* 100 ns */
    BOOLEAN     fAdminBusy;
    BOOLEAN     fAdminDone;
    USHORT      usAdminStatus;
    ULONG       ulAdminDw0;
    BOOLEAN     fRecovery;
    BOOLEAN     fStopped;

    /* the namespace */
    ULONGLONG   ullBlocks;
    ULONG       ulBlockSize;
    UCHAR       aucSerial[20];
    UCHAR       aucModel[40];
    UCHAR       aucFirmware[8];
    PUCHAR      pIdentify;
    STOR_PHYSICAL_ADDRESS paIdentify;

    NV_QUEUE    aQueue[NVSTOR_MAX_QUEUES + 1];
    STOR_DPC    aDpc[NVSTOR_MAX_CPUS];  /* one a processor; its argument says which message */
    STOR_DPC    RecoveryDpc;
} NV_ADAPTER_EXTENSION, *PNV_ADAPTER_EXTENSION;

typedef struct _NV_SRB_EXTENSION
{
    NV_COMMAND  Command;
    /* Room for a list that does not cross a page, wherever the extension lies. */
    ULONGLONG   aullPrp[2 * NVSTOR_PRP_ENTRIES];
} NV_SRB_EXTENSION, *PNV_SRB_EXTENSION;

/* nvinit.c */
sp_DRIVER_INITIALIZE DriverEntry;
HW_FIND_ADAPTER NvHwFindAdapter;
HW_INITIALIZE NvHwInitialize;
HW_PASSIVE_INITIALIZE_ROUTINE NvHwPassiveInitialize;
HW_ADAPTER_CONTROL NvHwAdapterControl;

/* nvstart.c */
HW_TIMER NvHwTimer;
VOID NvStartBegin(PNV_ADAPTER_EXTENSION pAE);
LONGLONG NvNow(VOID);

/* nvio.c */
HW_BUILDIO NvHwBuildIo;
HW_STARTIO NvHwStartIo;
BOOLEAN NvSubmit(PNV_ADAPTER_EXTENSION pAE, PNV_QUEUE pQ, PSCSI_REQUEST_BLOCK pSrb, NV_COMMAND *pCmd);
VOID NvComplete(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, UCHAR ucStatus);

/* nvint.c */
HW_INTERRUPT NvHwInterrupt;
HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE NvHwMSInterrupt;
HW_DPC_ROUTINE NvCompletionDpc;

/* nvreset.c */
HW_RESET_BUS NvHwResetBus;
HW_DPC_ROUTINE NvRecoveryDpc;

/* nvscsi.c */
UCHAR NvScsiBuild(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, NV_COMMAND *pCmd);
UCHAR NvScsiInternal(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb);
UCHAR NvScsiSense(PSCSI_REQUEST_BLOCK pSrb, UCHAR ucKey, UCHAR ucAsc);

__inline ULONG NvRead(PNV_ADAPTER_EXTENSION pAE, ULONG ulOffset)
{
    return StorPortReadRegisterUlong(pAE, (PULONG)((PUCHAR)pAE->pBar + ulOffset));
}

__inline VOID NvWrite(PNV_ADAPTER_EXTENSION pAE, ULONG ulOffset, ULONG ulValue)
{
    StorPortWriteRegisterUlong(pAE, (PULONG)((PUCHAR)pAE->pBar + ulOffset), ulValue);
}

#define NvDoorbellSq(_pAE, _Qid)    (NV_DOORBELLS + ((2L * (_Qid)) << (2 + (_pAE)->ulDstrd)))
#define NvDoorbellCq(_pAE, _Qid)    (NV_DOORBELLS + ((2L * (_Qid) + 1L) << (2 + (_pAE)->ulDstrd)))

#endif /* __NVSTOR_H__ */
