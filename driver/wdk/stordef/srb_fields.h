/* Fields that both SRB layouts have, the address, and the SRB as a whole. From srbhelper.h. */
#pragma once
#pragma GCC system_header

/* The request's address, where the SRB has one of the only type there is. */
SIM_INLINE PSTOR_ADDR_BTL8 SimSrbAddress(PVOID Srb)
{
    PSTOR_ADDR_BTL8 address;

    if (SIM_EX(Srb)->AddressOffset == 0)
        return NULL;
    address = (PSTOR_ADDR_BTL8)((PUCHAR)Srb + SIM_EX(Srb)->AddressOffset);
    return address->Type == STOR_ADDRESS_TYPE_BTL8 ? address : NULL;
}

SIM_INLINE PSTOR_ADDRESS SrbGetAddress(PSTORAGE_REQUEST_BLOCK Srb)
{
    if (Srb->Function != SRB_FUNCTION_STORAGE_REQUEST_BLOCK || Srb->AddressOffset == 0)
        return NULL;
    return (PSTOR_ADDRESS)((PUCHAR)Srb + Srb->AddressOffset);
}

/* An extended SRB without an address leaves them as they are. */
SIM_INLINE VOID SrbGetPathTargetLun(PVOID Srb, PUCHAR PathId, PUCHAR TargetId, PUCHAR Lun)
{
    if (SIM_SRB_IS_EX(Srb)) {
        PSTOR_ADDR_BTL8 address = SimSrbAddress(Srb);

        if (address && PathId)
            *PathId = address->Path;
        if (address && TargetId)
            *TargetId = address->Target;
        if (address && Lun)
            *Lun = address->Lun;
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
    UCHAR path = 0;

    SrbGetPathTargetLun(Srb, &path, NULL, NULL);
    return path;
}

SIM_INLINE UCHAR SrbGetTargetId(PVOID Srb)
{
    UCHAR target = 0;

    SrbGetPathTargetLun(Srb, NULL, &target, NULL);
    return target;
}

SIM_INLINE UCHAR SrbGetLun(PVOID Srb)
{
    UCHAR lun = 0;

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

/* Keeps SRB_STATUS_AUTOSENSE_VALID where it is set. */
SIM_INLINE VOID SrbSetSrbStatus(PVOID Srb, UCHAR SrbStatus)
{
    PSTORAGE_REQUEST_BLOCK_HEADER head = (PSTORAGE_REQUEST_BLOCK_HEADER)Srb;

    head->SrbStatus = (UCHAR)(SrbStatus | (head->SrbStatus & SRB_STATUS_AUTOSENSE_VALID));
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
SIM_INLINE ULONG SrbGetQueueTag(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->RequestTag : SIM_OLD(Srb)->QueueTag;
}

SIM_INLINE VOID SrbSetQueueTag(PVOID Srb, ULONG QueueTag)
{
    if (SIM_SRB_IS_EX(Srb))
        SIM_EX(Srb)->RequestTag = QueueTag;
    else
        SIM_OLD(Srb)->QueueTag = (UCHAR)QueueTag;
}
#define SrbGetRequestTag SrbGetQueueTag
#define SrbSetRequestTag SrbSetQueueTag

SIM_INLINE ULONG SrbGetRequestAttribute(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->RequestAttribute : SIM_OLD(Srb)->QueueAction;
}

SIM_INLINE VOID SrbSetRequestAttribute(PVOID Srb, UCHAR RequestAttribute)
{
    if (SIM_SRB_IS_EX(Srb))
        SIM_EX(Srb)->RequestAttribute = RequestAttribute;
    else
        SIM_OLD(Srb)->QueueAction = RequestAttribute;
}
#define SrbGetQueueAction SrbGetRequestAttribute
#define SrbSetQueueAction SrbSetRequestAttribute

/* Only the classic layout has it. */
SIM_INLINE VOID SrbSetQueueSortKey(PVOID Srb, ULONG QueueSortKey)
{
    if (!SIM_SRB_IS_EX(Srb))
        SIM_OLD(Srb)->QueueSortKey = QueueSortKey;
}

/* Only the extended layout has it. */
SIM_INLINE PVOID SrbGetPortContext(PVOID Srb)
{
    return SIM_SRB_IS_EX(Srb) ? SIM_EX(Srb)->PortContext : NULL;
}

SIM_INLINE VOID SrbSetPortContext(PVOID Srb, PVOID PortContext)
{
    if (SIM_SRB_IS_EX(Srb))
        SIM_EX(Srb)->PortContext = PortContext;
}

/* --- the SRB as a whole ---------------------------------------------------------------------- */

SIM_INLINE VOID SrbSetSrbLength(PVOID Srb, ULONG Length)
{
    if (SIM_SRB_IS_EX(Srb))
        SIM_EX(Srb)->SrbLength = Length;
}

/* Of an extended SRB with an address and the block that its function needs. */
SIM_INLINE ULONG SrbGetDefaultSrbLengthFromFunction(ULONG SrbFunction)
{
    ULONG length = SRB_ALIGN_SIZEOF(STORAGE_REQUEST_BLOCK) + SRB_ALIGN_SIZEOF(STOR_ADDR_BTL8);

    switch (SrbFunction) {
    case SRB_FUNCTION_PNP:
        return length + SRB_ALIGN_SIZEOF(SRBEX_DATA_PNP);
    case SRB_FUNCTION_POWER:
        return length + SRB_ALIGN_SIZEOF(SRBEX_DATA_POWER);
    case SRB_FUNCTION_WMI:
        return length + SRB_ALIGN_SIZEOF(SRBEX_DATA_WMI);
    case SRB_FUNCTION_EXECUTE_SCSI:
        return length + SRB_ALIGN_SIZEOF(SRBEX_DATA_SCSI_CDB16);
    default:
        return length;
    }
}

/* False: it does not fit. */
SIM_INLINE BOOLEAN SrbCopySrb(PVOID DestinationSrb, ULONG DestinationSrbLength, PVOID SourceSrb)
{
    ULONG length = SrbGetSrbLength(SourceSrb);

    if (DestinationSrbLength < length)
        return FALSE;
    SrbCopyMemory(DestinationSrb, SourceSrb, length);
    return TRUE;
}

/* All but what says which layout it is and how long. */
SIM_INLINE VOID SrbZeroSrb(PVOID Srb)
{
    PSTORAGE_REQUEST_BLOCK_HEADER head = (PSTORAGE_REQUEST_BLOCK_HEADER)Srb;
    ULONG length = SrbGetSrbLength(Srb);
    USHORT headLength = head->Length;
    UCHAR function = head->Function;

    SrbZeroMemory(Srb, length);
    head->Function = function;
    head->Length = headLength;
    SrbSetSrbLength(Srb, length);
}
