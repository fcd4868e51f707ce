/* models/nvme/registers.c - BAR 0: which accesses are legal, what reads give, what writes do.
 *
 * An access takes effect at once; what it costs a CPU is charged by whoever makes it.
 * Left out: interrupt tables (models/pci/ has them).
 * Source: NVM Express 1.4, 3.1. "Accesses to 64-bit registers may be of 32 or 64 bits, to 32-bit
 * registers of 32 bits, aligned to their size."
 */
#include "models/nvme/nvme_private.h"

/* PCI Local Bus and 2.1.10 (MLBAR): BAR 0 is at least 16 KiB. */
#define BAR_BYTES 0x4000u

enum access { RO, RW, W1, ABSENT, OPTIONAL };

#define NSSR_NVME 0x4E564D65u /* 3.1.7: "NVMe"; any other value does nothing */

struct reg {
    uint32_t offset, bytes;
    enum access access;
};

static const struct reg registers[] = {
#define NVME_REGISTER(name, offset, bytes, access, text) {offset, bytes, access},
    NVME_REGISTERS(NVME_REGISTER)
#undef NVME_REGISTER
};

static_assert(NVME_DOORBELLS + NVME_QUEUES_MAX * 2 * (4 << NVME_STRIDE_MAX) <= BAR_BYTES,
              "doorbells fit");

uint32_t nvme_bar_bytes(const struct nvme_ctrl *ctrl)
{
    (void)ctrl;
    return BAR_BYTES;
}

static bool is_there(const struct nvme_ctrl *ctrl, const struct reg *reg)
{
    return reg && reg->access != ABSENT &&
           (reg->access != OPTIONAL || ctrl->options.subsystem_reset);
}

static const struct reg *find(uint32_t offset)
{
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        if (offset - registers[i].offset < registers[i].bytes)
            return &registers[i];
    return NULL;
}

/* The rules that hold for every access, whatever is there. */
static bool legal(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes)
{
    enum nvme_guest_error error;

    if (bytes != 4 && bytes != 8)
        error = NVME_GUEST_ACCESS_SIZE;
    else if (offset >= BAR_BYTES)
        error = NVME_GUEST_ACCESS_BEYOND;
    else if (offset % bytes)
        error = NVME_GUEST_ACCESS_ALIGN;
    else
        return true;
    nvme__guest_error(ctrl, error, 0, offset);
    return false;
}

static bool fits(struct nvme_ctrl *ctrl, const struct reg *reg, uint32_t offset, uint32_t bytes)
{
    if (bytes <= reg->bytes)
        return true;
    nvme__guest_error(ctrl, NVME_GUEST_ACCESS_SPLIT, 0, offset);
    return false;
}

/* --- reads ------------------------------------------------------------------------------------ */

static uint64_t value_of(struct nvme_ctrl *ctrl, const struct reg *reg)
{
    switch (reg->offset) {
    case NVME_REG_CAP:
        return ctrl->cap;
    case NVME_REG_VS:
        return NVME_VERSION_1_4;
    case NVME_REG_INTMS: /* 3.1.3, 3.1.4: both read the mask */
    case NVME_REG_INTMC:
        return ctrl->intms;
    case NVME_REG_CC:
        return ctrl->cc;
    case NVME_REG_CSTS:
        return ctrl->csts;
    case NVME_REG_AQA:
        return ctrl->aqa;
    case NVME_REG_ASQ:
        return ctrl->asq;
    case NVME_REG_ACQ:
        return ctrl->acq;
    default:
        return 0;
    }
}

static uint64_t read_legal(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes)
{
    const struct reg *reg = find(offset);
    uint64_t value;

    if (offset >= NVME_DOORBELLS) {
        nvme__guest_error(ctrl, NVME_GUEST_DOORBELL_READ, 0, offset);
        return 0;
    }
    if (!reg) {
        nvme__guest_error(ctrl, NVME_GUEST_READ_NOTHING, 0, offset);
        return 0;
    }
    if (!fits(ctrl, reg, offset, bytes))
        return 0;
    value = value_of(ctrl, reg) >> (offset - reg->offset) * 8;
    return bytes == 8 ? value : (uint32_t)value;
}

uint64_t nvme_reg_read(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes)
{
    uint64_t value;

    if (SIM_UNLIKELY(ctrl->posted.first))
        nvme__push_writes(ctrl);
    value = legal(ctrl, offset, bytes) ? read_legal(ctrl, offset, bytes) : 0;
    if (SIM_UNLIKELY(ctrl->faulty.odd_registers) ||
        fault_watched(ctrl->faults, SIM_FAULT_ON_REGISTER_READ))
        value = nvme__fault_read(ctrl, offset, bytes, value);
    sim_trace(ctrl->sim, SIM_EV_REG_READ, offset, value, bytes, 0);
    return value;
}

/* --- writes ----------------------------------------------------------------------------------- */

