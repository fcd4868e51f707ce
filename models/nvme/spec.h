/* models/nvme/spec.h - what NVM Express 1.4 fixes, as tables: registers, fields, entries, codes.
 *
 * Wire facts only: no state and no behaviour of this controller. A register's fields follow it in
 * NVME_FIELDS, in bit order, so that both can be read against chapter 3.1 line by line. All
 * structures are little-endian on the wire, as is every machine that storsim runs on.
 */
#ifndef MODELS_NVME_SPEC_H
#define MODELS_NVME_SPEC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "wire structures are used in place");

/* --- registers (3.1) -------------------------------------------------------------------------- */

/* X(name, offset, bytes, access, text). Access: RO; RW; W1 (bits written as 1 act, reads give
 * state); OPTIONAL (RW when CAP offers it, else as the next); ABSENT (reads 0 because CAP does not
 * offer it, writes are mistakes). */
#define NVME_REGISTERS(X)                                                               \
    X(CAP, 0x00, 8, RO, "controller capabilities")                                      \
    X(VS, 0x08, 4, RO, "version")                                                       \
    X(INTMS, 0x0C, 4, W1, "interrupt mask set")                                         \
    X(INTMC, 0x10, 4, W1, "interrupt mask clear")                                       \
    X(CC, 0x14, 4, RW, "controller configuration")                                      \
    X(CSTS, 0x1C, 4, W1, "controller status")                                           \
    X(NSSR, 0x20, 4, OPTIONAL, "NVM subsystem reset: when CAP.NSSRS is 1")              \
    X(AQA, 0x24, 4, RW, "admin queue attributes")                                       \
    X(ASQ, 0x28, 8, RW, "admin submission queue base address")                          \
    X(ACQ, 0x30, 8, RW, "admin completion queue base address")                          \
    X(CMBLOC, 0x38, 4, ABSENT, "controller memory buffer location: CAP.CMBS is 0")      \
    X(CMBSZ, 0x3C, 4, ABSENT, "controller memory buffer size")                          \
    X(BPINFO, 0x40, 4, ABSENT, "boot partition information: CAP.BPS is 0")              \
    X(BPRSEL, 0x44, 4, ABSENT, "boot partition read select")                            \
    X(BPMBL, 0x48, 8, ABSENT, "boot partition memory buffer location")                  \
    X(CMBMSC, 0x50, 8, ABSENT, "controller memory buffer memory space control")         \
    X(CMBSTS, 0x58, 4, ABSENT, "controller memory buffer status")                       \
    X(PMRCAP, 0xE00, 4, ABSENT, "persistent memory capabilities: CAP.PMRS is 0")        \
    X(PMRCTL, 0xE04, 4, ABSENT, "persistent memory region control")                     \
    X(PMRSTS, 0xE08, 4, ABSENT, "persistent memory region status")                      \
    X(PMREBS, 0xE0C, 4, ABSENT, "persistent memory region elasticity buffer size")      \
    X(PMRSWTP, 0xE10, 4, ABSENT, "persistent memory region sustained write throughput") \
    X(PMRMSC, 0xE14, 8, ABSENT, "persistent memory region memory space control")

enum nvme_register_offset {
#define NVME_REGISTER(name, offset, bytes, access, text) NVME_REG_##name = offset,
    NVME_REGISTERS(NVME_REGISTER)
#undef NVME_REGISTER
        NVME_DOORBELLS =
            0x1000, /* 3.1.24: SQ y at 2y, CQ y at 2y + 1, times 4 bytes << CAP.DSTRD */
};

