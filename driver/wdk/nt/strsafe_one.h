/*
 * The string functions of one width. ntstrsafe.h includes it twice, with SIM_STR_CHAR the character's type,
 * SIM_STR_WIDE whether it is the wide one, and SIM_STR(name) the function's name with its A or W.
 */
#define SIM_STRSAFE static __inline __attribute__((unused)) NTSTATUS /* not always_inline: va_start() could not be */

SIM_STRSAFE SIM_STR(RtlStringCchLength)(const SIM_STR_CHAR *String, SIZE_T Room, SIZE_T *Length)
{
    SIZE_T n = 0;

    if (Length)
        *Length = 0;
    if (!String || Room > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    while (n < Room && String[n])
        n++;
    if (n == Room)
        return STATUS_INVALID_PARAMETER;
    if (Length)
        *Length = n;
    return STATUS_SUCCESS;
}

SIM_STRSAFE SIM_STR(RtlStringCchCopyN)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source, SIZE_T Most)
{
    SIZE_T i;

    if (Room == 0 || Room > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    for (i = 0; i + 1 < Room && i < Most && Source[i]; i++)
        Destination[i] = Source[i];
    Destination[i] = 0;
    return i < Most && Source[i] ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

SIM_STRSAFE SIM_STR(RtlStringCchCopy)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source)
{
    return SIM_STR(RtlStringCchCopyN)(Destination, Room, Source, NTSTRSAFE_MAX_CCH);
}

SIM_STRSAFE SIM_STR(RtlStringCchCatN)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source, SIZE_T Most)
{
    SIZE_T used;

    if (!NT_SUCCESS(SIM_STR(RtlStringCchLength)(Destination, Room, &used)))
        return STATUS_INVALID_PARAMETER;
    return SIM_STR(RtlStringCchCopyN)(Destination + used, Room - used, Source, Most);
}

SIM_STRSAFE SIM_STR(RtlStringCchCat)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source)
{
    return SIM_STR(RtlStringCchCatN)(Destination, Room, Source, NTSTRSAFE_MAX_CCH);
}

SIM_STRSAFE SIM_STR(RtlStringCchVPrintf)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Format,
                                         va_list Arguments)
{
    if (Room == 0 || Room > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    return storsim_vformat(Destination, Room, SIM_STR_WIDE, Format, Arguments);
}

SIM_STRSAFE SIM_STR(RtlStringCchPrintf)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Format, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, Format);
    status = SIM_STR(RtlStringCchVPrintf)(Destination, Room, Format, arguments);
    va_end(arguments);
    return status;
}

SIM_STRSAFE SIM_STR(RtlStringCbLength)(const SIM_STR_CHAR *String, SIZE_T Bytes, SIZE_T *Length)
{
    NTSTATUS status = SIM_STR(RtlStringCchLength)(String, Bytes / sizeof(SIM_STR_CHAR), Length);

    if (Length)
        *Length *= sizeof(SIM_STR_CHAR);
    return status;
}

SIM_STRSAFE SIM_STR(RtlStringCbCopyN)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Source, SIZE_T Most)
{
    return SIM_STR(RtlStringCchCopyN)(Destination, Bytes / sizeof(SIM_STR_CHAR), Source, Most / sizeof(SIM_STR_CHAR));
}

SIM_STRSAFE SIM_STR(RtlStringCbCopy)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Source)
{
    return SIM_STR(RtlStringCchCopy)(Destination, Bytes / sizeof(SIM_STR_CHAR), Source);
}

SIM_STRSAFE SIM_STR(RtlStringCbCatN)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Source, SIZE_T Most)
{
    return SIM_STR(RtlStringCchCatN)(Destination, Bytes / sizeof(SIM_STR_CHAR), Source, Most / sizeof(SIM_STR_CHAR));
}

SIM_STRSAFE SIM_STR(RtlStringCbCat)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Source)
{
    return SIM_STR(RtlStringCchCat)(Destination, Bytes / sizeof(SIM_STR_CHAR), Source);
}

SIM_STRSAFE SIM_STR(RtlStringCbVPrintf)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Format,
                                        va_list Arguments)
{
    return SIM_STR(RtlStringCchVPrintf)(Destination, Bytes / sizeof(SIM_STR_CHAR), Format, Arguments);
}

SIM_STRSAFE SIM_STR(RtlStringCbPrintf)(SIM_STR_CHAR *Destination, SIZE_T Bytes, const SIM_STR_CHAR *Format, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, Format);
    status = SIM_STR(RtlStringCbVPrintf)(Destination, Bytes, Format, arguments);
    va_end(arguments);
    return status;
}

