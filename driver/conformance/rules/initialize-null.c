/*
 * initialize-null.c: StorPortInitialize gets no registry path
 *
 * rule: storport-usage
 * windows: 0xF1/1000
 */
#include "ram.h"

static VOID Hook(PHW_INITIALIZATION_DATA Data)
{
    UNREFERENCED_PARAMETER(Data);
#ifdef VIOLATE
    StorPortInitialize(NULL, NULL, Data, NULL);
#endif
}

const RAM_HOOKS RamHooks = {.Register = Hook};
