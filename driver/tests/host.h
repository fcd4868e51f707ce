/*
 * host.h: what the headers of wdk/ give modules alone, for driver sources in a test that the host's compiler builds.
 * Included before the first line of each.
 */
#pragma once

#include <assert.h>
#include <string.h>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define RtlCopyMemory(to, from, n) memcpy(to, from, n)
#define RtlZeroMemory(to, n) memset(to, 0, n)
#define ASSERT(e) assert(e)