/* X(register, field, lowest bit, bits) */
#define NVME_FIELDS(X)                                                 \
    X(cap, mqes, 0, 16)  /* largest queue, entries, 0's based */       \
    X(cap, cqr, 16, 1)   /* queues must be physically contiguous */    \
    X(cap, ams, 17, 2)   /* arbitration beyond round robin */          \
    X(cap, to, 24, 8)    /* worst time for RDY to follow EN; 500 ms */ \
    X(cap, dstrd, 32, 4) /* doorbell stride; 4 bytes << dstrd */       \
    X(cap, nssrs, 36, 1)                                               \
    X(cap, css, 37, 8) /* command sets; bit 0: NVM */                  \
    X(cap, bps, 45, 1)                                                 \
    X(cap, mpsmin, 48, 4) /* 4096 bytes << mpsmin */                   \
    X(cap, mpsmax, 52, 4)                                              \
    X(cap, pmrs, 56, 1)                                                \
    X(cap, cmbs, 57, 1)                                                \
    X(vs, ter, 0, 8)                                                   \
    X(vs, mnr, 8, 8)                                                   \
    X(vs, mjr, 16, 16)                                                 \
    X(cc, en, 0, 1)                                                    \
    X(cc, css, 4, 3)                                                   \
    X(cc, mps, 7, 4)     /* host page; 4096 bytes << mps */            \
    X(cc, ams, 11, 3)    /* enum nvme_ams */                           \
    X(cc, shn, 14, 2)    /* shutdown notification; enum nvme_shn */    \
    X(cc, iosqes, 16, 4) /* log2 of bytes */                           \
    X(cc, iocqes, 20, 4) /* log2 of bytes */                           \
    X(csts, rdy, 0, 1)                                                 \
    X(csts, cfs, 1, 1)                                                 \
    X(csts, shst, 2, 2) /* enum nvme_shst */                           \
    X(csts, nssro, 4, 1)                                               \
    X(csts, pp, 5, 1)                                                  \
    X(aqa, asqs, 0, 12)  /* entries, 0's based */                      \
    X(aqa, acqs, 16, 12) /* entries, 0's based */

/* nvme_cc_en(v) reads the field, nvme_cc_en_put(x) is x in the field's place. */
#define NVME_FIELD(register, field, shift, bits)                           \
    static inline uint32_t nvme_##register##_##field(uint64_t v)           \
    {                                                                      \
        return (uint32_t)((v >> (shift)) & ((UINT64_C(1) << (bits)) - 1)); \
    }                                                                      \
    static inline uint64_t nvme_##register##_##field##_put(uint64_t x)     \
    {                                                                      \
        return (x & ((UINT64_C(1) << (bits)) - 1)) << (shift);             \
    }
NVME_FIELDS(NVME_FIELD)
#undef NVME_FIELD

#define NVME_CC_RESERVED 0xFF00000Eu
#define NVME_AQA_RESERVED 0xF000F000u
#define NVME_VERSION_1_4 0x00010400u
#define NVME_TO_UNIT_MS 500

enum nvme_ams { NVME_AMS_ROUND_ROBIN, NVME_AMS_WEIGHTED };
enum nvme_shn { NVME_SHN_NONE, NVME_SHN_NORMAL, NVME_SHN_ABRUPT, NVME_SHN_RESERVED };
enum nvme_shst { NVME_SHST_NONE, NVME_SHST_OCCURRING, NVME_SHST_COMPLETE };

/* --- queue entries (4.2, 4.6) ----------------------------------------------------------------- */

#define NVME_SQE_SHIFT 6 /* CC.IOSQES; log2 of bytes */
#define NVME_CQE_SHIFT 4 /* CC.IOCQES; log2 of bytes */

struct nvme_sqe {
    uint8_t opcode;
    uint8_t flags; /* 1:0 fused, 7:6 PRP or SGL */
    uint16_t cid;
    uint32_t nsid;
    uint64_t reserved;
    uint64_t mptr;
    uint64_t prp1;
    uint64_t prp2;
    uint32_t cdw10;
    uint32_t cdw11;
    uint32_t cdw12;
    uint32_t cdw13;
    uint32_t cdw14;
    uint32_t cdw15;
};
static_assert(sizeof(struct nvme_sqe) == 1 << NVME_SQE_SHIFT, "4.2");
static_assert(offsetof(struct nvme_sqe, prp1) == 24, "4.2");
static_assert(offsetof(struct nvme_sqe, cdw10) == 40, "4.2");

#define NVME_FLAGS_FUSED 0x03
#define NVME_FLAGS_PSDT 0xC0 /* 0: PRP; 40h, 80h: SGL, with metadata in one buffer or an SGL */

/* SGL descriptor (4.4); in a command it takes the place of prp1 and prp2. */
struct nvme_sgl {
    uint64_t address;
    uint32_t bytes;
    uint8_t reserved[3];
    uint8_t id; /* type in 7:4, sub type in 3:0, of which 0 is an address */
};
static_assert(sizeof(struct nvme_sgl) == 16, "4.4");
enum nvme_sgl_id {
    NVME_SGL_DATA = 0x00,
    NVME_SGL_BIT_BUCKET = 0x10,
    NVME_SGL_SEGMENT = 0x20,
    NVME_SGL_LAST_SEGMENT = 0x30,
};
/* Any alignment; longer than the transfer; bit buckets. */
#define NVME_SGLS_SUPPORTED (1u << 18 | 1u << 16 | 1u)

