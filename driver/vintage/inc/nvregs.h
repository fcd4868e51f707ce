/*++

Module Name:

    nvregs.h

Abstract:

    What NVM Express 1.0 lays down: registers, commands, completions.

--*/

#ifndef __NVREGS_H__
#define __NVREGS_H__

#define NV_CAP_LO           0x00L
#define NV_CAP_HI           0x04L
#define NV_INTMS            0x0CL
#define NV_INTMC            0x10L
#define NV_CC               0x14L
#define NV_CSTS             0x1CL
#define NV_AQA              0x24L
#define NV_ASQ_LO           0x28L
#define NV_ASQ_HI           0x2CL
#define NV_ACQ_LO           0x30L
#define NV_ACQ_HI           0x34L
#define NV_DOORBELLS        0x1000L

/* Controller Configuration as one reads and writes it. */
typedef union _NV_CC_REG
{
    struct
    {
        ULONG   EN      : 1;
        ULONG   Resv1   : 3;
        ULONG   CSS     : 3;
        ULONG   MPS     : 4;
        ULONG   AMS     : 3;
        ULONG   SHN     : 2;
        ULONG   IOSQES  : 4;
        ULONG   IOCQES  : 4;
        ULONG   Resv2   : 8;
    };
    ULONG   AsUlong;
} NV_CC_REG;

typedef union _NV_CSTS_REG
{
    struct
    {
        ULONG   RDY     : 1;
        ULONG   CFS     : 1;
        ULONG   SHST    : 2;
        ULONG   Resv    : 28;
    };
    ULONG   AsUlong;
} NV_CSTS_REG;

#define NV_OP_ADM_CREATE_SQ     0x01
#define NV_OP_ADM_CREATE_CQ     0x05
#define NV_OP_ADM_IDENTIFY      0x06
#define NV_OP_ADM_SET_FEATURES  0x09
#define NV_OP_FLUSH             0x00
#define NV_OP_WRITE             0x01
#define NV_OP_READ              0x02

#pragma pack(push, nvregs, 1)
typedef struct _NV_COMMAND
{
    UCHAR       ucOpcode;
    UCHAR       ucFuse;
    USHORT      usCid;
    ULONG       ulNsid;
    ULONGLONG   ullReserved;
    ULONGLONG   ullMetadata;
    ULONGLONG   ullPrp1;
    ULONGLONG   ullPrp2;
    ULONG       aulDw[6];               /* dwords 10 to 15 */
} NV_COMMAND;

typedef struct _NV_CPL
{
    ULONG       ulDw0;
    ULONG       ulReserved;
    USHORT      usSqHead;
    USHORT      usSqId;
    USHORT      usCid;
    USHORT      usStatus;               /* bit 0: phase */
} NV_CPL;
#pragma pack(pop, nvregs)

#endif /* __NVREGS_H__ */
