/* Big-endian fields: byte views and reversals. Source and destination may not be aligned, nor distinct. */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

typedef union _EIGHT_BYTE {
    struct {
        UCHAR Byte0, Byte1, Byte2, Byte3, Byte4, Byte5, Byte6, Byte7;
    };
    ULONGLONG AsULongLong;
} EIGHT_BYTE, *PEIGHT_BYTE;

typedef union _FOUR_BYTE {
    struct {
        UCHAR Byte0, Byte1, Byte2, Byte3;
    };
    ULONG AsULong;
} FOUR_BYTE, *PFOUR_BYTE;

typedef union _TWO_BYTE {
    struct {
        UCHAR Byte0, Byte1;
    };
    USHORT AsUShort;
} TWO_BYTE, *PTWO_BYTE;

struct sim_packed2 { USHORT v; } __attribute__((packed, may_alias));
struct sim_packed4 { ULONG v; } __attribute__((packed, may_alias));
struct sim_packed8 { ULONGLONG v; } __attribute__((packed, may_alias));

#define REVERSE_BYTES_SHORT(d, s) \
    (((struct sim_packed2 *)(d))->v = __builtin_bswap16(((const struct sim_packed2 *)(s))->v))
#define REVERSE_BYTES(d, s) \
    (((struct sim_packed4 *)(d))->v = __builtin_bswap32(((const struct sim_packed4 *)(s))->v))
#define REVERSE_BYTES_QUAD(d, s) \
    (((struct sim_packed8 *)(d))->v = __builtin_bswap64(((const struct sim_packed8 *)(s))->v))
#define REVERSE_SHORT(p) REVERSE_BYTES_SHORT(p, p)
#define REVERSE_LONG(p) REVERSE_BYTES(p, p)

#define WHICH_BIT(mask, bit) \
    do { \
        (bit) = 0; \
        while ((bit) < 32 && !((mask) & ((ULONG)1 << (bit)))) \
            (bit)++; \
    } while (0)
