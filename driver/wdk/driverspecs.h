/* Annotations for drivers: interrupt levels, locks, memory. Accepted and ignored. */
#pragma once
#pragma GCC system_header

#include "simdefs.h"

#if SIM_MODULE

/* interrupt levels */
#define _IRQL_requires_(n)
#define _IRQL_requires_max_(n)
#define _IRQL_requires_min_(n)
#define _IRQL_raises_(n)
#define _IRQL_limited_to_(n)
#define _Dispatch_type_(n)
#define _IRQL_requires_same_
#define _IRQL_saves_
#define _IRQL_restores_
#define _IRQL_uses_cancel_
#define _IRQL_is_cancel_
#define _IRQL_saves_global_(n, m)
#define _IRQL_restores_global_(n, m)

/* locks */
#define _Acquires_lock_(n)
#define _Releases_lock_(n)
#define _Requires_lock_held_(n)
#define _Requires_lock_not_held_(n)
#define _Acquires_exclusive_lock_(n)
#define _Releases_exclusive_lock_(n)
#define _Acquires_shared_lock_(n)
#define _Releases_shared_lock_(n)
#define _Acquires_nonreentrant_lock_(n)
#define _Releases_nonreentrant_lock_(n)
#define _Requires_exclusive_lock_held_(n)
#define _Requires_shared_lock_held_(n)
#define _Guarded_by_(n)
#define _Write_guarded_by_(n)
#define _Has_lock_kind_(n)
#define _Has_lock_level_(n)
#define _Create_lock_level_(n)
#define _Analysis_assume_lock_acquired_(n)
#define _Analysis_assume_lock_released_(n)
#define _Analysis_assume_lock_held_(n)
#define _Analysis_assume_lock_not_held_(n)
#define _Analysis_suppress_lock_checking_(n)
#define _Function_ignore_lock_checking_(n)
#define _Lock_level_order_(n, m)
#define _Post_same_lock_(n, m)
#define _Analysis_assume_same_lock_(n, m)
#define _Requires_no_locks_held_
#define _No_competing_thread_
#define _No_competing_thread_begin_
#define _No_competing_thread_end_
#define _Benign_race_begin_
#define _Benign_race_end_
#define _Interlocked_
#define _Interlocked_operand_

/* memory */
#define __drv_freesMem(n)
#define __drv_allocatesMem(n)
#define __drv_aliasesMem
#define _Kernel_requires_resource_held_(n)
#define _Kernel_requires_resource_not_held_(n)
#define _Kernel_acquires_resource_(n)
#define _Kernel_releases_resource_(n)

/* the same in the older spelling */
#define __drv_dispatchType(n)
#define __drv_maxIRQL(n)
#define __drv_minIRQL(n)
#define __drv_requiresIRQL(n)
#define __drv_raisesIRQL(n)
#define __drv_setsIRQL(n)
#define __drv_maxFunctionIRQL(n)
#define __drv_minFunctionIRQL(n)
#define __drv_functionClass(n)
#define __drv_formatString(n)
#define __drv_valueIs(n)
#define __drv_deref(n)
#define __drv_in(n)
#define __drv_out(n)
#define __drv_in_deref(n)
#define __drv_out_deref(n)
#define __drv_mustHold(n)
#define __drv_neverHold(n)
#define __drv_acquiresResource(n)
#define __drv_releasesResource(n)
#define __drv_acquiresExclusiveResource(n)
#define __drv_releasesExclusiveResource(n)
#define __drv_reportError(n)
#define __drv_nop(n)
#define __drv_when(n, m)
#define __drv_at(n, m)
#define __drv_arg(n, m)
#define __drv_preferredFunction(n, m)
#define __drv_restoresIRQLGlobal(n, m)
#define __drv_savesIRQLGlobal(n, m)
#define __drv_mustHoldGlobal(n, m)
#define __drv_sameIRQL
#define __drv_savesIRQL
#define __drv_restoresIRQL
#define __drv_useCancelIRQL
#define __drv_isCancelIRQL
#define __drv_interlocked
#define __drv_nonConstant
#define __drv_constant
#define __drv_notPointer
#define __drv_isObjectPointer
#define __drv_dispatchType_other
#define __drv_floatSaved
#define __drv_floatRestored
#define __drv_clearDoInit
#define __drv_inTry
#define __drv_notInTry
#define __kernel_code
#define __kernel_driver
#define __user_code
#define __user_driver

#endif
