/* models/nvme/selftest.c - Device Self-test: short and extended, and what came of them.
 *
 * It takes its time and finds nothing wrong. A controller reset ends a short one; an extended one
 * goes on. Worked out from the clock when it is asked for, so that it needs no event. Source: NVM
 * Express 1.4, 5.8, 5.14.1.6.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

enum { NONE, SHORT, EXTENDED, STOP = 0xF };

static sim_ns lasts(uint32_t code)
{
    return code == SHORT ? 1 * SIM_S : NVME_SELFTEST_MINUTES * 60 * SIM_S;
}

static void end(struct nvme_ctrl *ctrl, enum nvme_selftest_result result)
{
    struct nvme_selftest *test = &ctrl->selftest;

    memmove(&test->past[1], &test->past[0], sizeof(test->past) - sizeof(test->past[0]));
    test->past[0] = (struct nvme_selftest_entry){
        .result = (uint8_t)(test->running << 4 | result), .valid = 1, .nsid = test->nsid};
    test->running = NONE;
}

static void update(struct nvme_ctrl *ctrl)
{
    struct nvme_selftest *test = &ctrl->selftest;

    if (test->running && sim_now(ctrl->sim) - test->began >= lasts(test->running))
        end(ctrl, NVME_SELFTEST_GOOD);
}

void nvme__selftest_reset(struct nvme_ctrl *ctrl)
{
    update(ctrl);
    if (ctrl->selftest.running == SHORT)
        end(ctrl, NVME_SELFTEST_RESET);
}

uint16_t nvme__selftest(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_selftest *test = &ctrl->selftest;
    uint32_t code = cmd->sqe.cdw10 & 0xF, nsid = cmd->sqe.nsid;

    update(ctrl);
    if (nsid && nsid != NVME_NSID_ALL && !nvme__ns_exists(ctrl, nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    if (code == STOP) {
        if (test->running)
            end(ctrl, NVME_SELFTEST_STOPPED);
        return NVME_OK;
    }
    if (code != SHORT && code != EXTENDED)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (test->running)
        return NVME_SELFTEST_IN_PROGRESS | NVME_STATUS_DNR;
    test->running = (uint8_t)code;
    test->began = sim_now(ctrl->sim);
    test->nsid = nsid;
    return NVME_OK;
}

void nvme__selftest_log(struct nvme_ctrl *ctrl, struct nvme_selftest_log *log)
{
    struct nvme_selftest *test = &ctrl->selftest;

    update(ctrl);
    log->running = test->running;
    if (test->running)
        log->percent = (uint8_t)((sim_now(ctrl->sim) - test->began) * 100 / lasts(test->running));
    for (uint32_t i = 0; i < NVME_SELFTEST_ENTRIES; i++) {
        log->past[i] = test->past[i];
        if (!test->past[i].valid)
            log->past[i].result = NVME_SELFTEST_UNUSED;
        log->past[i].valid = 0; /* on the wire: which diagnostics are there, and none is */
    }
}