struct nvme_cqe {
    uint32_t dw0; /* command specific */
    uint32_t reserved;
    uint16_t sqhd;
    uint16_t sqid;
    uint16_t cid;
    uint16_t status; /* bit 0: phase tag; the rest: status field */
};
static_assert(sizeof(struct nvme_cqe) == 1 << NVME_CQE_SHIFT, "4.6");
static_assert(offsetof(struct nvme_cqe, cid) == 12, "4.6");

/* Status field without phase (4.6.1): code in 7:0, type in 10:8, More in 13, Do Not Retry in 14. */
#define NVME_STATUS(type, code) ((uint16_t)((type) << 8 | (code)))
#define NVME_STATUS_DNR 0x4000
#define NVME_STATUS_CODE_MASK 0x07FF

enum nvme_status {
    NVME_OK = NVME_STATUS(0, 0x00),
    NVME_INVALID_OPCODE = NVME_STATUS(0, 0x01),
    NVME_INVALID_FIELD = NVME_STATUS(0, 0x02),
    NVME_CID_CONFLICT = NVME_STATUS(0, 0x03),
    NVME_DATA_TRANSFER_ERROR = NVME_STATUS(0, 0x04),
    NVME_INTERNAL_ERROR = NVME_STATUS(0, 0x06),
    NVME_ABORT_REQUESTED = NVME_STATUS(0, 0x07),
    NVME_ABORTED_SQ_DELETION = NVME_STATUS(0, 0x08),
    NVME_INVALID_NAMESPACE = NVME_STATUS(0, 0x0B),
    NVME_COMMAND_SEQUENCE = NVME_STATUS(0, 0x0C),
    NVME_SGL_SEGMENT_INVALID = NVME_STATUS(0, 0x0D),
    NVME_SGL_NUMBER_INVALID = NVME_STATUS(0, 0x0E),
    NVME_SGL_LENGTH_INVALID = NVME_STATUS(0, 0x0F),
    NVME_SGL_TYPE_INVALID = NVME_STATUS(0, 0x11),
    NVME_PRP_OFFSET_INVALID = NVME_STATUS(0, 0x13),
    NVME_LBA_OUT_OF_RANGE = NVME_STATUS(0, 0x80),
    NVME_CAPACITY_EXCEEDED = NVME_STATUS(0, 0x81),
    NVME_CQ_INVALID = NVME_STATUS(1, 0x00),
    NVME_INVALID_QUEUE_ID = NVME_STATUS(1, 0x01),
    NVME_INVALID_QUEUE_SIZE = NVME_STATUS(1, 0x02),
    NVME_ABORT_LIMIT = NVME_STATUS(1, 0x03),
    NVME_AER_LIMIT = NVME_STATUS(1, 0x05),
    NVME_INVALID_VECTOR = NVME_STATUS(1, 0x08),
    NVME_INVALID_FIRMWARE_SLOT = NVME_STATUS(1, 0x06),
    NVME_INVALID_FIRMWARE_IMAGE = NVME_STATUS(1, 0x07),
    NVME_INVALID_LOG_PAGE = NVME_STATUS(1, 0x09),
    NVME_INVALID_FORMAT = NVME_STATUS(1, 0x0A),
    NVME_INVALID_QUEUE_DELETION = NVME_STATUS(1, 0x0C),
    NVME_FEATURE_NOT_SAVEABLE = NVME_STATUS(1, 0x0D),
    NVME_FEATURE_NOT_CHANGEABLE = NVME_STATUS(1, 0x0E),
    NVME_FEATURE_NOT_NAMESPACE = NVME_STATUS(1, 0x0F),
    NVME_FIRMWARE_NEEDS_RESET = NVME_STATUS(1, 0x11),
    NVME_OVERLAPPING_RANGE = NVME_STATUS(1, 0x14),
    NVME_SELFTEST_IN_PROGRESS = NVME_STATUS(1, 0x1D),
    NVME_UNRECOVERED_READ = NVME_STATUS(2, 0x81),
    NVME_COMPARE_FAILURE = NVME_STATUS(2, 0x85),
    NVME_DEALLOCATED_BLOCK = NVME_STATUS(2, 0x87),
};

