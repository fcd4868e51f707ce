/* models/nvme/cache.c - the volatile write cache: what a loss of power takes away.
 *
 * The medium holds what was written last, so reads know nothing of a cache. What makes writes
 * volatile is a journal of what each logical block held before: a ring, oldest first. An entry that
 * leaves the ring for want of room has been written back by the controller of its own accord; Flush
 * empties it; a FUA command takes out the entries of its blocks. When power goes, each block in the
 * journal either keeps what it holds or goes back by one, two, ... writes; how likely that is, is
 * drawn anew each time. Whole logical blocks only, so AWUPF is 0. Commands without data
 * (range.c) write through. Kept only where power can fail at all: else nothing here costs anything.
 * Source: NVM Express 1.4, 5.21.1.6, 6.8, 6.15 (FUA), 7.6.2.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

struct nvme_kept {
    uint64_t lba;
    bool gone; /* written back before its turn */
};

static uint32_t place(const struct nvme_cache *cache, uint32_t i)
{
    return (cache->first + i) % cache->size;
}

static uint8_t *data_of(const struct nvme_ctrl *ctrl, uint32_t place)
{
    return ctrl->cache.data + (size_t)place * ctrl->options.block_bytes;
}

void nvme__cache_init(struct nvme_ctrl *ctrl)
{
    struct nvme_cache *cache = &ctrl->cache;
    uint32_t blocks = ctrl->options.cache_bytes / ctrl->options.block_bytes;

    sim_stream_register(ctrl->sim, &cache->survival, "nvme.power");
    if (!blocks || !ctrl->options.power_fails)
        return;
    cache->size = blocks;
    cache->kept = sim_world_alloc(blocks * sizeof(*cache->kept), 64);
    cache->data = sim_world_page(sim_world_pages_alloc(
        (ctrl->options.cache_bytes + (uint32_t)SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT));
}

/* Nothing is promised to the host, or it is lied to. */
static bool holds_back(const struct nvme_ctrl *ctrl)
{
    return ctrl->faulty.flushes_ignored;
}

static void keep(struct nvme_ctrl *ctrl, uint64_t lba)
{
    struct nvme_cache *cache = &ctrl->cache;
    uint64_t at = lba * ctrl->options.block_bytes;
    uint32_t to;

    if (cache->count == cache->size) {
        cache->first = place(cache, 1);
        cache->count--;
    }
    to = place(cache, cache->count++);
    cache->kept[to] = (struct nvme_kept){.lba = lba};
    sim_world_touch(data_of(ctrl, to), ctrl->options.block_bytes);
    memcpy(data_of(ctrl, to), nvme__media_read(&ctrl->media, at) + (at & (NVME_MEDIA_BLOCK - 1)),
           ctrl->options.block_bytes);
}

void nvme__cache_commit(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    struct nvme_cache *cache = &ctrl->cache;

    if (holds_back(ctrl))
        return;
    for (uint32_t i = 0; i < cache->count; i++) {
        struct nvme_kept *kept = &cache->kept[place(cache, i)];

        if (kept->lba - extent.lba < extent.count)
            kept->gone = true;
    }
}

void nvme__cache_write(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe)
{
    struct nvme_extent extent = nvme__extent(ctrl, sqe);
    bool through = sqe->cdw12 & NVME_IO_FUA || !ctrl->features[NVME_FEATURE_WRITE_CACHE];

    if (through && !holds_back(ctrl)) {
        nvme__cache_commit(ctrl, extent);
        return;
    }
    for (uint64_t i = 0; i < extent.count; i++)
        keep(ctrl, extent.lba + i);
}

void nvme__cache_flush(struct nvme_ctrl *ctrl)
{
    if (!holds_back(ctrl))
        ctrl->cache.count = 0;
}

/* --- power ------------------------------------------------------------------------------------ */

/* The older entries of a block that keeps what it holds mean nothing any more. */
static void settle(struct nvme_cache *cache, uint32_t before, uint64_t lba)
{
    for (uint32_t i = 0; i < before; i++) {
        struct nvme_kept *kept = &cache->kept[place(cache, i)];

        if (kept->lba == lba)
            kept->gone = true;
    }
}

static void take_back(struct nvme_ctrl *ctrl, uint32_t from)
{
    uint64_t at = ctrl->cache.kept[from].lba * ctrl->options.block_bytes;
    uint8_t *block = nvme__media_write(&ctrl->media, at);

    if (block) /* NULL: the medium had no room for the write either */
        memcpy(block + (at & (NVME_MEDIA_BLOCK - 1)), data_of(ctrl, from),
               ctrl->options.block_bytes);
}

void nvme__cache_lose(struct nvme_ctrl *ctrl, enum nvme_power_loss how)
{
    static const uint32_t eighths[] = {1, 4, 7, 8};
    struct nvme_cache *cache = &ctrl->cache;
    uint32_t share, taken = 0, held = cache->count;

    if (!cache->size)
        return;
    share = eighths[sim_stream_below(&cache->survival, 4)];
    for (uint32_t i = held; i-- > 0;) {
        const struct nvme_kept *kept = &cache->kept[place(cache, i)];

        if (kept->gone)
            continue;
        if (sim_stream_below(&cache->survival, 8) < share) {
            take_back(ctrl, place(cache, i));
            taken++;
        } else {
            settle(cache, i, kept->lba);
        }
    }
    cache->count = 0;
    sim_trace(ctrl->sim, SIM_EV_POWER_LOST, held, taken, how, 0);
}
