/*
 * test_unmap.c: what the NVMe miniport says about UNMAP, and what it makes of every list, good and bad.
 *
 * The driver's own sources, built for the host; Storport's routines that they call are below.
 */
// links: driver/nvme/unmap.c driver/nvme/scsi.c driver/nvme/inquiry.c driver/nvme/sense.c driver/nvme/prp.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "driver/nvme/nvme.h"

#define BLOCKS 0x100000000ULL /* of the disk: more than 32 bits say */

static NVME_ADAPTER adapter;
static NVME_REQUEST request;
static SCSI_REQUEST_BLOCK srb;
static UCHAR sense[18];
static UCHAR *list; /* ends where memory that may be read ends */
static ULONG list_bytes;

/* --- Storport ------------------------------------------------------------------------------------------- */

STOR_PHYSICAL_ADDRESS SIM_API StorPortGetPhysicalAddress(PVOID extension, PSCSI_REQUEST_BLOCK of, PVOID address,
                                                         ULONG *length)
{
    STOR_PHYSICAL_ADDRESS physical;

    (void)extension;
    (void)of;
    *length = PAGE_SIZE - (ULONG)((ULONG_PTR)address & (PAGE_SIZE - 1));
    physical.QuadPart = (LONGLONG)(ULONG_PTR)address;
    return physical;
}

PSTOR_SCATTER_GATHER_LIST SIM_API StorPortGetScatterGatherList(PVOID extension, PSCSI_REQUEST_BLOCK of)
{
    (void)extension;
    (void)of;
    return NULL;
}

BOOLEAN SIM_API StorPortSetDeviceQueueDepth(PVOID extension, UCHAR path, UCHAR target, UCHAR lun, ULONG depth)
{
    (void)extension;
    (void)path;
    (void)target;
    (void)lun;
    (void)depth;
    return TRUE;
}

/* --- requests ------------------------------------------------------------------------------------------- */

static void begin(void)
{
    memset(&adapter, 0, sizeof adapter);
    memset(&srb, 0, sizeof srb);
    memset(&request, 0xA5, sizeof request); /* as Storport leaves it */
    memset(&request.Command, 0, sizeof request.Command);
    memset(sense, 0, sizeof sense);
    free(list);
    list = NULL;
    list_bytes = 0;
    adapter.Geometry.Blocks = BLOCKS;
    adapter.Geometry.BlockShift = 9;
    adapter.Geometry.Unmap = TRUE;
    adapter.MaximumTransfer = 131072;
    srb.Length = sizeof srb;
    srb.Function = SRB_FUNCTION_EXECUTE_SCSI;
    srb.SenseInfoBuffer = sense;
    srb.SenseInfoBufferLength = sizeof sense;
}

/* A list of so many bytes behind which nothing may be touched, with what its header says. */
static void give(ULONG bytes, ULONG data, ULONG descriptors)
{
    free(list);
    list = malloc(bytes ? bytes : 1);
    list_bytes = bytes;
    memset(list, 0, bytes);
    if (bytes >= 8) {
        NvmePut16(list, (USHORT)data);
        NvmePut16(list + 2, (USHORT)descriptors);
    }
}

static void put(ULONG n, ULONGLONG first, ULONG blocks)
{
    NvmePut64(list + 8 + 16 * n, first);
    NvmePut32(list + 16 + 16 * n, blocks);
}

/* Both halves of the driver. The CDB says that the list has `said` bytes. */
static UCHAR unmap_said(ULONG said)
{
    srb.Cdb[0] = SCSIOP_UNMAP;
    srb.Cdb[7] = (UCHAR)(said >> 8);
    srb.Cdb[8] = (UCHAR)said;
    srb.CdbLength = 10;
    srb.DataBuffer = list;
    srb.DataTransferLength = list_bytes;
    NvmeScsiBuild(&adapter, &srb, &request);
    if (request.Kind == NvmeRequestBadCdb || request.Kind == NvmeRequestBadData)
        return SRB_STATUS_INVALID_REQUEST;
    ck_assert(request.Kind == NvmeRequestUnmap || request.Kind == NvmeRequestBadList ||
              request.Kind == NvmeRequestBadListLength);
    return NvmeUnmapCheck(&adapter, &srb, &request);
}

