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

#ifndef SRB_ALIGN_SIZEOF
#define SRB_ALIGN_SIZEOF(x) (((ULONG_PTR)(sizeof(x) + sizeof(PVOID) - 1)) & ~(sizeof(PVOID) - 1))
#endif
#if SIM_MODULE
#ifndef SRBHELPER_ASSERT
#define SRBHELPER_ASSERT NT_ASSERT
#endif
#define SrbMoveMemory(d, s, n) StorPortMoveMemory(d, s, n)
#define SrbCopyMemory(d, s, n) RtlCopyMemory(d, s, n)
#define SrbZeroMemory(d, n) RtlZeroMemory(d, n)
#define SrbEqualMemory(a, b, n) RtlEqualMemory(a, b, n)
#else
#define SrbCopyMemory(d, s, n) __builtin_memcpy((d), (s), (n))
#define SrbZeroMemory(d, n) __builtin_memset((d), 0, (n))
#endif

#include "stordef/srb_blocks.h"
#include "stordef/srb_fields.h"
