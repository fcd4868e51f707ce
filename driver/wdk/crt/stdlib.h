/* A kernel driver has little use for this header; it exists because drivers include it. */
#pragma once
#pragma GCC system_header

#include <stddef.h>

unsigned short _byteswap_ushort(unsigned short value);
unsigned long _byteswap_ulong(unsigned long value);
unsigned long long _byteswap_uint64(unsigned long long value);
#define _byteswap_ushort(v) __builtin_bswap16(v)
#define _byteswap_ulong(v) __builtin_bswap32(v)
#define _byteswap_uint64(v) __builtin_bswap64(v)

static __inline int abs(int n)
{
    return n < 0 ? -n : n;
}
