/*
 * Accessors that work on either SRB layout. Each reads or writes the SRB itself, as on Windows, so a use after
 * completion is seen where the driver made it.
 */
#pragma once
#pragma GCC system_header

#include "srb.h"
#include "scsi.h"

#define SIM_SRB_IS_EX(srb) (((PSTORAGE_REQUEST_BLOCK_HEADER)(srb))->Function == SRB_FUNCTION_STORAGE_REQUEST_BLOCK)
#define SIM_EX(srb) ((PSTORAGE_REQUEST_BLOCK)(srb))
#define SIM_OLD(srb) ((PSCSI_REQUEST_BLOCK)(srb))

/* The block at slot `index`, or NULL where the slot is empty or points outside the SRB. */
SIM_INLINE PSRBEX_DATA SrbGetSrbExDataByIndex(PSTORAGE_REQUEST_BLOCK Srb, ULONG Index)
{
    ULONG offset;

    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK || Index >= Srb->NumSrbExData)
        return NULL;
    offset = Srb->SrbExDataOffset[Index];
    if (offset < sizeof(STORAGE_REQUEST_BLOCK) || offset >= Srb->SrbLength)
        return NULL;
    return (PSRBEX_DATA)((PUCHAR)Srb + offset);
}

SIM_INLINE PSRBEX_DATA SrbGetSrbExDataByType(PSTORAGE_REQUEST_BLOCK Srb, SRBEXDATATYPE Type)
{
    ULONG i;

    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK)
        return NULL;
    for (i = 0; i < Srb->NumSrbExData; i++) {
        PSRBEX_DATA block = SrbGetSrbExDataByIndex(Srb, i);

        if (block && block->Type == Type)
            return block;
    }
    return NULL;
}

/* The block with CDB, SCSI status and sense buffer, whichever of its three types it has. */
SIM_INLINE PSRBEX_DATA SrbGetPrimaryCdbData(PSTORAGE_REQUEST_BLOCK Srb)
{
    ULONG i;

    if (Srb->SrbFunction != SRB_FUNCTION_EXECUTE_SCSI)
        return NULL;
    for (i = 0; i < Srb->NumSrbExData; i++) {
        PSRBEX_DATA block = SrbGetSrbExDataByIndex(Srb, i);

        if (block && block->Type >= SrbExDataTypeScsiCdb16 && block->Type <= SrbExDataTypeScsiCdbVar)
            return block;
    }
    return NULL;
}

/*
 * What the miniport asks about a SCSI request, all at once; any out pointer may be NULL. A CDB of a variable-length
 * block has its length in CdbLength32, any other in CdbLength8; the one not used is set to 0.
 */
SIM_INLINE PCDB SrbGetScsiData(PVOID Srb, PUCHAR CdbLength8, PULONG CdbLength32, PUCHAR ScsiStatus,
                               PVOID *SenseInfoBuffer, PUCHAR SenseInfoBufferLength)
{
    UCHAR length8 = 0, status = 0, senseLength = 0;
    ULONG length32 = 0;
    PVOID sense = NULL;
    PCDB cdb = NULL;

    if (!SIM_SRB_IS_EX(Srb)) {
        length8 = SIM_OLD(Srb)->CdbLength;
        status = SIM_OLD(Srb)->ScsiStatus;
        sense = SIM_OLD(Srb)->SenseInfoBuffer;
        senseLength = SIM_OLD(Srb)->SenseInfoBufferLength;
        cdb = (PCDB)SIM_OLD(Srb)->Cdb;
    } else {
        PSRBEX_DATA block = SrbGetPrimaryCdbData(SIM_EX(Srb));

        if (block && block->Type == SrbExDataTypeScsiCdbVar) {
            PSRBEX_DATA_SCSI_CDB_VAR var = (PSRBEX_DATA_SCSI_CDB_VAR)block;

            length32 = var->CdbLength;
            status = var->ScsiStatus;
            sense = var->SenseInfoBuffer;
            senseLength = var->SenseInfoBufferLength;
            cdb = (PCDB)var->Cdb;
        } else if (block) {
            /* The 16 and 32 byte forms differ only in how long the CDB may be. */
            PSRBEX_DATA_SCSI_CDB16 fixed = (PSRBEX_DATA_SCSI_CDB16)block;

            length8 = fixed->CdbLength;
            status = fixed->ScsiStatus;
            sense = fixed->SenseInfoBuffer;
            senseLength = fixed->SenseInfoBufferLength;
            cdb = (PCDB)fixed->Cdb;
        }
    }
    if (CdbLength8)
        *CdbLength8 = length8;
    if (CdbLength32)
        *CdbLength32 = length32;
    if (ScsiStatus)
        *ScsiStatus = status;
    if (SenseInfoBuffer)
        *SenseInfoBuffer = sense;
    if (SenseInfoBufferLength)
        *SenseInfoBufferLength = senseLength;
    return cdb;
}

