/*
 * Structured exception handling, as far as storage miniports go. A block is left by falling out or by `__leave`; blocks
 * follow one another and nest as they like, and `break` and `continue` in them belong to the loop around them. A `return`,
 * `break` or `goto` out of a block does not run its `__finally`, and nothing is ever caught: a fault in a driver is a finding.
 *
 * `__try` opens a block with a label of its own, `__finally` or `__except` ends it, so each `__try` must stand as a statement of
 * its own: below an `if`, in braces.
 */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

typedef struct _EXCEPTION_RECORD {
    NTSTATUS ExceptionCode;
    ULONG ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    ULONG NumberParameters;
    ULONG_PTR ExceptionInformation[15];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;
SIM_ASSERT_SIZE(EXCEPTION_RECORD, 0x98);

typedef struct _CONTEXT CONTEXT, *PCONTEXT;
typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

#if SIM_MODULE
#define SIM_TRY_END storsim_leave: __attribute__((unused)); }
#define __try { __label__ storsim_leave;
#define __leave goto storsim_leave
#define __finally SIM_TRY_END
#define __except(filter) SIM_TRY_END if (0 && (filter))
#ifndef try
#define try __try
#define leave __leave
#define finally __finally
#define except __except
#endif
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)
#define GetExceptionCode() 0
#define GetExceptionInformation() ((PEXCEPTION_POINTERS)0)
#define AbnormalTermination() FALSE
#define exception_code GetExceptionCode
#define exception_info GetExceptionInformation
#define abnormal_termination AbnormalTermination
#endif
