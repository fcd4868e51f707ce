/* SCSI: commands, what they return, and how they fail. */
#pragma once
#pragma GCC system_header

#include "miniport.h"
#include "scsidef/opcodes.h"
#include "scsidef/cdb.h"
#include "scsidef/inquiry.h"
#include "scsidef/sense.h"
#include "scsidef/data.h"
#include "scsidef/reservation.h"
#include "scsidef/history.h"
#include "scsidef/bytes.h"
