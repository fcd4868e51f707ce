/* Storport, as a miniport sees it. */
#pragma once
#pragma GCC system_header

#include "srb.h"
#include "scsi.h"
#include "stordef/types.h"
#include "stordef/control.h"
#include "stordef/power.h"
#include "stordef/pofx.h"
#include "stordef/roles.h"
#include "stordef/config.h"
#include "stordef/dump.h"
#include "stordef/log.h"
#include "stordef/sync.h"
#include "stordef/routines.h"
#include "stordef/routines_memory.h"
#include "stordef/routines_power.h"
#include "stordef/routines_system.h"
#include "stordef/routines_log.h"
