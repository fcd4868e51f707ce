/*
 * The few macros on which every other header here stands.
 *
 * These headers are compiled twice: by storsim-cc for a miniport (Windows data model, Microsoft calling
 * convention), and by the host compiler for the simulated port driver (Linux data model, System V). Both must
 * see the same records and agree on how to call each other; whatever it takes to make them agree is here.
 */
#pragma once
#pragma GCC system_header

#if defined(_WIN64)

#define SIM_MODULE 1 /* compiled by storsim-cc, into a module */
#define SIM_MS_ABI   /* the module's own convention already */
/* nodebug: an access made by such a helper is reported at the line that used it, as it would be for a macro */
#define SIM_INLINE static __inline __attribute__((always_inline, nodebug, unused))
#define SIM_EXPORT
#define SIM_MS_LAYOUT
#define SIM_VA_LIST __builtin_va_list

#else

#if !defined(__x86_64__)
#error "storsim's host side needs x86-64: modules use the Microsoft x64 calling convention"
#endif

#define SIM_HOST 1
#define SIM_MS_ABI __attribute__((ms_abi))
#define SIM_INLINE static inline __attribute__((always_inline, unused))
#define SIM_EXPORT __attribute__((visibility("default")))
/* On records with bit-fields wider than a byte, which System V would pack across unlike members. */
#define SIM_MS_LAYOUT __attribute__((ms_struct))
/* What a module's va_list is: the address of eight-byte slots. */
#define SIM_VA_LIST __builtin_ms_va_list

#endif

/* On every routine and callback type that crosses the boundary. */
#ifndef SIM_API
#define SIM_API SIM_MS_ABI
#endif

/* In front of every routine that the engine supplies; `exports.txt` is made from these. */
#ifndef SIM_IMPORT
#define SIM_IMPORT SIM_EXPORT extern
#endif

#define SIM_ASSERT_SIZE(type, bytes) \
    _Static_assert(sizeof(type) == (bytes), #type " does not have its Windows x64 size")
#define SIM_ASSERT_OFFSET(type, field, bytes) \
    _Static_assert(__builtin_offsetof(type, field) == (bytes), #type "." #field " is misplaced")
