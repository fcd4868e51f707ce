/*
 * paged-code.c: code that is pageable runs in a DPC
 *
 * rule: driver-assert
 * windows: PagedCode
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    PAGED_CODE();
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