/* Sets what is given and leaves the rest. */
SIM_INLINE VOID SrbSetScsiData(PVOID Srb, PUCHAR CdbLength8, PULONG CdbLength32, PUCHAR ScsiStatus,
                               PVOID *SenseInfoBuffer, PUCHAR SenseInfoBufferLength)
{
    if (!SIM_SRB_IS_EX(Srb)) {
        if (CdbLength8)
            SIM_OLD(Srb)->CdbLength = *CdbLength8;
        if (ScsiStatus)
            SIM_OLD(Srb)->ScsiStatus = *ScsiStatus;
        if (SenseInfoBuffer)
            SIM_OLD(Srb)->SenseInfoBuffer = *SenseInfoBuffer;
        if (SenseInfoBufferLength)
            SIM_OLD(Srb)->SenseInfoBufferLength = *SenseInfoBufferLength;
    } else {
        PSRBEX_DATA block = SrbGetPrimaryCdbData(SIM_EX(Srb));

        if (block && block->Type == SrbExDataTypeScsiCdbVar) {
            PSRBEX_DATA_SCSI_CDB_VAR var = (PSRBEX_DATA_SCSI_CDB_VAR)block;

            if (CdbLength32)
                var->CdbLength = *CdbLength32;
            if (ScsiStatus)
                var->ScsiStatus = *ScsiStatus;
            if (SenseInfoBuffer)
                var->SenseInfoBuffer = *SenseInfoBuffer;
            if (SenseInfoBufferLength)
                var->SenseInfoBufferLength = *SenseInfoBufferLength;
        } else if (block) {
            PSRBEX_DATA_SCSI_CDB16 fixed = (PSRBEX_DATA_SCSI_CDB16)block;

            if (CdbLength8)
                fixed->CdbLength = *CdbLength8;
            if (ScsiStatus)
                fixed->ScsiStatus = *ScsiStatus;
            if (SenseInfoBuffer)
                fixed->SenseInfoBuffer = *SenseInfoBuffer;
            if (SenseInfoBufferLength)
                fixed->SenseInfoBufferLength = *SenseInfoBufferLength;
        }
    }
}

/* Like the Windows one, this has no answer for a CDB longer than 16 bytes. */
SIM_INLINE PCDB SrbGetCdb(PVOID Srb)
{
    PSRBEX_DATA block;

    if (!SIM_SRB_IS_EX(Srb))
        return (PCDB)SIM_OLD(Srb)->Cdb;
    block = SrbGetPrimaryCdbData(SIM_EX(Srb));
    if (!block)
        return NULL;
    if (block->Type == SrbExDataTypeScsiCdbVar)
        return (PCDB)((PSRBEX_DATA_SCSI_CDB_VAR)block)->Cdb;
    return (PCDB)((PSRBEX_DATA_SCSI_CDB16)block)->Cdb;
}

