/* Routines about memory descriptors, scatter/gather lists, host memory buffers, register and port buffers. */
#pragma once
#pragma GCC system_header

#include "config.h"

/* What StorPortBuildScatterGatherList calls when the list is built. */
typedef VOID SIM_API POST_SCATTER_GATHER_EXECUTE(PVOID *DeviceObject, PVOID *Irp,
                                                 PSTOR_SCATTER_GATHER_LIST ScatterGather, PVOID Context);
typedef POST_SCATTER_GATHER_EXECUTE *PPOST_SCATTER_GATHER_EXECUTE, *PpostScaterGatherExecute;

SIM_IMPORT ULONG SIM_API StorPortAllocateMdl(PVOID HwDeviceExtension, PVOID BufferPointer, ULONG NumberOfBytes,
                                             PVOID *Mdl);
SIM_IMPORT ULONG SIM_API StorPortFreeMdl(PVOID HwDeviceExtension, PVOID Mdl);
SIM_IMPORT ULONG SIM_API StorPortBuildMdlForNonPagedPool(PVOID HwDeviceExtension, PVOID Mdl);
SIM_IMPORT ULONG SIM_API StorPortGetOriginalMdl(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, PVOID *Mdl);
SIM_IMPORT ULONG SIM_API StorPortGetDataInBufferMdl(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, PVOID *Mdl);
SIM_IMPORT ULONG SIM_API StorPortGetDataInBufferSystemAddress(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                              PVOID *SystemAddress);
SIM_IMPORT ULONG SIM_API StorPortGetDataInBufferScatterGatherList(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                                  PSTOR_SCATTER_GATHER_LIST *SgList);
SIM_IMPORT ULONG SIM_API StorPortGetPfns(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, PVOID Mdl, PVOID *Pfns,
                                         ULONG *PfnCount, ULONG *StartingOffset);
SIM_IMPORT ULONG SIM_API StorPortBuildScatterGatherList(PVOID HwDeviceExtension, PVOID Mdl, PVOID CurrentVa,
                                                        ULONG Length, PPOST_SCATTER_GATHER_EXECUTE ExecutionRoutine,
                                                        PVOID Context, BOOLEAN WriteToDevice,
                                                        PVOID ScatterGatherBuffer, ULONG ScatterGatherBufferLength);
SIM_IMPORT ULONG SIM_API StorPortPutScatterGatherList(PVOID HwDeviceExtension,
                                                      PSTOR_SCATTER_GATHER_LIST ScatterGatherList,
                                                      BOOLEAN WriteToDevice);
SIM_IMPORT ULONG SIM_API StorPortAllocateHostMemoryBuffer(PVOID HwDeviceExtension, SIZE_T MinimumBytes,
                                                          SIZE_T PreferredBytes, ULONGLONG UtilizationBytes,
                                                          ULONG AlignmentBytes,
                                                          PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                          PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                          PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                          PACCESS_RANGE PhysicalAddressRanges,
                                                          PULONG PhysicalAddressRangeCount);
SIM_IMPORT ULONG SIM_API StorPortFreeHostMemoryBuffer(PVOID HwDeviceExtension, PACCESS_RANGE PhysicalAddressRanges,
                                                      ULONG PhysicalAddressRangeCount);
SIM_IMPORT PSCSI_REQUEST_BLOCK SIM_API StorPortGetSrb(PVOID DeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                                      LONG QueueTag);

/* Many of one kind: the same register or port `Count` times, as the processor's string instructions do. */
#define SIM_BUFFER_ACCESS(kind, name, type)                                                                      \
    SIM_INLINE VOID StorPortRead##kind##Buffer##name(PVOID HwDeviceExtension, volatile type *Address,            \
                                                     type *Buffer, ULONG Count)                                  \
    {                                                                                                            \
        while (Count--)                                                                                          \
            *Buffer++ = StorPortRead##kind##name(HwDeviceExtension, Address);                                    \
    }                                                                                                            \
    SIM_INLINE VOID StorPortWrite##kind##Buffer##name(PVOID HwDeviceExtension, volatile type *Address,           \
                                                      const type *Buffer, ULONG Count)                           \
    {                                                                                                            \
        while (Count--)                                                                                          \
            StorPortWrite##kind##name(HwDeviceExtension, Address, *Buffer++);                                    \
    }

SIM_BUFFER_ACCESS(Register, Uchar, UCHAR)
SIM_BUFFER_ACCESS(Register, Ushort, USHORT)
SIM_BUFFER_ACCESS(Register, Ulong, ULONG)
SIM_BUFFER_ACCESS(Register, Ulong64, ULONG64)
SIM_BUFFER_ACCESS(Port, Uchar, UCHAR)
SIM_BUFFER_ACCESS(Port, Ushort, USHORT)
SIM_BUFFER_ACCESS(Port, Ulong, ULONG)
#undef SIM_BUFFER_ACCESS

/* Obsolete: any range is valid. */
SIM_INLINE BOOLEAN StorPortValidateRange(PVOID HwDeviceExtension, INTERFACE_TYPE BusType, ULONG SystemIoBusNumber,
                                         STOR_PHYSICAL_ADDRESS IoAddress, ULONG NumberOfBytes, BOOLEAN InIoSpace)
{
    (void)HwDeviceExtension;
    (void)BusType;
    (void)SystemIoBusNumber;
    (void)IoAddress;
    (void)NumberOfBytes;
    (void)InIoSpace;
    return TRUE;
}

/* Copies `Count` bytes if they fit. */
SIM_INLINE ULONG StorPortSecureCopyMemory(PVOID Dest, SIZE_T DestSizeInBytes, const VOID *Src, SIZE_T Count)
{
    if (!Dest || !Src)
        return STOR_STATUS_INVALID_PARAMETER;
    if (Count > DestSizeInBytes)
        return STOR_STATUS_BUFFER_TOO_SMALL;
    memcpy(Dest, Src, Count);
    return STOR_STATUS_SUCCESS;
}

/* Caches are coherent on x86. */
SIM_INLINE ULONG StorPortFlushDataBufferMdl(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    (void)HwDeviceExtension;
    (void)Srb;
    return STOR_STATUS_SUCCESS;
}
