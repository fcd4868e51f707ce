/*
 * restart-bus-data.c: configuration space is read in ScsiRestartAdapter, where only ScsiSetRunningConfig may
 *
 * rule: storport-usage
 * windows: -
 * fault: action=stop-adapter at=5us spread=50us
 */
#include "ram.h"

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    PCI_COMMON_CONFIG Pci;
    SCSI_ADAPTER_CONTROL_TYPE Reader = ScsiSetRunningConfig;

    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiSetRunningConfig);
    }
#ifdef VIOLATE
    Reader = ScsiRestartAdapter;
#endif
    if (Type == Reader) {
        StorPortGetBusData(Adapter, PCIConfiguration, 0, 0, &Pci, sizeof(Pci));
    }
}

const RAM_HOOKS RamHooks = {.Control = Control};