/* --- opcodes ---------------------------------------------------------------------------------- */

enum nvme_admin_opcode { /* chapter 5 */
                         NVME_ADMIN_DELETE_SQ = 0x00,
                         NVME_ADMIN_CREATE_SQ = 0x01,
                         NVME_ADMIN_GET_LOG_PAGE = 0x02,
                         NVME_ADMIN_DELETE_CQ = 0x04,
                         NVME_ADMIN_CREATE_CQ = 0x05,
                         NVME_ADMIN_IDENTIFY = 0x06,
                         NVME_ADMIN_ABORT = 0x08,
                         NVME_ADMIN_SET_FEATURES = 0x09,
                         NVME_ADMIN_GET_FEATURES = 0x0A,
                         NVME_ADMIN_AER = 0x0C,
                         NVME_ADMIN_NAMESPACE_MANAGEMENT = 0x0D,
                         NVME_ADMIN_FIRMWARE_COMMIT = 0x10,
                         NVME_ADMIN_FIRMWARE_DOWNLOAD = 0x11,
                         NVME_ADMIN_SELFTEST = 0x14,
                         NVME_ADMIN_NAMESPACE_ATTACHMENT = 0x15,
                         NVME_ADMIN_KEEP_ALIVE = 0x18,
                         NVME_ADMIN_DIRECTIVE_SEND = 0x19,
                         NVME_ADMIN_DIRECTIVE_RECEIVE = 0x1A,
                         NVME_ADMIN_VIRTUALIZATION = 0x1C,
                         NVME_ADMIN_MI_SEND = 0x1D,
                         NVME_ADMIN_MI_RECEIVE = 0x1E,
                         NVME_ADMIN_DOORBELL_BUFFER = 0x7C,
                         NVME_ADMIN_FORMAT = 0x80,
                         NVME_ADMIN_SECURITY_SEND = 0x81,
                         NVME_ADMIN_SECURITY_RECEIVE = 0x82,
                         NVME_ADMIN_SANITIZE = 0x84,
                         NVME_ADMIN_LBA_STATUS = 0x86,
};

enum nvme_io_opcode { /* chapter 6 */
                      NVME_IO_FLUSH = 0x00,
                      NVME_IO_WRITE = 0x01,
                      NVME_IO_READ = 0x02,
                      NVME_IO_WRITE_UNCORRECTABLE = 0x04,
                      NVME_IO_COMPARE = 0x05,
                      NVME_IO_WRITE_ZEROES = 0x08,
                      NVME_IO_DATASET = 0x09,
                      NVME_IO_VERIFY = 0x0C,
};

/* Does this I/O command name blocks in dwords 10 to 12? */
static inline int nvme_names_blocks(uint8_t opcode)
{
    const uint32_t which = 1u << NVME_IO_WRITE | 1u << NVME_IO_READ |
                           1u << NVME_IO_WRITE_UNCORRECTABLE | 1u << NVME_IO_COMPARE |
                           1u << NVME_IO_WRITE_ZEROES | 1u << NVME_IO_VERIFY;

    return opcode < 32 && (which >> opcode & 1);
}

#define NVME_IO_FUA (1u << 30)  /* dword 12 of commands that name blocks */
#define NVME_IO_DEAC (1u << 25) /* of Write Zeroes: the controller may deallocate */

/* Dataset Management (6.7): dword 10 has the number of ranges in 7:0, 0's based. */
#define NVME_DATASET_DEALLOCATE 0x4u /* dword 11 */
#define NVME_DATASET_RANGES 256      /* at most */
struct nvme_range {
    uint32_t attributes;
    uint32_t blocks;
    uint64_t lba;
};
static_assert(sizeof(struct nvme_range) == 16, "6.7");

/* --- create and delete of queues (5.3 to 5.6) ------------------------------------------------- */

/* Dword 10 of Create: queue identifier in 15:0, size 0's based in 31:16. Dword 11: bit 0 physically
 * contiguous; CQ: bit 1 interrupts enabled, vector in 31:16; SQ: priority in 2:1, CQ in 31:16. */
