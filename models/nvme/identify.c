/* models/nvme/identify.c - what the controller says it is: Identify, CNS 00h to 03h.
 *
 * One controller; namespaces that are alike. Of what is optional a volatile write cache, extended
 * log data, Format, firmware, self-tests and the NVM commands that the scenario chose. No namespace
 * management, NVM sets or virtualization, so CNS 04h and 10h to 17h are Invalid Field.
 * Source: NVM Express 1.4, 5.15.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

/* Not assigned by PCI-SIG or IEEE to anyone: nobody's quirk lists match. */
#define VENDOR 0xFFF0

/* What the namespace is known by everywhere; the last byte is its number. */
struct ids {
    uint8_t nguid[16], eui64[8];
};

static struct ids ids_of(uint32_t nsid)
{
    struct ids ids = {.nguid = {0x02, 0x53, 0x74, 0x6F, 0x72, 0x53, 0x69, 0x6D, 0xFF, 0xFE, 0xF0},
                      .eui64 = {0x02, 0x00, 0x00, 0xFF, 0xFE, 0xF0}};

    ids.nguid[15] = ids.eui64[7] = (uint8_t)nsid;
    return ids;
}

static void put_text(char *field, size_t bytes, const char *text)
{
    size_t length = strlen(text);

    SIM_ASSERT(length <= bytes);
    memset(field, ' ', bytes);
    for (size_t i = 0; i < length; i++)
        field[i] = text[i];
}

static void identify_controller(const struct nvme_ctrl *ctrl, struct nvme_identify_controller *id)
{
    static const char subsystem[] = "nqn.2014-08.org.nvmexpress:storsim:controller";

    id->vid = id->ssvid = VENDOR;
    put_text(id->sn, sizeof(id->sn), "STORSIM0001");
    put_text(id->mn, sizeof(id->mn), "storsim NVMe controller");
    put_text(id->fr, sizeof(id->fr), nvme__firmware_revision(ctrl, ctrl->firmware.active));
    id->rab = NVME_DEFAULT_ARBITRATION;
    id->mdts = (uint8_t)ctrl->options.mdts;
    id->cntlid = 1;
    id->ver = NVME_VERSION_1_4;
    id->rtd3e = (uint32_t)(ctrl->options.disable_ns / SIM_US) + 1;
    id->cntrltype = 1;
    id->acl = NVME_ABORTS_MAX - 1;
    id->aerl = NVME_EVENTS_MAX - 1;
    id->oacs = NVME_OACS_FORMAT | NVME_OACS_FIRMWARE | NVME_OACS_SELFTEST;
    if (ctrl->options.doorbell_buffer)
        id->oacs |= NVME_OACS_DOORBELL_BUFFER;
    id->frmw = NVME_FIRMWARE_SLOTS << 1 | 1; /* the first is read only */
    id->lpa = 1 << 2 | 1 << 1;               /* extended data: offset and long lengths; effects */
    id->edstt = NVME_SELFTEST_MINUTES;
    id->fwug = 0xFF;
    id->elpe = NVME_ERROR_ENTRIES - 1;
    id->wctemp = 343;
    id->cctemp = 353;
    id->sqes = NVME_SQE_SHIFT << 4 | NVME_SQE_SHIFT;
    id->cqes = NVME_CQE_SHIFT << 4 | NVME_CQE_SHIFT;
    id->nn = ctrl->options.namespaces;
    id->oncs = (uint16_t)(ctrl->options.oncs | NVME_ONCS_SELECT | NVME_ONCS_TIMESTAMP);
    id->vwc = (uint8_t)(3 << 1 | !!ctrl->options.cache_bytes); /* Flush takes NSID_ALL */
    id->sgls = ctrl->options.sgls ? NVME_SGLS_SUPPORTED : 0;
    memcpy(id->subnqn, subsystem, sizeof(subsystem));
    id->psd[0].max_power = 800;
}

static uint8_t deallocation(const struct nvme_ctrl *ctrl)
{
    switch (ctrl->options.deallocated) {
    case NVME_DEALLOCATED_ZEROES:
        return NVME_DLFEAT_ZEROES | NVME_DLFEAT_WRITE_ZEROES;
    case NVME_DEALLOCATED_ONES:
        return NVME_DLFEAT_ONES;
    default:
        return NVME_DLFEAT_UNKNOWN;
    }
}

static void identify_namespace(const struct nvme_ctrl *ctrl, uint32_t nsid,
                               struct nvme_identify_namespace *id)
{
    struct ids ids = ids_of(nsid);

    id->nsze = id->ncap = id->nuse = nvme_namespace_blocks(ctrl);
    id->dlfeat = deallocation(ctrl);
    if (ctrl->options.dulbe)
        id->nsfeat |= NVME_NSFEAT_DULBE;
    if (ctrl->options.granule > 1) {
        id->nsfeat |= NVME_NSFEAT_OPTPERF;
        id->npdg = id->npda = (uint16_t)(ctrl->options.granule - 1);
    }
    memcpy(id->nguid, ids.nguid, sizeof(ids.nguid));
    memcpy(id->eui64, ids.eui64, sizeof(ids.eui64));
    id->lbaf[0].lbads = (uint8_t)__builtin_ctz(ctrl->options.block_bytes);
}

/* Type, length, two reserved bytes, identifier; a zero type ends the list. */
static uint8_t *descriptor(uint8_t *at, uint8_t type, const uint8_t *id, uint8_t bytes)
{
    at[0] = type;
    at[1] = bytes;
    memcpy(at + 4, id, bytes);
    return at + 4 + bytes;
}

static void describe_namespace(uint32_t nsid, uint8_t *page)
{
    struct ids ids = ids_of(nsid);

    page = descriptor(page, NVME_NIDT_EUI64, ids.eui64, sizeof(ids.eui64));
    descriptor(page, NVME_NIDT_NGUID, ids.nguid, sizeof(ids.nguid));
}

/* Identifiers above the given one. */
static void list_namespaces(const struct nvme_ctrl *ctrl, uint32_t above, uint32_t *list)
{
    for (uint32_t nsid = above + 1; nvme__ns_exists(ctrl, nsid); nsid++)
        *list++ = nsid;
}

uint16_t nvme__identify(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe,
                        uint8_t page[NVME_IDENTIFY_BYTES])
{
    uint32_t cns = sqe->cdw10 & 0xFF;

    memset(page, 0, NVME_IDENTIFY_BYTES);
    switch (cns) {
    case NVME_CNS_CONTROLLER:
        identify_controller(ctrl, (struct nvme_identify_controller *)page);
        return NVME_OK;
    case NVME_CNS_ACTIVE_LIST:
        /* The two highest values are no identifiers. */
        if (sqe->nsid >= NVME_NSID_ALL - 1)
            return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
        list_namespaces(ctrl, sqe->nsid, (uint32_t *)(void *)page);
        return NVME_OK;
    case NVME_CNS_NAMESPACE:
    case NVME_CNS_DESCRIPTORS:
        /* NSID_ALL asks for what namespaces have in common: only with namespace management. */
        if (!nvme__ns_exists(ctrl, sqe->nsid))
            return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
        if (cns == NVME_CNS_NAMESPACE)
            identify_namespace(ctrl, sqe->nsid, (struct nvme_identify_namespace *)page);
        else
            describe_namespace(sqe->nsid, page);
        return NVME_OK;
    default:
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    }
}
