/* Where a request goes. The record's type for bus-target-LUN is 1, the configuration's is 0. */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

#define SRB_ALIGN DECLSPEC_ALIGN(8)
#define STOR_ADDRESS_ALIGN DECLSPEC_ALIGN(8)
#ifndef POINTER_ALIGN
#define POINTER_ALIGN DECLSPEC_ALIGN(8)
#endif

#define STORAGE_ADDRESS_TYPE_BTL8 0
#define STOR_ADDRESS_TYPE_UNKNOWN 0x0
#define STOR_ADDRESS_TYPE_BTL8 0x1
#define STOR_ADDRESS_TYPE_MAX 0xffff
#define STOR_ADDR_BTL8_ADDRESS_LENGTH 4
#define ADDRESS_TYPE_FLAG_BTL8 0x1

typedef struct STOR_ADDRESS_ALIGN _STOR_ADDRESS {
    USHORT Type;
    USHORT Port;
    ULONG AddressLength;
    UCHAR AddressData[ANYSIZE_ARRAY];
} STOR_ADDRESS, *PSTOR_ADDRESS;
SIM_ASSERT_SIZE(STOR_ADDRESS, 0x10);

typedef struct STOR_ADDRESS_ALIGN _STOR_ADDR_BTL8 {
    USHORT Type;
    USHORT Port;
    ULONG AddressLength;
    UCHAR Path;
    UCHAR Target;
    UCHAR Lun;
    UCHAR Reserved;
} STOR_ADDR_BTL8, *PSTOR_ADDR_BTL8;
SIM_ASSERT_SIZE(STOR_ADDR_BTL8, 0x10);
SIM_ASSERT_OFFSET(STOR_ADDR_BTL8, Path, 8);
