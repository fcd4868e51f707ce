/* models/storport/polite.c - routines that exist but are not modelled: each says so and fails in a
 * way that the documents allow.
 *
 * One function a routine, under the routine's name, with the first argument alone: all others are
 * the caller's to clean up in the Microsoft x64 convention, and none is looked at. The result goes
 * back in the same register whatever its type.
 */
#include <string.h>

#include "models/storport/sp_private.h"
#include "sim/engine/names.h"
#include "sim/run/result.h"

#include <scsiwmi.h>

#define NOTHING 0

enum polite {
#define POLITE(routine, answer) POLITE_##routine,
#define POLITE_OWN POLITE
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
#undef POLITE_OWN
};

static uint64_t fail(struct sp_port *port, uint32_t which)
{
    port->polite[which]++;
    sim_unmodelled_add(polite[which].name,
                       strcmp(polite[which].answer, "NOTHING") != 0 ? polite[which].answer : "");
    sim_trace(port->at.sim, SIM_EV_POLITE_STUB, which, polite[which].value, port->polite[which], 0);
    return polite[which].value;
}

void sp__polite_names(void)
{
    for (uint32_t i = 0; i < POLITE_COUNT; i++)
        sim_name_set(SIM_NAME_ROUTINE, i, polite[i].name);
}

uint64_t sp__polite(struct sp_port *port, const char *routine)
{
    uint32_t which = 0;

    while (strcmp(polite[which].name, routine) != 0)
        SIM_ASSERT(++which < POLITE_COUNT);
    return fail(port, which);
}

#define POLITE(routine, answer)                                                              \
    SIM_EXPORT uint64_t SIM_API polite_##routine(PVOID HwDeviceExtension) __asm__(#routine); \
    uint64_t SIM_API polite_##routine(PVOID HwDeviceExtension)                               \
    {                                                                                        \
        return fail(sp__routine(HwDeviceExtension, #routine), POLITE_##routine);             \
    }
#define POLITE_OWN(routine, answer)
#include "models/storport/polite.def"
#undef POLITE
#undef POLITE_OWN

/* --- those that need more than an answer ----------------------------------------------------- */

/* False: not pending. The context tells how it ended. */
BOOLEAN SIM_API ScsiPortWmiDispatchFunction(PSCSI_WMILIB_CONTEXT WmiLibInfo, UCHAR MinorFunction,
                                            PVOID DeviceContext,
                                            PSCSIWMI_REQUEST_CONTEXT RequestContext, PVOID DataPath,
                                            ULONG BufferSize, PVOID Buffer)
{
    struct sp_port *port = sp__present();

    (void)WmiLibInfo;
    (void)DeviceContext;
    (void)DataPath;
    sim_point(port->at.sim, SP_COST);
    sp__touch(RequestContext, sizeof *RequestContext);
    RequestContext->BufferSize = BufferSize;
    RequestContext->Buffer = Buffer;
    RequestContext->MinorFunction = MinorFunction;
    RequestContext->ReturnStatus = SRB_STATUS_INVALID_REQUEST;
    RequestContext->ReturnSize = 0;
    return (BOOLEAN)sp__polite(port, "ScsiPortWmiDispatchFunction");
}

VOID SIM_API ScsiPortWmiPostProcess(PSCSIWMI_REQUEST_CONTEXT RequestContext, UCHAR SrbStatus,
                                    ULONG BufferUsed)
{
    sp__touch(RequestContext, sizeof *RequestContext);
    RequestContext->ReturnStatus = SrbStatus;
    RequestContext->ReturnSize = BufferUsed;
}

#define PORT_ACCESS(type)                                           \
    type SIM_API READ_PORT_##type(volatile type *Port)              \
    {                                                               \
        struct sp_port *port = sp__present();                       \
                                                                    \
        (void)Port;                                                 \
        sim_point(port->at.sim, SP_COST);                           \
        return (type)sp__polite(port, "READ_PORT_" #type);          \
    }                                                               \
    VOID SIM_API WRITE_PORT_##type(volatile type *Port, type Value) \
    {                                                               \
        struct sp_port *port = sp__present();                       \
                                                                    \
        (void)Port;                                                 \
        (void)Value;                                                \
        sim_point(port->at.sim, SP_COST);                           \
        sp__polite(port, "WRITE_PORT_" #type);                      \
    }

PORT_ACCESS(UCHAR)
PORT_ACCESS(USHORT)
PORT_ACCESS(ULONG)
