/* Source annotations: accepted and ignored. */
#pragma once
#pragma GCC system_header

#include "simdefs.h"

/* The host's C library has its own use for some of these names, so they exist in modules only, except the
 * few that our own declarations need nowhere. */
#if SIM_MODULE

#define IN
#define OUT
#define OPTIONAL
#define __in
#define __out
#define __inout
#define __in_opt
#define __out_opt
#define __inout_opt
#define __in_bcount(n)
#define __in_ecount(n)
#define __out_bcount(n)
#define __out_ecount(n)
#define __inout_bcount(n)
#define __inout_ecount(n)
#define __drv_aliasesMem
#define __drv_dispatchType(x)
#define __drv_maxIRQL(x)
#define __drv_requiresIRQL(x)

#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_range_(a, b)
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_bytes_(n)
#define _In_reads_bytes_opt_(n)
#define _In_reads_or_z_(n)
#define _In_reads_or_z_opt_(n)
#define _In_reads_z_(n)
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_updates_(n)
#define _Inout_updates_opt_(n)
#define _Inout_updates_z_(n)
#define _Inout_updates_bytes_(n)
#define _Inout_updates_bytes_opt_(n)
#define _Inout_updates_bytes_to_(n, m)
#define _Inout_updates_to_(n, m)
#define _Out_
#define _Out_opt_
#define _Out_range_(a, b)
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_z_(n)
#define _Out_writes_to_(n, m)
#define _Out_writes_bytes_(n)
#define _Out_writes_bytes_opt_(n)
#define _Out_writes_bytes_to_(n, m)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_bytebuffer_(n)
#define _Outptr_result_maybenull_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_range_(a, b)
#define _Reserved_
#define _Must_inspect_result_
#define _Check_return_
#define _Success_(e)
#define _Return_type_success_(e)
#define _When_(e, a)
#define _At_(t, a)
#define _At_buffer_(b, i, n, a)
#define _On_failure_(a)
#define _Always_(a)
#define _Pre_
#define _Pre_notnull_
#define _Pre_satisfies_(e)
#define _Post_
#define _Post_equal_to_(e)
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Post_satisfies_(e)
#define _Post_writable_byte_size_(n)
#define _Field_range_(a, b)
#define _Field_size_(n)
#define _Field_size_opt_(n)
#define _Field_size_bytes_(n)
#define _Field_size_bytes_opt_(n)
#define _Field_size_bytes_full_(n)
#define _Field_size_bytes_part_opt_(n, m)
#define _Field_z_
#define _Struct_size_bytes_(n)
#define _Readable_bytes_(n)
#define _Writable_bytes_(n)
#define _Printf_format_string_
#define _Function_class_(f)
#define _Use_decl_annotations_
#define _Null_terminated_
#define _Const_
#define _Notref_
#define _Analysis_assume_(e)
#define _Analysis_assume_lock_acquired_(l)
#define _Analysis_assume_lock_released_(l)
#define __analysis_assume(e)

#define _IRQL_requires_(q)
#define _IRQL_requires_max_(q)
#define _IRQL_requires_min_(q)
#define _IRQL_requires_same_
#define _IRQL_raises_(q)
#define _IRQL_saves_
#define _IRQL_restores_
#define _IRQL_saves_global_(k, p)
#define _IRQL_restores_global_(k, p)
#define _IRQL_uses_cancel_
#define _Acquires_lock_(l)
#define _Releases_lock_(l)
#define _Requires_lock_held_(l)
#define _Requires_lock_not_held_(l)
#define _Acquires_exclusive_lock_(l)
#define _Releases_exclusive_lock_(l)
#define _Guarded_by_(l)
#define _Interlocked_operand_
#define _Dispatch_type_(x)

#endif
