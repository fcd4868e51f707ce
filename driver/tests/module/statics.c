/*
 * statics.c: a driver that counts its requests in writable statics of every kind, and asserts that no run sees what
 * another one left there. It is the RAM disk of ../race with HwStorBuildIo in between.
 *
 * LIMIT: more requests than one run has, fewer than two have. MISSING: also calls a routine storsim lacks.
 */
#include <storport.h>

LONG InData = 7;
LONG InBss;
LONG InCommon; /* compiled with -fcommon */
__declspec(allocate("own")) LONG InOwnSection = 3;
static PHW_BUILDIO RamBuildIoRoutine;
static LONG *Where = &InBss;

#ifdef MISSING
LONG KeReadStateEvent(PVOID Event);
#endif

static LONG CountHere(VOID)
{
    static LONG InFunction = 5;

    return InterlockedIncrement(&InFunction) - 5;
}

static BOOLEAN CountingBuildIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    ASSERT(InterlockedIncrement(&InData) - 7 <= LIMIT);
    ASSERT(InterlockedIncrement(Where) <= LIMIT);
    ASSERT(InterlockedIncrement(&InCommon) <= LIMIT);
    ASSERT(InterlockedIncrement(&InOwnSection) - 3 <= LIMIT);
    ASSERT(CountHere() <= LIMIT);
#ifdef MISSING
    if (Srb->Cdb[0] == SCSIOP_WRITE && KeReadStateEvent(DeviceExtension) != 0) {
        return FALSE;
    }
#endif
    return RamBuildIoRoutine(DeviceExtension, Srb);
}

static ULONG CountingInitialize(PVOID DriverObject, PVOID RegistryPath, PHW_INITIALIZATION_DATA Data, PVOID Context)
{
    RamBuildIoRoutine = Data->HwBuildIo;
    Data->HwBuildIo = CountingBuildIo;
    return StorPortInitialize(DriverObject, RegistryPath, Data, Context);
}

#define StorPortInitialize CountingInitialize
#include "../race/ramdisk.c"
