/*
 * state-change.c: StorPortStateChangeDetected: one at a time, its address is the miniport's until HwStorStateChange, from
 * which the next may be reported.
 *
 * reach: 2
 */
#include "ram.h"

static STOR_ADDR_BTL8 Where; /* StartIo lock */
static BOOLEAN Pending;      /* StartIo lock */
static ULONG Calls, Changes; /* StartIo lock */
static HW_STATE_CHANGE Changed;

static VOID Report(PRAM_ADAPTER Adapter)
{
    Where.Type = STOR_ADDRESS_TYPE_BTL8;
    Where.AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH;
    Pending = TRUE;
    ASSERT(StorPortStateChangeDetected(Adapter, STATE_CHANGE_LUN, (PSTOR_ADDRESS)&Where, 0, Changed, &Changes) ==
           STOR_STATUS_SUCCESS);
    ASSERT(StorPortStateChangeDetected(Adapter, STATE_CHANGE_LUN, (PSTOR_ADDRESS)&Where, 0, NULL, NULL) ==
           STOR_STATUS_UNSUCCESSFUL);
}

static VOID Changed(PVOID DeviceExtension, PVOID Context, SHORT AddressType, PVOID Address, ULONG Status)
{
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    ASSERT(Pending && Context == &Changes && Address == &Where && AddressType == STOR_ADDRESS_TYPE_BTL8);
    ASSERT(Status < 0x80000000);
    Pending = FALSE;
    if (++Changes == 1) {
        RAM_REACHED((PRAM_ADAPTER)DeviceExtension, 1);
        Report(DeviceExtension);
    } else {
        RAM_REACHED((PRAM_ADAPTER)DeviceExtension, 2);
    }
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (RamIsData(Srb) && ++Calls == 20) {
        Report(Adapter);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo};
