/* Requests that reach a miniport through the SCSI control codes. */
#pragma once
#pragma GCC system_header

#include "devioctl.h"
#include "scsictl/passthrough.h"
#include "scsictl/miniport.h"
#include "scsictl/firmware.h"
#include "scsictl/hybrid.h"
