/* models/load/claims.h - which places I/Os are under way on, so that no write of a worker overlaps
 * another I/O of the same worker.
 *
 * A small table of counts, indexed by the place's low bits: a false alarm costs another choice and
 * nothing else.
 */
#ifndef MODELS_LOAD_CLAIMS_H
#define MODELS_LOAD_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

/* Those that read and those that change it. */
struct load_claim {
    uint16_t reads, writes;
};

struct load_claims {
    struct load_claim *claim;
    uint32_t mask;
};

/* For so many I/Os at once of at most so many places each. */
void load__claims_init(struct load_claims *claims, uint32_t ios, uint32_t places);

static inline bool load__claims_free(const struct load_claims *claims, bool reads, uint64_t place)
{
    const struct load_claim *claim = &claims->claim[place & claims->mask];

    return !claim->writes && (reads || !claim->reads);
}

static inline void load__claims_take(struct load_claims *claims, bool reads, uint64_t place)
{
    struct load_claim *claim = &claims->claim[place & claims->mask];

    *(reads ? &claim->reads : &claim->writes) += 1;
}

void load__claims_give(struct load_claims *claims, bool reads, uint64_t place);
/* The same for `count` places from `place` on. */
bool load__claims_free_all(const struct load_claims *claims, bool reads, uint64_t place,
                           uint32_t count);
void load__claims_take_all(struct load_claims *claims, bool reads, uint64_t place, uint32_t count);
void load__claims_give_all(struct load_claims *claims, bool reads, uint64_t place, uint32_t count);

#endif
