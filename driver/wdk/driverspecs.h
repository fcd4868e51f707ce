#pragma once
#pragma GCC system_header
#include "sal.h"
