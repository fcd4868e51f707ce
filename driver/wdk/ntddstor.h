/* Storage stack types that miniports share with the class drivers. */
#pragma once
#pragma GCC system_header

#include "devioctl.h"
#include "stordev/query.h"
#include "stordev/topology.h"
#include "stordev/dsm.h"
