/*
 * nvme.h: the driver's own types. Private to this driver.
 *
 * Locks, in the order in which they may be taken:
 *
 *   StartIo lock    held by Storport around HwStorStartIo, HwStorTimer and HwStorResetBus, taken by
 *                   the completion DPC when an admin command has finished. Owns the state machine:
 *                   State, the deadlines, HoldCount, the identify results.
 *   message lock    StorPortAcquireMSISpinLock of a queue's message, the interrupt lock where there
 *                   are no messages. Owns the rings and slots of the queues that signal through the
 *                   message, and the admin result (message 0). Held by Storport around the ISR.
 *   interrupt lock  StorPortSynchronizeAccess: every message lock at once. Writes ResetInProgress
 *                   and closes queues; holding any one message lock is enough to read them.
 *
 * Nobody takes the StartIo lock while holding a message lock, and nobody waits while holding one.
 */
#pragma once

#include <storport.h>
#include <srbhelper.h>

#include "nvmespec.h"

#define NVME_IO_QUEUE_MAX 16
#define NVME_QUEUE_MAX (NVME_IO_QUEUE_MAX + 1) /* and the admin queue, number 0 */
#define NVME_MESSAGE_MAX NVME_QUEUE_MAX
#define NVME_QUEUE_DEPTH_MAX 256 /* entries; a ring holds one command fewer */
#define NVME_ADMIN_DEPTH 16

#define NVME_TRANSFER_MAX (256 * 1024) /* bytes */
#define NVME_PRP_LIST_MAX (NVME_TRANSFER_MAX / PAGE_SIZE)
#define NVME_PRP_LIST_SIZE (NVME_PRP_LIST_MAX * sizeof(ULONGLONG))

/* Aligned to its own size, a list never crosses a page, so that one list is always enough. */
C_ASSERT((NVME_PRP_LIST_SIZE & (NVME_PRP_LIST_SIZE - 1)) == 0);
C_ASSERT(NVME_PRP_LIST_SIZE <= PAGE_SIZE);

/* Ranges of one UNMAP: as many as fit where a PRP list does. */
#define NVME_UNMAP_RANGE_MAX (NVME_PRP_LIST_SIZE / sizeof(NVME_DSM_RANGE))

#define NVME_NAMESPACE_ID 1 /* the one namespace that is shown, as LUN 0 */

/* Microseconds. */
#define NVME_US_PER_MS 1000
#define NVME_TIMER_PERIOD_US (1 * NVME_US_PER_MS)
#define NVME_ADMIN_DEADLINE_US (1000 * NVME_US_PER_MS) /* in a first attempt, see start.c */
#define NVME_START_LIMIT_US (55000 * NVME_US_PER_MS) /* below the length of a hold, see hold.c */

typedef struct _NVME_ADAPTER NVME_ADAPTER, *PNVME_ADAPTER;

/* Where the controller is between power-up and service. NvmeSetState has the legal transitions. */
typedef enum _NVME_STATE {
    NvmeStateStopped,            /* not started yet: nothing of ours is on the controller */
    NvmeStateDisabling,          /* on the way to CC.EN = 0 and CSTS.RDY = 0 */
    NvmeStateEnabling,           /* admin queue programmed, CC.EN = 1, waiting for CSTS.RDY = 1 */
    NvmeStateIdentifyController, /* admin command under way, as in the next four */
    NvmeStateIdentifyNamespace,
    NvmeStateSetQueueCount,
    NvmeStateCreateCq, /* of queue StartQueue */
    NvmeStateCreateSq, /* of queue StartQueue */
    NvmeStateRunning,  /* requests reach the controller */
    NvmeStateFailed,   /* given up: requests are refused with NO_DEVICE; a bus reset tries again */
    NvmeStateCount
} NVME_STATE;

/* One command identifier. It belongs to the controller while Owner is set. */
typedef struct _NVME_SLOT {
    PVOID Owner;      /* the SRB, or the adapter's ADMIN for an admin command; NULL = free */
    UCHAR Generation; /* upper byte of the identifier; survives resets */
} NVME_SLOT;

