/* models/disk/interpret.c - what the disk class driver makes of an SRB that came back.
 *
 * Follows classpnp's interpretation of SRB status and sense as the reference tells it (chapters 3.3
 * and 4.5): valid sense overrides the status; BUS_RESET is retried at once and not counted as an
 * error; TIMEOUT and ABORTED wait a second; those four are charged to a budget of their own; what
 * counts as an error waits at least a second.
 *
 * Left out: the throttle after many errors (untagged requests, frozen queues) and removable media.
 */
#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"

static struct disk_outcome fail(uint8_t error)
{
    return (struct disk_outcome){.action = DISK_FAIL, .error = error};
}

static struct disk_outcome retry(uint8_t error, sim_ns delay)
{
    return (struct disk_outcome){.action = DISK_RETRY, .delay_ns = delay, .error = error};
}

static struct disk_outcome retry_timeout(uint8_t error, sim_ns delay)
{
    return (struct disk_outcome){.action = DISK_RETRY_TIMEOUT, .delay_ns = delay, .error = error};
}

static const struct disk_outcome done = {.action = DISK_DONE};

/* Key and additional sense code, of fixed (70h, 71h) and descriptor (72h, 73h) format: SPC-4,
 * 4.5. */
static void sense_decode(const uint8_t *sense, uint8_t *key, uint8_t *asc)
{
    bool descriptor = (sense[0] & 0x7F) >= 0x72;

    *key = sense[descriptor ? 1 : 2] & 0x0F;
    *asc = sense[descriptor ? 2 : 12];
}

static struct disk_outcome from_sense(const struct sp_request *request)
{
    uint8_t key, asc;

    sense_decode(request->sense, &key, &asc);
    switch (key) {
    case SENSE_NONE:
    case SENSE_RECOVERED:
        return done;
    case SENSE_UNIT_ATTENTION:
        /* After a reset at once; capacity and parameters changed: after a second. */
        return retry(SRB_ERROR, asc == ASC_PARAMETERS_CHANGED ? SIM_S : 0);
    case SENSE_NOT_READY:
    case SENSE_ABORTED_COMMAND:
        return retry(SRB_ERROR, SIM_S);
    default: /* medium, hardware, illegal request, protected, miscompare: the same would happen
                again */
        return fail(SRB_ERROR);
    }
}

static struct disk_outcome from_error(const struct sp_request *request)
{
    if (request->scsi_status == SCSI_STATUS_CONFLICT)
        return fail(SRB_ERROR);
    return retry(SRB_ERROR, SIM_S);
}

/* A transfer that stopped short: disk.sys makes it a retry of reads and writes. */
static struct disk_outcome from_success(const struct sp_request *request)
{
    bool moves_blocks = request->op == SP_READ || request->op == SP_WRITE;

    if (moves_blocks && request->transferred < request->data_bytes)
        return retry(SRB_DATA_OVERRUN, SIM_S);
    return done;
}

static struct disk_outcome from_status(const struct sp_request *request)
{
    uint8_t status = request->srb_status & SRB_STATUS_MASK;

    switch (status) {
    case SRB_SUCCESS:
        return from_success(request);
    case SRB_BUS_RESET:
        return retry_timeout(status, 0);
    case SRB_ABORTED:
    case SRB_TIMEOUT:
    case SRB_COMMAND_TIMEOUT:
        return retry_timeout(status, SIM_S);
    case SRB_ERROR:
        return from_error(request);
    case SRB_REQUEST_FLUSHED:
        return retry(status, 0);
    case SRB_DATA_OVERRUN:
        return request->op == SP_OTHER ? done : retry(status, SIM_S);
    case SRB_INVALID_REQUEST:
    case SRB_INVALID_PATH_ID:
    case SRB_NO_DEVICE:
    case SRB_NO_HBA:
    case SRB_INVALID_LUN:
    case SRB_INVALID_TARGET_ID:
    case SRB_SELECTION_TIMEOUT:
    case SRB_INTERNAL_ERROR:
        return fail(status);
    default: /* event 11 in the log, and once more */
        return retry(status ? status : SRB_ERROR, SIM_S);
    }
}

struct disk_outcome disk__interpret(const struct sp_request *request)
{
    uint8_t status = request->srb_status & SRB_STATUS_MASK;

    if (request->sense_valid && status != SRB_SUCCESS)
        return from_sense(request);
    return from_status(request);
}
