/* Drivers include it and use nothing of it. */
#pragma once
#pragma GCC system_header
#include <stddef.h>
#include <stdarg.h>
