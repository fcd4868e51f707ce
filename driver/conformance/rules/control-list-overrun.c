/*
 * control-list-overrun.c: the list of control types is written past MaxControlType
 *
 * rule: use-after-free
 * windows: -
 */
#include "ram.h"

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    PSCSI_SUPPORTED_CONTROL_TYPE_LIST List = Parameters;

    UNREFERENCED_PARAMETER(Adapter);
    if (Type == ScsiQuerySupportedControlTypes) {
#ifdef VIOLATE
        List->SupportedTypeList[List->MaxControlType] = FALSE;
#else
        List->SupportedTypeList[List->MaxControlType - 1] = FALSE;
#endif
    }
}

const RAM_HOOKS RamHooks = {.Control = Control};
