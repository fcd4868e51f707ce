/* sim/engine/names.c - names of the numbers in trace records. */
#include "sim/engine/names.h"

#include <stddef.h>

#include "sim/engine/sim_assert.h"

/* Output only, outside of the world. */
static const char *names[SIM_NAME_KINDS][SIM_NAMES_MAX];

void sim_name_set(enum sim_name_kind kind, uint32_t number, const char *name)
{
    SIM_ASSERT(kind < SIM_NAME_KINDS);
    if (number < SIM_NAMES_MAX)
        names[kind][number] = name;
}

const char *sim_name(enum sim_name_kind kind, uint64_t number)
{
    SIM_ASSERT(kind < SIM_NAME_KINDS);
    return number < SIM_NAMES_MAX ? names[kind][number] : NULL;
}
