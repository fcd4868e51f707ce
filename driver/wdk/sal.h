/* Source annotations, accepted and ignored: SAL 2 here, the two older vocabularies in the headers included last. */
#pragma once
#pragma GCC system_header

#include "simdefs.h"

/* The host's C library uses some of these names for its own purposes, and no declaration of ours needs them. */
#if SIM_MODULE

#define IN
#define OUT
#define OPTIONAL

/* parameters that go in */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_range_(n, m)
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_bytes_(n)
#define _In_reads_bytes_opt_(n)
#define _In_reads_z_(n)
#define _In_reads_opt_z_(n)
#define _In_reads_to_ptr_(n)
#define _In_reads_to_ptr_opt_(n)
#define _In_reads_to_ptr_z_(n)
#define _In_reads_to_ptr_opt_z_(n)
#define _In_reads_or_z_(n)
#define _In_reads_or_z_opt_(n)
#define _In_count_(n)
#define _In_opt_count_(n)
#define _In_bytecount_(n)
#define _In_opt_bytecount_(n)

/* in and out */
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_opt_z_
#define _Inout_updates_(n)
#define _Inout_updates_opt_(n)
#define _Inout_updates_to_(n, m)
#define _Inout_updates_to_opt_(n, m)
#define _Inout_updates_all_(n)
#define _Inout_updates_all_opt_(n)
#define _Inout_updates_bytes_(n)
#define _Inout_updates_bytes_opt_(n)
#define _Inout_updates_bytes_to_(n, m)
#define _Inout_updates_bytes_to_opt_(n, m)
#define _Inout_updates_bytes_all_(n)
#define _Inout_updates_bytes_all_opt_(n)
#define _Inout_updates_z_(n)
#define _Inout_updates_opt_z_(n)

/* out */
#define _Out_
#define _Out_opt_
#define _Out_range_(n, m)
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_to_(n, m)
#define _Out_writes_to_opt_(n, m)
#define _Out_writes_all_(n)
#define _Out_writes_all_opt_(n)
#define _Out_writes_bytes_(n)
#define _Out_writes_bytes_opt_(n)
#define _Out_writes_bytes_to_(n, m)
#define _Out_writes_bytes_to_opt_(n, m)
#define _Out_writes_bytes_all_(n)
#define _Out_writes_bytes_all_opt_(n)
#define _Out_writes_z_(n)
#define _Out_writes_opt_z_(n)
#define _Out_writes_to_ptr_(n)
#define _Out_writes_to_ptr_opt_(n)
#define _Out_writes_to_ptr_z_(n)
#define _Out_writes_to_ptr_opt_z_(n)
#define _Out_cap_(n)
#define _Out_opt_cap_(n)
#define _Out_bytecap_(n)
#define _Out_opt_bytecap_(n)

/* pointers out */
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_z_
#define _Outptr_result_maybenull_z_
#define _Outptr_result_nullonfailure_
#define _Outptr_result_buffer_(n)
#define _Outptr_result_buffer_to_(n, m)
#define _Outptr_result_buffer_all_(n)
#define _Outptr_result_buffer_maybenull_(n)
#define _Outptr_result_buffer_to_maybenull_(n, m)
#define _Outptr_result_buffer_all_maybenull_(n)
#define _Outptr_result_bytebuffer_(n)
#define _Outptr_result_bytebuffer_to_(n, m)
#define _Outptr_result_bytebuffer_all_(n)
#define _Outptr_result_bytebuffer_maybenull_(n)
#define _Outptr_result_bytebuffer_to_maybenull_(n, m)
#define _Outptr_result_bytebuffer_all_maybenull_(n)
#define _Outptr_opt_result_maybenull_
#define _Outptr_opt_result_z_
#define _Outptr_opt_result_maybenull_z_
#define _Outptr_opt_result_nullonfailure_
#define _Outptr_opt_result_buffer_(n)
#define _Outptr_opt_result_buffer_to_(n, m)
#define _Outptr_opt_result_buffer_all_(n)
#define _Outptr_opt_result_buffer_maybenull_(n)
#define _Outptr_opt_result_buffer_to_maybenull_(n, m)
#define _Outptr_opt_result_buffer_all_maybenull_(n)
#define _Outptr_opt_result_bytebuffer_(n)
#define _Outptr_opt_result_bytebuffer_to_(n, m)
#define _Outptr_opt_result_bytebuffer_all_(n)
#define _Outptr_opt_result_bytebuffer_maybenull_(n)
#define _Outptr_opt_result_bytebuffer_to_maybenull_(n, m)
#define _Outptr_opt_result_bytebuffer_all_maybenull_(n)
#define _Outref_
#define _Outref_result_maybenull_
#define _Outref_result_nullonfailure_
#define _COM_Outptr_
#define _COM_Outptr_opt_
#define _COM_Outptr_result_maybenull_
#define _COM_Outptr_opt_result_maybenull_

