/*
 * start.c: from whatever state the controller is in to Running, or to Failed.
 *
 * One state machine serves the first start-up, ScsiRestartAdapter and the end of every bus reset.
 * Each wait is a state with a deadline. HwStorTimer polls CSTS and watches the deadlines, the DPC
 * of message 0 brings the results of admin commands; both hold the StartIo lock when they step, and
 * so does a reset when it begins anew. Nobody sleeps, except that passive initialisation looks on.
 */
#include "nvme.h"

#define NVME_START_ATTEMPTS 3
#define NVME_START_REST_US (20 * NVME_US_PER_MS) /* before the second; twice as long before the third */
#define NVME_START_WAIT_US 500
#define NVME_START_WAIT_LIMIT_US (NVME_START_LIMIT_US + 5000 * NVME_US_PER_MS)

#define NVME_BIT(State) (1u << (State))

/* Legal successors. A reset or a restart leads from everywhere back to Disabling. */
static const ULONG NvmeNextStates[NvmeStateCount] = {
    [NvmeStateStopped] = NVME_BIT(NvmeStateDisabling),
    [NvmeStateDisabling] =
        NVME_BIT(NvmeStateEnabling) | NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateEnabling] = NVME_BIT(NvmeStateIdentifyController) | NVME_BIT(NvmeStateDisabling) |
                          NVME_BIT(NvmeStateFailed),
    [NvmeStateIdentifyController] = NVME_BIT(NvmeStateIdentifyNamespace) |
                                    NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateIdentifyNamespace] =
        NVME_BIT(NvmeStateSetQueueCount) | NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateSetQueueCount] =
        NVME_BIT(NvmeStateCreateCq) | NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateCreateCq] =
        NVME_BIT(NvmeStateCreateSq) | NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateCreateSq] = NVME_BIT(NvmeStateCreateCq) | NVME_BIT(NvmeStateRunning) |
                          NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateRunning] = NVME_BIT(NvmeStateDisabling) | NVME_BIT(NvmeStateFailed),
    [NvmeStateFailed] = NVME_BIT(NvmeStateDisabling),
};

static VOID NvmeStartEnter(PNVME_ADAPTER Adapter, NVME_STATE State);

static NVME_STATE NvmeState(PNVME_ADAPTER Adapter)
{
    return (NVME_STATE)Adapter->State;
}

BOOLEAN NvmeStateIsEnabled(NVME_STATE State)
{
    return State >= NvmeStateIdentifyController && State <= NvmeStateRunning;
}

static BOOLEAN NvmeStateIsStarting(NVME_STATE State)
{
    return State >= NvmeStateDisabling && State <= NvmeStateCreateSq;
}

static VOID NvmeSetState(PNVME_ADAPTER Adapter, NVME_STATE State)
{
    BOOLEAN Legal = (BOOLEAN)((NvmeNextStates[NvmeState(Adapter)] & NVME_BIT(State)) != 0);

    ASSERT(State < NvmeStateCount);
    ASSERT(Legal);
    UNREFERENCED_PARAMETER(Legal);
    InterlockedExchange(&Adapter->State, (LONG)State);
}

/* Another attempt, or none: then new requests are let in to be refused. */
static VOID NvmeStartOver(PNVME_ADAPTER Adapter, BOOLEAN Again)
{
    NvmeQuiesceBegin(Adapter);
    NvmeQuiesceComplete(Adapter);
    if (Again && Adapter->StartAttempts > 1) {
        Adapter->StartAttempts--;
        NvmeStartEnter(Adapter, NvmeStateDisabling);
    } else {
        NvmeSetState(Adapter, NvmeStateFailed);
        NvmeReleaseRequests(Adapter);
    }
}

/*
 * A step went wrong or took too long. Another attempt is worth while when the controller still
 * answers to CC.EN.
 */
static VOID NvmeStartGiveUp(PNVME_ADAPTER Adapter)
{
    NvmeStartOver(Adapter, NvmeStateIsEnabled(NvmeState(Adapter)));
}

/* It lost its power, or reset itself: what was begun will not end, and can be begun again. */
static VOID NvmeStartIfForgotten(PNVME_ADAPTER Adapter)
{
    if ((NvmeRead(Adapter, NVME_REG_CC) & NVME_CC_EN) == 0) {
        NvmeStartOver(Adapter, TRUE);
    }
}

