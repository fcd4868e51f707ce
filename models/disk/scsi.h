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
    SCSI_READ_CAPACITY_10 = 0x25,
    SCSI_READ_10 = 0x28,
    SCSI_WRITE_10 = 0x2A,
    SCSI_SYNCHRONIZE_CACHE_10 = 0x35,
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
    SENSE_ABORTED_COMMAND = 0xB,
    SENSE_MISCOMPARE = 0xE,
    ASC_BUS_RESET = 0x29,
    ASC_PARAMETERS_CHANGED = 0x2A,
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
