#pragma once
#pragma GCC system_header
#include "ntdef.h"
