/* models/load/claims.c - which places I/Os are under way on. */
#include "models/load/claims.h"

#include "sim/engine/sim.h"

#define ENTRIES_MIN 64
#define ENTRIES_MAX 65536

void load__claims_init(struct load_claims *claims, uint32_t ios, uint32_t places)
{
    uint32_t entries = ENTRIES_MIN;

    while (entries < ENTRIES_MAX && entries < 4 * (uint64_t)ios * places)
        entries *= 2;
    claims->claim = sim_world_alloc(entries * sizeof *claims->claim, 8);
    claims->mask = entries - 1;
}

void load__claims_give(struct load_claims *claims, bool reads, uint64_t place)
{
    struct load_claim *claim = &claims->claim[place & claims->mask];
    uint16_t *count = reads ? &claim->reads : &claim->writes;

    SIM_ASSERT(*count);
    *count -= 1;
}

bool load__claims_free_all(const struct load_claims *claims, bool reads, uint64_t place,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!load__claims_free(claims, reads, place + i))
            return false;
    return true;
}

void load__claims_take_all(struct load_claims *claims, bool reads, uint64_t place, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        load__claims_take(claims, reads, place + i);
}

void load__claims_give_all(struct load_claims *claims, bool reads, uint64_t place, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        load__claims_give(claims, reads, place + i);
}
