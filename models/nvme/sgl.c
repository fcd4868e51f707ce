/* models/nvme/sgl.c - Scatter Gather Lists: where in host memory a command's data is, told by
 * length.
 *
 * The command holds one descriptor: a data block, or a segment, which is a list of descriptors in
 * host memory; the last one of a segment may lead to the next segment. Blocks may begin anywhere
 * and have any length; more than the command moves is allowed (SGLS bit 18). Descriptors are read
 * as they are needed, so a bad one leaves what is before it moved, as hardware does. A bit
 * bucket takes what is read and throws it away; to a command that reads nothing it is not there.
 * Left out: keyed blocks, offsets, and so every other type is SGL Descriptor Type Invalid. Source:
 * NVM Express 1.4, 4.4 and 4.6.1.2.1.
 */
#include "models/nvme/nvme_private.h"

#define DESCRIPTORS_MAX 65536 /* in one command; segments may lead in a circle */

static uint16_t bad(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, enum nvme_guest_error error,
                    enum nvme_status status)
{
    nvme__guest_error(ctrl, error, cmd->qid, cmd->sqe.cid);
    return status | NVME_STATUS_DNR;
}

/* A walk under way. */
struct walk {
    struct nvme_ctrl *ctrl;
    struct nvme_cmd *cmd;
    uint32_t *moved;
    nvme_piece_fn piece;
    void *ctx;
    uint32_t descriptors; /* seen */
};

static uint32_t left(const struct walk *walk)
{
    return walk->cmd->bytes - *walk->moved;
}

/* In pieces within one page each, as the medium wants them. */
static uint16_t move_block(struct walk *walk, const struct nvme_sgl *block)
{
    uint64_t phys = block->address, page = UINT64_C(1) << walk->ctrl->page_shift;
    uint32_t bytes = block->bytes < left(walk) ? block->bytes : left(walk);

    while (bytes) {
        uint64_t room = page - (phys & (page - 1));
        uint32_t n = bytes < room ? bytes : (uint32_t)room;
        uint16_t status = walk->piece(walk->ctrl, walk->cmd, phys, *walk->moved, n, walk->ctx);

        if (status)
            return status;
        *walk->moved += n;
        phys += n;
        bytes -= n;
    }
    return NVME_OK;
}

static bool leads_on(const struct nvme_sgl *sgl)
{
    return sgl->id == NVME_SGL_SEGMENT || sgl->id == NVME_SGL_LAST_SEGMENT;
}

static void drop(const struct walk *walk, const struct nvme_sgl *bucket)
{
    if (walk->cmd->to_host)
        *walk->moved += bucket->bytes < left(walk) ? bucket->bytes : left(walk);
}

/* One segment: moves its blocks. What leads on, if anything does, is in *next; else its id is that
 * of a data block or bucket. */
static uint16_t walk_segment(struct walk *walk, const struct nvme_sgl *segment,
                             struct nvme_sgl *next)
{
    struct nvme_ctrl *ctrl = walk->ctrl;
    uint32_t count = segment->bytes / (uint32_t)sizeof(*next);
    uint16_t status = NVME_OK;

    if (!segment->bytes || segment->bytes % sizeof(*next))
        return bad(ctrl, walk->cmd, NVME_GUEST_SGL_SEGMENT, NVME_SGL_SEGMENT_INVALID);
    for (uint32_t i = 0; i < count && left(walk) && !status; i++) {
        if (++walk->descriptors > DESCRIPTORS_MAX)
            return bad(ctrl, walk->cmd, NVME_GUEST_SGL_NUMBER, NVME_SGL_NUMBER_INVALID);
        if (ctrl->host.read(ctrl->host.ctx, segment->address + i * sizeof(*next), next,
                            sizeof(*next)))
            return NVME_DATA_TRANSFER_ERROR;
        if (next->id == NVME_SGL_DATA)
            status = move_block(walk, next);
        else if (next->id == NVME_SGL_BIT_BUCKET)
            drop(walk, next);
        else if (!leads_on(next))
            status = bad(ctrl, walk->cmd, NVME_GUEST_SGL_TYPE, NVME_SGL_TYPE_INVALID);
        else if (i + 1 < count)
            status = bad(ctrl, walk->cmd, NVME_GUEST_SGL_NUMBER, NVME_SGL_NUMBER_INVALID);
        else if (segment->id == NVME_SGL_LAST_SEGMENT)
            status = bad(ctrl, walk->cmd, NVME_GUEST_SGL_SEGMENT, NVME_SGL_SEGMENT_INVALID);
    }
    return status;
}

uint16_t nvme__sgl_walk(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                        nvme_piece_fn piece, void *ctx)
{
    struct walk walk = {.ctrl = ctrl, .cmd = cmd, .moved = moved, .piece = piece, .ctx = ctx};
    struct nvme_sgl here = {.address = cmd->sqe.prp1,
                            .bytes = (uint32_t)cmd->sqe.prp2,
                            .id = (uint8_t)(cmd->sqe.prp2 >> 56)};
    uint16_t status = NVME_OK;

    SIM_ASSERT(cmd->bytes && !*moved);
    if (here.id == NVME_SGL_DATA)
        status = move_block(&walk, &here);
    else if (here.id == NVME_SGL_BIT_BUCKET)
        drop(&walk, &here);
    else if (!leads_on(&here))
        return bad(ctrl, cmd, NVME_GUEST_SGL_TYPE, NVME_SGL_TYPE_INVALID);
    while (!status && left(&walk) && leads_on(&here)) {
        struct nvme_sgl segment = here;

        status = walk_segment(&walk, &segment, &here);
    }
    if (!status && left(&walk))
        status = bad(ctrl, cmd, NVME_GUEST_SGL_LENGTH, NVME_SGL_LENGTH_INVALID);
    return status;
}
