/*
 * hold.c: keeping new requests inside Storport during recovery.
 *
 * Storport counts pauses, and so do we: a second reset during the recovery from the first one adds
 * a pause, and the end of the recovery has to answer every one of them, no more and no fewer. A
 * pause also ends by itself when its time is up; a start-up's own limit is shorter than that.
 */
#include "nvme.h"

#define NVME_HOLD_SECONDS 60

C_ASSERT(NVME_START_LIMIT_US < NVME_HOLD_SECONDS * 1000 * NVME_US_PER_MS);

VOID NvmeHoldRequests(PNVME_ADAPTER Adapter)
{
    if (StorPortPause(Adapter, NVME_HOLD_SECONDS)) {
        Adapter->HoldCount++;
    }
}

VOID NvmeReleaseRequests(PNVME_ADAPTER Adapter)
{
    while (Adapter->HoldCount != 0) {
        Adapter->HoldCount--;
        StorPortResume(Adapter);
    }
}
