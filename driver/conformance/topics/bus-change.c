/*
 * bus-change.c: BusChangeDetected brings another scan, during I/O; several reports until it is over are one.
 *
 * reach: 1
 */
#include "ram.h"

static ULONG Calls;    /* StartIo lock */
static BOOLEAN Scanned; /* StartIo lock */

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (RamIsData(Srb) && ++Calls == 20) {
        StorPortNotification(BusChangeDetected, Adapter, 0);
        StorPortNotification(BusChangeDetected, Adapter, 0);
    } else if (!RamIsData(Srb) && Calls >= 20 && !Scanned) {
        Scanned = TRUE;
        RAM_REACHED(Adapter, 1);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo};
