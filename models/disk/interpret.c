/* models/disk/interpret.c - what the disk class driver makes of an SRB that came back badly.
 *
 * Follows classpnp's interpretation of SRB status and sense, and what disk.sys changes of it
 * (reference chapters 3.3 and 4.5): valid sense overrides the status; a retry waits only where it
 * must; what counts as an error waits at least a second and works towards the throttle; BUS_RESET
 * is tried again at once and does not count. Which retries are worth event 153 is told here, too.
 *
 * Left out: removable media, thin provisioning, persistent reservations, copy offload.
 */
#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"
#include "models/nt/event_log.h"

#define NOT_READY_WAIT (10 * SIM_S)

/* What is asked about one end of a request, so that it need not be passed on one by one. */
struct question {
    const struct sp_request *request;
    uint32_t retried;
    bool legacy;
};

static struct disk_outcome fail(uint8_t error)
{
    return (struct disk_outcome){.action = DISK_FAIL, .error = error};
}

static struct disk_outcome fail_logged(uint8_t error, uint16_t event)
{
    return (struct disk_outcome){.action = DISK_FAIL, .error = error, .log = event};
}

static struct disk_outcome again(uint8_t error, sim_ns delay)
{
    return (struct disk_outcome){
        .action = DISK_RETRY, .delay_ns = delay, .error = error, .log_retry = true};
}

/* The same where a retry is part of business. */
static struct disk_outcome again_quietly(uint8_t error, sim_ns delay)
{
    return (struct disk_outcome){.action = DISK_RETRY, .delay_ns = delay, .error = error};
}

/* An error of the device that counts. */
static struct disk_outcome again_counted(uint8_t error)
{
    return (struct disk_outcome){
        .action = DISK_RETRY, .delay_ns = SIM_S, .error = error, .log_retry = true, .counts = true};
}

static const struct disk_outcome done = {.action = DISK_DONE};

/* --- sense data ------------------------------------------------------------------------------- */

/* Key, additional sense code and qualifier, of fixed (70h, 71h) and descriptor (72h, 73h) format:
 * SPC-4, 4.5. */
struct sense {
    uint8_t key, asc, ascq;
};

static struct sense sense_decode(const uint8_t *sense)
{
    if ((sense[0] & 0x7F) >= 0x72)
        return (struct sense){sense[1] & 0x0F, sense[2], sense[3]};
    return (struct sense){sense[2] & 0x0F, sense[12], sense[13]};
}

static struct disk_outcome recovered(const struct sense *sense)
{
    struct disk_outcome outcome = {.action = DISK_DONE, .log = NT_EVENT_CONTROLLER_ERROR};

    if (sense->asc == ASC_TRACK_ERROR || sense->asc == ASC_SEEK_ERROR)
        outcome.log = NT_EVENT_SEEK_ERROR;
    else if (sense->asc == ASC_RECOVERED || sense->asc == ASC_RECOVERED_ECC)
        outcome.log = NT_EVENT_RECOVERED_ECC;
    else if (sense->asc == ASC_FAILURE_PREDICTED)
        outcome.log = NT_EVENT_FAILURE_PREDICTED;
    return outcome;
}

static struct disk_outcome not_ready(const struct sense *sense)
{
    if (sense->asc == ASC_NO_MEDIUM)
        return fail(SRB_ERROR);
    if (sense->asc != ASC_LUN_NOT_READY)
        return again(SRB_ERROR, 0);
    switch (sense->ascq) {
    case ASCQ_CAUSE_UNKNOWN:
    case ASCQ_MANUAL_INTERVENTION:
    case ASCQ_FORMAT_IN_PROGRESS:
    case ASCQ_LONG_WRITE_IN_PROGRESS:
        return fail(SRB_ERROR);
    case ASCQ_BECOMING_READY:
    case ASCQ_OPERATION_IN_PROGRESS:
    case ASCQ_SPACE_ALLOCATION:
        return again_quietly(SRB_ERROR, NOT_READY_WAIT);
    default: /* wants to be started, which a disk that is not removable is */
        return again_quietly(SRB_ERROR, 0);
    }
}

static struct disk_outcome hardware_error(const struct question *q, const struct sense *sense)
{
    bool timed_out = (sense->asc == ASC_LUN_ERROR && sense->ascq == ASCQ_LUN_TIMED_OUT) ||
                     (sense->asc == ASC_DATA_PHASE && sense->ascq == ASCQ_RESPONSE_TIMED_OUT);
    struct disk_outcome outcome;

    if (sense->asc == ASC_COMMUNICATION && sense->ascq == ASCQ_CRC_ERROR)
        return again(SRB_ERROR, SIM_S);
    if (!q->legacy || timed_out)
        return fail_logged(SRB_ERROR, NT_EVENT_HARDWARE_ERROR);
    outcome = again(SRB_ERROR, 0);
    outcome.log = NT_EVENT_CONTROLLER_ERROR;
    return outcome;
}

/* A block address that is in range all the same is tried again: drives are known to say so for a
 * moment. Start-up saw to it that ours is. */
static struct disk_outcome illegal_request(const struct question *q, const struct sense *sense)
{
    bool moves_blocks = q->request->op == SP_READ || q->request->op == SP_WRITE;

    if (sense->asc == ASC_ILLEGAL_BLOCK && moves_blocks)
        return again(SRB_ERROR, 5 * SIM_S);
    return fail(SRB_ERROR);
}

