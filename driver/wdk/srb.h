/* SCSI request blocks: both layouts, functions, statuses, flags. */
#pragma once
#pragma GCC system_header

#include "miniport.h"
#include "stordef/srb_codes.h"
#include "stordef/address.h"
#include "stordef/srb_legacy.h"
#include "stordef/srb_extended.h"
