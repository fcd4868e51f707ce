/*
 * nvmespec.h: what the NVM Express specification fixes, and nothing else.
 *
 * Register offsets, field positions and the layout of what the controller reads and writes in host
 * memory. Names follow the specification. Revision 1.1 (2012) is enough for this driver; where a
 * later revision made a rule sharper, the comment says so. A field sits one space under its
 * register; the comment gives its unit.
 */
#pragma once

/* Controller registers, byte offsets in BAR0 (section 3.1). */
#define NVME_REG_CAP             0x00 /* 64 bits */
#define  NVME_CAP_MQES(Cap)      ((ULONG)((Cap) & 0xFFFF))         /* entries, zero-based */
#define  NVME_CAP_TO(Cap)        ((ULONG)(((Cap) >> 24) & 0xFF))   /* units of 500 ms */
#define  NVME_CAP_DSTRD(Cap)     ((ULONG)(((Cap) >> 32) & 0xF))    /* bytes: 4 << DSTRD */
#define  NVME_CAP_CSS_NVM(Cap)   ((ULONG)(((Cap) >> 37) & 0x1))    /* NVM command set supported */
#define  NVME_CAP_MPSMIN(Cap)    ((ULONG)(((Cap) >> 48) & 0xF))    /* bytes: 4096 << MPSMIN */
#define NVME_REG_VS              0x08
#define NVME_REG_INTMS           0x0C /* write 1 to mask a vector; not to be used with MSI-X */
#define NVME_REG_INTMC           0x10 /* write 1 to unmask a vector; not to be used with MSI-X */
#define  NVME_INT_VECTOR0        0x00000001
#define NVME_REG_CC              0x14
#define  NVME_CC_EN              0x00000001
#define  NVME_CC_SHN_MASK        0x0000C000
#define  NVME_CC_SHN_NORMAL      0x00004000
#define  NVME_CC_IOSQES_64       0x00060000 /* log2 of the entry size */
#define  NVME_CC_IOCQES_16       0x00400000 /* log2 of the entry size */
#define NVME_REG_CSTS            0x1C
#define  NVME_CSTS_RDY           0x00000001
#define  NVME_CSTS_CFS           0x00000002 /* controller fatal status */
#define NVME_REG_AQA             0x24
#define  NVME_AQA(Entries)       ((((ULONG)(Entries) - 1) << 16) | ((ULONG)(Entries) - 1))
#define NVME_REG_ASQ             0x28 /* 64 bits */
#define NVME_REG_ACQ             0x30 /* 64 bits */
#define NVME_REG_DOORBELLS       0x1000
#define  NVME_SQ_DOORBELL(Id, Dstrd) (NVME_REG_DOORBELLS + ((2 * (ULONG)(Id)) << (2 + (Dstrd))))
#define  NVME_CQ_DOORBELL(Id, Dstrd) (NVME_REG_DOORBELLS + ((2 * (ULONG)(Id) + 1) << (2 + (Dstrd))))

/* A function that has left the bus answers every read with ones. */
#define NVME_REG_GONE            0xFFFFFFFF

/* Admin opcodes (section 5) and NVM opcodes (section 6). */
#define NVME_ADMIN_CREATE_SQ     0x01
#define NVME_ADMIN_CREATE_CQ     0x05
#define NVME_ADMIN_IDENTIFY      0x06
#define NVME_ADMIN_SET_FEATURES  0x09
#define NVME_NVM_FLUSH           0x00
#define NVME_NVM_WRITE           0x01
#define NVME_NVM_READ            0x02
#define NVME_NVM_DATASET_MANAGEMENT 0x09

/* Command dwords 10 to 12. */
#define NVME_IDENTIFY_NAMESPACE  0
#define NVME_IDENTIFY_CONTROLLER 1
#define NVME_FEATURE_QUEUE_COUNT 0x07
#define NVME_QUEUE_COUNT(Count)  ((((ULONG)(Count) - 1) << 16) | ((ULONG)(Count) - 1))
#define  NVME_QUEUE_COUNT_SQ(Dw0) (((ULONG)(Dw0) & 0xFFFF) + 1)
#define  NVME_QUEUE_COUNT_CQ(Dw0) (((ULONG)(Dw0) >> 16) + 1)
#define NVME_CREATE_QUEUE(Id, Entries) ((((ULONG)(Entries) - 1) << 16) | (ULONG)(Id))
#define  NVME_CREATE_CONTIGUOUS  0x00000001
#define  NVME_CREATE_CQ_IEN      0x00000002 /* interrupts enabled */
#define  NVME_CREATE_CQ_VECTOR(Vector) ((ULONG)(Vector) << 16)
#define  NVME_CREATE_SQ_CQID(Id) ((ULONG)(Id) << 16)
#define NVME_RW_BLOCKS_MAX       0x10000    /* dword 12 holds the count zero-based, 16 bits */
#define  NVME_RW_FUA             0x40000000
#define NVME_DSM_DEALLOCATE      0x00000004 /* dword 11 of Dataset Management */

/* Submission queue entry (section 4.2). */
typedef struct _NVME_COMMAND {
    UCHAR Opcode;
    UCHAR Flags; /* fused operation, PRP or SGL: zero here */
    USHORT CommandId;
    ULONG NamespaceId;
    ULONGLONG Reserved;
    ULONGLONG Metadata;
    ULONGLONG Prp1;
    ULONGLONG Prp2;
    ULONG Dword10;
    ULONG Dword11;
    ULONG Dword12;
    ULONG Dword13;
    ULONG Dword14;
    ULONG Dword15;
} NVME_COMMAND, *PNVME_COMMAND;

