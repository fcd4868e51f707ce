/* Assertions. A failed one ends the run with a finding, `driver-assert`, at the line that failed. */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

/* Does not return into the run that failed. */
SIM_IMPORT VOID SIM_API storsim_assert_failed(const char *expr, const char *file, int line);

#if SIM_MODULE
#ifndef DBG
#define DBG 0
#endif

/* With DBG off the tokens are thrown away unparsed: real drivers have assertions that no longer compile. */
#if DBG
#define NT_ASSERT(e) ((void)((e) ? 0 : (storsim_assert_failed(#e, __FILE__, __LINE__), 0)))
#define NT_ASSERTMSG(message, e) ((void)((e) ? 0 : (storsim_assert_failed(message, __FILE__, __LINE__), 0)))
#define NT_VERIFY(e) NT_ASSERT(e)
#else
#define NT_ASSERT(...) ((void)0)
#define NT_ASSERTMSG(...) ((void)0)
#define NT_VERIFY(e) ((void)(e))
#endif
#define NT_FRE_ASSERT(e) ((void)((e) ? 0 : (storsim_assert_failed(#e, __FILE__, __LINE__), 0)))
#ifndef ASSERT
#define ASSERT NT_ASSERT
#define ASSERTMSG NT_ASSERTMSG
#endif
#endif