#define NVME_CREATE_CONTIGUOUS 0x1u
#define NVME_CREATE_IEN 0x2u
enum nvme_priority { /* of a submission queue, for weighted round robin */
                     NVME_PRIORITY_URGENT,
                     NVME_PRIORITY_HIGH,
                     NVME_PRIORITY_MEDIUM,
                     NVME_PRIORITY_LOW,
                     NVME_PRIORITY_COUNT
};

/* --- Identify (5.15) -------------------------------------------------------------------------- */

enum nvme_cns {
    NVME_CNS_NAMESPACE = 0,
    NVME_CNS_CONTROLLER = 1,
    NVME_CNS_ACTIVE_LIST = 2,
    NVME_CNS_DESCRIPTORS = 3,
};
#define NVME_IDENTIFY_BYTES 4096
#define NVME_NSID_ALL UINT32_MAX

struct nvme_power_state { /* 32 bytes */
    uint16_t max_power;   /* hundredths of a watt */
    uint8_t unused[30];
};

struct nvme_identify_controller {
    uint16_t vid;
    uint16_t ssvid;
    char sn[20]; /* ASCII, padded with blanks, as are the next two */
    char mn[40];
    char fr[8];
    uint8_t rab; /* recommended arbitration burst; log2 */
    uint8_t ieee[3];
    uint8_t cmic;
    uint8_t mdts; /* pages of CAP.MPSMIN; log2; 0: no limit */
    uint16_t cntlid;
    uint32_t ver;
    uint32_t rtd3r;
    uint32_t rtd3e;
    uint32_t oaes;
    uint32_t ctratt;
    uint8_t unused1[11];
    uint8_t cntrltype; /* 1: I/O controller */
    uint8_t unused2[144];
    uint16_t oacs; /* enum nvme_oacs */
    uint8_t acl;   /* Aborts at once, 0's based */
    uint8_t aerl;  /* Asynchronous Event Requests held at once, 0's based */
    uint8_t frmw;
    uint8_t lpa;
    uint8_t elpe; /* entries of the error log, 0's based */
    uint8_t npss;
    uint8_t avscc;
    uint8_t apsta;
    uint16_t wctemp; /* kelvins */
    uint16_t cctemp;
    uint8_t unused3[46];
    uint16_t edstt; /* minutes of an extended self-test */
    uint8_t dsto;
    uint8_t fwug; /* offsets and lengths of firmware images: multiples of 4 KiB; 0xFF: any */
    uint8_t unused7[192];
    uint8_t sqes; /* 3:0 required, 7:4 largest; log2 of bytes */
    uint8_t cqes;
    uint16_t maxcmd;
    uint32_t nn;
    uint16_t oncs; /* enum nvme_oncs */
    uint16_t fuses;
    uint8_t fna;
    uint8_t vwc; /* 0: volatile write cache present; 2:1: Flush takes NSID_ALL */
    uint8_t unused4[10];
    uint32_t sgls;
    uint8_t unused5[228];
    char subnqn[256];
    uint8_t unused6[1024];
    struct nvme_power_state psd[32];
    uint8_t vendor[1024];
};
static_assert(sizeof(struct nvme_identify_controller) == NVME_IDENTIFY_BYTES, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, fr) == 64, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, mdts) == 77, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, cntrltype) == 111, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, oacs) == 256, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, wctemp) == 266, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, edstt) == 316, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, sqes) == 512, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, nn) == 516, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, vwc) == 525, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, sgls) == 536, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, subnqn) == 768, "5.15.2");
static_assert(offsetof(struct nvme_identify_controller, psd) == 2048, "5.15.2");

enum nvme_oacs { /* optional admin commands */
                 NVME_OACS_FORMAT = 1 << 1,
                 NVME_OACS_FIRMWARE = 1 << 2,
                 NVME_OACS_SELFTEST = 1 << 4,
                 NVME_OACS_DOORBELL_BUFFER = 1 << 8,
};
#define NVME_SELFTEST_MINUTES 1

enum nvme_oncs { /* optional NVM commands */
                 NVME_ONCS_COMPARE = 1 << 0,
                 NVME_ONCS_WRITE_UNCORRECTABLE = 1 << 1,
                 NVME_ONCS_DATASET = 1 << 2,
                 NVME_ONCS_WRITE_ZEROES = 1 << 3,
                 NVME_ONCS_SELECT = 1 << 4, /* of Get Features, and Save of Set Features */
                 NVME_ONCS_TIMESTAMP = 1 << 6,
                 NVME_ONCS_VERIFY = 1 << 7,
};

