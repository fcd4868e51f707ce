/*
 * WPP tracing. It is compiled out: what a `*.tmh` file would have defined is defined here to do nothing, and storsim-cc
 * includes this in place of each; the routines that a driver declares to WPP (begin_wpp config) it adds. Arguments are not
 * evaluated, as with WPP when the level is off.
 */
#pragma once
#pragma GCC system_header

#include "evntrace.h"
#include "srb.h"

typedef VOID SIM_API HW_STOR_CLEANUP_TRACING_CONTEXT(PVOID TraceContext);
typedef VOID(SIM_API *STOR_CLEANUP_TRACING)(PVOID TraceContext);

typedef struct _STORAGE_TRACE_INIT_INFO {
    ULONG Size;
    ULONG NumDiagEventRecords;
    ULONG DiagEventRecordUserDataSize;
    ULONG NumErrorLogRecords;
    GUID TraceGuid;
    STOR_CLEANUP_TRACING TraceCleanupRoutine;
    PVOID DriverObject;
    PVOID TraceContext;
} STORAGE_TRACE_INIT_INFO, *PSTORAGE_TRACE_INIT_INFO;
SIM_ASSERT_SIZE(STORAGE_TRACE_INIT_INFO, 0x38);

#ifndef WPP_INIT_TRACING
#define WPP_INIT_TRACING(...) ((void)0)
#define WPP_CLEANUP(...) ((void)0)
#define WPP_DEFINE_BIT(name)
#define WPP_DEFINE_CONTROL_GUID(name, guid, bits)
#define WPP_LEVEL_ENABLED(flag) 0
#define WPP_LEVEL_LOGGER(flag)
#define WPP_FLAG_ENABLED(flag) 0
#define WPP_FLAG_LOGGER(flag)
#define WPP_LEVEL_FLAGS_ENABLED(level, flags) 0
#define WPP_LEVEL_FLAGS_LOGGER(level, flags)
#define WPP_CONTROL(bit) (storsim_wpp_control)
#define WPP_BIT(bit) 0
#define DoTraceMessage(...) ((void)0)
#define DoTraceLevelMessage(...) ((void)0)
#define StorDoTraceMessage(...) ((void)0)

/* Never on. Drivers read these two fields through WPP_CONTROL(). */
static const struct {
    ULONG Level;
    ULONG Flags[1];
} storsim_wpp_control __attribute__((unused));
#endif
