/* models/storport/access.c - a driver's touch of memory it may not touch, told by what the memory
 * is or last was. */
#include "models/storport/sp_private.h"

static const char *part_name(enum sim_mem_why why)
{
    return why == SIM_WHY_SRB         ? "the SRB"
           : why == SIM_WHY_EXTENSION ? "the SRB extension"
                                      : "the data buffer";
}

/* Memory of a request: completed, or never mapped for the processor. */
static void touched_request(struct sp_port *port, const struct sp_slot *slot, enum sim_mem_why why,
                            const char *verb)
{
    unsigned long long serial = (unsigned long long)slot->serial;
    bool with_miniport = slot->state >= SP_BUILDING && slot->state != SP_COMPLETED;

    if (with_miniport && why == SIM_WHY_DATA)
        sim_find(
            port->at.sim, SIM_RULE_USE_AFTER_FREE, slot->serial,
            "the data buffer of SRB %llu was %s, which MapBuffers does not map for the processor",
            serial, verb);
    else if (with_miniport)
        sim_find(port->at.sim, SIM_RULE_USE_AFTER_FREE, slot->serial,
                 "%s outside of what belongs to SRB %llu was %s", part_name(why), serial, verb);
    else
        sim_find(port->at.sim, SIM_RULE_SRB_TOUCHED, slot->serial,
                 "%s of SRB %llu was %s %lld ns after its completion", part_name(why), serial, verb,
                 (long long)(sim_now(port->at.sim) - slot->completed_at));
}

static void bad_access(struct sim *sim, uintptr_t addr, uint32_t bytes, bool write, void *ctx)
{
    static const char *const what[] = {
        [SIM_WHY_NOTHING] = "memory that was never given to it",
        [SIM_WHY_FREED] = "memory that it gave back",
        [SIM_WHY_POOL] = "memory beyond a block of pool",
        [SIM_WHY_COMMON] = "memory beyond a common buffer",
        [SIM_WHY_DEVEXT] = "memory beyond the device extension",
        [SIM_WHY_PORT] = "memory of the port driver",
    };
    struct sp_port *port = ctx;
    enum sim_mem_why why = sim_world_in_pages(addr)
                               ? (enum sim_mem_why)(sim_world_shadow(addr) >> SIM_MEM_WHY_SHIFT)
                               : SIM_WHY_NOTHING;
    const struct sp_slot *slot = sp__slot_owning(port, addr);
    const char *verb = write ? "written" : "read";

    if ((why == SIM_WHY_SRB || why == SIM_WHY_EXTENSION || why == SIM_WHY_DATA) && slot &&
        slot->serial)
        touched_request(port, slot, why, verb);
    else
        sim_find(sim, SIM_RULE_USE_AFTER_FREE, slot ? slot->serial : 0,
                 "the driver %s %u bytes of %s", write ? "wrote" : "read", bytes,
                 why <= SIM_WHY_PORT && what[why] ? what[why] : "memory of a request");
}

void sp__touch_pages(const volatile void *p, size_t bytes)
{
    struct sp_port *port = sp__present();
    uintptr_t addr = (uintptr_t)p, bad;

    if (!sim_world_shadow_check(addr, bytes, SIM_MEM_CPU, &bad))
        bad_access(port->at.sim, bad, (uint32_t)(addr + bytes - bad), true, port);
    sim_world_touch(p, bytes);
}

void sp__access_init(struct sp_port *port)
{
    sim_set_bad_access(port->at.sim, bad_access, port);
}
