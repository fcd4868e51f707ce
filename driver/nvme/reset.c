/*
 * reset.c: HwStorResetBus.
 *
 * Storport calls it at DISPATCH with the StartIo lock held, when a request has not come back in
 * time. The lock keeps HwStorStartIo and HwStorTimer away. It keeps nothing else away: interrupt
 * routines and DPCs run on other processors, and so does HwStorBuildIo. On return every request
 * that StartIo has seen must have been completed.
 *
 * The numbers below are those of the review that asked for this routine's rules (1 to 5), and of
 * the lessons that the field added (6 to 11):
 *
 *    1  complete every outstanding request before returning; leave no DPC to do it later
 *    2  StorPortPause holds off new requests
 *    3  StorPortSynchronizeAccess shuts out the interrupt routines
 *    4  a flag keeps requests off the hardware while the reset lasts
 *    5  StorPortResume when all is complete and the controller is back
 *    6  quiet first: a controller that still runs writes into memory that was given back
 *    7  wait without the interrupt lock, and not for long
 *    8  a DPC that drains a completion queue is not an interrupt routine: shut it out as well
 *    9  starting the re-initialisation is not finishing it: resume only when requests can be served
 *   10  a reset that fails gives every request back all the same
 *   11  a reset during a reset is normal
 */
#include "nvme.h"

/* Nothing to prepare: the reset uses no DPC, timer or memory of its own. */
VOID NvmeResetInitialize(PNVME_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
}

BOOLEAN NvmeResetBus(PVOID DeviceExtension, ULONG PathId)
{
    PNVME_ADAPTER Adapter = DeviceExtension;

    UNREFERENCED_PARAMETER(PathId); /* there is one path, the controller */

    /* Before the first start-up no request was let in, and the controller is not ours yet. */
    if (Adapter->State == NvmeStateStopped) {
        return TRUE;
    }

    /* Rule 2. Rule 11: each hold is counted, and all are released together. */
    NvmeHoldRequests(Adapter);

    /*
     * Rule 11: a start-up that has not got to CSTS.RDY = 1 yet is a controller reset already. No
     * request was sent since the last one, and CC.EN must not fall before RDY has risen.
     */
    if (Adapter->State == NvmeStateDisabling || Adapter->State == NvmeStateEnabling) {
        return TRUE;
    }

    /*
     * Rules 3, 4 and 8: under every message lock, set the flag, close the queues, clear CC.EN. A
     * DPC drains and completes under its message lock, so by now it has completed what it had
     * claimed, and will claim no more.
     */
    NvmeQuiesceBegin(Adapter);

    /*
     * Rules 6 and 7. A controller that stays busy beyond the time this routine has cannot be waited
     * for, nor can its requests be kept (rule 1). They go back while it may still write: the one
     * hole that is left, and the reason for a time-out close to the watchdog's limit. The start-up
     * below goes on waiting for it and lets no request in before it is quiet.
     */
    if (NvmeStateIsEnabled((NVME_STATE)Adapter->State)) {
        NvmeQuiesceWait(Adapter);
    }

    /* Rules 1 and 10: whatever the controller answered. */
    NvmeQuiesceComplete(Adapter);

    /*
     * Rules 5 and 9: the timer and the admin queue's DPC carry the start-up from here. When it
     * ends, in Running or in Failed, it clears the flag and resumes (NvmeStartEnter); until then
     * both the pause and the flag stay. A controller that has left the bus ends in Failed at once.
     */
    NvmeStartBegin(Adapter);
    return TRUE;
}
