/*
 * A module and the host agree: on layouts, on the calling convention in both directions, and on what the module
 * reports. The host is this program, with the fewest engine routines that will do.
 */
#define _GNU_SOURCE 1 /* dladdr */
#include <check.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <srbhelper.h>
#include <storport.h>
#include <ntddscsi.h>

#include "storsim_module.h"

static HW_INITIALIZATION_DATA seen_init;
static const ULONG *seen_layout;
static PVOID seen_object, completed_srb, completed_extension;
static SCSI_NOTIFICATION_TYPE completed_type;
static char assert_text[64];
static int assert_line;

static struct {
    const void *p;
    size_t n;
    void *pc;
    unsigned char first; /* what was at p when the report came */
} reads[16], writes[16];
static int read_count, write_count, atomics, entries, exits, plain_reads, plain_writes;
static void *last_write;

/* The engine's part. */
ULONG SIM_API StorPortInitialize(PVOID object, PVOID path, PHW_INITIALIZATION_DATA init, PVOID context)
{
    (void)path;
    seen_init = *init;
    seen_layout = context;
    seen_object = object;
    return 0x1234;
}

VOID SIM_API StorPortNotification(SCSI_NOTIFICATION_TYPE type, PVOID extension, ...)
{
    __builtin_ms_va_list args;

    __builtin_ms_va_start(args, extension);
    completed_type = type;
    completed_extension = extension;
    completed_srb = __builtin_va_arg(args, PVOID);
    __builtin_ms_va_end(args);
}

VOID SIM_API StorPortDebugPrint(ULONG level, PCSTR text, ...)
{
    (void)level;
    (void)text;
}

VOID SIM_API storsim_assert_failed(const char *expr, const char *file, int line)
{
    (void)file;
    strncpy(assert_text, expr, sizeof(assert_text) - 1);
    assert_line = line;
}

SIM_EXPORT void SIM_API storsim_range_read(const void *p, size_t n, void *pc)
{
    ck_assert_int_lt(read_count, 16);
    reads[read_count].p = p;
    reads[read_count].n = n;
    reads[read_count].first = *(const unsigned char *)p;
    reads[read_count++].pc = pc;
}

SIM_EXPORT void SIM_API storsim_range_write(void *p, size_t n, void *pc)
{
    ck_assert_int_lt(write_count, 16);
    writes[write_count].p = p;
    writes[write_count].n = n;
    writes[write_count].first = *(const unsigned char *)p;
    writes[write_count++].pc = pc;
}

