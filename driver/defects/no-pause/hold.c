/*
 * no-pause/hold.c: a reset that does not hold off new requests.
 *
 * The historic mistake: rule 2 of driver/nvme/reset.c left out. Storport keeps its queues shut only
 * while HwStorResetBus runs. The re-initialisation goes on long after the return, and all that time
 * new requests reach StartIo, which can only send them back as BUSY: each costs its unit a pause
 * and one of a limited number of retries, and a slow controller uses them up.
 */
#include "nvme.h"

VOID NvmeHoldRequests(PNVME_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
}

VOID NvmeReleaseRequests(PNVME_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
}
