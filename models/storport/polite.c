/* models/storport/polite.c - routines that exist but are not modelled: each says so and fails in a
 * way that the documents allow.
 *
 * One function a routine, under the routine's name, with the first argument alone: all others are
 * the caller's to clean up in the Microsoft x64 convention, and none is looked at. The result goes
 * back in the same register whatever its type.
 */
#include "models/storport/sp_private.h"

#define NOTHING 0

enum polite {
#define POLITE(routine, answer) POLITE_##routine,
#include "models/storport/polite.def"
#undef POLITE
    POLITE_COUNT
};
_Static_assert(POLITE_COUNT <= SP_POLITE_MAX, "raise SP_POLITE_MAX");

static const struct {
    const char *name, *answer;
    uint64_t value;
} polite[POLITE_COUNT] = {
#define POLITE(routine, answer) [POLITE_##routine] = {#routine, #answer, (uint64_t)(answer)},
#include "models/storport/polite.def"
#undef POLITE
};

static uint64_t fail(const void *devext, enum polite which)
{
    struct sp_port *port = sp__routine(devext, polite[which].name);

    port->polite[which]++;
    sim_trace(port->at.sim, SIM_EV_POLITE_STUB, which, polite[which].value, port->polite[which], 0);
    return polite[which].value;
}

#define POLITE(routine, answer)                                                              \
    SIM_EXPORT uint64_t SIM_API polite_##routine(PVOID HwDeviceExtension) __asm__(#routine); \
    uint64_t SIM_API polite_##routine(PVOID HwDeviceExtension)                               \
    {                                                                                        \
        return fail(HwDeviceExtension, POLITE_##routine);                                    \
    }
#include "models/storport/polite.def"
#undef POLITE