typedef struct _NVME_QUEUE {
    PNVME_ADAPTER Adapter;
    USHORT Id;     /* 0 = admin */
    USHORT Depth;  /* entries in each ring */
    ULONG Message; /* whose lock guards all below */
    PNVME_COMMAND Sq;
    PNVME_COMPLETION Cq;
    ULONGLONG SqPhysical;
    ULONGLONG CqPhysical;

    BOOLEAN Open; /* the controller may know the rings, and completions are looked for */
    USHORT Phase; /* value of the phase tag in a new entry */
    USHORT SqTail;
    USHORT CqHead;
    USHORT InFlight;
    ULONG Strays; /* completions that matched no live slot, since start-up */

    /* Free slots, oldest first: an identifier rests as long as possible before it is used again. */
    UCHAR FreeGet;
    UCHAR FreePut;
    UCHAR Free[NVME_QUEUE_DEPTH_MAX];
    NVME_SLOT Slots[NVME_QUEUE_DEPTH_MAX];
} NVME_QUEUE, *PNVME_QUEUE;

/* The indexes into Free are bytes that wrap by themselves. */
C_ASSERT(NVME_QUEUE_DEPTH_MAX == 256);

/* An interrupt message and the DPC that drains its queues: Id, Id + MessageStride, and so on. */
typedef struct _NVME_MESSAGE {
    ULONG Id;
    STOR_DPC Dpc;
} NVME_MESSAGE, *PNVME_MESSAGE;

/* Result of the one admin command that may be under way. Message lock 0. */
typedef struct _NVME_ADMIN {
    BOOLEAN Done;
    USHORT Status; /* NVME_STATUS_CODE */
    ULONG Dword0;
} NVME_ADMIN;

/* What the namespace looks like to SCSI. StartIo lock. */
typedef struct _NVME_GEOMETRY {
    ULONGLONG Blocks;
    UCHAR BlockShift;
    BOOLEAN WriteCache;
    BOOLEAN Unmap;       /* the controller has Dataset Management */
    BOOLEAN UnmapZeroes; /* deallocated blocks read as zeroes */
    BOOLEAN Thin;
    ULONG UnmapGranularity; /* blocks; 0 = not told */
    UCHAR Eui64[8];
    UCHAR SerialNumber[20];
    UCHAR ModelNumber[40];
    UCHAR FirmwareRevision[8];
} NVME_GEOMETRY, *PNVME_GEOMETRY;

struct _NVME_ADAPTER {
    /* Fixed once HwStorInitialize has run. */
    PUCHAR Registers;
    ULONGLONG Capabilities;
    USHORT IoQueueRoom;    /* I/O queues that memory and doorbells were found for */
    USHORT IoQueueWanted;  /* of those, as many as processors and messages make use of */
    USHORT MessageCount;   /* 0 = line-based interrupt */
    USHORT MessageStride;  /* MessageCount, but at least 1 */
    BOOLEAN ExtendedSrb;   /* requests are STORAGE_REQUEST_BLOCKs */
    ULONG MaximumTransfer; /* bytes */
    PVOID IdentifyBuffer;  /* one page that the controller writes to */
    ULONGLONG IdentifyPhysical;

    volatile LONG Stopped;        /* interlocked: ScsiStopAdapter came, no ScsiRestartAdapter yet */
    volatile LONG StartRequested; /* interlocked: the timer shall begin a start-up */

    /*
     * Set while the controller is not in service: from FindAdapter to the end of the first
     * start-up, during every reset with the re-initialisation after it, and after a stop.
     */
    BOOLEAN ResetInProgress;

    volatile LONG State; /* NVME_STATE; written interlocked, for the start-up's waiter to see */
    ULONGLONG RestUntil;     /* no attempt is made before */
    ULONGLONG StepDeadline;  /* microseconds of NvmeNow, of the state that State is in */
    ULONGLONG StartDeadline; /* of the whole start-up */
    UCHAR StartAttempts;     /* left, the present one included */
    USHORT StartQueue;       /* the I/O queue that is being created */
    USHORT IoQueueCount;     /* I/O queues in use */
    ULONG HoldCount;         /* StorPortPause calls that no StorPortResume has answered yet */
    NVME_GEOMETRY Geometry;

