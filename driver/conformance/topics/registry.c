/*
 * registry.c: a count of starts is kept in the adapter's key, and a setting read from the one that adapters share.
 *
 * set: registry.Depth=dword:12
 * set: registry.Device0\Starts=dword:41
 */
#include "ram.h"

static ULONG Read(PRAM_ADAPTER Adapter, PUCHAR Buffer, PCHAR Name, ULONG Global)
{
    ULONG Length = sizeof(ULONG);
    ULONG Value;

    if (!StorPortRegistryRead(Adapter, (PUCHAR)Name, Global, MINIPORT_REG_DWORD, Buffer, &Length))
        return 0;
    ASSERT(Length == sizeof(ULONG));
    memcpy(&Value, Buffer, sizeof(Value));
    return Value;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    ULONG Length = 16;
    PUCHAR Buffer = StorPortAllocateRegistryBuffer(Adapter, &Length);
    ULONG Starts;

    if (Buffer == NULL)
        return SP_RETURN_ERROR;
    Config->InitialLunQueueDepth = Read(Adapter, Buffer, "Depth", 1);
    ASSERT(Config->InitialLunQueueDepth == 12);
    ASSERT(Read(Adapter, Buffer, "Depth", 0) == 0);
    Starts = Read(Adapter, Buffer, "Starts", 0) + 1;
    memcpy(Buffer, &Starts, sizeof(Starts));
    ASSERT(StorPortRegistryWrite(Adapter, (PUCHAR)"Starts", 0, MINIPORT_REG_DWORD, Buffer, sizeof(Starts)));
    ASSERT(Read(Adapter, Buffer, "Starts", 0) == 42);
    StorPortFreeRegistryBuffer(Adapter, Buffer);
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter};