SIM_INLINE UCHAR SrbGetCdbLength(PVOID Srb)
{
    UCHAR length8;
    ULONG length32;

    SrbGetScsiData(Srb, &length8, &length32, NULL, NULL, NULL);
    return length8 ? length8 : (UCHAR)length32;
}

SIM_INLINE UCHAR SrbGetScsiStatus(PVOID Srb)
{
    UCHAR status;

    SrbGetScsiData(Srb, NULL, NULL, &status, NULL, NULL);
    return status;
}

SIM_INLINE VOID SrbSetScsiStatus(PVOID Srb, UCHAR ScsiStatus)
{
    SrbSetScsiData(Srb, NULL, NULL, &ScsiStatus, NULL, NULL);
}

SIM_INLINE PVOID SrbGetSenseInfoBuffer(PVOID Srb)
{
    PVOID sense;

    SrbGetScsiData(Srb, NULL, NULL, NULL, &sense, NULL);
    return sense;
}

SIM_INLINE VOID SrbSetSenseInfoBuffer(PVOID Srb, PVOID SenseInfoBuffer)
{
    SrbSetScsiData(Srb, NULL, NULL, NULL, &SenseInfoBuffer, NULL);
}

SIM_INLINE UCHAR SrbGetSenseInfoBufferLength(PVOID Srb)
{
    UCHAR length;

    SrbGetScsiData(Srb, NULL, NULL, NULL, NULL, &length);
    return length;
}

SIM_INLINE VOID SrbSetSenseInfoBufferLength(PVOID Srb, UCHAR Length)
{
    SrbSetScsiData(Srb, NULL, NULL, NULL, NULL, &Length);
}

/* The request's address, where the SRB has one of the only type there is. */
SIM_INLINE PSTOR_ADDR_BTL8 SimSrbAddress(PVOID Srb)
{
    PSTOR_ADDR_BTL8 address;

    if (SIM_EX(Srb)->AddressOffset == 0)
        return NULL;
    address = (PSTOR_ADDR_BTL8)((PUCHAR)Srb + SIM_EX(Srb)->AddressOffset);
    return address->Type == STOR_ADDRESS_TYPE_BTL8 ? address : NULL;
}

SIM_INLINE PSTOR_ADDRESS SrbGetAddress(PVOID Srb)
{
    if (!SIM_SRB_IS_EX(Srb) || SIM_EX(Srb)->AddressOffset == 0)
        return NULL;
    return (PSTOR_ADDRESS)((PUCHAR)Srb + SIM_EX(Srb)->AddressOffset);
}

SIM_INLINE VOID SrbGetPathTargetLun(PVOID Srb, PUCHAR PathId, PUCHAR TargetId, PUCHAR Lun)
{
    if (SIM_SRB_IS_EX(Srb)) {
        PSTOR_ADDR_BTL8 address = SimSrbAddress(Srb);

        if (PathId)
            *PathId = address ? address->Path : 0;
        if (TargetId)
            *TargetId = address ? address->Target : 0;
        if (Lun)
            *Lun = address ? address->Lun : 0;
    } else {
        if (PathId)
            *PathId = SIM_OLD(Srb)->PathId;
        if (TargetId)
            *TargetId = SIM_OLD(Srb)->TargetId;
        if (Lun)
            *Lun = SIM_OLD(Srb)->Lun;
    }
}

SIM_INLINE UCHAR SrbGetPathId(PVOID Srb)
{
    UCHAR path;

    SrbGetPathTargetLun(Srb, &path, NULL, NULL);
    return path;
}

SIM_INLINE UCHAR SrbGetTargetId(PVOID Srb)
{
    UCHAR target;

    SrbGetPathTargetLun(Srb, NULL, &target, NULL);
    return target;
}

SIM_INLINE UCHAR SrbGetLun(PVOID Srb)
{
    UCHAR lun;

    SrbGetPathTargetLun(Srb, NULL, NULL, &lun);
    return lun;
}