    NVME_ADMIN Admin;
    NVME_MESSAGE Messages[NVME_MESSAGE_MAX];
    NVME_QUEUE Queues[NVME_QUEUE_MAX];
};

typedef enum _NVME_REQUEST_KIND {
    NvmeRequestAnswer, /* the driver answers it without the controller */
    NvmeRequestFlush,  /* Command is ready to be sent */
    NvmeRequestData,   /* Command is ready to be sent */
    NvmeRequestUnmap,  /* Command is ready to be sent, unless there are no ranges */
    NvmeRequestBadCdb, /* a field of the CDB is not supported */
    NvmeRequestBadListLength, /* of UNMAP: no room for the list's header */
    NvmeRequestBadList,       /* of UNMAP: more descriptors than the block limits page allows */
    NvmeRequestBadData        /* the data buffer cannot be described by PRPs, or is not there */
} NVME_REQUEST_KIND;

/* The SRB extension. Written in BuildIo, in full: Storport does not clear it. */
typedef struct _NVME_REQUEST {
    NVME_COMMAND Command;
    NVME_REQUEST_KIND Kind;
    ULONG Blocks; /* of UNMAP: ranges */
    ULONGLONG FirstBlock;
    /* A PRP list lies somewhere in it, aligned; for UNMAP, the ranges. */
    ULONGLONG PrpRoom[2 * NVME_PRP_LIST_MAX];
} NVME_REQUEST, *PNVME_REQUEST;

/* controller.c: registers and time. */
ULONG NvmeRead(PNVME_ADAPTER Adapter, ULONG Offset);
VOID NvmeWrite(PNVME_ADAPTER Adapter, ULONG Offset, ULONG Value);
ULONGLONG NvmeRead64(PNVME_ADAPTER Adapter, ULONG Offset);
ULONGLONG NvmeNow(PNVME_ADAPTER Adapter);
ULONG NvmeReadyTimeout(PNVME_ADAPTER Adapter);
VOID NvmeControllerEnable(PNVME_ADAPTER Adapter);
VOID NvmeControllerDisable(PNVME_ADAPTER Adapter);

/* entry.c, find.c, probe.c */
HW_FIND_ADAPTER NvmeFindAdapter;
HW_INITIALIZE NvmeInitialize;
HW_PASSIVE_INITIALIZE_ROUTINE NvmePassiveInitialize;
HW_ADAPTER_CONTROL NvmeAdapterControl;
BOOLEAN NvmeProbe(PNVME_ADAPTER Adapter); /* FindAdapter, no lock */

/* interrupt.c */
typedef struct _NVME_MESSAGE_LOCK {
    ULONG OldIrql;
    STOR_LOCK_HANDLE Handle;
} NVME_MESSAGE_LOCK;

HW_INTERRUPT NvmeLineInterrupt;
HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE NvmeMessageInterrupt;
HW_DPC_ROUTINE NvmeCompletionDpc;
VOID NvmeMessageLock(PNVME_ADAPTER Adapter, ULONG Message, NVME_MESSAGE_LOCK *Lock);
VOID NvmeMessageUnlock(PNVME_ADAPTER Adapter, ULONG Message, NVME_MESSAGE_LOCK *Lock);

/* queue.c: the caller holds the queue's message lock, or is alone (FindAdapter). */
VOID NvmeQueueInitialize(PNVME_QUEUE Queue, USHORT Depth);
VOID NvmeQueueOpen(PNVME_QUEUE Queue);
VOID NvmeQueueClose(PNVME_QUEUE Queue);
BOOLEAN NvmeQueueSubmit(PNVME_QUEUE Queue, PVOID Owner, const NVME_COMMAND *Command);
BOOLEAN NvmeQueuePending(PNVME_QUEUE Queue);
ULONG NvmeQueueDrain(PNVME_QUEUE Queue, ULONG Budget);
PVOID NvmeQueueAbandon(PNVME_QUEUE Queue, PUSHORT Cursor);

