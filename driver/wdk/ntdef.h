/* Basic types, strings, lists' links, and the macros that go with them. */
#pragma once
#pragma GCC system_header

#include "simdefs.h"
#include "sal.h"

#include <stdarg.h>
#include <stddef.h>

#if SIM_MODULE
typedef long LONG;
typedef unsigned long ULONG;
typedef wchar_t WCHAR;
#define NTAPI
#define __stdcall
#define __cdecl
#define STDCALL
#define CONST const
#define CDECL
#define FORCEINLINE __forceinline
#define DECLSPEC_ALIGN(n) __declspec(align(n))
#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(64)
#else
#include <stdint.h>
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint16_t WCHAR;
#define NTAPI SIM_API
#define FORCEINLINE SIM_INLINE
#define DECLSPEC_ALIGN(n) __attribute__((aligned(n)))
#define DECLSPEC_IMPORT
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(64)
#endif

/* A macro, as on Windows, where drivers test for it. */
#ifndef VOID
#define VOID void
#endif
typedef void *PVOID, *HANDLE, **PHANDLE;
typedef const void *PCVOID;
typedef PVOID *PPVOID;

typedef char CHAR, CCHAR;
typedef short SHORT, CSHORT;
typedef int INT;
typedef unsigned char UCHAR, BYTE;
typedef unsigned short USHORT, WORD;
typedef unsigned int UINT;
typedef ULONG DWORD, CLONG;
typedef long long LONGLONG, LONG64, INT64;
typedef unsigned long long ULONGLONG, ULONG64, DWORD64, UINT64, DWORDLONG;
typedef signed char INT8;
typedef short INT16;
typedef int INT32;
typedef LONG LONG32;
typedef UCHAR UINT8;
typedef unsigned short UINT16;
typedef unsigned int UINT32;
typedef unsigned int ULONG32, DWORD32;
typedef long long INT_PTR, LONG_PTR, SSIZE_T;
typedef unsigned long long UINT_PTR, ULONG_PTR, SIZE_T, DWORD_PTR, KAFFINITY;
typedef UCHAR BOOLEAN, KIRQL, LOGICAL8;
typedef ULONG LOGICAL;
typedef int BOOL;
typedef LONG NTSTATUS;
typedef LONG KPRIORITY;
typedef ULONG ACCESS_MASK, DEVICE_TYPE;

typedef CHAR *PCHAR, *LPCH, *PSZ, *PSTR, *LPSTR, *PCCHAR, *PZZSTR;
typedef const CHAR *PCSTR, *LPCSTR, *PCSZ, *PCCH, *PCZZSTR;
typedef WCHAR *PWCHAR, *PWCH, *PWSTR, *LPWSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR, *PCWCH;
typedef SHORT *PSHORT;
typedef INT *PINT;
typedef LONG *PLONG;
typedef UCHAR *PUCHAR, *PBYTE;
typedef USHORT *PUSHORT, *PWORD;
typedef UINT *PUINT;
typedef ULONG *PULONG, *PDWORD;
typedef LONGLONG *PLONGLONG, *PLONG64, *PINT64;
typedef ULONGLONG *PULONGLONG, *PULONG64, *PUINT64;
typedef INT8 *PINT8;
typedef INT16 *PINT16;
typedef INT32 *PINT32;
typedef UINT8 *PUINT8;
typedef UINT16 *PUINT16;
typedef UINT32 *PUINT32;
typedef ULONG32 *PULONG32;
typedef ULONG_PTR *PULONG_PTR;
typedef LONG_PTR *PLONG_PTR;
typedef SIZE_T *PSIZE_T;
typedef KAFFINITY *PKAFFINITY;
typedef BOOLEAN *PBOOLEAN;
typedef KIRQL *PKIRQL;
typedef NTSTATUS *PNTSTATUS;

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif
#define ANYSIZE_ARRAY 1
#define DUMMYUNIONNAME
#define DUMMYSTRUCTNAME
#define UNALIGNED
#define RESTRICTED_POINTER
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffffU
#define MAXLONG 0x7fffffff
#define MAXULONGLONG (~(ULONGLONG)0)
#define MAXLONGLONG 0x7fffffffffffffffLL

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
SIM_ASSERT_SIZE(LARGE_INTEGER, 8);

typedef union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;
SIM_ASSERT_SIZE(PROCESSOR_NUMBER, 4);

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;
SIM_ASSERT_SIZE(GROUP_AFFINITY, 0x10);

#include "guiddef.h"

#define FIELD_OFFSET(type, field) ((LONG)__builtin_offsetof(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)__builtin_offsetof(type, field))
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (FIELD_OFFSET(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_CONTAINS_FIELD(record, size, field) \
    (((PCHAR)(&(record)->field) + sizeof((record)->field)) <= (((PCHAR)(record)) + (size)))
#define RTL_NUMBER_OF(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINING_RECORD(address, type, field) ((type *)((PCHAR)(address) - __builtin_offsetof(type, field)))
#define C_ASSERT(e) _Static_assert(e, #e)

#ifndef ARRAYSIZE
#define ARRAYSIZE(a) RTL_NUMBER_OF(a)
#endif
#if SIM_MODULE
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

#define UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define FlagOn(flags, bit) ((flags) & (bit))

#define NT_SUCCESS(status) (((NTSTATUS)(status)) >= 0)
#define NT_INFORMATION(status) ((((ULONG)(status)) >> 30) == 1)
#define NT_WARNING(status) ((((ULONG)(status)) >> 30) == 2)
#define NT_ERROR(status) ((((ULONG)(status)) >> 30) == 3)

#define PtrToUlong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToLong(p) ((LONG)(LONG_PTR)(p))
#define PtrToUint(p) ((UINT)(UINT_PTR)(p))
#define PtrToUlong64(p) ((ULONG64)(ULONG_PTR)(p))
#define UlongToPtr(u) ((PVOID)(ULONG_PTR)(u))
#define ULongToPtr(u) UlongToPtr(u)
#define LongToPtr(l) ((PVOID)(LONG_PTR)(l))
#define UlongToHandle(u) ((HANDLE)(ULONG_PTR)(u))
#define HandleToUlong(h) ((ULONG)(ULONG_PTR)(h))

#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)((DWORD_PTR)(l) >> 16))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)((DWORD_PTR)(w) >> 8))

#define ALIGN_DOWN_BY(n, a) ((ULONG_PTR)(n) & ~((ULONG_PTR)(a) - 1))
#define ALIGN_UP_BY(n, a) (ALIGN_DOWN_BY((ULONG_PTR)(n) + (a) - 1, a))
#define ALIGN_DOWN(n, type) ALIGN_DOWN_BY(n, sizeof(type))
#define ALIGN_UP(n, type) ALIGN_UP_BY(n, sizeof(type))
#define ALIGN_DOWN_POINTER_BY(p, a) ((PVOID)ALIGN_DOWN_BY(p, a))
#define ALIGN_UP_POINTER_BY(p, a) ((PVOID)ALIGN_UP_BY(p, a))

#define MEMORY_ALLOCATION_ALIGNMENT 16
