/* models/nvme/fault.c - where faults meet the controller: occasions, and who serves which action.
 *
 * Occasions are described here only when somebody waits for them. What the actions do is in
 * fault_command.c, fault_completion.c and fault_controller.c.
 */
#include "models/nvme/nvme_private.h"

static struct fault_occasion about(enum sim_fault_trigger on, struct nvme_cmd *cmd)
{
    return (struct fault_occasion){
        .on = on,
        .queue = cmd->qid,
        .opcode = cmd->sqe.opcode,
        .has_lba = cmd->qid && nvme_names_blocks(cmd->sqe.opcode),
        .lba = cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32,
        .blocks = (cmd->sqe.cdw12 & 0xFFFF) + 1,
        .subject = cmd,
    };
}

void nvme__fault_command(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct fault_occasion occasion = about(SIM_FAULT_ON_COMMAND, cmd);

    fault_here(ctrl->faults, &occasion);
}

void nvme__fault_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct fault_occasion occasion = about(SIM_FAULT_ON_DATA, cmd);

    fault_here(ctrl->faults, &occasion);
}

bool nvme__fault_completion(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct fault_occasion occasion = about(SIM_FAULT_ON_COMPLETION, cmd);

    if (cmd->odd & NVME_ODD_SHOWN)
        return false;
    cmd->odd |= NVME_ODD_SHOWN;
    fault_here(ctrl->faults, &occasion);
    return nvme__fault_put_off(ctrl, cmd);
}

/* --- registers -------------------------------------------------------------------------------- */

static uint32_t word_of(uint32_t offset)
{
    static const struct {
        uint32_t offset, bytes, word;
    } words[] = {
        {NVME_REG_CAP, 8, SIM_FAULT_REGISTER_CAP},
        {NVME_REG_VS, 4, SIM_FAULT_REGISTER_VS},
        {NVME_REG_INTMS, 4, SIM_FAULT_REGISTER_INTMS},
        {NVME_REG_INTMC, 4, SIM_FAULT_REGISTER_INTMC},
        {NVME_REG_CC, 4, SIM_FAULT_REGISTER_CC},
        {NVME_REG_CSTS, 4, SIM_FAULT_REGISTER_CSTS},
        {NVME_REG_NSSR, 4, SIM_FAULT_REGISTER_NSSR},
        {NVME_REG_AQA, 4, SIM_FAULT_REGISTER_AQA},
        {NVME_REG_ASQ, 8, SIM_FAULT_REGISTER_ASQ},
        {NVME_REG_ACQ, 8, SIM_FAULT_REGISTER_ACQ},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (offset - words[i].offset < words[i].bytes)
            return words[i].word;
    return SIM_FAULT_REGISTER_ANY;
}

/* CSTS.RDY as it flaps: its old value in every second span of `delay` after it changed. */
static uint64_t flapping(const struct nvme_ctrl *ctrl, uint64_t value)
{
    const struct sim_section *s = ctrl->faulty.flap->section;
    enum sim_fault_edge edge = nvme_csts_rdy(ctrl->csts) ? SIM_FAULT_EDGE_UP : SIM_FAULT_EDGE_DOWN;
    int64_t of = sim_section_opt(s, SIM_OPT_FAULT_EDGE);
    int64_t span =
        (sim_now(ctrl->sim) - ctrl->faulty.flap_from) / sim_section_opt(s, SIM_OPT_FAULT_DELAY);

    if (span < 0 || (of != SIM_FAULT_EDGE_BOTH && of != (int64_t)edge) || !(span & 1) ||
        span >= 2 * sim_section_opt(s, SIM_OPT_FAULT_COUNT))
        return value;
    return value ^ nvme_csts_rdy_put(1);
}

uint64_t nvme__fault_read(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    const struct fault_occasion occasion = {
        .on = SIM_FAULT_ON_REGISTER_READ, .detail = word_of(offset), .subject = &value};

    if (ctrl->faulty.down)
        value = UINT64_MAX;
    else if (ctrl->faulty.flap && offset == NVME_REG_CSTS)
        value = flapping(ctrl, value);
    if (fault_watched(ctrl->faults, SIM_FAULT_ON_REGISTER_READ))
        fault_here(ctrl->faults, &occasion);
    return bytes == 8 ? value : (uint32_t)value;
}

void nvme__fault_registers(struct nvme_ctrl *ctrl)
{
    ctrl->faulty.odd_registers = ctrl->faulty.down || ctrl->faulty.flap || ctrl->faulty.ringing;
}

/* What an action makes of a write. */
struct write {
    uint32_t offset, value;
    bool lost;
};

static bool of_doorbell(uint32_t offset)
{
    return offset >= NVME_DOORBELLS;
}

static struct fault_occasion writing(const struct nvme_ctrl *ctrl, struct write *write)
{
    uint32_t index = nvme__doorbell_index(ctrl, write->offset);

    if (!of_doorbell(write->offset))
        return (struct fault_occasion){
            .on = SIM_FAULT_ON_REGISTER_WRITE, .detail = word_of(write->offset), .subject = write};
    return (struct fault_occasion){.on = SIM_FAULT_ON_DOORBELL,
                                   .queue = index >> 1,
                                   .detail = index & 1 ? SIM_FAULT_RING_CQ : SIM_FAULT_RING_SQ,
                                   .subject = write};
}

/* A lost write has been made all the same, as far as the bus is concerned. */
static void trace_lost(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    uint32_t index = nvme__doorbell_index(ctrl, offset);

    if (of_doorbell(offset))
        sim_trace(ctrl->sim, SIM_EV_DOORBELL, index >> 1, index & 1, value, 0);
    else
        sim_trace(ctrl->sim, SIM_EV_REG_WRITE, offset, value, bytes, 0);
}

/* Posted writes stay in order: one behind a late one arrives with it, and is what remains. */
static bool follow(struct nvme_ctrl *ctrl, const struct write *write)
{
    struct nvme_later *later = nvme__later_doorbell(ctrl, write->offset);

    if (!later || write->lost)
        return false;
    later->value = write->value;
    sim_release(ctrl->sim, &later->sync);
    trace_lost(ctrl, write->offset, 4, write->value);
    return true;
}

bool nvme__fault_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    struct write write = {.offset = offset, .value = (uint32_t)value, .lost = ctrl->faulty.down};
    const struct fault_occasion occasion = writing(ctrl, &write);

    if (of_doorbell(offset) && (bytes != 4 || offset % 4 || offset >= nvme_bar_bytes(ctrl)))
        return ctrl->faulty.down; /* no doorbell, and told as what it is */
    if (follow(ctrl, &write))
        return true;
    if (fault_watched(ctrl->faults, occasion.on))
        fault_here(ctrl->faults, &occasion);
    if (write.lost)
        trace_lost(ctrl, offset, bytes, value);
    return write.lost;
}