/* What the Ex forms do afterwards. */
SIM_STRSAFE SIM_STR(SimStrsafeEnd)(NTSTATUS Status, SIM_STR_CHAR *Destination, SIZE_T Room, SIM_STR_CHAR **End,
                                   SIZE_T *Remaining, ULONG Flags)
{
    SIZE_T n = 0, i;

    if (Status == STATUS_INVALID_PARAMETER)
        return Status;
    while (n + 1 < Room && Destination[n])
        n++;
    if (!NT_SUCCESS(Status) && (Flags & (STRSAFE_NULL_ON_FAILURE | STRSAFE_NO_TRUNCATION)))
        Destination[n = 0] = 0;
    if (!NT_SUCCESS(Status) && (Flags & STRSAFE_FILL_ON_FAILURE)) {
        for (i = 0; i < Room * sizeof(SIM_STR_CHAR); i++)
            ((PUCHAR)Destination)[i] = (UCHAR)Flags;
        if (!(UCHAR)Flags)
            n = 0;
        else
            Destination[n = Room - 1] = 0;
    } else if (NT_SUCCESS(Status) && (Flags & STRSAFE_FILL_BEHIND_NULL)) {
        for (i = (n + 1) * sizeof(SIM_STR_CHAR); i < Room * sizeof(SIM_STR_CHAR); i++)
            ((PUCHAR)Destination)[i] = (UCHAR)Flags;
    }
    if (End)
        *End = Destination + n;
    if (Remaining)
        *Remaining = Room - n;
    return Status;
}

SIM_STRSAFE SIM_STR(RtlStringCchCopyEx)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source,
                                        SIM_STR_CHAR **End, SIZE_T *Remaining, ULONG Flags)
{
    static const SIM_STR_CHAR empty[1];
    const SIM_STR_CHAR *source = !Source && (Flags & STRSAFE_IGNORE_NULLS) ? empty : Source;

    return SIM_STR(SimStrsafeEnd)(SIM_STR(RtlStringCchCopy)(Destination, Room, source), Destination, Room, End,
                                  Remaining, Flags);
}

SIM_STRSAFE SIM_STR(RtlStringCchCatEx)(SIM_STR_CHAR *Destination, SIZE_T Room, const SIM_STR_CHAR *Source,
                                       SIM_STR_CHAR **End, SIZE_T *Remaining, ULONG Flags)
{
    static const SIM_STR_CHAR empty[1];
    const SIM_STR_CHAR *source = !Source && (Flags & STRSAFE_IGNORE_NULLS) ? empty : Source;

    return SIM_STR(SimStrsafeEnd)(SIM_STR(RtlStringCchCat)(Destination, Room, source), Destination, Room, End,
                                  Remaining, Flags);
}

SIM_STRSAFE SIM_STR(RtlStringCchVPrintfEx)(SIM_STR_CHAR *Destination, SIZE_T Room, SIM_STR_CHAR **End,
                                           SIZE_T *Remaining, ULONG Flags, const SIM_STR_CHAR *Format,
                                           va_list Arguments)
{
    return SIM_STR(SimStrsafeEnd)(SIM_STR(RtlStringCchVPrintf)(Destination, Room, Format, Arguments), Destination, Room,
                                  End, Remaining, Flags);
}

SIM_STRSAFE SIM_STR(RtlStringCchPrintfEx)(SIM_STR_CHAR *Destination, SIZE_T Room, SIM_STR_CHAR **End, SIZE_T *Remaining,
                                          ULONG Flags, const SIM_STR_CHAR *Format, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, Format);
    status = SIM_STR(RtlStringCchVPrintfEx)(Destination, Room, End, Remaining, Flags, Format, arguments);
    va_end(arguments);
    return status;
}

SIM_STRSAFE SIM_STR(RtlStringCbPrintfEx)(SIM_STR_CHAR *Destination, SIZE_T Bytes, SIM_STR_CHAR **End, SIZE_T *Remaining,
                                         ULONG Flags, const SIM_STR_CHAR *Format, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, Format);
    status = SIM_STR(RtlStringCchVPrintfEx)(Destination, Bytes / sizeof(SIM_STR_CHAR), End, Remaining, Flags, Format,
                                            arguments);
    va_end(arguments);
    if (Remaining && status != STATUS_INVALID_PARAMETER)
        *Remaining = *Remaining * sizeof(SIM_STR_CHAR) + Bytes % sizeof(SIM_STR_CHAR);
    return status;
}

#undef SIM_STRSAFE
#undef SIM_STR
#undef SIM_STR_CHAR
#undef SIM_STR_WIDE