C_ASSERT(sizeof(NVME_COMMAND) == 64);
C_ASSERT(FIELD_OFFSET(NVME_COMMAND, CommandId) == 2);
C_ASSERT(FIELD_OFFSET(NVME_COMMAND, Prp1) == 24);
C_ASSERT(FIELD_OFFSET(NVME_COMMAND, Dword10) == 40);

/* A range of Dataset Management (section 6.7). */
typedef struct _NVME_DSM_RANGE {
    ULONG Attributes; /* hints: none */
    ULONG Blocks;
    ULONGLONG First;
} NVME_DSM_RANGE, *PNVME_DSM_RANGE;

C_ASSERT(sizeof(NVME_DSM_RANGE) == 16);

/* Completion queue entry (section 4.6). */
typedef struct _NVME_COMPLETION {
    ULONG Dword0; /* command specific */
    ULONG Reserved;
    USHORT SqHead;
    USHORT SqId;
    USHORT CommandId;
    USHORT Status; /* bit 0 is the phase tag */
} NVME_COMPLETION, *PNVME_COMPLETION;

#define NVME_STATUS_PHASE        0x0001
#define NVME_STATUS_CODE(Status) ((USHORT)(((Status) >> 1) & 0x7FF)) /* type << 8 | code */
#define NVME_STATUS(Type, Code)  ((USHORT)(((Type) << 8) | (Code)))
#define NVME_STATUS_SUCCESS      0

C_ASSERT(sizeof(NVME_COMPLETION) == 16);
C_ASSERT(FIELD_OFFSET(NVME_COMPLETION, CommandId) == 12);
C_ASSERT(FIELD_OFFSET(NVME_COMPLETION, Status) == 14);

/* Identify data (section 5.11): both structures fill one 4096-byte page. */
#define NVME_IDENTIFY_SIZE       4096

typedef struct _NVME_IDENTIFY_CONTROLLER_DATA {
    USHORT VendorId;
    USHORT SubsystemVendorId;
    UCHAR SerialNumber[20]; /* ASCII, padded with blanks, as are the next two */
    UCHAR ModelNumber[40];
    UCHAR FirmwareRevision[8];
    UCHAR ArbitrationBurst;
    UCHAR Ieee[3];
    UCHAR MultiInterface;
    UCHAR MaximumTransfer; /* MDTS: pages of CAP.MPSMIN size, power of two; 0 = no limit */
    UCHAR NotUsedHere1[512 - 78];
    UCHAR SqEntrySize;
    UCHAR CqEntrySize;
    USHORT Reserved;
    ULONG NamespaceCount;
    USHORT OptionalCommands; /* ONCS */
#define  NVME_ONCS_DATASET_MANAGEMENT 0x0004
    UCHAR NotUsedHere2[525 - 522];
    UCHAR VolatileWriteCache; /* bit 0: present */
    UCHAR NotUsedHere3[NVME_IDENTIFY_SIZE - 526];
} NVME_IDENTIFY_CONTROLLER_DATA, *PNVME_IDENTIFY_CONTROLLER_DATA;

C_ASSERT(sizeof(NVME_IDENTIFY_CONTROLLER_DATA) == NVME_IDENTIFY_SIZE);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_CONTROLLER_DATA, FirmwareRevision) == 64);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_CONTROLLER_DATA, MaximumTransfer) == 77);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_CONTROLLER_DATA, NamespaceCount) == 516);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_CONTROLLER_DATA, OptionalCommands) == 520);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_CONTROLLER_DATA, VolatileWriteCache) == 525);

typedef struct _NVME_LBA_FORMAT {
    USHORT MetadataSize;
    UCHAR DataShift; /* bytes: 1 << DataShift */
    UCHAR Performance;
} NVME_LBA_FORMAT;

typedef struct _NVME_IDENTIFY_NAMESPACE_DATA {
    ULONGLONG Size; /* logical blocks */
    ULONGLONG Capacity;
    ULONGLONG Utilisation;
    UCHAR Features; /* NSFEAT */
#define  NVME_NSFEAT_THIN 0x01
#define  NVME_NSFEAT_PREFERRED 0x10 /* preferred sizes are told */
    UCHAR FormatCount; /* zero-based */
    UCHAR Format;      /* bits 3:0 choose one of Formats */
    UCHAR NotUsedHere1[33 - 27];
    UCHAR Deallocation; /* DLFEAT */
#define  NVME_DLFEAT_READ(Value) ((Value) & 0x07) /* what deallocated blocks read as */
#define  NVME_DLFEAT_READ_ZEROES 1
    UCHAR NotUsedHere2[68 - 34];
    USHORT DeallocateGranularity; /* NPDG: blocks, 0's based; with NVME_NSFEAT_PREFERRED */
    UCHAR NotUsedHere3[104 - 70];
    UCHAR Nguid[16]; /* most significant byte first (revision 1.2 on, else zero) */
    UCHAR Eui64[8];  /* most significant byte first (revision 1.1 on, else zero) */
    NVME_LBA_FORMAT Formats[16];
    UCHAR NotUsedHere4[NVME_IDENTIFY_SIZE - 192];
} NVME_IDENTIFY_NAMESPACE_DATA, *PNVME_IDENTIFY_NAMESPACE_DATA;

C_ASSERT(sizeof(NVME_IDENTIFY_NAMESPACE_DATA) == NVME_IDENTIFY_SIZE);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_NAMESPACE_DATA, Format) == 26);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_NAMESPACE_DATA, Deallocation) == 33);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_NAMESPACE_DATA, DeallocateGranularity) == 68);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_NAMESPACE_DATA, Eui64) == 120);
C_ASSERT(FIELD_OFFSET(NVME_IDENTIFY_NAMESPACE_DATA, Formats) == 128);
