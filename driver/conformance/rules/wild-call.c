/*
 * wild-call.c: a call through a pointer that is none
 *
 * rule: driver-fault
 * windows: 0xD1
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    ((VOID (*)(VOID))(ULONG_PTR)0x1234)();
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