/* admin.c: the caller holds the StartIo lock, unless said otherwise. */
VOID NvmeFillIdentify(PNVME_ADAPTER Adapter, PNVME_COMMAND Command, ULONG NamespaceId,
                      ULONG Structure); /* any caller */
VOID NvmeAdminSend(PNVME_ADAPTER Adapter, NVME_STATE State);
NVME_STATE NvmeAdminNext(PNVME_ADAPTER Adapter, NVME_STATE State);

/* start.c: the caller holds the StartIo lock, unless said otherwise. */
HW_TIMER NvmeTimer;
VOID NvmeStartRequest(PNVME_ADAPTER Adapter); /* any caller */
BOOLEAN NvmeStartWait(PNVME_ADAPTER Adapter); /* PASSIVE, no lock */
VOID NvmeStartBegin(PNVME_ADAPTER Adapter);
VOID NvmeStartStep(PNVME_ADAPTER Adapter);
VOID NvmeStartGone(PNVME_ADAPTER Adapter); /* PASSIVE, no lock */
BOOLEAN NvmeStateIsEnabled(NVME_STATE State); /* CSTS.RDY = 1 was seen, CC.EN not cleared since */

/* hold.c: the caller holds the StartIo lock. */
VOID NvmeHoldRequests(PNVME_ADAPTER Adapter);
VOID NvmeReleaseRequests(PNVME_ADAPTER Adapter);

/* quiesce.c: the caller holds the StartIo lock. */
typedef enum _NVME_QUIET { NvmeQuiet, NvmeNotQuiet, NvmeGone } NVME_QUIET;

VOID NvmeQuiesceBegin(PNVME_ADAPTER Adapter);
NVME_QUIET NvmeQuiesceWait(PNVME_ADAPTER Adapter);
VOID NvmeQuiesceComplete(PNVME_ADAPTER Adapter);
VOID NvmeQuiesceEnd(PNVME_ADAPTER Adapter);

/* reset.c */
HW_RESET_BUS NvmeResetBus;
VOID NvmeResetInitialize(PNVME_ADAPTER Adapter); /* from passive initialisation */

/* io.c */
HW_BUILDIO NvmeBuildIo;
HW_STARTIO NvmeStartIo;
VOID NvmeComplete(PNVME_ADAPTER Adapter, PVOID Srb, UCHAR SrbStatus);

/* prp.c */
BOOLEAN NvmePrpBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request);
PULONGLONG NvmePrpList(PNVME_REQUEST Request); /* NVME_PRP_LIST_SIZE bytes within a page */

/* unmap.c: BuildIo's half, and StartIo's, which returns SRB_STATUS_PENDING for what is to be sent. */
VOID NvmeUnmapBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request, const UCHAR *Cdb);
UCHAR NvmeUnmapCheck(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request);

/* scsi.c, inquiry.c: the StartIo half returns the status to complete with. */
VOID NvmeScsiBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request);
UCHAR NvmeScsiAnswer(PNVME_ADAPTER Adapter, PVOID Srb);
UCHAR NvmeScsiCheckRange(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request);
UCHAR NvmeScsiRangeStatus(PNVME_ADAPTER Adapter, PVOID Srb, ULONGLONG First, ULONG Blocks);
ULONGLONG NvmeGet(const UCHAR *Bytes, ULONG Count);
UCHAR NvmeScsiReply(PVOID Srb, const UCHAR *Data, ULONG Length, ULONG Allocation);
UCHAR NvmeInquiry(PNVME_ADAPTER Adapter, PVOID Srb, const UCHAR *Cdb);
VOID NvmePut16(PUCHAR Bytes, USHORT Value);
VOID NvmePut32(PUCHAR Bytes, ULONG Value);
VOID NvmePut64(PUCHAR Bytes, ULONGLONG Value);

/* sense.c */
UCHAR NvmeSense(PVOID Srb, UCHAR Key, UCHAR Code, UCHAR Qualifier);
UCHAR NvmeSrbStatus(PVOID Srb, USHORT Status);
