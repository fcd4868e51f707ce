/* The typed blocks of an extended SRB, and what a SCSI request says of itself in either layout. From srbhelper.h. */
#pragma once
#pragma GCC system_header

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
SIM_INLINE PSRBEX_DATA SimSrbCdbBlock(PSTORAGE_REQUEST_BLOCK Srb)
{
    ULONG i;

    for (i = 0; i < Srb->NumSrbExData; i++) {
        PSRBEX_DATA block = SrbGetSrbExDataByIndex(Srb, i);

        if (block && block->Type >= SrbExDataTypeScsiCdb16 && block->Type <= SrbExDataTypeScsiCdbVar)
            return block;
    }
    return NULL;
}

/* The block that goes with the SRB's function. */
SIM_INLINE PSRBEX_DATA SrbGetPrimarySrbExData(PSTORAGE_REQUEST_BLOCK Srb)
{
    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK)
        return NULL;
    switch (Srb->SrbFunction) {
    case SRB_FUNCTION_POWER:
        return SrbGetSrbExDataByType(Srb, SrbExDataTypePower);
    case SRB_FUNCTION_PNP:
        return SrbGetSrbExDataByType(Srb, SrbExDataTypePnP);
    case SRB_FUNCTION_WMI:
        return SrbGetSrbExDataByType(Srb, SrbExDataTypeWmi);
    case SRB_FUNCTION_EXECUTE_SCSI:
        return SimSrbCdbBlock(Srb);
    default:
        return NULL;
    }
}

/*
 * What an extended SRB says of a SCSI request, all at once; any out pointer may be NULL. A CDB of a variable-length block
 * has its length in CdbLength32, any other in CdbLength8; the one not used stays, as do all when the SRB has no such block.
 * Of any other SRB, a classic one among them, everything is zero.
 */
SIM_INLINE PCDB SrbGetScsiData(PSTORAGE_REQUEST_BLOCK Srb, PUCHAR CdbLength8, PULONG CdbLength32, PUCHAR ScsiStatus,
                               PVOID *SenseInfoBuffer, PUCHAR SenseInfoBufferLength)
{
    PSRBEX_DATA block;

    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK || Srb->SrbFunction != SRB_FUNCTION_EXECUTE_SCSI) {
        if (CdbLength8)
            *CdbLength8 = 0;
        if (CdbLength32)
            *CdbLength32 = 0;
        if (ScsiStatus)
            *ScsiStatus = SCSISTAT_GOOD;
        if (SenseInfoBuffer)
            *SenseInfoBuffer = NULL;
        if (SenseInfoBufferLength)
            *SenseInfoBufferLength = 0;
        return NULL;
    }
    block = SimSrbCdbBlock(Srb);
    if (block && block->Type == SrbExDataTypeScsiCdbVar) {
        PSRBEX_DATA_SCSI_CDB_VAR var = (PSRBEX_DATA_SCSI_CDB_VAR)block;

        if (CdbLength32)
            *CdbLength32 = var->CdbLength;
        if (ScsiStatus)
            *ScsiStatus = var->ScsiStatus;
        if (SenseInfoBuffer)
            *SenseInfoBuffer = var->SenseInfoBuffer;
        if (SenseInfoBufferLength)
            *SenseInfoBufferLength = var->SenseInfoBufferLength;
        return var->CdbLength ? (PCDB)var->Cdb : NULL;
    }
    if (block) {
        /* The 16 and 32 byte forms differ only in how long the CDB may be. */
        PSRBEX_DATA_SCSI_CDB16 fixed = (PSRBEX_DATA_SCSI_CDB16)block;

        if (CdbLength8)
            *CdbLength8 = fixed->CdbLength;
        if (ScsiStatus)
            *ScsiStatus = fixed->ScsiStatus;
        if (SenseInfoBuffer)
            *SenseInfoBuffer = fixed->SenseInfoBuffer;
        if (SenseInfoBufferLength)
            *SenseInfoBufferLength = fixed->SenseInfoBufferLength;
        return fixed->CdbLength ? (PCDB)fixed->Cdb : NULL;
    }
    return NULL;
}

/* Sets what is given and leaves the rest; nothing on any other SRB. */
SIM_INLINE VOID SrbSetScsiData(PSTORAGE_REQUEST_BLOCK Srb, PUCHAR CdbLength8, PULONG CdbLength32, PUCHAR ScsiStatus,
                               PVOID *SenseInfoBuffer, PUCHAR SenseInfoBufferLength)
{
    PSRBEX_DATA block;

    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK || Srb->SrbFunction != SRB_FUNCTION_EXECUTE_SCSI)
        return;
    block = SimSrbCdbBlock(Srb);
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

SIM_INLINE PCDB SrbGetCdb(PVOID Srb)
{
    if (!SIM_SRB_IS_EX(Srb))
        return (PCDB)SIM_OLD(Srb)->Cdb;
    return SrbGetScsiData(SIM_EX(Srb), NULL, NULL, NULL, NULL, NULL);
}

/* A field of the classic layout that the extended one keeps in a block: argument `at` of SrbGetScsiData. */
#define SIM_SRB_SCSI(type, get, set, field, ...)                                      \
    SIM_INLINE type get(PVOID Srb)                                                    \
    {                                                                                 \
        type value = 0;                                                               \
                                                                                      \
        if (!SIM_SRB_IS_EX(Srb))                                                      \
            return SIM_OLD(Srb)->field;                                               \
        SrbGetScsiData(SIM_EX(Srb), __VA_ARGS__);                                     \
        return value;                                                                 \
    }                                                                                 \
    SIM_INLINE VOID set(PVOID Srb, type value)                                        \
    {                                                                                 \
        if (SIM_SRB_IS_EX(Srb))                                                       \
            SrbSetScsiData(SIM_EX(Srb), __VA_ARGS__);                                 \
        else                                                                          \
            SIM_OLD(Srb)->field = value;                                              \
    }

/* Like the Windows one, the length is 0 for a variable-length block. */
SIM_SRB_SCSI(UCHAR, SrbGetCdbLength, SrbSetCdbLength, CdbLength, &value, NULL, NULL, NULL, NULL)
SIM_SRB_SCSI(UCHAR, SrbGetScsiStatus, SrbSetScsiStatus, ScsiStatus, NULL, NULL, &value, NULL, NULL)
SIM_SRB_SCSI(PVOID, SrbGetSenseInfoBuffer, SrbSetSenseInfoBuffer, SenseInfoBuffer, NULL, NULL, NULL, &value, NULL)
SIM_SRB_SCSI(UCHAR, SrbGetSenseInfoBufferLength, SrbSetSenseInfoBufferLength, SenseInfoBufferLength, NULL, NULL, NULL,
             NULL, &value)
#undef SIM_SRB_SCSI