struct nvme_lba_format {
    uint16_t ms;   /* metadata bytes */
    uint8_t lbads; /* log2 of data bytes */
    uint8_t rp;
};

struct nvme_identify_namespace {
    uint64_t nsze; /* logical blocks */
    uint64_t ncap;
    uint64_t nuse;
    uint8_t nsfeat;
    uint8_t nlbaf; /* 0's based */
    uint8_t flbas;
    uint8_t mc;
    uint8_t dpc;
    uint8_t dps;
    uint8_t nmic;
    uint8_t rescap;
    uint8_t fpi;
    uint8_t dlfeat; /* 2:0: what deallocated blocks read as; 3: Write Zeroes may deallocate */
    uint8_t unused1[30];
    uint16_t npwg, npwa, npdg, npda, nows; /* preferred sizes, 0's based; with NSFEAT's OPTPERF */
    uint8_t unused2[30];
    uint8_t nguid[16]; /* most significant byte first */
    uint8_t eui64[8];
    struct nvme_lba_format lbaf[16];
    uint8_t unused3[3904];
};
enum nvme_nsfeat { NVME_NSFEAT_DULBE = 1 << 2, NVME_NSFEAT_OPTPERF = 1 << 4 };
static_assert(sizeof(struct nvme_identify_namespace) == NVME_IDENTIFY_BYTES, "5.15.2");
static_assert(offsetof(struct nvme_identify_namespace, dlfeat) == 33, "5.15.2");
static_assert(offsetof(struct nvme_identify_namespace, npdg) == 68, "5.15.2");
static_assert(offsetof(struct nvme_identify_namespace, nguid) == 104, "5.15.2");
static_assert(offsetof(struct nvme_identify_namespace, lbaf) == 128, "5.15.2");

enum nvme_dlfeat {
    NVME_DLFEAT_UNKNOWN = 0,
    NVME_DLFEAT_ZEROES = 1,
    NVME_DLFEAT_ONES = 2,
    NVME_DLFEAT_WRITE_ZEROES = 1 << 3,
};

enum nvme_nidt { NVME_NIDT_EUI64 = 1, NVME_NIDT_NGUID = 2 };

/* --- features (5.21) -------------------------------------------------------------------------- */

enum nvme_feature {
    NVME_FEATURE_ARBITRATION = 0x01,
    NVME_FEATURE_POWER = 0x02,
    NVME_FEATURE_RANGES = 0x03,
    NVME_FEATURE_TEMPERATURE = 0x04,
    NVME_FEATURE_ERROR_RECOVERY = 0x05,
    NVME_FEATURE_WRITE_CACHE = 0x06,
    NVME_FEATURE_QUEUES = 0x07,
    NVME_FEATURE_COALESCING = 0x08,
    NVME_FEATURE_VECTOR = 0x09,
    NVME_FEATURE_ATOMICITY = 0x0A,
    NVME_FEATURE_EVENTS = 0x0B,
    NVME_FEATURE_TIMESTAMP = 0x0E,
    NVME_FEATURE_COUNT
};
#define NVME_RECOVERY_DULBE (1u << 16) /* of Error Recovery */

/* LBA Range Type (5.21.1.3). */
struct nvme_range_type {
    uint8_t type, attributes;
    uint8_t unused1[14];
    uint64_t lba, blocks; /* the first; their number, 0's based */
    uint8_t guid[16];
    uint8_t unused2[16];
};
static_assert(sizeof(struct nvme_range_type) == 64, "5.21.1.3");
#define NVME_RANGE_TYPES 64
#define NVME_TIMESTAMP_BYTES 8

enum nvme_feature_select {
    NVME_SELECT_CURRENT,
    NVME_SELECT_DEFAULT,
    NVME_SELECT_SAVED,
    NVME_SELECT_SUPPORTED,
};

/* --- log pages (5.14) ------------------------------------------------------------------------- */

enum nvme_log {
    NVME_LOG_ERROR = 1,
    NVME_LOG_HEALTH = 2,
    NVME_LOG_FIRMWARE = 3,
    NVME_LOG_NAMESPACES = 4, /* that changed */
    NVME_LOG_EFFECTS = 5,
    NVME_LOG_SELFTEST = 6,
};

