/*
 * Arithmetic and conversions that say when the result does not fit: STATUS_INTEGER_OVERFLOW, and the result all ones.
 * RtlULongAdd(), RtlSizeTMult(), RtlLongLongToULong(), ...: an operation for each type and a conversion for each pair.
 */
#pragma once
#pragma GCC system_header

#include "ntstatus.h"

/* X(argument, name in the routines, type) */
#define SIM_SAFE_TYPES(X, a)  \
    X(a, Int8, INT8)          \
    X(a, Char, CHAR)          \
    X(a, UInt8, UINT8)        \
    X(a, UChar, UCHAR)        \
    X(a, Short, SHORT)        \
    X(a, UShort, USHORT)      \
    X(a, Int16, INT16)        \
    X(a, UInt16, UINT16)      \
    X(a, Word, WORD)          \
    X(a, Int, INT)            \
    X(a, UInt, UINT)          \
    X(a, Int32, INT32)        \
    X(a, UInt32, UINT32)      \
    X(a, Long, LONG)          \
    X(a, ULong, ULONG)        \
    X(a, DWord, DWORD)        \
    X(a, LongLong, LONGLONG)  \
    X(a, ULongLong, ULONGLONG)\
    X(a, Int64, INT64)        \
    X(a, UInt64, UINT64)      \
    X(a, IntPtr, INT_PTR)     \
    X(a, UIntPtr, UINT_PTR)   \
    X(a, LongPtr, LONG_PTR)   \
    X(a, ULongPtr, ULONG_PTR) \
    X(a, DWordPtr, DWORD_PTR) \
    X(a, PtrdiffT, LONGLONG)  \
    X(a, SizeT, SIZE_T)       \
    X(a, SSIZET, SSIZE_T)

/* RtlSizeT... are of size_t, RtlSIZET... of SIZE_T: here one type. */
#define RtlSIZETAdd RtlSizeTAdd
#define RtlSIZETSub RtlSizeTSub
#define RtlSIZETMult RtlSizeTMult
#define RtlSIZETToULong RtlSizeTToULong
#define RtlULongToSIZET RtlULongToSizeT

#define SIM_SAFE_OPERATION(name, type, builtin)                                     \
    SIM_INLINE NTSTATUS Rtl##name(type Left, type Right, type *Result)              \
    {                                                                               \
        type result;                                                                \
        int over = builtin(Left, Right, &result);                                   \
                                                                                    \
        *Result = over ? (type)-1 : result;                                         \
        return over ? STATUS_INTEGER_OVERFLOW : STATUS_SUCCESS;                     \
    }
#define SIM_SAFE_ARITHMETIC(a, name, type)                            \
    SIM_SAFE_OPERATION(name##Add, type, __builtin_add_overflow)       \
    SIM_SAFE_OPERATION(name##Sub, type, __builtin_sub_overflow)       \
    SIM_SAFE_OPERATION(name##Mult, type, __builtin_mul_overflow)
SIM_SAFE_TYPES(SIM_SAFE_ARITHMETIC, )

/* From one type (its name and the type in brackets) to another. */
#define SIM_SAFE_CONVERSION(from, from_type, to, type)                        \
    SIM_INLINE NTSTATUS Rtl##from##To##to(from_type Operand, type *Result)    \
    {                                                                         \
        type result;                                                          \
        int over = __builtin_add_overflow(Operand, (from_type)0, &result);    \
                                                                              \
        *Result = over ? (type)-1 : result;                                   \
        return over ? STATUS_INTEGER_OVERFLOW : STATUS_SUCCESS;               \
    }
#define SIM_SAFE_PAIR(...) SIM_SAFE_CONVERSION(__VA_ARGS__)
#define SIM_SAFE_BARE(...) __VA_ARGS__
#define SIM_SAFE_TO(from, to, type) SIM_SAFE_PAIR(SIM_SAFE_BARE from, to, type)
SIM_SAFE_TYPES(SIM_SAFE_TO, (Int8, INT8))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Char, CHAR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UInt8, UINT8))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UChar, UCHAR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Short, SHORT))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UShort, USHORT))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Int16, INT16))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UInt16, UINT16))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Word, WORD))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Int, INT))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UInt, UINT))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Int32, INT32))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UInt32, UINT32))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Long, LONG))
SIM_SAFE_TYPES(SIM_SAFE_TO, (ULong, ULONG))
SIM_SAFE_TYPES(SIM_SAFE_TO, (DWord, DWORD))
SIM_SAFE_TYPES(SIM_SAFE_TO, (LongLong, LONGLONG))
SIM_SAFE_TYPES(SIM_SAFE_TO, (ULongLong, ULONGLONG))
SIM_SAFE_TYPES(SIM_SAFE_TO, (Int64, INT64))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UInt64, UINT64))
SIM_SAFE_TYPES(SIM_SAFE_TO, (IntPtr, INT_PTR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (UIntPtr, UINT_PTR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (LongPtr, LONG_PTR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (ULongPtr, ULONG_PTR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (DWordPtr, DWORD_PTR))
SIM_SAFE_TYPES(SIM_SAFE_TO, (PtrdiffT, LONGLONG))
SIM_SAFE_TYPES(SIM_SAFE_TO, (SizeT, SIZE_T))
SIM_SAFE_TYPES(SIM_SAFE_TO, (SSIZET, SSIZE_T))
#undef SIM_SAFE_TO
#undef SIM_SAFE_BARE
#undef SIM_SAFE_PAIR
#undef SIM_SAFE_CONVERSION
#undef SIM_SAFE_ARITHMETIC
#undef SIM_SAFE_OPERATION
#undef SIM_SAFE_TYPES