static void read_bad(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    int64_t value = sim_section_opt(fault->section, SIM_OPT_FAULT_VALUE);

    (void)ctx;
    *(uint64_t *)occasion->subject = value < 0 ? UINT64_MAX : (uint64_t)value;
}

static void write_lose(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    (void)fault;
    ((struct write *)occasion->subject)->lost = true;
}

static void doorbell_delay(void *ctx, const struct fault *fault,
                           const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;
    struct write *write = occasion->subject;
    struct nvme_later *later = nvme__later(ctrl, NVME_LATER_DOORBELL);

    write->lost = true;
    later->offset = write->offset;
    later->value = write->value;
    sim_release(ctrl->sim, &later->sync);
    later->next = ctrl->faulty.ringing;
    ctrl->faulty.ringing = later;
    nvme__fault_registers(ctrl);
    nvme__later_in(ctrl, later, sim_section_opt(fault->section, SIM_OPT_FAULT_DELAY));
}

/* --- who does what ---------------------------------------------------------------------------- */

void nvme__faults_serve(struct nvme_ctrl *ctrl)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_BAD_READ, {.begin = read_bad}},
        {SIM_FAULT_LOSE_WRITE, {.begin = write_lose}},
        {SIM_FAULT_LOSE_DOORBELL, {.begin = write_lose}},
        {SIM_FAULT_DELAY_DOORBELL, {.begin = doorbell_delay}},
    };

    fault_serve_all(ctrl->faults, table, sizeof table / sizeof table[0], ctrl);
    nvme__fault_commands_serve(ctrl);
    nvme__fault_completions_serve(ctrl);
    nvme__fault_controllers_serve(ctrl);
    nvme__fault_power_serve(ctrl);
}
