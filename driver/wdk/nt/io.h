/*
 * Device access as a driver outside of Storport makes it: without a device extension. Registers are the adapter's, as
 * with StorPortReadRegisterUlong() and the others; there are no ports, so reading one gives all ones and writing one does
 * nothing, and the run's summary tells of it.
 */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

#define SIM_DEVICE_ACCESS(kind, name, type)                                                                     \
    SIM_IMPORT type SIM_API READ_##kind##_##name(volatile type *Address);                                       \
    SIM_IMPORT VOID SIM_API WRITE_##kind##_##name(volatile type *Address, type Value);                          \
    SIM_INLINE VOID READ_##kind##_BUFFER_##name(volatile type *Address, type *Buffer, ULONG Count)              \
    {                                                                                                           \
        while (Count--)                                                                                         \
            *Buffer++ = READ_##kind##_##name(Address);                                                          \
    }                                                                                                           \
    SIM_INLINE VOID WRITE_##kind##_BUFFER_##name(volatile type *Address, const type *Buffer, ULONG Count)       \
    {                                                                                                           \
        while (Count--)                                                                                         \
            WRITE_##kind##_##name(Address, *Buffer++);                                                          \
    }

SIM_DEVICE_ACCESS(REGISTER, UCHAR, UCHAR)
SIM_DEVICE_ACCESS(REGISTER, USHORT, USHORT)
SIM_DEVICE_ACCESS(REGISTER, ULONG, ULONG)
SIM_DEVICE_ACCESS(REGISTER, ULONG64, ULONG64)
SIM_DEVICE_ACCESS(PORT, UCHAR, UCHAR)
SIM_DEVICE_ACCESS(PORT, USHORT, USHORT)
SIM_DEVICE_ACCESS(PORT, ULONG, ULONG)
#undef SIM_DEVICE_ACCESS
