/*
 * statics.c: a driver that counts its requests in writable statics of every kind, and asserts that no run sees what
 * another one left there. Hooks for the miniport of driver/conformance/ram.h.
 *
 * LIMIT: more requests than one run has, fewer than two have. MISSING: also calls a routine storsim lacks.
 */
#include "ram.h"

LONG InData = 7;
LONG InBss;
LONG InCommon; /* compiled with -fcommon */
__declspec(allocate("own")) LONG InOwnSection = 3;
static LONG *Where = &InBss;

#ifdef MISSING
LONG KeReadStateEvent(PVOID Event);
#endif

static LONG CountHere(VOID)
{
    static LONG InFunction = 5;

    return InterlockedIncrement(&InFunction) - 5;
}

static BOOLEAN CountingBuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
    ASSERT(InterlockedIncrement(&InData) - 7 <= LIMIT);
    ASSERT(InterlockedIncrement(Where) <= LIMIT);
    ASSERT(InterlockedIncrement(&InCommon) <= LIMIT);
    ASSERT(InterlockedIncrement(&InOwnSection) - 3 <= LIMIT);
    ASSERT(CountHere() <= LIMIT);
#ifdef MISSING
    if (Srb->Cdb[0] == SCSIOP_WRITE && KeReadStateEvent(Adapter) != 0) {
        return FALSE;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.BuildIo = CountingBuildIo};