/*
 * A command that is lost costs the first start-up one second of the five that Storport waits for;
 * one that is slow gets two seconds in the next attempt, and four in the last.
 */
static ULONG NvmeAdminPatience(PNVME_ADAPTER Adapter)
{
    return NVME_ADMIN_DEADLINE_US << (NVME_START_ATTEMPTS - Adapter->StartAttempts);
}

/* The way into every state but Failed: sets it and its deadline, starts what it waits for. */
static VOID NvmeStartEnter(PNVME_ADAPTER Adapter, NVME_STATE State)
{
    NvmeSetState(Adapter, State);
    switch (State) {
    case NvmeStateDisabling:
    case NvmeStateEnabling:
        Adapter->StepDeadline = NvmeNow(Adapter) + NvmeReadyTimeout(Adapter);
        break;
    case NvmeStateRunning:
        /* The flag first: a request that the resume lets through must find the door open. */
        NvmeQuiesceEnd(Adapter);
        NvmeReleaseRequests(Adapter);
        break;
    default:
        Adapter->StepDeadline = NvmeNow(Adapter) + NvmeAdminPatience(Adapter);
        NvmeAdminSend(Adapter, State);
        break;
    }
}

/*
 * All four combinations of (EN, RDY) are met: after a reset (0, any), after firmware (any). CC.EN
 * follows RDY: it falls when RDY is 1, it rises when RDY is 0.
 */
static VOID NvmeStepDisabling(PNVME_ADAPTER Adapter)
{
    ULONG Status = NvmeRead(Adapter, NVME_REG_CSTS);
    NVME_MESSAGE_LOCK Lock;

    if (NvmeNow(Adapter) < Adapter->RestUntil) {
        return;
    }
    if (Status == NVME_REG_GONE) {
        NvmeStartGiveUp(Adapter);
        return;
    }
    if ((NvmeRead(Adapter, NVME_REG_CC) & NVME_CC_EN) != 0) {
        if ((Status & (NVME_CSTS_RDY | NVME_CSTS_CFS)) != 0) {
            NvmeControllerDisable(Adapter);
        }
        return;
    }
    if ((Status & NVME_CSTS_RDY) != 0) {
        return;
    }

    NvmeMessageLock(Adapter, 0, &Lock);
    NvmeQueueOpen(&Adapter->Queues[0]);
    NvmeMessageUnlock(Adapter, 0, &Lock);

    if (Adapter->MessageCount == 0) {
        NvmeWrite(Adapter, NVME_REG_INTMC, NVME_INT_VECTOR0);
    }
    NvmeControllerEnable(Adapter);
    NvmeStartEnter(Adapter, NvmeStateEnabling);
}

static VOID NvmeStepEnabling(PNVME_ADAPTER Adapter)
{
    ULONG Status = NvmeRead(Adapter, NVME_REG_CSTS);

    if (Status == NVME_REG_GONE) {
        NvmeStartGiveUp(Adapter);
    } else if ((Status & NVME_CSTS_CFS) != 0) {
        /* A controller reset is the cure, and what failed may need a while. */
        Adapter->RestUntil = NvmeNow(Adapter) + ((ULONGLONG)NVME_START_REST_US
                                                 << (NVME_START_ATTEMPTS - Adapter->StartAttempts));
        NvmeStartOver(Adapter, TRUE);
    } else if ((Status & NVME_CSTS_RDY) != 0) {
        NvmeStartEnter(Adapter, NvmeStateIdentifyController);
    } else {
        NvmeStartIfForgotten(Adapter);
    }
}

static VOID NvmeStepAdmin(PNVME_ADAPTER Adapter)
{
    NVME_STATE State = NvmeState(Adapter);
    NVME_STATE Next = NvmeAdminNext(Adapter, State);

    if (Next == NvmeStateFailed) {
        NvmeStartGiveUp(Adapter);
    } else if (Next == State) {
        NvmeStartIfForgotten(Adapter);
    } else {
        NvmeStartEnter(Adapter, Next);
    }
}

