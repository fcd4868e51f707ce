/*
 * Structured exception handling, as far as storage miniports go: one `__try` block a function, left by falling
 * out or by `__leave`. A `return` inside does not run the `__finally` block, and nothing is ever caught: a fault
 * in a driver is a finding.
 */
#pragma once
#pragma GCC system_header

#include "../simdefs.h"

#if SIM_MODULE
#define __try
#define __leave goto storsim_leave
#define __finally storsim_leave: __attribute__((unused));
#define __except(filter) storsim_leave: __attribute__((unused)); if (0)
#ifndef try
#define try __try
#define leave __leave
#define finally __finally
#define except __except
#endif
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define GetExceptionCode() 0
#endif
