/* models/check/map.h - private to models/check: serial number -> record, for what is under way now.
 *
 * Open addressing on the serial's low bits: serials are given out in order, so neighbours do not
 * collide, and one that stays long only pushes a later one to the next place. Records are zeroed
 * when added and must begin with the key; they move when another is removed, so no pointer to one
 * is kept.
 */
#ifndef MODELS_CHECK_MAP_H
#define MODELS_CHECK_MAP_H

#include <stdint.h>

struct check_map {
    unsigned char *records;
    uint32_t stride, mask, count;
};

/* bytes: of one record. most: records at once; exceeding it is an assertion. Memory: core zone. */
void check__map_init(struct check_map *map, uint32_t bytes, uint32_t most);

static inline void *check__map_at(const struct check_map *map, uint32_t i)
{
    return map->records + (uint64_t)(i & map->mask) * map->stride;
}

static inline uint64_t check__map_key(const void *record)
{
    return *(const uint64_t *)record;
}

/* The record of key, or NULL. key is not 0. */
static inline void *check__map_find(const struct check_map *map, uint64_t key)
{
    for (uint32_t i = (uint32_t)key;; i++) {
        void *record = check__map_at(map, i);

        if (check__map_key(record) == key)
            return record;
        if (!check__map_key(record))
            return 0;
    }
}

/* A fresh record for key, which has none. */
void *check__map_add(struct check_map *map, uint64_t key);
void check__map_remove(struct check_map *map, uint64_t key);

/* The record with the smallest key above `after`, or NULL. For reports: looks at all. */
void *check__map_next(const struct check_map *map, uint64_t after);

#endif
