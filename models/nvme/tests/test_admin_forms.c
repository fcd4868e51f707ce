/* models/nvme/tests/test_admin_forms.c - every admin command in its good and bad forms, as a table:
 * what is sent, what status comes back, and the section of NVM Express 1.4 that says so.
 */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define ALL NVME_NSID_ALL
#define NONE NVME_GUEST_COUNT
#define NUMD(bytes) (((bytes) / 4 - 1) << 16)

static struct ring admin, io;
static uint64_t data;

struct form {
    const char *what, *section;
    uint8_t opcode;
    uint32_t nsid, cdw10, cdw11, cdw12;
    uint16_t status;
    enum nvme_guest_error error;
};

/* Two namespaces, one I/O queue pair (1) of the 4 that there are, 8 vectors, nothing downloaded. */
static const struct form forms[] = {
    /* Abort */
    {"a command that is not there", "5.1.1", 0x08, 0, 0x00070001, 0, 0, NVME_OK, NONE},
    {"a queue that is not there", "5.1.1", 0x08, 0, 0x0007FFFF, 0, 0, NVME_OK, NONE},
    /* Identify */
    {"a namespace", "5.15.2.1", 0x06, 1, 0x00, 0, 0, NVME_OK, NONE},
    {"the last namespace", "5.15.2.1", 0x06, 2, 0x00, 0, 0, NVME_OK, NONE},
    {"no namespace", "5.15.2.1", 0x06, 0, 0x00, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"one beyond", "5.15.2.1", 0x06, 3, 0x00, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"all, without management", "5.15.2.1", 0x06, ALL, 0x00, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"the controller", "5.15.2.2", 0x06, 0, 0x01, 0, 0, NVME_OK, NONE},
    {"the list", "5.15.2.3", 0x06, 0, 0x02, 0, 0, NVME_OK, NONE},
    {"the list from its end", "5.15.2.3", 0x06, 2, 0x02, 0, 0, NVME_OK, NONE},
    {"a list of nothing", "5.15.2.3", 0x06, ALL, 0x02, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"descriptors", "5.15.2.4", 0x06, 2, 0x03, 0, 0, NVME_OK, NONE},
    {"descriptors of nothing", "5.15.2.4", 0x06, 3, 0x03, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"NVM sets", "5.15.2.5", 0x06, 0, 0x04, 0, 0, NVME_INVALID_FIELD, NONE},
    {"allocated namespaces", "5.15.2.6", 0x06, 0, 0x10, 0, 0, NVME_INVALID_FIELD, NONE},
    {"an allocated namespace", "5.15.2.7", 0x06, 1, 0x11, 0, 0, NVME_INVALID_FIELD, NONE},
    {"attached controllers", "5.15.2.8", 0x06, 1, 0x12, 0, 0, NVME_INVALID_FIELD, NONE},
    {"all controllers", "5.15.2.9", 0x06, 0, 0x13, 0, 0, NVME_INVALID_FIELD, NONE},
    {"primary capabilities", "5.15.2.10", 0x06, 0, 0x14, 0, 0, NVME_INVALID_FIELD, NONE},
    {"secondary controllers", "5.15.2.11", 0x06, 0, 0x15, 0, 0, NVME_INVALID_FIELD, NONE},
    {"a reserved CNS", "5.15.1", 0x06, 1, 0xFF, 0, 0, NVME_INVALID_FIELD, NONE},
    /* Get Log Page */
    {"errors", "5.14.1.1", 0x02, ALL, NUMD(256) | 1, 0, 0, NVME_OK, NONE},
    {"health", "5.14.1.2", 0x02, ALL, NUMD(512) | 2, 0, 0, NVME_OK, NONE},
    {"health of NSID 0", "5.14.1.2", 0x02, 0, NUMD(512) | 2, 0, 0, NVME_OK, NONE},
    {"a namespace's health", "5.14.1.2", 0x02, 1, NUMD(512) | 2, 0, 0, NVME_INVALID_FIELD, NONE},
    {"firmware slots", "5.14.1.3", 0x02, 0, NUMD(512) | 3, 0, 0, NVME_OK, NONE},
    {"changed namespaces", "5.14.1.4", 0x02, 0, NUMD(4096) | 4, 0, 0, NVME_OK, NONE},
    {"effects", "5.14.1.5", 0x02, 0, NUMD(4096) | 5, 0, 0, NVME_OK, NONE},
    {"self-tests", "5.14.1.6", 0x02, 0, NUMD(564) | 6, 0, 0, NVME_OK, NONE},
    {"telemetry", "5.14.1.7", 0x02, 0, NUMD(512) | 7, 0, 0, NVME_INVALID_LOG_PAGE, NONE},
    {"ANA", "5.14.1.12", 0x02, 0, NUMD(512) | 0xC, 0, 0, NVME_INVALID_LOG_PAGE, NONE},
    {"a reserved page", "5.14.1", 0x02, 0, NUMD(512), 0, 0, NVME_INVALID_LOG_PAGE, NONE},
    {"an odd offset", "5.14", 0x02, 0, NUMD(4) | 3, 0, 2, NVME_INVALID_FIELD, NONE},
    {"an offset beyond", "5.14", 0x02, 0, NUMD(4) | 3, 0, 516, NVME_INVALID_FIELD, NONE},
    {"more than MDTS", "5.14", 0x02, 0, 1 << 16 | 3, 1, 0, NVME_INVALID_FIELD, NONE},
    /* Set Features */
    {"arbitration", "5.21.1.1", 0x09, 0, 0x01, 0x03, 0, NVME_OK, NONE},
    {"power state 0", "5.21.1.2", 0x09, 0, 0x02, 0, 0, NVME_OK, NONE},
    {"power state 1", "5.21.1.2", 0x09, 0, 0x02, 1, 0, NVME_INVALID_FIELD, NONE},
    {"nobody's range types", "5.21.1.3", 0x09, 3, 0x03, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"a temperature", "5.21.1.4", 0x09, 0, 0x04, 400, 0, NVME_OK, NONE},
    {"a sensor's", "5.21.1.4", 0x09, 0, 0x04, 3 << 16 | 400, 0, NVME_INVALID_FIELD, NONE},
    {"of no side", "5.21.1.4", 0x09, 0, 0x04, 2 << 20 | 400, 0, NVME_INVALID_FIELD, NONE},
    {"error recovery", "5.21.1.5", 0x09, 1, 0x05, 0, 0, NVME_OK, NONE},
    {"write cache", "5.21.1.6", 0x09, 0, 0x06, 1, 0, NVME_OK, NONE},
    {"a namespace's cache", "5.21", 0x09, 1, 0x06, 1, 0, NVME_FEATURE_NOT_NAMESPACE, NONE},
    {"nobody's cache", "5.21", 0x09, 3, 0x06, 1, 0, NVME_INVALID_NAMESPACE, NONE},
    {"queues too late", "5.21.1.7", 0x09, 0, 0x07, 0, 0, NVME_COMMAND_SEQUENCE,
     NVME_GUEST_QUEUE_COUNT_LATE},
    {"65536 queues", "5.21.1.7", 0x09, 0, 0x07, 0xFFFF, 0, NVME_INVALID_FIELD,
     NVME_GUEST_QUEUE_COUNT},
    {"coalescing", "5.21.1.8", 0x09, 0, 0x08, 0x0A03, 0, NVME_OK, NONE},
    {"a vector", "5.21.1.9", 0x09, 0, 0x09, 7, 0, NVME_OK, NONE},
    {"no vector", "5.21.1.9", 0x09, 0, 0x09, 8, 0, NVME_INVALID_FIELD, NONE},
    {"atomicity", "5.21.1.10", 0x09, 0, 0x0A, 1, 0, NVME_OK, NONE},
    {"events", "5.21.1.11", 0x09, 0, 0x0B, 0x1F, 0, NVME_OK, NONE},
    {"power transitions", "5.21.1.12", 0x09, 0, 0x0C, 1, 0, NVME_INVALID_FIELD, NONE},
    {"host memory buffer", "5.21.1.13", 0x09, 0, 0x0D, 1, 0, NVME_INVALID_FIELD, NONE},
    {"timestamp", "5.21.1.14", 0x09, 0, 0x0E, 0, 0, NVME_OK, NONE},
    {"keep alive timer", "5.21.1.15", 0x09, 0, 0x0F, 1000, 0, NVME_INVALID_FIELD, NONE},
    {"a marker", "5.21.1.22", 0x09, 0, 0x80, 0, 0, NVME_INVALID_FIELD, NONE},
    {"a reserved feature", "5.21", 0x09, 0, 0x00, 0, 0, NVME_INVALID_FIELD, NONE},
    {"to be saved", "5.21", 0x09, 0, 1u << 31 | 6, 1, 0, NVME_FEATURE_NOT_SAVEABLE, NONE},
    /* Get Features */
    {"the current cache", "5.13", 0x0A, 0, 0x0006, 0, 0, NVME_OK, NONE},
    {"the default cache", "5.13", 0x0A, 0, 0x0106, 0, 0, NVME_OK, NONE},
    {"the saved cache", "5.13", 0x0A, 0, 0x0206, 0, 0, NVME_OK, NONE},
    {"what cache can do", "5.13", 0x0A, 0, 0x0306, 0, 0, NVME_OK, NONE},
    {"a reserved selection", "5.13", 0x0A, 0, 0x0406, 0, 0, NVME_INVALID_FIELD, NONE},
    {"a feature not there", "5.13", 0x0A, 0, 0x000D, 0, 0, NVME_INVALID_FIELD, NONE},
    {"a vector not there", "5.13", 0x0A, 0, 0x0009, 8, 0, NVME_INVALID_FIELD, NONE},
    /* Create and Delete of queues; prp1 is a page of memory */
    {"a CQ", "5.3", 0x05, 0, 7 << 16 | 2, 3, 0, NVME_OK, NONE},
    {"a CQ that exists", "5.3", 0x05, 0, 7 << 16 | 1, 3, 0, NVME_INVALID_QUEUE_ID,
     NVME_GUEST_QUEUE_ID},
    {"a CQ of one entry", "5.3", 0x05, 0, 2, 3, 0, NVME_INVALID_QUEUE_SIZE, NVME_GUEST_QUEUE_SIZE},
    {"a scattered CQ", "5.3", 0x05, 0, 7 << 16 | 2, 2, 0, NVME_INVALID_FIELD,
     NVME_GUEST_QUEUE_CONTIGUOUS},
    {"a CQ's vector", "5.3", 0x05, 0, 7 << 16 | 2, 8 << 16 | 3, 0, NVME_INVALID_VECTOR,
     NVME_GUEST_QUEUE_VECTOR},
    {"an SQ", "5.4", 0x01, 0, 7 << 16 | 2, 1 << 16 | 1, 0, NVME_OK, NONE},
    {"an SQ without CQ", "5.4", 0x01, 0, 7 << 16 | 2, 3 << 16 | 1, 0, NVME_CQ_INVALID,
     NVME_GUEST_QUEUE_NO_CQ},
    {"an SQ for the admin CQ", "5.4", 0x01, 0, 7 << 16 | 2, 1, 0, NVME_INVALID_QUEUE_ID,
     NVME_GUEST_QUEUE_ID},
    {"the CQ in use", "5.5", 0x04, 0, 1, 0, 0, NVME_INVALID_QUEUE_DELETION,
     NVME_GUEST_QUEUE_CQ_USED},
    {"the admin CQ", "5.5", 0x04, 0, 0, 0, 0, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {"the SQ", "5.6", 0x00, 0, 1, 0, 0, NVME_OK, NONE},
    {"no SQ", "5.6", 0x00, 0, 4, 0, 0, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    /* Firmware */
    {"a first piece", "5.12", 0x11, 0, 1023, 0, 0, NVME_OK, NONE},
    {"a piece above MDTS", "5.12", 0x11, 0, 1 << 20, 0, 0, NVME_INVALID_FIELD, NONE},
    {"commit of no image", "5.11", 0x10, 0, 1 << 3 | 2, 0, 0, NVME_INVALID_FIRMWARE_IMAGE, NONE},
    {"to the read-only slot", "5.11", 0x10, 0, 1, 0, 0, NVME_INVALID_FIRMWARE_SLOT, NONE},
    {"to no slot", "5.11", 0x10, 0, 3, 0, 0, NVME_INVALID_FIRMWARE_SLOT, NONE},
    {"the running slot again", "5.11", 0x10, 0, 2 << 3 | 1, 0, 0, NVME_OK, NONE},
    {"an empty slot", "5.11", 0x10, 0, 2 << 3 | 2, 0, 0, NVME_INVALID_FIRMWARE_IMAGE, NONE},
    {"at once", "5.11", 0x10, 0, 3 << 3 | 1, 0, 0, NVME_FIRMWARE_NEEDS_RESET, NONE},
    {"a boot partition", "5.11", 0x10, 0, 6 << 3, 0, 0, NVME_INVALID_FIELD, NONE},
    /* Device Self-test */
    {"a short one", "5.8", 0x14, ALL, 1, 0, 0, NVME_OK, NONE},
    {"of no namespace", "5.8", 0x14, 0, 2, 0, 0, NVME_OK, NONE},
    {"of a missing one", "5.8", 0x14, 3, 1, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"to stop none", "5.8", 0x14, 0, 0xF, 0, 0, NVME_OK, NONE},
    {"a reserved one", "5.8", 0x14, 0, 3, 0, 0, NVME_INVALID_FIELD, NONE},
    /* Format NVM */
    {"a namespace", "5.23", 0x80, 1, 0, 0, 0, NVME_OK, NONE},
    {"all", "5.23", 0x80, ALL, 1 << 9, 0, 0, NVME_OK, NONE},
    {"none", "5.23", 0x80, 0, 0, 0, 0, NVME_INVALID_NAMESPACE, NONE},
    {"a format not there", "5.23", 0x80, 1, 1, 0, 0, NVME_INVALID_FORMAT, NONE},
    {"with protection", "5.23", 0x80, 1, 1 << 5, 0, 0, NVME_INVALID_FORMAT, NONE},
    {"with extended blocks", "5.23", 0x80, 1, 1 << 4, 0, 0, NVME_INVALID_FORMAT, NONE},
    {"cryptographic", "5.23", 0x80, 1, 2 << 9, 0, 0, NVME_INVALID_FIELD, NONE},
    /* what OACS, KAS and SANICAP do not offer */
    {"Namespace Management", "5.20", 0x0D, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Namespace Attachment", "5.19", 0x15, 1, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Keep Alive", "5.16", 0x18, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Directive Send", "5.10", 0x19, 1, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Directive Receive", "5.9", 0x1A, 1, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Virtualization Management", "5.22", 0x1C, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"NVMe-MI Send", "5.18", 0x1D, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"NVMe-MI Receive", "5.17", 0x1E, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Doorbell Buffer Config", "5.7", 0x7C, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Security Send", "5.26", 0x81, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Security Receive", "5.25", 0x82, 0, 0, 512, 0, NVME_INVALID_OPCODE, NONE},
    {"Sanitize", "5.24", 0x84, 0, 1, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"Get LBA Status", "5.27", 0x86, 1, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"an opcode that was never given", "5", 0x03, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
    {"a vendor's", "5", 0xC0, 0, 0, 0, 0, NVME_INVALID_OPCODE, NONE},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static uint64_t two_pages(void)
{
    uint64_t at = bench_alloc(2 * BENCH_PAGE, BENCH_PAGE);

    memset(bench_at(at), 0xEE, 2 * BENCH_PAGE);
    return at;
}

static void bring_up(void)
{
    bench.options.namespaces = 2;
    bench_reopen();
    data = two_pages();
    bench_bring_up(&admin, &io, 1);
}

static uint16_t send(const struct form *form)
{
    return bench_do(&admin,
                    (struct nvme_sqe){.opcode = form->opcode,
                                      .nsid = form->nsid,
                                      .prp1 = data,
                                      .prp2 = data + BENCH_PAGE,
                                      .cdw10 = form->cdw10,
                                      .cdw11 = form->cdw11,
                                      .cdw12 = form->cdw12},
                    NULL);
}

START_TEST(a_command_in_this_form_ends_with_the_status_that_the_section_says)
{
    const struct form *form = &forms[_i];
    uint16_t status;

    bring_up();
    status = send(form);
    ck_assert_msg(status == form->status, "opcode %02Xh, %s (%s): status %03Xh, not %03Xh",
                  form->opcode, form->what, form->section, status, form->status);
    if (form->error == NONE)
        bench_no_mistakes();
    else
        bench_one_mistake(form->error);
}
END_TEST

START_TEST(a_command_that_failed_is_in_the_error_log_and_one_that_did_not_is_not)
{
    const struct form *form = &forms[_i];
    const struct nvme_error_entry *log;

    bring_up();
    send(form);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                                 .prp1 = data,
                                                 .cdw10 = NUMD(64) | NVME_LOG_ERROR},
                               NULL),
                      NVME_OK);
    log = bench_at(data);
    if (!form->status) {
        ck_assert_uint_eq(log->count, 0);
        return;
    }
    ck_assert_uint_eq(log->count, 1);
    ck_assert_uint_eq(log->sqid, 0);
    ck_assert_uint_eq(log->cid, admin.cid - 2);
    ck_assert_uint_eq(log->nsid, form->nsid);
    ck_assert_uint_eq(log->status >> 1 & NVME_STATUS_CODE_MASK, form->status);
}
END_TEST

START_TEST(the_effects_log_knows_exactly_the_commands_that_are_there)
{
    const struct nvme_effects *effects;

    bring_up();
    for (uint32_t opcode = 0; opcode < 256; opcode++) {
        uint32_t admin_has, io_has;
        uint16_t status = NVME_OK;
        struct nvme_sqe sqe = {.opcode = (uint8_t)opcode, .nsid = 1, .prp1 = data};

        if (opcode != NVME_ADMIN_AER && opcode != NVME_ADMIN_DELETE_SQ)
            status = bench_do(&admin, sqe, NULL);
        ck_assert_uint_eq(bench_do(&admin,
                                   (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                                     .prp1 = data,
                                                     .cdw10 = NUMD(4096) | NVME_LOG_EFFECTS},
                                   NULL),
                          NVME_OK);
        effects = bench_at(data);
        admin_has = effects->admin[opcode] & NVME_EFFECTS_SUPPORTED;
        io_has = effects->io[opcode] & NVME_EFFECTS_SUPPORTED;
        ck_assert_uint_eq(admin_has, status != NVME_INVALID_OPCODE);
        ck_assert_uint_eq(io_has, bench_do(&io, sqe, NULL) != NVME_INVALID_OPCODE);
    }
}
END_TEST

START_TEST(admin_commands_know_no_fused_operations_and_no_sgls)
{
    static const uint8_t flags[] = {0x01, 0x02, 0x40, 0x80, 0xC0};

    bring_up();
    for (uint32_t i = 0; i < sizeof(flags); i++)
        ck_assert_uint_eq(bench_do(&admin,
                                   (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                     .flags = flags[i],
                                                     .prp1 = data,
                                                     .cdw10 = NVME_CNS_CONTROLLER},
                                   NULL),
                          NVME_INVALID_FIELD);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("admin_forms",
           LOOP(a_command_in_this_form_ends_with_the_status_that_the_section_says, FORMS),
           LOOP(a_command_that_failed_is_in_the_error_log_and_one_that_did_not_is_not, FORMS),
           T(the_effects_log_knows_exactly_the_commands_that_are_there),
           T(admin_commands_know_no_fused_operations_and_no_sgls))