/* results */
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_null_
#define _Ret_valid_
#define _Ret_z_
#define _Ret_maybenull_z_
#define _Must_inspect_result_
#define _Check_return_
#define _Result_nullonfailure_
#define _Result_zeroonfailure_
#define _Ret_range_(n, m)
#define _Deref_ret_range_(n, m)
#define _Ret_writes_(n)
#define _Ret_writes_maybenull_(n)
#define _Ret_writes_to_(n, m)
#define _Ret_writes_to_maybenull_(n, m)
#define _Ret_writes_bytes_(n)
#define _Ret_writes_bytes_maybenull_(n)
#define _Ret_writes_bytes_to_(n, m)
#define _Ret_writes_bytes_to_maybenull_(n, m)
#define _Ret_writes_z_(n)
#define _Ret_writes_maybenull_z_(n)
#define _Success_(n)
#define _Return_type_success_(n)
#define _On_failure_(n)
#define _Always_(n)

/* conditions */
#define _Pre_
#define _Pre_valid_
#define _Pre_invalid_
#define _Pre_maybenull_
#define _Pre_notnull_
#define _Pre_null_
#define _Pre_z_
#define _Pre_satisfies_(n)
#define _Pre_equal_to_(n)
#define _Pre_readable_size_(n)
#define _Pre_readable_byte_size_(n)
#define _Pre_writable_size_(n)
#define _Pre_writable_byte_size_(n)
#define _Post_
#define _Post_valid_
#define _Post_invalid_
#define _Post_maybenull_
#define _Post_notnull_
#define _Post_null_
#define _Post_z_
#define _Post_satisfies_(n)
#define _Post_equal_to_(n)
#define _Post_readable_size_(n)
#define _Post_readable_byte_size_(n)
#define _Post_writable_size_(n)
#define _Post_writable_byte_size_(n)
#define _Post_ptr_invalid_
#define _Pre_opt_valid_
#define _Post_maybez_
#define _Prepost_valid_
#define _Post_equals_last_error_
#define _When_(n, m)
#define _At_(n, m)
#define _At_buffer_(a, b, c, d)
#define _Deref_in_range_(n, m)
#define _Deref_out_range_(n, m)
#define _Deref_inout_range_(n, m)
#define _Deref_pre_valid_
#define _Deref_post_valid_
#define _Deref_post_notnull_
#define _Deref_post_maybenull_
#define _Deref_post_z_
#define _Deref_out_
#define _Deref_out_opt_
#define _Deref_opt_out_
#define _Deref_opt_out_opt_

/* fields, strings, functions */
#define _Field_size_(n)
#define _Field_size_opt_(n)
#define _Field_size_full_(n)
#define _Field_size_full_opt_(n)
#define _Field_size_part_(n, m)
#define _Field_size_part_opt_(n, m)
#define _Field_size_bytes_(n)
#define _Field_size_bytes_opt_(n)
#define _Field_size_bytes_full_(n)
#define _Field_size_bytes_full_opt_(n)
#define _Field_size_bytes_part_(n, m)
#define _Field_size_bytes_part_opt_(n, m)
#define _Field_range_(n, m)
#define _Field_z_
#define _Null_terminated_
#define _NullNull_terminated_
#define _Const_
#define _Notref_
#define _Points_to_data_
#define _Literal_
#define _Notliteral_
#define _Reserved_
#define _Strict_type_match_
#define _Enum_is_bitflag_
#define _Use_decl_annotations_
#define _Printf_format_string_
#define _Scanf_format_string_
#define _Maybe_raises_SEH_exception_
#define _Raises_SEH_exception_
#define _Struct_size_bytes_(n)
#define _Readable_bytes_(n)
#define _Writable_bytes_(n)
#define _Readable_elements_(n)
#define _Writable_elements_(n)
#define _Unchanged_(n)
#define _Group_(n)
#define _Function_class_(n)
#define _Called_from_function_class_(n)
#define _Printf_format_string_params_(n)
#define _Analysis_mode_(n)
#define _Analysis_assume_(n)
#define _Analysis_assume_nullterminated_(n)
#define __analysis_assume(n)
#define __analysis_assert(n)

#include "specstrings.h"
#include "driverspecs.h"

#endif