/* Moves on if what the state waits for has happened. Harmless at any time. */
VOID NvmeStartStep(PNVME_ADAPTER Adapter)
{
    switch (NvmeState(Adapter)) {
    case NvmeStateDisabling:
        NvmeStepDisabling(Adapter);
        break;
    case NvmeStateEnabling:
        NvmeStepEnabling(Adapter);
        break;
    case NvmeStateIdentifyController:
    case NvmeStateIdentifyNamespace:
    case NvmeStateSetQueueCount:
    case NvmeStateCreateCq:
    case NvmeStateCreateSq:
        NvmeStepAdmin(Adapter);
        break;
    case NvmeStateStopped:
    case NvmeStateRunning:
    case NvmeStateFailed:
    case NvmeStateCount:
        break;
    }
}

/*
 * The device was pulled out. Every request goes back now, not when a time-out finds it missing; no
 * attempt is made to start it again, unless it is reset or restarted all the same.
 */
VOID NvmeStartGone(PNVME_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE StartIo;

    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &StartIo);
    if (NvmeState(Adapter) != NvmeStateStopped && NvmeState(Adapter) != NvmeStateFailed) {
        Adapter->StartAttempts = 1;
        NvmeStartGiveUp(Adapter);
    }
    StorPortReleaseSpinLock(Adapter, &StartIo);
}

static VOID NvmeTimerArm(PNVME_ADAPTER Adapter, ULONG Microseconds)
{
    StorPortNotification(RequestTimerCall, Adapter, NvmeTimer, Microseconds);
}

/*
 * The queues are closed, nothing is in flight. A reset in the middle of a start-up gains no time
 * for it, or the pause that the first one began would run out.
 */
VOID NvmeStartBegin(PNVME_ADAPTER Adapter)
{
    ASSERT(Adapter->ResetInProgress);

    InterlockedExchange(&Adapter->StartRequested, 0); /* a reset that came first has answered it */
    if (Adapter->HoldCount <= 1) {
        Adapter->StartDeadline = NvmeNow(Adapter) + NVME_START_LIMIT_US;
    }
    Adapter->StartAttempts = NVME_START_ATTEMPTS;
    Adapter->RestUntil = 0;
    NvmeStartEnter(Adapter, NvmeStateDisabling);
    NvmeTimerArm(Adapter, NVME_TIMER_PERIOD_US);
    NvmeStartStep(Adapter);
}

VOID NvmeTimer(PVOID DeviceExtension)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONGLONG Now;

    if (InterlockedCompareExchange(&Adapter->Stopped, 0, 0) != 0) {
        return;
    }
    if (InterlockedCompareExchange(&Adapter->StartRequested, 0, 0) != 0) {
        if (Adapter->State != NvmeStateStopped) {
            /* A restart. The stop may have cut off a recovery, with its hold and its command. */
            NvmeReleaseRequests(Adapter);
            NvmeHoldRequests(Adapter);
            NvmeQuiesceBegin(Adapter);
            NvmeQuiesceComplete(Adapter);
        }
        NvmeStartBegin(Adapter);
        return;
    }

    NvmeStartStep(Adapter);
    if (!NvmeStateIsStarting(NvmeState(Adapter))) {
        return;
    }
    Now = NvmeNow(Adapter);
    if (Now >= Adapter->StartDeadline) {
        Adapter->StartAttempts = 1;
        NvmeStartGiveUp(Adapter);
    } else if (Now >= Adapter->StepDeadline) {
        NvmeStartGiveUp(Adapter);
    }
    if (NvmeStateIsStarting(NvmeState(Adapter))) {
        NvmeTimerArm(Adapter, NVME_TIMER_PERIOD_US);
    }
}

/* The start-up itself happens in the timer, where the StartIo lock is held. */
VOID NvmeStartRequest(PNVME_ADAPTER Adapter)
{
    InterlockedExchange(&Adapter->Stopped, 0);
    InterlockedExchange(&Adapter->StartRequested, 1);
    NvmeTimerArm(Adapter, NVME_TIMER_PERIOD_US);
}

/*
 * Looks on until the start-up has ended, one way or the other; every state has a deadline, so it
 * does. The limit here only covers a timer that never comes.
 */
BOOLEAN NvmeStartWait(PNVME_ADAPTER Adapter)
{
    ULONGLONG Deadline = NvmeNow(Adapter) + NVME_START_WAIT_LIMIT_US;
    LONG State;

    do {
        StorPortStallExecution(NVME_START_WAIT_US);
        State = InterlockedCompareExchange(&Adapter->State, 0, 0);
    } while (State != NvmeStateRunning && State != NvmeStateFailed && NvmeNow(Adapter) < Deadline);
    return (BOOLEAN)(State == NvmeStateRunning);
}