static UCHAR unmap(void)
{
    return unmap_said(list_bytes);
}

static const NVME_DSM_RANGE *ranges(void)
{
    return (const NVME_DSM_RANGE *)(ULONG_PTR)request.Command.Prp1;
}

static void refused(UCHAR status, UCHAR code)
{
    ck_assert_uint_eq(status, SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID);
    ck_assert_uint_eq(srb.ScsiStatus, SCSISTAT_CHECK_CONDITION);
    ck_assert_uint_eq(sense[2], SCSI_SENSE_ILLEGAL_REQUEST);
    ck_assert_uint_eq(sense[12], code);
}

/* --- lists ---------------------------------------------------------------------------------------------- */

START_TEST(a_list_becomes_ranges)
{
    give(8 + 32, 38, 32);
    put(0, 0x12345678AULL, 0); /* of no blocks: nothing to do */
    put(1, 0xFFFFFF00, 0x80);
    ck_assert_uint_eq(unmap(), SRB_STATUS_PENDING);
    ck_assert_uint_eq(request.Command.Opcode, NVME_NVM_DATASET_MANAGEMENT);
    ck_assert_uint_eq(request.Command.NamespaceId, 1);
    ck_assert_uint_eq(request.Command.Dword10, 0); /* one range */
    ck_assert_uint_eq(request.Command.Dword11, NVME_DSM_DEALLOCATE);
    ck_assert_uint_eq(request.Command.Prp2, 0);
    ck_assert_uint_eq(ranges()[0].First, 0xFFFFFF00);
    ck_assert_uint_eq(ranges()[0].Blocks, 0x80);
    ck_assert_uint_eq(ranges()[0].Attributes, 0);
}
END_TEST

START_TEST(as_many_ranges_as_the_page_says_fit_in_one_page_of_memory)
{
    ULONG n = (ULONG)NVME_UNMAP_RANGE_MAX;

    give(8 + 16 * n, 6 + 16 * n, 16 * n);
    for (ULONG i = 0; i < n; i++)
        put(i, 100 * i, i + 1);
    ck_assert_uint_eq(unmap(), SRB_STATUS_PENDING);
    ck_assert_uint_eq(request.Command.Dword10, n - 1);
    ck_assert_uint_eq((request.Command.Prp1 ^ (request.Command.Prp1 + 16 * n - 1)) & ~(ULONGLONG)(PAGE_SIZE - 1), 0);
    for (ULONG i = 0; i < n; i++) {
        ck_assert_uint_eq(ranges()[i].First, 100 * i);
        ck_assert_uint_eq(ranges()[i].Blocks, i + 1);
    }
    ck_assert((const UCHAR *)ranges() >= (const UCHAR *)request.PrpRoom);
    ck_assert((const UCHAR *)(ranges() + n) <= (const UCHAR *)(&request + 1));
}
END_TEST

START_TEST(more_descriptors_than_that_are_refused)
{
    ULONG n = (ULONG)NVME_UNMAP_RANGE_MAX + 1;

    give(8 + 16 * n, 6 + 16 * n, 16 * n);
    refused(unmap(), SCSI_ADSENSE_INVALID_FIELD_PARAMETER_LIST);
}
END_TEST

START_TEST(nothing_to_do_is_no_error)
{
    ck_assert_uint_eq(unmap_said(0), SRB_STATUS_SUCCESS); /* no list */
    begin();
    give(8, 6, 0);
    ck_assert_uint_eq(unmap(), SRB_STATUS_SUCCESS); /* a header alone */
    begin();
    give(24, 22, 16);
    ck_assert_uint_eq(unmap(), SRB_STATUS_SUCCESS); /* of no blocks */
}
END_TEST

