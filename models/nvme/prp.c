/* models/nvme/prp.c - Physical Region Pages: where in host memory a command's data is.
 *
 * The first entry may begin anywhere in its page, at a multiple of 4 bytes. The rest of the data is
 * in whole pages: one, named by PRP2, or several, in a list that PRP2 points to. The list may begin
 * anywhere in its page, at a multiple of 8; when it does not fit, the last entry of that page
 * points to the next page of the list. Entries are read as they are needed, so a bad one leaves
 * what is before it moved, as hardware does. Left out: metadata. Source: NVM Express
 * 1.4, 4.3.
 */
#include "models/nvme/nvme_private.h"

#define CHUNK 64 /* list entries read at once */

static uint16_t bad_offset(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint64_t entry)
{
    nvme__guest_error(ctrl, NVME_GUEST_PRP_OFFSET, cmd->qid, entry);
    return NVME_PRP_OFFSET_INVALID;
}

/* How the bytes that are not moved yet lie: in the list page at `list`. */
struct part {
    uint32_t entries; /* to read now */
    bool chained;     /* the last of them points on */
};

static struct part next_part(uint64_t list, uint64_t page, uint32_t left)
{
    uint32_t pages = (uint32_t)((left + page - 1) / page);
    uint32_t slots = (uint32_t)((page - (list & (page - 1))) / sizeof(uint64_t));
    bool overflows = pages > slots;
    uint32_t entries = overflows ? slots : pages;

    /* A long list page is read in pieces; only the last one sees the pointer. */
    return entries > CHUNK ? (struct part){CHUNK, false} : (struct part){entries, overflows};
}

static uint16_t walk_pages(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, const uint64_t *entries,
                           uint32_t count, uint32_t *moved, nvme_piece_fn piece, void *ctx)
{
    uint32_t page = 1u << ctrl->page_shift;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t bytes = cmd->bytes - *moved < page ? cmd->bytes - *moved : page;
        uint16_t status;

        if (entries[i] & (page - 1))
            return bad_offset(ctrl, cmd, entries[i]);
        status = piece(ctrl, cmd, entries[i], *moved, bytes, ctx);
        if (status)
            return status;
        *moved += bytes;
    }
    return NVME_OK;
}

static uint16_t walk_list(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                          nvme_piece_fn piece, void *ctx)
{
    uint64_t entries[CHUNK], list = cmd->sqe.prp2, page = UINT64_C(1) << ctrl->page_shift;

    while (*moved < cmd->bytes) {
        struct part part = next_part(list, page, cmd->bytes - *moved);
        size_t bytes = part.entries * sizeof(entries[0]);
        uint16_t status;

        if (ctrl->host.read(ctrl->host.ctx, list, entries, bytes))
            return NVME_DATA_TRANSFER_ERROR;
        status = walk_pages(ctrl, cmd, entries, part.entries - part.chained, moved, piece, ctx);
        if (status)
            return status;
        list += bytes;
        if (!part.chained)
            continue;
        list = entries[part.entries - 1];
        if (list & (page - 1))
            return bad_offset(ctrl, cmd, list);
    }
    return NVME_OK;
}

uint16_t nvme__prp_walk(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                        nvme_piece_fn piece, void *ctx)
{
    uint64_t prp1 = cmd->sqe.prp1, prp2 = cmd->sqe.prp2;
    uint32_t page = 1u << ctrl->page_shift, room = page - (uint32_t)(prp1 & (page - 1));
    uint32_t first = cmd->bytes < room ? cmd->bytes : room;
    bool listed = cmd->bytes - first > page;
    uint16_t status;

    SIM_ASSERT(cmd->bytes && !*moved);
    if (prp1 & 3)
        return bad_offset(ctrl, cmd, prp1);
    if (first < cmd->bytes && (prp2 & (listed ? 7 : page - 1)))
        return bad_offset(ctrl, cmd, prp2);
    status = piece(ctrl, cmd, prp1, 0, first, ctx);
    if (status)
        return status;
    *moved = first;
    if (first == cmd->bytes)
        return NVME_OK;
    if (listed)
        return walk_list(ctrl, cmd, moved, piece, ctx);
    return walk_pages(ctrl, cmd, &prp2, 1, moved, piece, ctx);
}
