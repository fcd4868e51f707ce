/* models/nvme/media.c - what the namespace holds.
 *
 * Sparse: a tree of 512-way nodes over blocks of 4 KiB, both allocated from the core zone when they
 * are first written. Blocks written during a run lie above the world's image, so restoring the
 * world drops them for nothing. What is deallocated keeps its memory. It holds what was written
 * last and never fails, except that one run cannot write more than NVME_MEDIA_BYTES_MAX in
 * different places: then a write ends as Capacity Exceeded.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

#define FAN_SHIFT 9
#define FAN (1u << FAN_SHIFT)

struct node {
    void *child[FAN]; /* nodes; on the lowest level blocks */
};

static const uint8_t zeroes[NVME_MEDIA_BLOCK];

void nvme__media_init(struct nvme_media *media, uint64_t bytes)
{
    media->blocks = (bytes + NVME_MEDIA_BLOCK - 1) >> NVME_MEDIA_SHIFT;
    media->levels = 1;
    while ((media->blocks - 1) >> (media->levels * FAN_SHIFT))
        media->levels++;
    media->root = NULL;
    media->blank = NULL;
    media->written = 0;
}

void nvme__media_fill(struct nvme_media *media, uint8_t byte)
{
    SIM_ASSERT(!media->root && !media->blank);
    media->blank = sim_world_alloc(NVME_MEDIA_BLOCK, 64);
    memset(media->blank, byte, NVME_MEDIA_BLOCK);
}

static const uint8_t *blank(const struct nvme_media *media)
{
    return media->blank ? media->blank : zeroes;
}

static uint32_t child_of(uint64_t block, uint32_t level)
{
    return (uint32_t)(block >> level * FAN_SHIFT) & (FAN - 1);
}

const uint8_t *nvme__media_read(const struct nvme_media *media, uint64_t at)
{
    uint64_t block = at >> NVME_MEDIA_SHIFT;
    const void *p = media->root;

    SIM_ASSERT(block < media->blocks);
    for (uint32_t level = media->levels; p && level-- > 0;)
        p = ((const struct node *)p)->child[child_of(block, level)];
    return p ? p : blank(media);
}

uint8_t *nvme__media_write(struct nvme_media *media, uint64_t at)
{
    uint64_t block = at >> NVME_MEDIA_SHIFT;
    void **p = &media->root;

    SIM_ASSERT(block < media->blocks);
    for (uint32_t level = media->levels; level-- > 0;) {
        if (!*p)
            *p = sim_world_alloc(sizeof(struct node), 64);
        p = &((struct node *)*p)->child[child_of(block, level)];
    }
    if (!*p) {
        if (media->written == NVME_MEDIA_BYTES_MAX >> NVME_MEDIA_SHIFT)
            return NULL;
        media->written++;
        *p = sim_world_alloc(NVME_MEDIA_BLOCK, 64);
        if (media->blank)
            memcpy(*p, media->blank, NVME_MEDIA_BLOCK);
    }
    return *p;
}

/* The block's memory, or NULL; then *absent is how many blocks from there on have none. */
static uint8_t *existing(const struct nvme_media *media, uint64_t block, uint64_t *absent)
{
    void *p = media->root;
    uint32_t level = media->levels;

    while (p && level-- > 0)
        p = ((struct node *)p)->child[child_of(block, level)];
    if (!p) {
        uint64_t span = UINT64_C(1) << level * FAN_SHIFT;

        *absent = span - (block & (span - 1));
    }
    return p;
}

void nvme__media_clear(struct nvme_media *media, uint64_t at, uint64_t bytes)
{
    uint64_t end = at + bytes, absent;

    SIM_ASSERT(at <= end && end <= media->blocks << NVME_MEDIA_SHIFT);
    while (at < end) {
        uint64_t next = (at | (NVME_MEDIA_BLOCK - 1)) + 1;
        uint32_t offset = (uint32_t)(at & (NVME_MEDIA_BLOCK - 1));
        uint8_t *block = existing(media, at >> NVME_MEDIA_SHIFT, &absent);

        if (!block)
            next = ((at >> NVME_MEDIA_SHIFT) + absent) << NVME_MEDIA_SHIFT;
        else
            memcpy(block + offset, blank(media) + offset, (next < end ? next : end) - at);
        at = next;
    }
}
