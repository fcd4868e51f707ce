/*
 * state-change-address.c: the address of a state change is given back before HwStorStateChange
 *
 * rule: use-after-free
 * windows: -
 */
#include "ram.h"

static STOR_ADDR_BTL8 Kept; /* StartIo lock */
static ULONG Calls;         /* StartIo lock */
static HW_STATE_CHANGE Changed;

static VOID Changed(PVOID DeviceExtension, PVOID Context, SHORT AddressType, PVOID Address, ULONG Status)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(AddressType);
    UNREFERENCED_PARAMETER(Status);
    ASSERT(Context == NULL && ((PSTOR_ADDR_BTL8)Address)->Type == STOR_ADDRESS_TYPE_BTL8);
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    STOR_ADDR_BTL8 Passing = {.Type = STOR_ADDRESS_TYPE_BTL8, .AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH};
    PSTOR_ADDR_BTL8 Address = &Kept;

    if (RamIsData(Srb) && ++Calls == 20) {
        Kept = Passing;
#ifdef VIOLATE
        StorPortAllocatePool(Adapter, sizeof(*Address), 0x6D615220, (PVOID *)&Address);
        *Address = Passing;
#endif
        StorPortStateChangeDetected(Adapter, STATE_CHANGE_LUN, (PSTOR_ADDRESS)Address, 0, Changed, NULL);
#ifdef VIOLATE
        StorPortFreePool(Adapter, Address);
#endif
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo};
