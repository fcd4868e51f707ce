/*
 * Bounded string operations. Counts are of bytes (Cb) or characters (Cch), the final zero included; a result that does
 * not fit is cut short, terminated, and STATUS_BUFFER_OVERFLOW. In W, %s is a wide string and %S a narrow one.
 */
#pragma once
#pragma GCC system_header

#include "ntstatus.h"

#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(WCHAR))

/* Flags of the Ex forms; the low byte is what the FILL ones fill with. */
#define STRSAFE_FILL_BYTE(x) ((ULONG)(((x) & 0xff) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(x) ((ULONG)(((x) & 0xff) | STRSAFE_FILL_ON_FAILURE))
#define STRSAFE_ZERO_LENGTH_ON_FAILURE STRSAFE_NULL_ON_FAILURE
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000

/*
 * Formats into `Room` characters, terminated when there is room for that. Wide: destination and format are WCHARs, of which
 * a format has at most 2047. STATUS_BUFFER_OVERFLOW when it was cut short, STATUS_INVALID_PARAMETER without any room.
 */
SIM_IMPORT NTSTATUS SIM_API storsim_vformat(PVOID Destination, SIZE_T Room, BOOLEAN Wide, const VOID *Format,
                                            SIM_VA_LIST Arguments);

#if SIM_MODULE
#define SIM_STR(name) name##A
#define SIM_STR_CHAR CHAR
#define SIM_STR_WIDE FALSE
#include "nt/strsafe_one.h"

#define SIM_STR(name) name##W
#define SIM_STR_CHAR WCHAR
#define SIM_STR_WIDE TRUE
#include "nt/strsafe_one.h"

SIM_INLINE NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING Destination, PCWSTR Source)
{
    SIZE_T n = 0;

    Destination->Buffer = (PWSTR)Source;
    Destination->Length = Destination->MaximumLength = 0;
    if (!Source)
        return STATUS_SUCCESS;
    if (!NT_SUCCESS(RtlStringCchLengthW(Source, NTSTRSAFE_UNICODE_STRING_MAX_CCH + 1, &n)))
        return STATUS_INVALID_PARAMETER;
    Destination->Length = (USHORT)(n * sizeof(WCHAR));
    Destination->MaximumLength = (USHORT)(Destination->Length + (n < NTSTRSAFE_UNICODE_STRING_MAX_CCH) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}
#endif
