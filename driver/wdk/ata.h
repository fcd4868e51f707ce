/* ATA: IDENTIFY data, commands and features, general purpose logs (ACS-4, SATA 3.2). */
#pragma once
#pragma GCC system_header

#include "ntdef.h"
#include "atadef/commands.h"
#include "atadef/identify.h"
#include "atadef/logs.h"
