/* sim/engine/sim_assert.h - assertions about storsim's own code.
 *
 * A failed SIM_ASSERT is our bug, never the driver's: it prints virtual time, CPU, seed and the
 * command that repeats the run, and aborts. Assertions are part of every build.
 */
#ifndef SIM_ENGINE_SIM_ASSERT_H
#define SIM_ENGINE_SIM_ASSERT_H

#ifdef NDEBUG
#error "storsim is always built with its assertions"
#endif

#define SIM_LIKELY(x) __builtin_expect(!!(x), 1)
#define SIM_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define SIM_ASSERT(expr) (SIM_LIKELY(expr) ? (void)0 : sim_assert_failed(#expr, __FILE__, __LINE__))

/* Prints the broken assertion with the current run's seed and time, then aborts. Callable anywhere.
 */
_Noreturn void sim_assert_failed(const char *expr, const char *file, int line);

/* Text that sim_assert_failed() prints as the line that repeats the run; kept by reference, may be
 * NULL. Set by the runner before each run. */
void sim_assert_set_repeat(const char *command_line);

#endif
