/* models/check/dma_after_completion.c - the rule dma-after-completion, and what else is wrong with
 * refused DMA.
 *
 * Verifies: the controller touches memory only while it is mapped for it: a request's pages from
 * the hand-over of its SRB to its completion, common buffers always. Judged at the access, which
 * moves nothing. By what the memory is or last was: of a request that was completed,
 * dma-after-completion; freed memory, use-after-free; anything the device was never meant to reach,
 * or in the wrong direction, nvme-protocol.
 * Not verified: DMA into a buffer that has been handed over again meanwhile: it is mapped
 * (data-integrity sees it).
 */
#include "models/check/check_private.h"

static const char *const what[] = {
    [SIM_WHY_NOTHING] = "memory that was never allocated",
    [SIM_WHY_FREED] = "memory that the driver gave back",
    [SIM_WHY_SRB] = "the SRB",
    [SIM_WHY_EXTENSION] = "the extension",
    [SIM_WHY_DATA] = "the data buffer",
    [SIM_WHY_POOL] = "pool memory",
    [SIM_WHY_COMMON] = "the common buffer",
    [SIM_WHY_DEVEXT] = "the device extension",
    [SIM_WHY_PORT] = "memory of the port or class driver",
};
#define WHATS (sizeof what / sizeof what[0])

static void find_request(struct check *check, const struct sim_record *r, uint64_t srb,
                         const char *verb)
{
    const struct check_ended *ended = check__ended(check, srb);
    struct check_text span;

    if (check__map_find(&check->track.srbs, srb)) {
        sim_find(check->sim, SIM_RULE_NVME_PROTOCOL, srb,
                 "the controller was told to %s %" PRIu64 " bytes at %s of SRB %" PRIu64
                 ", which is not mapped for that",
                 verb, r->arg[0], what[r->arg[2]], srb);
        return;
    }
    sim_find(check->sim, SIM_RULE_DMA_AFTER_COMPLETION, srb,
             "the controller would %s %" PRIu64 " bytes at %s of SRB %" PRIu64 ", completed %s%s",
             verb, r->arg[0], what[r->arg[2]], srb,
             ended ? check__span(r->at - ended->at, &span) : "long", ended ? " before" : " ago");
}

static void refused(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    const char *verb = r->arg[1] ? "write" : "read";
    uint64_t srb = 0;

    SIM_ASSERT(r->arg[2] < WHATS);
    switch (r->arg[2]) {
    case SIM_WHY_SRB:
    case SIM_WHY_EXTENSION:
    case SIM_WHY_DATA:
        srb = check->ask.owner_of(check->ask.ctx, SIM_PAGES_BASE + (uintptr_t)r->arg[3]);
        find_request(check, r, srb, verb);
        break;
    case SIM_WHY_FREED:
        sim_find(sim, SIM_RULE_USE_AFTER_FREE, 0, "the controller would %s %" PRIu64 " bytes at %s",
                 verb, r->arg[0], what[r->arg[2]]);
        break;
    default:
        sim_find(sim, SIM_RULE_NVME_PROTOCOL, 0,
                 "the controller was told to %s %" PRIu64
                 " bytes at %s, which is not mapped for it",
                 verb, r->arg[0], what[r->arg[2]]);
    }
}

void check__dma_setup(struct check *check)
{
    sim_trace_subscribe(check->sim, SIM_EV_DMA_BAD, refused, check);
}
