/*
 * register-unmapped.c: a register is read behind the end of what is mapped
 *
 * rule: storport-usage
 * windows: 0xF1/2005
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PUCHAR Registers = Adapter->Registers;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortReadRegisterUlong(Adapter, (PULONG)(Registers + 0x100000));
#else
    StorPortReadRegisterUlong(Adapter, (PULONG)(Registers + 8));
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
