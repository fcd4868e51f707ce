/* models/disk/scsi.h - private to models/disk: the SCSI and SRB codes that a disk class driver
 * knows.
 *
 * Sources: SPC-4 and SBC-3 for opcodes and sense; the WDK's SRB statuses (reference chapter 3.3).
 */
#ifndef MODELS_DISK_SCSI_H
#define MODELS_DISK_SCSI_H

#include <stdint.h>

enum {
    SCSI_INQUIRY = 0x12,
    SCSI_MODE_SENSE_6 = 0x1A,
    SCSI_READ_CAPACITY_10 = 0x25,
    SCSI_READ_10 = 0x28,
    SCSI_WRITE_10 = 0x2A,
    SCSI_SYNCHRONIZE_CACHE_10 = 0x35,
    SCSI_UNMAP = 0x42,
    SCSI_MODE_SENSE_10 = 0x5A,
    SCSI_READ_16 = 0x88,
    SCSI_WRITE_16 = 0x8A,
    SCSI_SERVICE_ACTION_IN_16 = 0x9E,
    SCSI_SAI_READ_CAPACITY_16 = 0x10,
    SCSI_VPD_SUPPORTED = 0x00,
    SCSI_VPD_SERIAL = 0x80,
};

/* SRB status, low six bits. */
enum {
    SRB_PENDING = 0x00,
    SRB_SUCCESS = 0x01,
    SRB_ABORTED = 0x02,
    SRB_ERROR = 0x04,
    SRB_BUSY = 0x05,
    SRB_INVALID_REQUEST = 0x06,
    SRB_INVALID_PATH_ID = 0x07,
    SRB_NO_DEVICE = 0x08,
    SRB_TIMEOUT = 0x09,
    SRB_SELECTION_TIMEOUT = 0x0A,
    SRB_COMMAND_TIMEOUT = 0x0B,
    SRB_BUS_RESET = 0x0E,
    SRB_PARITY_ERROR = 0x0F,
    SRB_NO_HBA = 0x11,
    SRB_DATA_OVERRUN = 0x12,
    SRB_UNEXPECTED_BUS_FREE = 0x13,
    SRB_PHASE_SEQUENCE_FAILURE = 0x14,
    SRB_REQUEST_FLUSHED = 0x16,
    SRB_INVALID_LUN = 0x20,
    SRB_INVALID_TARGET_ID = 0x21,
    SRB_INTERNAL_ERROR = 0x30,
    SRB_STATUS_MASK = 0x3F,
};

enum {
    SCSI_GOOD = 0x00,
    SCSI_STATUS_CHECK = 0x02,
    SCSI_STATUS_BUSY = 0x08,
    SCSI_STATUS_CONFLICT = 0x18,
};

enum {
    SENSE_NONE = 0x0,
    SENSE_RECOVERED = 0x1,
    SENSE_NOT_READY = 0x2,
    SENSE_MEDIUM_ERROR = 0x3,
    SENSE_HARDWARE_ERROR = 0x4,
    SENSE_ILLEGAL_REQUEST = 0x5,
    SENSE_UNIT_ATTENTION = 0x6,
    SENSE_DATA_PROTECT = 0x7,
    SENSE_BLANK_CHECK = 0x8,
    SENSE_ABORTED_COMMAND = 0xB,
    SENSE_MISCOMPARE = 0xE,
};

/* Additional sense codes and, behind some, their qualifiers. */
enum {
    ASC_LUN_NOT_READY = 0x04,
    ASCQ_CAUSE_UNKNOWN = 0x00,
    ASCQ_BECOMING_READY = 0x01,
    ASCQ_MANUAL_INTERVENTION = 0x03,
    ASCQ_FORMAT_IN_PROGRESS = 0x04,
    ASCQ_OPERATION_IN_PROGRESS = 0x07,
    ASCQ_LONG_WRITE_IN_PROGRESS = 0x08,
    ASCQ_SPACE_ALLOCATION = 0x14,
    ASC_COMMUNICATION = 0x08,
    ASCQ_CRC_ERROR = 0x03,
    ASC_TRACK_ERROR = 0x14,
    ASC_SEEK_ERROR = 0x15,
    ASC_RECOVERED = 0x17,
    ASC_RECOVERED_ECC = 0x18,
    ASC_ILLEGAL_BLOCK = 0x21,
    ASC_MEDIUM_CHANGED = 0x28,
    ASC_BUS_RESET = 0x29,
    ASC_PARAMETERS_CHANGED = 0x2A,
    ASCQ_CAPACITY_CHANGED = 0x09,
    ASC_NO_MEDIUM = 0x3A,
    ASC_LUN_ERROR = 0x3E,
    ASCQ_LUN_TIMED_OUT = 0x02,
    ASC_CONDITIONS_CHANGED = 0x3F,
    ASCQ_MICROCODE_CHANGED = 0x01,
    ASC_DATA_PHASE = 0x4B,
    ASCQ_RESPONSE_TIMED_OUT = 0x06,
    ASC_FAILURE_PREDICTED = 0x5D,
};

static inline void scsi_put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void scsi_put64(uint8_t *p, uint64_t v)
{
    scsi_put32(p, (uint32_t)(v >> 32));
    scsi_put32(p + 4, (uint32_t)v);
}

static inline uint32_t scsi_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t scsi_get64(const uint8_t *p)
{
    return (uint64_t)scsi_get32(p) << 32 | scsi_get32(p + 4);
}

#endif