static struct disk_outcome unit_attention(const struct sense *sense)
{
    switch (sense->asc) {
    case ASC_MEDIUM_CHANGED:
        return again_quietly(SRB_ERROR, 0);
    case ASC_PARAMETERS_CHANGED:
        return again_quietly(SRB_ERROR, sense->ascq == ASCQ_CAPACITY_CHANGED ? SIM_S : 0);
    case ASC_CONDITIONS_CHANGED:
        if (sense->ascq == ASCQ_MICROCODE_CHANGED)
            return again(SRB_ERROR, SIM_S);
        return again_quietly(SRB_ERROR, 5 * SIM_S); /* and the bus would be scanned */
    default:                                        /* a reset, above all */
        return again(SRB_ERROR, 0);
    }
}

static struct disk_outcome from_sense(const struct question *q)
{
    struct sense sense = sense_decode(q->request->sense);

    switch (sense.key) {
    case SENSE_NONE:
        return again(SRB_ERROR, 0);
    case SENSE_RECOVERED:
        return recovered(&sense);
    case SENSE_NOT_READY:
        return not_ready(&sense);
    case SENSE_MEDIUM_ERROR:
        return fail_logged(SRB_ERROR, NT_EVENT_BAD_BLOCK);
    case SENSE_HARDWARE_ERROR:
        return hardware_error(q, &sense);
    case SENSE_ILLEGAL_REQUEST:
        return illegal_request(q, &sense);
    case SENSE_UNIT_ATTENTION:
        return unit_attention(&sense);
    case SENSE_DATA_PROTECT:
    case SENSE_BLANK_CHECK:
        return fail(SRB_ERROR);
    case SENSE_ABORTED_COMMAND:
        return again(SRB_ERROR, SIM_S);
    default:
        return again(SRB_ERROR, 0);
    }
}

/* --- SRB status ------------------------------------------------------------------------------- */

static struct disk_outcome from_error(const struct sp_request *request)
{
    struct disk_outcome outcome;

    if (request->scsi_status == SCSI_GOOD)
        return again_counted(SRB_ERROR);
    if (request->scsi_status != SCSI_STATUS_BUSY)
        return again(SRB_ERROR, 0);
    outcome = again_quietly(SRB_ERROR, 0);
    outcome.reset_bus = true;
    return outcome;
}

/* DATA_OVERRUN stands for a transfer that stopped short, too. Answers of variable length are good
 * then; reads and writes are tried again, which disk.sys insists on. */
static struct disk_outcome from_overrun(const struct sp_request *request)
{
    bool variable = request->cdb[0] == SCSI_INQUIRY || request->cdb[0] == SCSI_MODE_SENSE_6 ||
                    request->cdb[0] == SCSI_MODE_SENSE_10;

    if (request->op == SP_READ || request->op == SP_WRITE)
        return again(SRB_DATA_OVERRUN, 0);
    if (variable && request->transferred <= request->data_bytes)
        return done;
    return fail(SRB_DATA_OVERRUN);
}

static struct disk_outcome from_status(const struct question *q)
{
    uint8_t status = q->request->srb_status & SRB_STATUS_MASK;
    struct disk_outcome outcome;

    switch (status) {
    case SRB_BUS_RESET:
    case SRB_REQUEST_FLUSHED:
        return again_quietly(status, 0);
    case SRB_ABORTED:
    case SRB_TIMEOUT:
    case SRB_COMMAND_TIMEOUT:
        return again_counted(status);
    case SRB_PARITY_ERROR:
    case SRB_UNEXPECTED_BUS_FREE:
        outcome = again_counted(status);
        outcome.log_retry = false;
        return outcome;
    case SRB_PHASE_SEQUENCE_FAILURE:
        outcome = again_counted(status);
        if (q->retried > 1)
            outcome.action = DISK_FAIL;
        return outcome;
    case SRB_ERROR:
        return from_error(q->request);
    case SRB_DATA_OVERRUN:
        return from_overrun(q->request);
    case SRB_SELECTION_TIMEOUT:
        return fail_logged(status, NT_EVENT_NOT_READY);
    case SRB_INVALID_REQUEST:
    case SRB_INVALID_PATH_ID:
    case SRB_NO_DEVICE:
    case SRB_NO_HBA:
    case SRB_INVALID_LUN:
    case SRB_INVALID_TARGET_ID:
        return fail(status);
    default:
        outcome = again_quietly(status ? status : SRB_ERROR, 0);
        outcome.log = NT_EVENT_CONTROLLER_ERROR;
        return outcome;
    }
}

/* ClasspSrbTimeOutStatus() compares the whole byte, so the flags for sense data and for a frozen
 * queue hide the status from it. */
static bool charged_as_time_out(const struct sp_request *request)
{
    if (request->sense_valid || request->queue_frozen)
        return false;
    return request->srb_status == SRB_BUS_RESET || request->srb_status == SRB_TIMEOUT ||
           request->srb_status == SRB_COMMAND_TIMEOUT || request->srb_status == SRB_ABORTED;
}

struct disk_outcome disk__interpret(const struct sp_request *request, uint32_t retried, bool legacy)
{
    uint8_t status = request->srb_status & SRB_STATUS_MASK;
    struct question question = {.request = request, .retried = retried, .legacy = legacy};
    struct disk_outcome outcome;

    if (status == SRB_SUCCESS)
        return done;
    if (status == SRB_INTERNAL_ERROR || request->scsi_status == SCSI_STATUS_CONFLICT)
        return fail(status);
    outcome = request->sense_valid ? from_sense(&question) : from_status(&question);
    outcome.timed_out = charged_as_time_out(request);
    return outcome;
}
