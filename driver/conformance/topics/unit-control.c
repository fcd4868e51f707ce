/*
 * unit-control.c: HwStorUnitControl in place of the PNP and power SRBs of a unit: start, power at DISPATCH, removal.
 *
 * fault: action=sleep at=5us spread=50us
 * fault: action=remove at=3s
 * set: workload.thinktime=100ms
 * reach: 4
 */
#include "ram.h"

static SCSI_UNIT_CONTROL_TYPE Last; /* one call at a time */
static HW_UNIT_CONTROL UnitControl;

static VOID IsOurs(PVOID Address)
{
    PSTOR_ADDR_BTL8 Unit = Address;

    ASSERT(Unit->Type == STOR_ADDRESS_TYPE_BTL8 && Unit->AddressLength == STOR_ADDR_BTL8_ADDRESS_LENGTH);
    ASSERT(Unit->Path == 0 && Unit->Target == 0 && Unit->Lun == 0);
}

static SCSI_UNIT_CONTROL_STATUS UnitControl(PVOID DeviceExtension, SCSI_UNIT_CONTROL_TYPE Type, PVOID Parameters)
{
    PRAM_ADAPTER Adapter = DeviceExtension;
    PSTOR_UNIT_CONTROL_POWER Power = Parameters;

    switch (Type) {
    case ScsiQuerySupportedUnitControlTypes:
        RamSupport(Parameters, ScsiUnitStart);
        RamSupport(Parameters, ScsiUnitPower);
        RamSupport(Parameters, ScsiUnitRemove);
        break;
    case ScsiUnitStart:
        ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
        IsOurs(Parameters);
        RAM_REACHED(Adapter, 1);
        break;
    case ScsiUnitPower:
        ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
        IsOurs(Power->Address);
        if (Power->PowerState == StorPowerDeviceD3) {
            RAM_REACHED(Adapter, 2);
        } else {
            ASSERT(Power->PowerState == StorPowerDeviceD0 && Last == ScsiUnitPower);
            RAM_REACHED(Adapter, 3);
        }
        break;
    case ScsiUnitRemove:
        ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
        IsOurs(Parameters);
        RAM_REACHED(Adapter, 4);
        break;
    default:
        ASSERT(!"a type that is not supported");
        return ScsiUnitControlUnsuccessful;
    }
    Last = Type;
    return ScsiUnitControlSuccess;
}

static VOID Register(PHW_INITIALIZATION_DATA Data)
{
    Data->HwUnitControl = UnitControl;
}

/* The same for a unit does not come as an SRB as well. */
static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSCSI_PNP_REQUEST_BLOCK Pnp = (PSCSI_PNP_REQUEST_BLOCK)Srb;
    PSCSI_POWER_REQUEST_BLOCK Power = (PSCSI_POWER_REQUEST_BLOCK)Srb;

    UNREFERENCED_PARAMETER(Adapter);
    if (Srb->Function == SRB_FUNCTION_PNP && (Pnp->SrbPnPFlags & SRB_PNP_FLAGS_ADAPTER_REQUEST) == 0) {
        ASSERT(Pnp->PnPAction != StorStartDevice && Pnp->PnPAction != StorRemoveDevice);
    }
    ASSERT(Srb->Function != SRB_FUNCTION_POWER || (Power->SrbPowerFlags & SRB_POWER_FLAGS_ADAPTER_REQUEST) != 0);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Register = Register, .BuildIo = BuildIo};