SIM_INLINE ULONG SrbGetSrbFunction(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->SrbFunction : SIM_OLD(Srb)->Function;
}

SIM_INLINE UCHAR SrbGetSrbStatus(PVOID Srb)
{
    return ((PSTORAGE_REQUEST_BLOCK_HEADER)Srb)->SrbStatus;
}

SIM_INLINE VOID SrbSetSrbStatus(PVOID Srb, UCHAR SrbStatus)
{
    ((PSTORAGE_REQUEST_BLOCK_HEADER)Srb)->SrbStatus = SrbStatus;
}

SIM_INLINE ULONG SrbGetSrbLength(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->SrbLength : (ULONG)sizeof(SCSI_REQUEST_BLOCK);
}

/* Fields that both layouts have, under one name or two. */
#define SIM_SRB_FIELD(type, get, set, ex_field, old_field)                              \
    SIM_INLINE type get(PVOID Srb)                                                      \
    {                                                                                   \
        return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->ex_field : (type)SIM_OLD(Srb)->old_field; \
    }                                                                                   \
    SIM_INLINE VOID set(PVOID Srb, type Value)                                          \
    {                                                                                   \
        if (SIM_SRB_IS_EX(Srb))                                                         \
            SIM_EX(Srb)->ex_field = Value;                                              \
        else                                                                            \
            SIM_OLD(Srb)->old_field = Value;                                            \
    }

SIM_SRB_FIELD(PVOID, SrbGetDataBuffer, SrbSetDataBuffer, DataBuffer, DataBuffer)
SIM_SRB_FIELD(ULONG, SrbGetDataTransferLength, SrbSetDataTransferLength, DataTransferLength, DataTransferLength)
SIM_SRB_FIELD(ULONG, SrbGetTimeOutValue, SrbSetTimeOutValue, TimeOutValue, TimeOutValue)
SIM_SRB_FIELD(ULONG, SrbGetSystemStatus, SrbSetSystemStatus, SystemStatus, InternalStatus)
SIM_SRB_FIELD(PVOID, SrbGetOriginalRequest, SrbSetOriginalRequest, OriginalRequest, OriginalRequest)
SIM_SRB_FIELD(PVOID, SrbGetMiniportContext, SimSrbSetMiniportContext, MiniportContext, SrbExtension)
SIM_SRB_FIELD(ULONG, SrbGetSrbFlags, SrbAssignSrbFlags, SrbFlags, SrbFlags)
#undef SIM_SRB_FIELD

SIM_INLINE VOID SrbSetSrbFlags(PVOID Srb, ULONG Flags)
{
    SrbAssignSrbFlags(Srb, SrbGetSrbFlags(Srb) | Flags);
}

SIM_INLINE VOID SrbClearSrbFlags(PVOID Srb, ULONG Flags)
{
    SrbAssignSrbFlags(Srb, SrbGetSrbFlags(Srb) & ~Flags);
}

SIM_INLINE PVOID SrbGetNextSrb(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? (PVOID)SIM_EX(Srb)->NextSrb : (PVOID)SIM_OLD(Srb)->NextSrb;
}

SIM_INLINE VOID SrbSetNextSrb(PVOID Srb, PVOID Next)
{
    if (SIM_SRB_IS_EX(Srb))
        SIM_EX(Srb)->NextSrb = (PSTORAGE_REQUEST_BLOCK)Next;
    else
        SIM_OLD(Srb)->NextSrb = (PSCSI_REQUEST_BLOCK)Next;
}

/* An untagged request has the tag SP_UNTAGGED in either layout. */
SIM_INLINE ULONG SrbGetRequestTag(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->RequestTag : SIM_OLD(Srb)->QueueTag;
}
#define SrbGetQueueTag SrbGetRequestTag

SIM_INLINE ULONG SrbGetRequestAttribute(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->RequestAttribute : SIM_OLD(Srb)->QueueAction;
}
