/*
 * Storport, as a miniport sees it. Complete for what an NVMe miniport needs between DriverEntry and reset; the
 * parts that are still missing (WMI, PoFx, ETW, telemetry, ACPI) would each be one more file in stordef/.
 */
#pragma once
#pragma GCC system_header

#include "srb.h"
#include "scsi.h"
#include "stordef/types.h"
#include "stordef/control.h"
#include "stordef/roles.h"
#include "stordef/config.h"
#include "stordef/routines.h"