static void mask_write(struct nvme_ctrl *ctrl, const struct reg *reg, uint32_t value)
{
    /* 3.1.3: not to be touched with MSI-X, where masking is the function's own table. */
    if (ctrl->host.msix(ctrl->host.ctx))
        nvme__guest_error(ctrl, NVME_GUEST_INTERRUPT_MASK_MSIX, 0, value);
    if (reg->offset == NVME_REG_INTMS)
        ctrl->intms |= value;
    else
        ctrl->intms &= ~value;
    nvme__irq_update(ctrl);
}

/* AQA, ASQ and ACQ (3.1.8 to 3.1.10): only while EN is 0. */
static void admin_queue_write(struct nvme_ctrl *ctrl, const struct reg *reg, uint64_t value)
{
    uint64_t reserved =
        reg->offset == NVME_REG_AQA ? NVME_AQA_RESERVED : (1u << NVME_PAGE_SHIFT_MIN) - 1;

    if (nvme_cc_en(ctrl->cc)) {
        nvme__guest_error(ctrl, NVME_GUEST_ADMIN_QUEUE_CHANGED, 0, value);
        return;
    }
    if (value & reserved)
        nvme__guest_error(ctrl, NVME_GUEST_ADMIN_QUEUE_RESERVED, 0, value);
    value &= ~reserved;
    if (reg->offset == NVME_REG_AQA)
        ctrl->aqa = (uint32_t)value;
    else if (reg->offset == NVME_REG_ASQ)
        ctrl->asq = value;
    else
        ctrl->acq = value;
}

/* value: the whole register's, halves merged. */
static void write_register(struct nvme_ctrl *ctrl, const struct reg *reg, uint64_t value)
{
    switch (reg->offset) {
    case NVME_REG_INTMS:
    case NVME_REG_INTMC:
        mask_write(ctrl, reg, (uint32_t)value);
        break;
    case NVME_REG_CC:
        nvme__cc_write(ctrl, (uint32_t)value);
        break;
    case NVME_REG_NSSR:
        if (value == NSSR_NVME)
            nvme__subsystem_reset(ctrl);
        break;
    case NVME_REG_CSTS: /* 3.1.6: only NSSRO can be cleared, by a 1 */
        if (value & ~nvme_csts_nssro_put(1))
            nvme__guest_error(ctrl, NVME_GUEST_WRITE_READ_ONLY, 0, value);
        ctrl->csts &= ~(uint32_t)(value & nvme_csts_nssro_put(1));
        break;
    default:
        admin_queue_write(ctrl, reg, value);
    }
}

static uint64_t merged(struct nvme_ctrl *ctrl, const struct reg *reg, uint32_t offset,
                       uint32_t bytes, uint64_t value)
{
    uint32_t shift = (offset - reg->offset) * 8;

    if (bytes == 8)
        return value;
    value = (uint32_t)value;
    if (reg->bytes == 4)
        return value;
    return (value_of(ctrl, reg) & ~((uint64_t)UINT32_MAX << shift)) | value << shift;
}

static void write_legal(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    const struct reg *reg = find(offset);

    if (!is_there(ctrl, reg))
        nvme__guest_error(ctrl, NVME_GUEST_WRITE_NOTHING, 0, offset);
    else if (reg->access == RO)
        nvme__guest_error(ctrl, NVME_GUEST_WRITE_READ_ONLY, 0, offset);
    else if (fits(ctrl, reg, offset, bytes))
        write_register(ctrl, reg, merged(ctrl, reg, offset, bytes, value));
}

void nvme_reg_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    if (SIM_UNLIKELY(ctrl->options.posted_ns))
        nvme__post_write(ctrl, offset, bytes, value);
    else
        nvme__reg_write(ctrl, offset, bytes, value);
}

void nvme__reg_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    bool doorbell = offset >= NVME_DOORBELLS && offset < BAR_BYTES;
    uint32_t between = (4u << ctrl->options.stride) - 1;

    if (SIM_UNLIKELY(ctrl->faulty.odd_registers) ||
        fault_watched(ctrl->faults, SIM_FAULT_ON_REGISTER_WRITE) ||
        fault_watched(ctrl->faults, SIM_FAULT_ON_DOORBELL))
        if (nvme__fault_write(ctrl, offset, bytes, value))
            return;
    /* Most writes ring a doorbell, which has a traced event of its own: they go first. */
    if (SIM_LIKELY(doorbell && bytes == 4 && !(offset & between))) {
        nvme__doorbell(ctrl, offset, (uint32_t)value);
        return;
    }
    sim_trace(ctrl->sim, SIM_EV_REG_WRITE, offset, value, bytes, 0);
    if (doorbell && bytes == 8)
        nvme__guest_error(ctrl, NVME_GUEST_DOORBELL_SIZE, 0, offset);
    else if (legal(ctrl, offset, bytes))
        write_legal(ctrl, offset, bytes, value);
}
