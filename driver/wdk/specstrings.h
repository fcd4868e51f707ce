/* The annotations before SAL 2: accepted and ignored. */
#pragma once
#pragma GCC system_header

#include "simdefs.h"

#if SIM_MODULE

/* in */
#define __in
#define __in_opt
#define __in_z
#define __in_z_opt
#define __in_nz
#define __in_nz_opt
#define __in_ecount(n)
#define __in_ecount_opt(n)
#define __in_ecount_z(n)
#define __in_ecount_z_opt(n)
#define __in_ecount_nz(n)
#define __in_ecount_nz_opt(n)
#define __in_bcount(n)
#define __in_bcount_opt(n)
#define __in_bcount_z(n)
#define __in_bcount_z_opt(n)
#define __in_bcount_nz(n)
#define __in_bcount_nz_opt(n)

/* out */
#define __out
#define __out_opt
#define __out_z
#define __out_z_opt
#define __out_nz
#define __out_nz_opt
#define __out_ecount(n)
#define __out_ecount_opt(n)
#define __out_ecount_z(n)
#define __out_ecount_z_opt(n)
#define __out_ecount_nz(n)
#define __out_ecount_nz_opt(n)
#define __out_ecount_part(n, m)
#define __out_ecount_part_opt(n, m)
#define __out_ecount_full(n)
#define __out_ecount_full_opt(n)
#define __out_ecount_part_z(n, m)
#define __out_ecount_part_z_opt(n, m)
#define __out_ecount_full_z(n)
#define __out_ecount_full_z_opt(n)
#define __out_bcount(n)
#define __out_bcount_opt(n)
#define __out_bcount_z(n)
#define __out_bcount_z_opt(n)
#define __out_bcount_nz(n)
#define __out_bcount_nz_opt(n)
#define __out_bcount_part(n, m)
#define __out_bcount_part_opt(n, m)
#define __out_bcount_full(n)
#define __out_bcount_full_opt(n)
#define __out_bcount_part_z(n, m)
#define __out_bcount_part_z_opt(n, m)
#define __out_bcount_full_z(n)
#define __out_bcount_full_z_opt(n)

/* in and out */
#define __inout
#define __inout_opt
#define __inout_z
#define __inout_z_opt
#define __inout_nz
#define __inout_nz_opt
#define __inout_ecount(n)
#define __inout_ecount_opt(n)
#define __inout_ecount_z(n)
#define __inout_ecount_z_opt(n)
#define __inout_ecount_nz(n)
#define __inout_ecount_nz_opt(n)
#define __inout_ecount_part(n, m)
#define __inout_ecount_part_opt(n, m)
#define __inout_ecount_full(n)
#define __inout_ecount_full_opt(n)
#define __inout_bcount(n)
#define __inout_bcount_opt(n)
#define __inout_bcount_z(n)
#define __inout_bcount_z_opt(n)
#define __inout_bcount_nz(n)
#define __inout_bcount_nz_opt(n)
#define __inout_bcount_part(n, m)
#define __inout_bcount_part_opt(n, m)
#define __inout_bcount_full(n)
#define __inout_bcount_full_opt(n)

/* what a parameter points to */
#define __deref_out
#define __deref_out_opt
#define __deref_out_z
#define __deref_out_ecount(n)
#define __deref_out_ecount_opt(n)
#define __deref_out_ecount_full(n)
#define __deref_out_ecount_part(n, m)
#define __deref_out_bcount(n)
#define __deref_out_bcount_opt(n)
#define __deref_out_bcount_full(n)
#define __deref_out_bcount_part(n, m)
#define __deref_inout
#define __deref_inout_opt
#define __deref_inout_z
#define __deref_inout_ecount(n)
#define __deref_inout_ecount_opt(n)
#define __deref_inout_ecount_full(n)
#define __deref_inout_ecount_part(n, m)
#define __deref_inout_bcount(n)
#define __deref_inout_bcount_opt(n)
#define __deref_inout_bcount_full(n)
#define __deref_inout_bcount_part(n, m)
#define __deref_opt_out
#define __deref_opt_out_opt
#define __deref_opt_out_z
#define __deref_opt_out_ecount(n)
#define __deref_opt_out_ecount_opt(n)
#define __deref_opt_out_ecount_full(n)
#define __deref_opt_out_ecount_part(n, m)
#define __deref_opt_out_bcount(n)
#define __deref_opt_out_bcount_opt(n)
#define __deref_opt_out_bcount_full(n)
#define __deref_opt_out_bcount_part(n, m)
#define __deref_opt_inout
#define __deref_opt_inout_opt
#define __deref_opt_inout_z
#define __deref_opt_inout_ecount(n)
#define __deref_opt_inout_ecount_opt(n)
#define __deref_opt_inout_ecount_full(n)
#define __deref_opt_inout_ecount_part(n, m)
#define __deref_opt_inout_bcount(n)
#define __deref_opt_inout_bcount_opt(n)
#define __deref_opt_inout_bcount_full(n)
#define __deref_opt_inout_bcount_part(n, m)

/* the rest */
#define __ecount(n)
#define __bcount(n)
#define __ecount_opt(n)
#define __bcount_opt(n)
#define __success(n)
#define __typefix(n)
#define __field_ecount(n)
#define __field_bcount(n)
#define __field_ecount_opt(n)
#define __field_bcount_opt(n)
#define __struct_bcount(n)
#define __control_entrypoint(n)
#define __data_entrypoint(n)
#define __blocksOn(n)
#define __range(n, m)
#define __in_range(n, m)
#define __out_range(n, m)
#define __field_range(n, m)
#define __deref
#define __checkReturn
#define __reserved
#define __callback
#define __override
#define __nullterminated
#define __nullnullterminated
#define __format_string
#define __notnull
#define __maybenull
#define __readonly
#define __refparam
#define __fallthrough
#define __encoded_pointer
#define __nothrow

#endif
