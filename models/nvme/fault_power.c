/* models/nvme/fault_power.c - power that fails, and a cache that lies about it.
 *
 * Power loss is a moment: what the cache had not written is lost or not, block by block, and the
 * controller comes back as after a power-up, in the same instant. Until CC is written again it
 * takes doorbells for noise, as after any reset of its own. While flushes are ignored, Flush, FUA,
 * a disabled cache and a shutdown end well as ever, and nothing is safer than before.
 */
#include "models/nvme/nvme_private.h"

static void power_loss(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)fault;
    (void)occasion;
    nvme__power_cycle(ctrl, NVME_POWER_FAILED);
    faults_reset_done(ctrl->faults);
}

static void flushes_ignore(void *ctx, const struct fault *fault,
                           const struct fault_occasion *occasion)
{
    (void)fault;
    (void)occasion;
    ((struct nvme_ctrl *)ctx)->faulty.flushes_ignored++;
}

static void flushes_heed(void *ctx, const struct fault *fault)
{
    (void)fault;
    ((struct nvme_ctrl *)ctx)->faulty.flushes_ignored--;
}

void nvme__fault_power_serve(struct nvme_ctrl *ctrl)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_POWER_LOSS, {.begin = power_loss}},
        {SIM_FAULT_IGNORE_FLUSH, {.begin = flushes_ignore, .end = flushes_heed}},
    };

    fault_serve_all(ctrl->faults, table, sizeof table / sizeof table[0], ctrl);
}
