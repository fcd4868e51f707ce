/*
 * reset-outstanding.c: HwStorResetBus returns TRUE and gives nothing back
 *
 * rule: reset-outstanding
 * windows: 0xF0/1, 0xF1/1007
 * scenario: reset
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    return FALSE;
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = Hook};
