/* models/check/map.c - serial number -> record: open addressing, deletion by shifting back (Knuth,
 * 6.4 R). */
#include "models/check/map.h"

#include <string.h>

#include "sim/engine/sim.h"

void check__map_init(struct check_map *map, uint32_t bytes, uint32_t most)
{
    uint32_t places = 64;

    SIM_ASSERT(bytes >= sizeof(uint64_t) && bytes % sizeof(uint64_t) == 0);
    while (places < 2 * most)
        places *= 2;
    map->records = sim_world_alloc((size_t)places * bytes, 64);
    map->stride = bytes;
    map->mask = places - 1;
    map->count = 0;
}

void *check__map_add(struct check_map *map, uint64_t key)
{
    uint32_t i = (uint32_t)key;
    uint64_t *record;

    SIM_ASSERT(key);
    SIM_ASSERT(map->count < map->mask);
    for (;; i++) {
        record = check__map_at(map, i);
        if (!*record)
            break;
        SIM_ASSERT(*record != key);
    }
    memset(record, 0, map->stride);
    *record = key;
    map->count++;
    return record;
}

/* May the record that now is at place `at`, whose key belongs at `home`, move back to the hole? */
static int moves_back(const struct check_map *map, uint32_t hole, uint32_t at, uint32_t home)
{
    return ((at - home) & map->mask) >= ((at - hole) & map->mask);
}

void check__map_remove(struct check_map *map, uint64_t key)
{
    uint32_t hole = (uint32_t)key, at;

    while (check__map_key(check__map_at(map, hole)) != key) {
        SIM_ASSERT(check__map_key(check__map_at(map, hole)));
        hole++;
    }
    for (at = hole + 1; check__map_key(check__map_at(map, at)); at++) {
        uint64_t other = check__map_key(check__map_at(map, at));

        if (moves_back(map, hole, at, (uint32_t)other)) {
            memcpy(check__map_at(map, hole), check__map_at(map, at), map->stride);
            hole = at;
        }
    }
    *(uint64_t *)check__map_at(map, hole) = 0;
    map->count--;
}

void *check__map_next(const struct check_map *map, uint64_t after)
{
    void *best = NULL;

    for (uint32_t i = 0; i <= map->mask; i++) {
        void *record = check__map_at(map, i);
        uint64_t key = check__map_key(record);

        if (key > after && (!best || key < check__map_key(best)))
            best = record;
    }
    return best;
}
