#pragma once
#pragma GCC system_header
#include "ntddstor.h"
#define IOCTL_DISK_BASE FILE_DEVICE_DISK