SIM_EXPORT void SIM_API __tsan_func_entry(void *pc) { (void)pc; entries++; }
SIM_EXPORT void SIM_API __tsan_func_exit(void) { exits++; }
#define READ(n) SIM_EXPORT void SIM_API __tsan_read##n(void *p) { (void)p; plain_reads++; }
#define WRITE(n) SIM_EXPORT void SIM_API __tsan_write##n(void *p) { last_write = p; plain_writes++; }
READ(1) READ(2) READ(4) READ(8) READ(16)
WRITE(1) WRITE(2) WRITE(4) WRITE(8) WRITE(16)
SIM_EXPORT int SIM_API __tsan_atomic32_fetch_add(volatile int *p, int v, int order)
{
    ck_assert_int_eq(order, 5); /* sequentially consistent */
    atomics++;
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}
SIM_EXPORT int SIM_API __tsan_atomic32_compare_exchange_val(volatile int *p, int expected, int v, int order, int failed)
{
    (void)order;
    (void)failed;
    atomics++;
    __atomic_compare_exchange_n(p, &expected, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

/* As in minimal.c. */
typedef struct {
    LIST_ENTRY Queue;
    volatile LONG Resets;
    ULONG Path;
    UCHAR From[100];
    UCHAR To[100];
    STOR_ADDRESS Left, Right;
} EXTENSION;

static const struct layout {
    const char *name;
    ULONG value;
} layouts[] = {
#define RECORD(type) {"sizeof " #type, sizeof(type)},
#define FIELD(type, field) {#type "." #field, FIELD_OFFSET(type, field)},
#include "layout.def"
#undef RECORD
#undef FIELD
};

static void *module;
static EXTENSION extension;

static void load(void)
{
    sp_DRIVER_INITIALIZE *entry;

    module = dlopen(getenv("STORSIM_TEST_MODULE"), RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(module != NULL, "%s", dlerror());
    memcpy(&entry, &(void *){dlsym(module, "DriverEntry")}, sizeof(entry));
    ck_assert_uint_eq(entry((PVOID)(uintptr_t)0x11, NULL), 0x1234);
    memset(&extension, 0, sizeof(extension));
    read_count = write_count = atomics = entries = exits = plain_reads = plain_writes = 0;
}

START_TEST(driver_entry_reaches_storport_initialize)
{
    ck_assert_ptr_eq(seen_object, (PVOID)(uintptr_t)0x11);
    ck_assert_uint_eq(seen_init.HwInitializationDataSize, sizeof(HW_INITIALIZATION_DATA));
    ck_assert_int_eq(seen_init.AdapterInterfaceType, PCIBus);
    ck_assert(seen_init.HwStartIo && seen_init.HwFindAdapter && seen_init.HwBuildIo && !seen_init.HwUnitControl);
    ck_assert_uint_eq(seen_init.DeviceExtensionSize, sizeof(EXTENSION));
}
END_TEST

START_TEST(records_have_one_layout_on_both_sides)
{
    size_t i;

    for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        ck_assert_msg(seen_layout[i] == layouts[i].value, "%s: %u in the module, %u here", layouts[i].name,
                      (unsigned)seen_layout[i], (unsigned)layouts[i].value);
}
END_TEST

START_TEST(descriptor_names_what_was_built)
{
    const struct storsim_module_info *info = dlsym(module, STORSIM_MODULE_SYMBOL);

    ck_assert_ptr_nonnull(info);
    ck_assert_str_eq(info->magic, STORSIM_MODULE_MAGIC);
    ck_assert_uint_eq(info->descriptor_version, STORSIM_MODULE_VERSION);
    ck_assert_uint_eq(info->wdk_version, STORSIM_WDK_VERSION);
    ck_assert_uint_eq(info->size, sizeof(*info));
    ck_assert_uint_eq(info->debug, 1);
    ck_assert_str_eq(info->name, "minimal");
    ck_assert_ptr_nonnull(strstr(info->compiler, "clang"));
    ck_assert_uint_eq(strlen(info->build_hash), 64);
}
END_TEST

START_TEST(copies_are_reported_whole_and_before_they_happen)
{
    memset(extension.From, 0xA5, sizeof(extension.From));
    ck_assert_uint_eq(seen_init.HwBuildIo(&extension, NULL), TRUE);
    ck_assert_ptr_eq(reads[0].p, extension.From);
    ck_assert_uint_eq(reads[0].n, 100);
    ck_assert_ptr_eq(writes[0].p, extension.To);
    ck_assert_uint_eq(writes[0].n, 100);
    ck_assert_uint_eq(writes[0].first, 0);
    ck_assert_uint_eq(extension.To[0], 0xA5);
    ck_assert_uint_eq(extension.To[99], 0xA5);
}
END_TEST

START_TEST(a_report_carries_an_address_in_the_driver)
{
    Dl_info mine, its;
    void *build_io;

    seen_init.HwBuildIo(&extension, NULL);
    memcpy(&build_io, &seen_init.HwBuildIo, sizeof(build_io));
    ck_assert_int_ne(dladdr(reads[0].pc, &its), 0);
    ck_assert_int_ne(dladdr(build_io, &mine), 0);
    ck_assert_ptr_eq(its.dli_fbase, mine.dli_fbase);
    ck_assert_uint_lt((uintptr_t)reads[0].pc - (uintptr_t)build_io, 0x200);
}
END_TEST

START_TEST(loads_and_stores_are_reported)
{
    ck_assert_uint_eq(seen_init.HwInitialize(&extension), TRUE);
    ck_assert_int_ge(plain_writes, 1);
    ck_assert_int_eq(entries, 1);
    ck_assert_int_eq(exits, 1);
    ck_assert_ptr_eq(extension.Queue.Flink, &extension.Queue);
}
END_TEST

START_TEST(interlocked_operations_are_atomic_calls)
{
    ck_assert_uint_eq(seen_init.HwResetBus(&extension, 9), TRUE);
    ck_assert_int_eq(atomics, 2);
    ck_assert_int_eq(extension.Resets, 7);
    ck_assert_uint_eq(extension.Path, 9);
}
END_TEST

START_TEST(a_failed_assertion_is_reported_and_finally_runs)
{
    ck_assert_uint_eq(seen_init.HwInterrupt(&extension), FALSE);
    ck_assert_int_eq(assert_line, 0);
    ck_assert_uint_eq(extension.To[0], 0x5A);
    extension.To[0] = 0;
    extension.Resets = 1;
    ck_assert_uint_eq(seen_init.HwInterrupt(&extension), TRUE);
    ck_assert_str_eq(assert_text, "e->Path == 0xFFFF");
    ck_assert_int_gt(assert_line, 0);
    ck_assert_uint_eq(extension.To[0], 0x5A);
}
END_TEST

START_TEST(find_adapter_takes_all_its_arguments)
{
    static ACCESS_RANGE range = {.RangeLength = 0x4000, .RangeInMemory = TRUE};
    PORT_CONFIGURATION_INFORMATION config = {.Length = sizeof(config), .NumberOfAccessRanges = 1};
    PHW_FIND_ADAPTER find = (PHW_FIND_ADAPTER)(uintptr_t)seen_init.HwFindAdapter;
    BOOLEAN again = FALSE;

    config.AccessRanges = (ACCESS_RANGE(*)[])&range;
    ck_assert_uint_eq(find(&extension, NULL, NULL, NULL, &config, &again), SP_RETURN_FOUND);
    ck_assert_int_eq(config.SynchronizationModel, StorSynchronizeFullDuplex);
    ck_assert_uint_eq(config.FeatureSupport, 0x10);
}
END_TEST

START_TEST(either_srb_layout_is_understood)
{
    SCSI_REQUEST_BLOCK old = {.TargetId = 3, .Lun = 4, .CdbLength = 6, .Cdb = {SCSIOP_INQUIRY}};
    struct {
        STORAGE_REQUEST_BLOCK srb;
        STOR_ADDR_BTL8 address;
        SRBEX_DATA_SCSI_CDB16 cdb;
    } ex;

    memset(&ex, 0, sizeof(ex));
    ex.srb.Function = SRB_FUNCTION_STORAGE_REQUEST_BLOCK;
    ex.srb.SrbFunction = SRB_FUNCTION_EXECUTE_SCSI;
    ex.srb.SrbLength = sizeof(ex);
    ex.srb.AddressOffset = (ULONG)offsetof(__typeof__(ex), address);
    ex.srb.NumSrbExData = 1;
    ex.srb.SrbExDataOffset[0] = (ULONG)offsetof(__typeof__(ex), cdb);
    ex.address.Type = STOR_ADDRESS_TYPE_BTL8;
    ex.address.Target = 3;
    ex.address.Lun = 4;
    ex.cdb.Type = SrbExDataTypeScsiCdb16;
    ex.cdb.CdbLength = 6;
    ex.cdb.Cdb[0] = SCSIOP_INQUIRY;

    ck_assert_uint_eq(seen_init.HwStartIo(&extension, &old), TRUE);
    ck_assert_ptr_eq(completed_srb, &old);
    ck_assert_uint_eq(old.SrbStatus, SRB_STATUS_SUCCESS);

    ck_assert_uint_eq(seen_init.HwStartIo(&extension, (PSCSI_REQUEST_BLOCK)(void *)&ex), TRUE);
    ck_assert_int_eq(completed_type, RequestComplete);
    ck_assert_ptr_eq(completed_extension, &extension);
    ck_assert_ptr_eq(completed_srb, &ex);
    ck_assert_uint_eq(ex.srb.SrbStatus, SRB_STATUS_SUCCESS);

    /* The same accessors, on this side. */
    SrbSetScsiStatus(&ex, SCSISTAT_BUSY);
    ck_assert_uint_eq(ex.cdb.ScsiStatus, SCSISTAT_BUSY);
    ck_assert_uint_eq(SrbGetCdbLength(&ex), 6);
    SrbSetSrbFlags(&ex, SRB_FLAGS_DATA_IN);
    ck_assert_uint_eq(SrbGetSrbFlags(&ex), SRB_FLAGS_DATA_IN);
}
END_TEST

START_TEST(an_srb_is_copied_cleared_and_asked_as_on_windows)
{
    SCSI_REQUEST_BLOCK old = {.Length = sizeof(old), .TargetId = 3, .CdbLength = 6};
    struct {
        STORAGE_REQUEST_BLOCK srb;
        SRBEX_DATA_SCSI_CDB_VAR cdb;
    } ex, copy;
    UCHAR status = 0xEE, length8 = 0xEE;
    ULONG length32 = 0xEE;

    /* A classic SRB has no blocks: all zero. */
    ck_assert_ptr_null(SrbGetScsiData((PSTORAGE_REQUEST_BLOCK)(void *)&old, &length8, &length32, &status, NULL, NULL));
    ck_assert_uint_eq(length8 | length32 | status, 0);
    ck_assert_ptr_null(SrbGetPrimarySrbExData((PSTORAGE_REQUEST_BLOCK)(void *)&old));

    /* An error that is reported after its sense data stays valid. */
    SrbSetSrbStatus(&old, SRB_STATUS_AUTOSENSE_VALID);
    SrbSetSrbStatus(&old, SRB_STATUS_ERROR);
    ck_assert_uint_eq(old.SrbStatus, SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID);

    memset(&ex, 0, sizeof(ex));
    ex.srb.Length = FIELD_OFFSET(STORAGE_REQUEST_BLOCK, Signature);
    ex.srb.Function = SRB_FUNCTION_STORAGE_REQUEST_BLOCK;
    ex.srb.SrbFunction = SRB_FUNCTION_EXECUTE_SCSI;
    ex.srb.SrbLength = sizeof(ex);
    ex.srb.NumSrbExData = 1;
    ex.srb.SrbExDataOffset[0] = (ULONG)offsetof(__typeof__(ex), cdb);
    ex.cdb.Type = SrbExDataTypeScsiCdbVar;
    ex.cdb.CdbLength = 40;
    ck_assert_ptr_eq(SrbGetPrimarySrbExData(&ex.srb), &ex.cdb);
    length8 = 0xEE;
    ck_assert_ptr_eq(SrbGetScsiData(&ex.srb, &length8, &length32, NULL, NULL, NULL), (void *)ex.cdb.Cdb);
    ck_assert_uint_eq(length32, 40);
    ck_assert_uint_eq(length8, 0xEE); /* not of this block */
    ck_assert_uint_eq(SrbGetCdbLength(&ex), 0);
    ck_assert_uint_eq(SrbGetPathId(&ex), 0); /* no address */

    ck_assert(!SrbCopySrb(&copy, sizeof(copy) - 1, &ex));
    ck_assert(SrbCopySrb(&copy, sizeof(copy), &ex));
    ck_assert_mem_eq(&copy, &ex, sizeof(ex));
    SrbSetRequestTag(&copy, 7);
    ck_assert_uint_eq(SrbGetQueueTag(&copy), 7);
    SrbZeroSrb(&copy);
    ck_assert_uint_eq(copy.srb.Function, SRB_FUNCTION_STORAGE_REQUEST_BLOCK);
    ck_assert_uint_eq(copy.srb.Length, ex.srb.Length);
    ck_assert_uint_eq(SrbGetSrbLength(&copy), sizeof(ex));
    ck_assert_uint_eq(copy.srb.NumSrbExData | copy.srb.RequestTag, 0);
    SrbZeroSrb(&old);
    ck_assert_uint_eq(old.Length, sizeof(old));
    ck_assert_uint_eq(old.TargetId, 0);
    ck_assert_uint_eq(SrbGetDefaultSrbLengthFromFunction(SRB_FUNCTION_EXECUTE_SCSI), 0x80 + 0x10 + 0x28);
}
END_TEST

START_TEST(adapter_control_returns_its_enum)
{
    ck_assert_int_eq(seen_init.HwAdapterControl(&extension, ScsiStopAdapter, NULL), ScsiAdapterControlSuccess);
    ck_assert_int_eq(seen_init.HwAdapterControl(&extension, ScsiSetBootConfig, NULL), ScsiAdapterControlUnsuccessful);
}
END_TEST

/* Started by hand or by a plain test runner, from the root: builds the module itself. */
static void build_module(char *folder)
{
    static const char build[] = "driver/storsim-cc --prefix-map \"$PWD=.\" -o \"$WDK_TEST_FOLDER\"/minimal.so "
                                "driver/wdk/tests/minimal.c";
    char path[256];

    if (!mkdtemp(folder) || setenv("WDK_TEST_FOLDER", folder, 1) != 0 || system(build) != 0) {
        fprintf(stderr, "cannot build minimal.so; run from the root, or set STORSIM_TEST_MODULE\n");
        exit(EXIT_FAILURE);
    }
    snprintf(path, sizeof(path), "%s/minimal.so", folder);
    setenv("STORSIM_TEST_MODULE", path, 1);
}

static void remove_module(const char *folder)
{
    unlink(getenv("STORSIM_TEST_MODULE"));
    rmdir(folder);
}

int main(void)
{
    char folder[] = "/tmp/storsim-wdk.XXXXXX";
    int built = getenv("STORSIM_TEST_MODULE") == NULL;
    Suite *suite = suite_create("wdk");
    TCase *tc = tcase_create("module");
    SRunner *runner;
    int failed;

    if (built)
        build_module(folder);
    tcase_add_checked_fixture(tc, load, NULL);
    tcase_add_test(tc, driver_entry_reaches_storport_initialize);
    tcase_add_test(tc, records_have_one_layout_on_both_sides);
    tcase_add_test(tc, descriptor_names_what_was_built);
    tcase_add_test(tc, copies_are_reported_whole_and_before_they_happen);
    tcase_add_test(tc, a_report_carries_an_address_in_the_driver);
    tcase_add_test(tc, loads_and_stores_are_reported);
    tcase_add_test(tc, interlocked_operations_are_atomic_calls);
    tcase_add_test(tc, a_failed_assertion_is_reported_and_finally_runs);
    tcase_add_test(tc, find_adapter_takes_all_its_arguments);
    tcase_add_test(tc, either_srb_layout_is_understood);
    tcase_add_test(tc, an_srb_is_copied_cleared_and_asked_as_on_windows);
    tcase_add_test(tc, adapter_control_returns_its_enum);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (built)
        remove_module(folder);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
