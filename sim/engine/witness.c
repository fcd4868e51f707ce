/* sim/engine/witness.c - every access to one granule of memory, as records for a sink. */
#include "sim/engine/witness.h"

#include "sim/engine/module.h"
#include "sim/engine/sim_private.h"
#include "sim/engine/verdict.h"

static struct {
    uint64_t granule;
    bool module_data;
} wanted;

void sim_witness(const struct sim_race *race)
{
    sim__watch_set(0, SIM__WATCH_WITNESS);
    if (!race)
        return;
    wanted.granule = race->granule;
    wanted.module_data = race->module_data;
    sim__watch_set(SIM__WATCH_WITNESS, 0);
}

/* Where the granule begins in this process. */
static uintptr_t begin(const struct sim_module *module)
{
    uintptr_t base = SIM_PAGES_BASE;

    if (wanted.module_data)
        base = module ? sim_module_base(module) : 0;
    return base + (wanted.granule << SIM_SHADOW_SHIFT);
}

void sim__witness_access(uintptr_t addr, size_t bytes, bool write, uintptr_t pc)
{
    const struct sim_module *module = sim_module_present();
    uintptr_t first = begin(module);
    uint64_t offset = UINT64_MAX;

    if (addr + bytes <= first || addr >= first + (1u << SIM_SHADOW_SHIFT))
        return;
    if (pc && !(module && sim_module_offset(module, pc - 1, &offset)))
        offset = 0; /* the code under test is no module */
    sim__trace_access(SIM__FIXED, offset, write);
}
