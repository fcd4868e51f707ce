/*
 * Interlocked operations. Each is one sequentially consistent atomic; in a module the instrumentation turns it
 * into a `__tsan_atomic*` call, so the engine sees it as one indivisible step.
 */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

#define SIM_INTERLOCKED(suffix, type)                                                                     \
    SIM_INLINE type InterlockedExchange##suffix(volatile type *Target, type Value)                        \
    {                                                                                                     \
        return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);                                      \
    }                                                                                                     \
    SIM_INLINE type InterlockedCompareExchange##suffix(volatile type *Target, type Value, type Comparand) \
    {                                                                                                     \
        __atomic_compare_exchange_n(Target, &Comparand, Value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);    \
        return Comparand;                                                                                 \
    }                                                                                                     \
    SIM_INLINE type InterlockedExchangeAdd##suffix(volatile type *Target, type Value)                     \
    {                                                                                                     \
        return __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST);                                       \
    }                                                                                                     \
    SIM_INLINE type InterlockedAdd##suffix(volatile type *Target, type Value)                             \
    {                                                                                                     \
        return __atomic_add_fetch(Target, Value, __ATOMIC_SEQ_CST);                                       \
    }                                                                                                     \
    SIM_INLINE type InterlockedIncrement##suffix(volatile type *Target)                                   \
    {                                                                                                     \
        return __atomic_add_fetch(Target, (type)1, __ATOMIC_SEQ_CST);                                     \
    }                                                                                                     \
    SIM_INLINE type InterlockedDecrement##suffix(volatile type *Target)                                   \
    {                                                                                                     \
        return __atomic_sub_fetch(Target, (type)1, __ATOMIC_SEQ_CST);                                     \
    }                                                                                                     \
    SIM_INLINE type InterlockedAnd##suffix(volatile type *Target, type Value)                             \
    {                                                                                                     \
        return __atomic_fetch_and(Target, Value, __ATOMIC_SEQ_CST);                                       \
    }                                                                                                     \
    SIM_INLINE type InterlockedOr##suffix(volatile type *Target, type Value)                              \
    {                                                                                                     \
        return __atomic_fetch_or(Target, Value, __ATOMIC_SEQ_CST);                                        \
    }                                                                                                     \
    SIM_INLINE type InterlockedXor##suffix(volatile type *Target, type Value)                             \
    {                                                                                                     \
        return __atomic_fetch_xor(Target, Value, __ATOMIC_SEQ_CST);                                       \
    }

SIM_INTERLOCKED(, LONG)
SIM_INTERLOCKED(16, SHORT)
SIM_INTERLOCKED(64, LONG64)
#undef SIM_INTERLOCKED

#define InterlockedExchangePointer(Target, Value) \
    ((PVOID)__atomic_exchange_n((PVOID volatile *)(Target), (PVOID)(Value), __ATOMIC_SEQ_CST))

SIM_INLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *Target, PVOID Value, PVOID Comparand)
{
    __atomic_compare_exchange_n(Target, &Comparand, Value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return Comparand;
}

/* The bit may lie beyond the addressed word, as with the instruction. Returns the bit's old value. */
SIM_INLINE UCHAR InterlockedBitTestAndSet(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)((ULONG)1 << (Bit & 31));

    return (UCHAR)((__atomic_fetch_or(Base + (Bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0);
}

SIM_INLINE UCHAR InterlockedBitTestAndReset(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)((ULONG)1 << (Bit & 31));

    return (UCHAR)((__atomic_fetch_and(Base + (Bit >> 5), ~mask, __ATOMIC_SEQ_CST) & mask) != 0);
}

/* The lowest and the highest bit that is set. FALSE, and *Index as it was, when none is. */
#define SIM_BIT_SCAN(name, type, index)                          \
    SIM_INLINE UCHAR name(ULONG *Index, type Mask)               \
    {                                                            \
        if (Mask != 0)                                           \
            *Index = (ULONG)(index);                             \
        return (UCHAR)(Mask != 0);                               \
    }
SIM_BIT_SCAN(SimBitScanForward, ULONG, __builtin_ctz(Mask))
SIM_BIT_SCAN(SimBitScanReverse, ULONG, 31 - __builtin_clz(Mask))
SIM_BIT_SCAN(SimBitScanForward64, ULONG64, __builtin_ctzll(Mask))
SIM_BIT_SCAN(SimBitScanReverse64, ULONG64, 63 - __builtin_clzll(Mask))
#undef SIM_BIT_SCAN
#define BitScanForward SimBitScanForward
#define BitScanReverse SimBitScanReverse
#define BitScanForward64 SimBitScanForward64
#define BitScanReverse64 SimBitScanReverse64
#define _BitScanForward SimBitScanForward
#define _BitScanReverse SimBitScanReverse
#define _BitScanForward64 SimBitScanForward64
#define _BitScanReverse64 SimBitScanReverse64

/* Unsigned spellings that drivers use. */
#define InterlockedIncrementU(Target) ((ULONG)InterlockedIncrement((volatile LONG *)(Target)))
#define InterlockedDecrementU(Target) ((ULONG)InterlockedDecrement((volatile LONG *)(Target)))

#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if SIM_MODULE
#define _ReadWriteBarrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define _ReadBarrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define _WriteBarrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#endif

#define ReadULongAcquire(p) __atomic_load_n((volatile const ULONG *)(p), __ATOMIC_ACQUIRE)
#define ReadULongNoFence(p) __atomic_load_n((volatile const ULONG *)(p), __ATOMIC_RELAXED)
#define ReadAcquire(p) __atomic_load_n((volatile const LONG *)(p), __ATOMIC_ACQUIRE)
#define ReadNoFence(p) __atomic_load_n((volatile const LONG *)(p), __ATOMIC_RELAXED)
#define WriteRelease(p, v) __atomic_store_n((volatile LONG *)(p), (v), __ATOMIC_RELEASE)
#define WriteNoFence(p, v) __atomic_store_n((volatile LONG *)(p), (v), __ATOMIC_RELAXED)
#define WriteULongRelease(p, v) __atomic_store_n((volatile ULONG *)(p), (v), __ATOMIC_RELEASE)
