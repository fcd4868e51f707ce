#pragma once
#pragma GCC system_header
#include "miniport.h"
