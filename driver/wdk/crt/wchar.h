#pragma once
#pragma GCC system_header
#include <string.h>
