/* Bounded string operations, the few without formatting. */
#pragma once
#pragma GCC system_header

#include "ntstatus.h"

#define NTSTRSAFE_MAX_CCH 2147483647

SIM_INLINE NTSTATUS RtlStringCbCopyA(PSTR Destination, SIZE_T Bytes, PCSTR Source)
{
    SIZE_T i;

    if (Bytes == 0 || Bytes > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    for (i = 0; i + 1 < Bytes && Source[i]; i++)
        Destination[i] = Source[i];
    Destination[i] = 0;
    return Source[i] ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

SIM_INLINE NTSTATUS RtlStringCbCatA(PSTR Destination, SIZE_T Bytes, PCSTR Source)
{
    SIZE_T used = 0;

    while (used < Bytes && Destination[used])
        used++;
    return used == Bytes ? STATUS_INVALID_PARAMETER : RtlStringCbCopyA(Destination + used, Bytes - used, Source);
}

SIM_INLINE NTSTATUS RtlStringCbLengthA(PCSTR String, SIZE_T Bytes, SIZE_T *Length)
{
    SIZE_T n = 0;

    while (n < Bytes && String[n])
        n++;
    if (n == Bytes)
        return STATUS_INVALID_PARAMETER;
    if (Length)
        *Length = n;
    return STATUS_SUCCESS;
}

#define RtlStringCchCopyA RtlStringCbCopyA
#define RtlStringCchCatA RtlStringCbCatA
#define RtlStringCchLengthA RtlStringCbLengthA
