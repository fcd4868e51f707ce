/* WPP tracing is compiled out; storsim-cc supplies an empty file for each `*.tmh`. */
#pragma once
#pragma GCC system_header
#include "evntrace.h"
#define WPP_INIT_TRACING(...) ((void)0)
#define WPP_CLEANUP(...) ((void)0)
#define DoTraceMessage(...) ((void)0)
