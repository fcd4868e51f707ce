/*
 * notification-type.c: StorPortNotification of an obsolete type
 *
 * rule: storport-usage
 * windows: StorPortNotification2
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortNotification((SCSI_NOTIFICATION_TYPE)4, Adapter);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
