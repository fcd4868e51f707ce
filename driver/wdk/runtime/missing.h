/*
 * What a stand-in calls that storsim-cc made (--stub, --allow-missing) for a routine storsim does not have: rule
 * not-modelled. Where a scenario makes that a warning, the stand-in returns what this returns, 0.
 */
#pragma once

#include "../simdefs.h"

SIM_IMPORT unsigned long long SIM_API storsim_missing_routine(const char *name);
