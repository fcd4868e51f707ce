/*
 * register-width.c: NVMe registers are read and written in bytes and words
 *
 * rule: nvme-protocol
 * windows: NVMe 1.4, 3.1
 * set: check.nvme-protocol=warn
 */
#include "ram.h"

#define VERSION 0x08
#define ADMIN_QUEUE 0x28 /* base address, 64 bits */

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PUCHAR Registers = Adapter->Registers;

#ifdef VIOLATE
    StorPortReadRegisterUchar(Adapter, Registers + VERSION);
    StorPortReadRegisterUshort(Adapter, (PUSHORT)(Registers + VERSION));
    StorPortWriteRegisterUchar(Adapter, Registers + ADMIN_QUEUE, 0);
    StorPortWriteRegisterUshort(Adapter, (PUSHORT)(Registers + ADMIN_QUEUE), 0);
#else
    ASSERT(StorPortReadRegisterUlong(Adapter, (PULONG)(Registers + VERSION)) >= 0x00010000);
    StorPortWriteRegisterUlong64(Adapter, (PULONG64)(Registers + ADMIN_QUEUE), 0x7000);
    ASSERT(StorPortReadRegisterUlong64(Adapter, (PULONG64)(Registers + ADMIN_QUEUE)) == 0x7000);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
