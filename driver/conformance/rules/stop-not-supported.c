/*
 * stop-not-supported.c: a miniport that cannot be stopped
 *
 * rule: storport-usage
 * windows: -
 */
#include "ram.h"

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    PSCSI_SUPPORTED_CONTROL_TYPE_LIST List = Parameters;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    if (Type == ScsiQuerySupportedControlTypes) {
        List->SupportedTypeList[ScsiStopAdapter] = FALSE;
    }
#endif
}

const RAM_HOOKS RamHooks = {.Control = Control};