START_TEST(a_list_without_room_for_its_header_is_refused)
{
    for (ULONG bytes = 1; bytes < 8; bytes++) {
        begin();
        give(bytes, 0, 0);
        refused(unmap(), SCSI_ADSENSE_PARAMETER_LIST_LENGTH);
    }
}
END_TEST

/* What is behind the end of the list, of its descriptors, or of its data, is not there. */
START_TEST(the_shortest_of_three_lengths_counts)
{
    static const struct {
        ULONG bytes, data, descriptors, ranges;
    } cases[] = {
        {8 + 32, 38, 32, 2}, {8 + 32, 38, 16, 1}, {8 + 32, 22, 32, 1}, {8 + 16, 38, 32, 1},
        {8 + 31, 38, 32, 1}, {8 + 32, 37, 32, 1}, {8 + 32, 38, 31, 1}, {8 + 15, 38, 32, 0},
        {8 + 32, 5, 32, 0},  {8 + 32, 0, 32, 0},  {8 + 32, 38, 0, 0},  {8 + 32, 0xFFFF, 0xFFFF, 2},
        {8, 0xFFFF, 0xFFFF, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        give(cases[i].bytes, cases[i].data, cases[i].descriptors);
        for (ULONG n = 0; 8 + 16 * (n + 1) <= cases[i].bytes; n++)
            put(n, 8, 8);
        ck_assert_uint_eq(unmap(), cases[i].ranges ? SRB_STATUS_PENDING : SRB_STATUS_SUCCESS);
        ck_assert_uint_eq(request.Blocks, cases[i].ranges);
    }
}
END_TEST

START_TEST(blocks_that_there_are_not_are_refused)
{
    static const struct {
        ULONGLONG first;
        ULONG blocks;
        BOOLEAN good;
    } cases[] = {
        {BLOCKS - 1, 1, TRUE},    {BLOCKS - 1, 2, FALSE}, {BLOCKS, 1, FALSE},
        {BLOCKS + 1, 1, FALSE},   {~0ULL, 1, FALSE},      {~0ULL, 0xFFFFFFFF, FALSE},
        {1, 0xFFFFFFFF, TRUE},    {2, 0xFFFFFFFF, FALSE}, {0x8000000000000000ULL, 8, FALSE},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        UCHAR status;

        begin();
        give(8 + 32, 38, 32);
        put(0, 0, 8);
        put(1, cases[i].first, cases[i].blocks);
        status = unmap();
        if (cases[i].good)
            ck_assert_uint_eq(status, SRB_STATUS_PENDING);
        else
            refused(status, SCSI_ADSENSE_ILLEGAL_BLOCK);
    }
}
END_TEST

START_TEST(fields_of_the_cdb_that_cannot_be_are_refused)
{
    give(24, 22, 16);
    put(0, 0, 8);
    srb.Cdb[1] = 1; /* ANCHOR */
    unmap();
    ck_assert_int_eq(request.Kind, NvmeRequestBadCdb);
    begin();
    give(24, 22, 16);
    unmap_said(25); /* more than the buffer holds */
    ck_assert_int_eq(request.Kind, NvmeRequestBadCdb);
    begin();
    give(24, 22, 16);
    srb.Cdb[0] = SCSIOP_UNMAP;
    srb.Cdb[8] = 24;
    srb.DataTransferLength = 24;
    srb.DataBuffer = NULL;
    NvmeScsiBuild(&adapter, &srb, &request);
    ck_assert_int_eq(request.Kind, NvmeRequestBadData);
}
END_TEST

START_TEST(without_dataset_management_there_is_no_unmap)
{
    adapter.Geometry.Unmap = FALSE;
    give(24, 22, 16);
    put(0, 0, 8);
    refused(unmap(), SCSI_ADSENSE_ILLEGAL_COMMAND);
}
END_TEST

/* --- what it says of itself ----------------------------------------------------------------------------- */

static UCHAR page[256];

static UCHAR vpd(UCHAR number)
{
    memset(&srb.Cdb, 0, sizeof srb.Cdb);
    srb.Cdb[0] = SCSIOP_INQUIRY;
    srb.Cdb[1] = 1;
    srb.Cdb[2] = number;
    srb.Cdb[4] = 255;
    memset(page, 0, sizeof page);
    srb.DataBuffer = page;
    srb.DataTransferLength = sizeof page;
    return NvmeScsiAnswer(&adapter, &srb);
}

START_TEST(the_pages_say_what_it_can)
{
    ck_assert_uint_eq(vpd(0), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(page[3], 5);
    ck_assert_uint_eq(page[8], 0xB2);
    ck_assert_uint_eq(vpd(0xB0), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(page[3], 60);
    ck_assert_mem_eq(page + 20, "\xFF\xFF\xFF\xFF", 4);
    ck_assert_uint_eq(page[27], NVME_UNMAP_RANGE_MAX);
    ck_assert_uint_eq(vpd(0xB2), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(page[3], 4);
    ck_assert_uint_eq(page[5], 0x80);
    ck_assert_uint_eq(page[6], 0);
    adapter.Geometry.UnmapZeroes = TRUE;
    adapter.Geometry.Thin = TRUE;
    ck_assert_uint_eq(vpd(0xB2), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(page[5], 0x84);
    ck_assert_uint_eq(page[6], 2);
}
END_TEST

START_TEST(the_pages_are_silent_about_what_it_cannot)
{
    adapter.Geometry.Unmap = FALSE;
    ck_assert_uint_eq(vpd(0), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(page[3], 4);
    ck_assert_uint_eq(vpd(0xB0), SRB_STATUS_SUCCESS);
    ck_assert_mem_eq(page + 20, "\0\0\0\0\0\0\0\0", 8);
    refused(vpd(0xB2), SCSI_ADSENSE_INVALID_CDB);
}
END_TEST

START_TEST(the_capacity_says_it_too)
{
    static const UCHAR want[] = {0x00, 0x80, 0xC0};

    for (int i = 0; i < 3; i++) {
        begin();
        adapter.Geometry.Unmap = i > 0;
        adapter.Geometry.UnmapZeroes = i > 1;
        srb.Cdb[0] = SCSIOP_READ_CAPACITY16;
        srb.Cdb[1] = SERVICE_ACTION_READ_CAPACITY16;
        srb.Cdb[13] = 32;
        srb.DataBuffer = page;
        srb.DataTransferLength = 32;
        ck_assert_uint_eq(NvmeScsiAnswer(&adapter, &srb), SRB_STATUS_SUCCESS);
        ck_assert_uint_eq(page[14], want[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("unmap");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, begin, NULL);
    tcase_add_test(tc, a_list_becomes_ranges);
    tcase_add_test(tc, as_many_ranges_as_the_page_says_fit_in_one_page_of_memory);
    tcase_add_test(tc, more_descriptors_than_that_are_refused);
    tcase_add_test(tc, nothing_to_do_is_no_error);
    tcase_add_test(tc, a_list_without_room_for_its_header_is_refused);
    tcase_add_test(tc, the_shortest_of_three_lengths_counts);
    tcase_add_test(tc, blocks_that_there_are_not_are_refused);
    tcase_add_test(tc, fields_of_the_cdb_that_cannot_be_are_refused);
    tcase_add_test(tc, without_dataset_management_there_is_no_unmap);
    tcase_add_test(tc, the_pages_say_what_it_can);
    tcase_add_test(tc, the_pages_are_silent_about_what_it_cannot);
    tcase_add_test(tc, the_capacity_says_it_too);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
