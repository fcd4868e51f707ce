/* Filling, copying, comparing; pages. In a module these report the whole range to the engine (runtime/). */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

#define PAGE_SIZE 0x1000
#define PAGE_SHIFT 12
#define BYTE_OFFSET(va) ((ULONG)((ULONG_PTR)(va) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(va) ((PVOID)((ULONG_PTR)(va) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(n) (((ULONG_PTR)(n) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define BYTES_TO_PAGES(n) (((n) >> PAGE_SHIFT) + (((n) & (PAGE_SIZE - 1)) != 0))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, n) \
    ((BYTE_OFFSET(va) + ((SIZE_T)(n)) + (PAGE_SIZE - 1)) >> PAGE_SHIFT)

#if SIM_MODULE
#include <string.h>
#define RtlCopyMemory(d, s, n) memcpy((d), (s), (n))
#define RtlMoveMemory(d, s, n) memmove((d), (s), (n))
#define RtlZeroMemory(d, n) memset((d), 0, (n))
#define RtlFillMemory(d, n, v) memset((d), (v), (n))
#define RtlSecureZeroMemory(d, n) memset((d), 0, (n))
#define RtlEqualMemory(a, b, n) (!memcmp((a), (b), (n)))
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory

SIM_INLINE SIZE_T RtlCompareMemory(const VOID *Left, const VOID *Right, SIZE_T Length)
{
    const UCHAR *a = (const UCHAR *)Left, *b = (const UCHAR *)Right;
    SIZE_T i = 0;

    while (i < Length && a[i] == b[i])
        i++;
    return i;
}
#endif

typedef enum _MEMORY_CACHING_TYPE {
    MmNonCached = 0,
    MmCached = 1,
    MmWriteCombined = 2,
    MmHardwareCoherentCached,
    MmNonCachedUnordered,
    MmUSWCCached,
    MmMaximumCacheType,
    MmNotMapped = -1
} MEMORY_CACHING_TYPE;

#define MM_ANY_NODE_OK 0x80000000

SIM_IMPORT PHYSICAL_ADDRESS SIM_API MmGetPhysicalAddress(PVOID BaseAddress);
