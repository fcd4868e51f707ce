/* What any miniport includes first: the kernel's types and the few kernel services that it may use. */
#pragma once
#pragma GCC system_header

#include "sdkddkver.h"
#include "ntdef.h"
#include "ntstatus.h"
#include "nt/assert.h"
#include "nt/seh.h"
#include "nt/memory.h"
#include "nt/lists.h"
#include "nt/interlocked.h"
#include "nt/ke.h"
#include "nt/io.h"
#include "nt/pci.h"

#ifndef POOL_TAGGING
#define POOL_TAGGING 1
#endif