struct nvme_error_entry {
    uint64_t count;
    uint16_t sqid;
    uint16_t cid;
    uint16_t status; /* status field with a phase bit below */
    uint16_t location;
    uint64_t lba;
    uint32_t nsid;
    uint8_t vendor;
    uint8_t unused[35];
};
static_assert(sizeof(struct nvme_error_entry) == 64, "5.14.1");
static_assert(offsetof(struct nvme_error_entry, lba) == 16, "5.14.1");

struct nvme_health {
    uint8_t critical_warning;
    uint8_t temperature[2]; /* kelvins */
    uint8_t available_spare;
    uint8_t spare_threshold;
    uint8_t percentage_used;
    uint8_t unused1[26];
    uint64_t data_units_read[2]; /* thousands of 512 bytes, rounded up */
    uint64_t data_units_written[2];
    uint64_t host_reads[2];
    uint64_t host_writes[2];
    uint64_t busy_minutes[2];
    uint64_t power_cycles[2];
    uint64_t power_on_hours[2];
    uint64_t unsafe_shutdowns[2];
    uint64_t media_errors[2];
    uint64_t error_entries[2];
    uint8_t unused2[320];
};
static_assert(sizeof(struct nvme_health) == 512, "5.14.1");
static_assert(offsetof(struct nvme_health, data_units_read) == 32, "5.14.1");
static_assert(offsetof(struct nvme_health, error_entries) == 176, "5.14.1");

struct nvme_firmware_slots {
    uint8_t afi;
    uint8_t unused1[7];
    char revision[7][8];
    uint8_t unused2[448];
};
static_assert(sizeof(struct nvme_firmware_slots) == 512, "5.14.1");

/* Commands Supported and Effects: an entry for each opcode. */
struct nvme_effects {
    uint32_t admin[256];
    uint32_t io[256];
    uint32_t reserved[512];
};
static_assert(sizeof(struct nvme_effects) == 4096, "5.14.1.5");
#define NVME_EFFECTS_SUPPORTED 0x1u
#define NVME_EFFECTS_BLOCKS 0x2u      /* changes what logical blocks hold */
#define NVME_EFFECTS_CONTROLLER 0x10u /* changes what the controller is able to do */
#define NVME_EFFECTS_ALONE 0x10000u   /* no other command to that namespace meanwhile */

#define NVME_SELFTEST_ENTRIES 20
enum nvme_selftest_result {
    NVME_SELFTEST_GOOD = 0,
    NVME_SELFTEST_STOPPED = 1, /* by command */
    NVME_SELFTEST_RESET = 2,   /* by a controller reset */
    NVME_SELFTEST_UNUSED = 0xF,
};
#pragma pack(push, 1)
struct nvme_selftest_entry {
    uint8_t result; /* 3:0 enum nvme_selftest_result; 7:4 which test */
    uint8_t segment;
    uint8_t valid; /* which of the following hold something */
    uint8_t reserved;
    uint64_t power_on_hours;
    uint32_t nsid;
    uint64_t lba;
    uint8_t status_type, status_code;
    uint16_t vendor;
};
struct nvme_selftest_log {
    uint8_t running; /* 0: none */
    uint8_t percent;
    uint16_t reserved;
    struct nvme_selftest_entry past[NVME_SELFTEST_ENTRIES]; /* newest first */
};
#pragma pack(pop)
static_assert(sizeof(struct nvme_selftest_entry) == 28, "5.14.1.6");
static_assert(sizeof(struct nvme_selftest_log) == 564, "5.14.1.6");

/* Dword 0 of a completed Asynchronous Event Request (5.2): type, information, log page. */
#define NVME_EVENT_DW0(type, info, log) ((uint32_t)((type) | (info) << 8 | (log) << 16))
enum nvme_event_type { NVME_EVENT_ERROR = 0, NVME_EVENT_HEALTH = 1, NVME_EVENT_TYPE_COUNT };
enum nvme_health_event { NVME_HEALTH_EVENT_TEMPERATURE = 1 };
#define NVME_WARNING_TEMPERATURE 0x02u /* bit of critical_warning, and of feature 0Bh */
enum nvme_error_event {
    NVME_ERROR_EVENT_DOORBELL_REGISTER = 0,
    NVME_ERROR_EVENT_DOORBELL_VALUE = 1,
    NVME_ERROR_EVENT_COUNT /* of those that happen by themselves */,
    NVME_ERROR_EVENT_TRANSIENT = 4
};

#endif
