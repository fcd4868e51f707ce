/* Arithmetic that says when it overflows. */
#pragma once
#pragma GCC system_header

#include "ntstatus.h"

#define SIM_SAFE(name, builtin, type, bad)                                   \
    SIM_INLINE NTSTATUS Rtl##name(type Left, type Right, type *Result)       \
    {                                                                        \
        if (!builtin(Left, Right, Result))                                   \
            return STATUS_SUCCESS;                                           \
        *Result = (bad);                                                     \
        return STATUS_INTEGER_OVERFLOW;                                      \
    }

SIM_SAFE(ULongAdd, __builtin_add_overflow, ULONG, MAXULONG)
SIM_SAFE(ULongSub, __builtin_sub_overflow, ULONG, MAXULONG)
SIM_SAFE(ULongMult, __builtin_mul_overflow, ULONG, MAXULONG)
SIM_SAFE(UShortAdd, __builtin_add_overflow, USHORT, MAXUSHORT)
SIM_SAFE(UShortSub, __builtin_sub_overflow, USHORT, MAXUSHORT)
SIM_SAFE(UShortMult, __builtin_mul_overflow, USHORT, MAXUSHORT)
SIM_SAFE(ULongLongAdd, __builtin_add_overflow, ULONGLONG, MAXULONGLONG)
SIM_SAFE(ULongLongSub, __builtin_sub_overflow, ULONGLONG, MAXULONGLONG)
SIM_SAFE(ULongLongMult, __builtin_mul_overflow, ULONGLONG, MAXULONGLONG)
SIM_SAFE(SizeTAdd, __builtin_add_overflow, SIZE_T, MAXULONGLONG)
SIM_SAFE(SizeTSub, __builtin_sub_overflow, SIZE_T, MAXULONGLONG)
SIM_SAFE(SizeTMult, __builtin_mul_overflow, SIZE_T, MAXULONGLONG)
#undef SIM_SAFE
