/* Commands handed through to a device, and what is asked of an adapter. */
#pragma once
#pragma GCC system_header

#include "../devioctl.h"

#define IOCTL_SCSI_BASE FILE_DEVICE_CONTROLLER
#define FILE_DEVICE_SCSI 0x0000001b
#define SIM_SCSI_CONTROL(function) CTL_CODE(IOCTL_SCSI_BASE, function, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define SIM_SCSI_CONTROL_RW(function) \
    CTL_CODE(IOCTL_SCSI_BASE, function, METHOD_BUFFERED, FILE_READ_ACCESS | FILE_WRITE_ACCESS)

#define IOCTL_SCSI_PASS_THROUGH SIM_SCSI_CONTROL_RW(0x0401)
#define IOCTL_SCSI_MINIPORT SIM_SCSI_CONTROL_RW(0x0402)
#define IOCTL_SCSI_GET_INQUIRY_DATA SIM_SCSI_CONTROL(0x0403)
#define IOCTL_SCSI_GET_CAPABILITIES SIM_SCSI_CONTROL(0x0404)
#define IOCTL_SCSI_PASS_THROUGH_DIRECT SIM_SCSI_CONTROL_RW(0x0405)
#define IOCTL_SCSI_GET_ADDRESS SIM_SCSI_CONTROL(0x0406)
#define IOCTL_SCSI_RESCAN_BUS SIM_SCSI_CONTROL(0x0407)
#define IOCTL_SCSI_GET_DUMP_POINTERS SIM_SCSI_CONTROL(0x0408)
#define IOCTL_SCSI_FREE_DUMP_POINTERS SIM_SCSI_CONTROL(0x0409)
#define IOCTL_IDE_PASS_THROUGH SIM_SCSI_CONTROL_RW(0x040a)
#define IOCTL_ATA_PASS_THROUGH SIM_SCSI_CONTROL_RW(0x040b)
#define IOCTL_ATA_PASS_THROUGH_DIRECT SIM_SCSI_CONTROL_RW(0x040c)

#define SCSI_IOCTL_DATA_OUT 0
#define SCSI_IOCTL_DATA_IN 1
#define SCSI_IOCTL_DATA_UNSPECIFIED 2

#define ATA_FLAGS_DRDY_REQUIRED (1 << 0)
#define ATA_FLAGS_DATA_IN (1 << 1)
#define ATA_FLAGS_DATA_OUT (1 << 2)
#define ATA_FLAGS_48BIT_COMMAND (1 << 3)
#define ATA_FLAGS_USE_DMA (1 << 4)
#define ATA_FLAGS_NO_MULTIPLE (1 << 5)

typedef struct _SCSI_PASS_THROUGH {
    USHORT Length;
    UCHAR ScsiStatus;
    UCHAR PathId;
    UCHAR TargetId;
    UCHAR Lun;
    UCHAR CdbLength;
    UCHAR SenseInfoLength;
    UCHAR DataIn;
    ULONG DataTransferLength;
    ULONG TimeOutValue;
    ULONG_PTR DataBufferOffset;
    ULONG SenseInfoOffset;
    UCHAR Cdb[16];
} SCSI_PASS_THROUGH, *PSCSI_PASS_THROUGH;
SIM_ASSERT_SIZE(SCSI_PASS_THROUGH, 56);

typedef struct _SCSI_PASS_THROUGH_DIRECT {
    USHORT Length;
    UCHAR ScsiStatus;
    UCHAR PathId;
    UCHAR TargetId;
    UCHAR Lun;
    UCHAR CdbLength;
    UCHAR SenseInfoLength;
    UCHAR DataIn;
    ULONG DataTransferLength;
    ULONG TimeOutValue;
    PVOID DataBuffer;
    ULONG SenseInfoOffset;
    UCHAR Cdb[16];
} SCSI_PASS_THROUGH_DIRECT, *PSCSI_PASS_THROUGH_DIRECT;
SIM_ASSERT_SIZE(SCSI_PASS_THROUGH_DIRECT, 56);

typedef struct _ATA_PASS_THROUGH_EX {
    USHORT Length;
    USHORT AtaFlags;
    UCHAR PathId;
    UCHAR TargetId;
    UCHAR Lun;
    UCHAR ReservedAsUchar;
    ULONG DataTransferLength;
    ULONG TimeOutValue;
    ULONG ReservedAsUlong;
    ULONG_PTR DataBufferOffset;
    UCHAR PreviousTaskFile[8];
    UCHAR CurrentTaskFile[8];
} ATA_PASS_THROUGH_EX, *PATA_PASS_THROUGH_EX;
SIM_ASSERT_SIZE(ATA_PASS_THROUGH_EX, 48);

typedef struct _SCSI_ADDRESS {
    ULONG Length;
    UCHAR PortNumber;
    UCHAR PathId;
    UCHAR TargetId;
    UCHAR Lun;
} SCSI_ADDRESS, *PSCSI_ADDRESS;
SIM_ASSERT_SIZE(SCSI_ADDRESS, 8);

typedef struct _IO_SCSI_CAPABILITIES {
    ULONG Length;
    ULONG MaximumTransferLength;
    ULONG MaximumPhysicalPages;
    ULONG SupportedAsynchronousEvents;
    ULONG AlignmentMask;
    BOOLEAN TaggedQueuing;
    BOOLEAN AdapterScansDown;
    BOOLEAN AdapterUsesPio;
} IO_SCSI_CAPABILITIES, *PIO_SCSI_CAPABILITIES;
SIM_ASSERT_SIZE(IO_SCSI_CAPABILITIES, 24);

/* What the dump drivers are told: by the port driver, and by a miniport that answers SRB_FUNCTION_DUMP_POINTERS. */
typedef struct _DUMP_POINTERS {
    struct _ADAPTER_OBJECT *AdapterObject;
    PVOID MappedRegisterBase;
    PVOID DumpData;
    PVOID CommonBufferVa;
    LARGE_INTEGER CommonBufferPa;
    ULONG CommonBufferSize;
    BOOLEAN AllocateCommonBuffers;
    BOOLEAN UseDiskDump;
    UCHAR Spare1[2];
    PVOID DeviceObject;
} DUMP_POINTERS, *PDUMP_POINTERS;
SIM_ASSERT_SIZE(DUMP_POINTERS, 56);
