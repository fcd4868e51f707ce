/* models/storport/tests/test_memory.c - memory, addresses, registers, configuration space, and what
 * is refused.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/registers.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void *uncached;
static uint8_t *registers;
static PCI_COMMON_CONFIG config;

static ULONG SIM_API find(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                          PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    ACCESS_RANGE *range = &(*info->AccessRanges)[0];

    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    uncached = StorPortGetUncachedExtension(devext, info, 20000);
    ck_assert_ptr_eq(StorPortGetUncachedExtension(devext, info, 20000), uncached);
    registers =
        StorPortGetDeviceBase(devext, PCIBus, 0, range->RangeStart, range->RangeLength, FALSE);
    ck_assert_uint_eq(StorPortGetBusData(devext, PCIConfiguration, 0, 0, &config, sizeof config),
                      sizeof config);
    ck_assert_uint_eq(config.BaseClass << 16 | config.SubClass << 8 | config.ProgIf, 0x010802);
    return SP_RETURN_FOUND;
}

static void boot(void)
{
    mini.find = find;
    mini_boot();
}

static void use_uncached(void *ctx)
{
    ULONG length = 0;
    STOR_PHYSICAL_ADDRESS phys =
        StorPortGetPhysicalAddress(mini.devext, NULL, (uint8_t *)uncached + 100, &length);

    (void)ctx;
    ck_assert_uint_eq(length, 19900);
    ck_assert_uint_eq((uint64_t)phys.QuadPart, nt_phys(mini.memory, uncached) + 100);
    ck_assert_ptr_eq(StorPortGetVirtualAddress(mini.devext, phys), (uint8_t *)uncached + 100);
}

START_TEST(the_uncached_extension_is_contiguous_and_convertible)
{
    boot();
    mini_call(0, use_uncached, NULL);
}
END_TEST

static void convert_extension(void *ctx)
{
    SCSI_REQUEST_BLOCK *srb = ctx;
    ULONG length = 0;

    StorPortGetPhysicalAddress(mini.devext, NULL, (uint8_t *)srb->SrbExtension + 40, &length);
    ck_assert_uint_eq(length, 160);
    StorPortGetPhysicalAddress(mini.devext, srb, (uint8_t *)srb->DataBuffer + 96, &length);
    ck_assert_uint_eq(length, 4000);
}

START_TEST(extension_and_data_of_an_srb_are_convertible)
{
    boot();
    mini_submit(0, 0, 0);
    mini_call(0, convert_extension, mini.kept[0].srb);
}
END_TEST

static void convert_devext(void *ctx)
{
    (void)ctx;
    StorPortGetPhysicalAddress(mini.devext, NULL, mini.devext, NULL);
}

START_TEST(the_device_extension_is_not)
{
    boot();
    mini_queue_call(0, convert_devext, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "0xF1/1006"));
}
END_TEST

static void read_write(void *ctx)
{
    (void)ctx;
    mini.register_value = 0x1122334455667788;
    ck_assert_uint_eq(StorPortReadRegisterUlong64(mini.devext, (ULONG64 *)(void *)(registers + 8)),
                      0x1122334455667788);
    ck_assert_uint_eq(mini.register_offset, 8);
    StorPortWriteRegisterUlong(mini.devext, (ULONG *)(void *)(registers + 0x1004), 7);
    ck_assert_uint_eq(mini.register_offset, 0x1004);
    ck_assert_uint_eq(mini.register_value, 7);
}

START_TEST(registers_are_read_and_written_through_the_routines)
{
    boot();
    mini_call(0, read_write, NULL);
}
END_TEST

static void read_outside(void *ctx)
{
    (void)ctx;
    StorPortReadRegisterUlong(mini.devext, (ULONG *)(void *)(registers + 8192));
}

START_TEST(a_register_outside_of_the_range_is_a_finding)
{
    boot();
    mini_queue_call(0, read_outside, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "0xF1/2005"));
}
END_TEST

static void read_outside_goes_on(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortReadRegisterUlong(mini.devext, (ULONG *)(void *)(registers + 8192)),
                      0xFFFFFFFF);
}

START_TEST(and_reads_all_ones_where_the_rule_is_off)
{
    mini.sim_config.severity[SIM_RULE_STORPORT_USAGE] = SIM_SEVERITY_OFF;
    boot();
    mini_call(0, read_outside_goes_on, NULL);
}
END_TEST

static void *block;

static void use_contiguous(void *ctx)
{
    PHYSICAL_ADDRESS low = {.QuadPart = 0}, high = {.QuadPart = INT64_MAX}, none = {.QuadPart = 0};

    (void)ctx;
    ck_assert_uint_eq(StorPortAllocateContiguousMemorySpecifyCacheNode(
                          mini.devext, 8192, low, high, none, MmCached, MM_ANY_NODE_OK, &block),
                      STOR_STATUS_SUCCESS);
    mini_write1((uint8_t *)block + 8191);
    ck_assert_uint_eq(StorPortFreeContiguousMemorySpecifyCache(mini.devext, block, 8192, MmCached),
                      STOR_STATUS_SUCCESS);
    high.QuadPart = 0xFFFFFFFF;
    ck_assert_uint_eq(StorPortAllocateContiguousMemorySpecifyCacheNode(
                          mini.devext, 8192, low, high, none, MmCached, MM_ANY_NODE_OK, &block),
                      STOR_STATUS_INSUFFICIENT_RESOURCES);
    ck_assert_ptr_null(block);
}

START_TEST(contiguous_memory_comes_and_goes)
{
    boot();
    mini_call(0, use_contiguous, NULL);
}
END_TEST

static void free_pool_twice(void *ctx)
{
    void *p;

    (void)ctx;
    ck_assert_uint_eq(StorPortAllocatePool(mini.devext, 100, 0x74657374, &p), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortFreePool(mini.devext, p), STOR_STATUS_SUCCESS);
    StorPortFreePool(mini.devext, p);
}

START_TEST(pool_freed_twice_is_a_finding)
{
    boot();
    mini_queue_call(0, free_pool_twice, NULL);
    mini_finding(SIM_RULE_USE_AFTER_FREE);
}
END_TEST

static void pool_at_dirql(void *ctx)
{
    void *p;

    (void)ctx;
    nt_raise_irql(mini.nt, SP_DIRQL);
    StorPortAllocatePool(mini.devext, 100, 0x74657374, &p);
}

START_TEST(pool_at_dirql_is_a_finding)
{
    boot();
    mini_queue_call(0, pool_at_dirql, NULL);
    mini_finding(SIM_RULE_IRQL);
}
END_TEST

static void write_beyond(void *ctx)
{
    (void)ctx;
    mini_write1((uint8_t *)mini.devext + 256);
}

START_TEST(a_touch_beyond_the_device_extension_is_a_finding)
{
    boot();
    mini_queue_call(0, write_beyond, NULL);
    mini_finding(SIM_RULE_USE_AFTER_FREE);
}
END_TEST

static void lun_extension(void *ctx)
{
    uint8_t *extension = StorPortGetLogicalUnit(mini.devext, 0, 0, 0);

    (void)ctx;
    ck_assert_ptr_nonnull(extension);
    ck_assert_uint_eq(extension[63], 0);
    ck_assert_ptr_null(StorPortGetLogicalUnit(mini.devext, 0, 0, 6));
}

START_TEST(lun_extensions_are_zeroed)
{
    boot();
    mini_call(0, lun_extension, NULL);
}
END_TEST

static void assert_fails(void *ctx)
{
    (void)ctx;
    storsim_assert_failed("x == y", "some/where/driver.c", 12);
}

START_TEST(a_failed_assertion_of_the_driver_is_a_finding)
{
    boot();
    mini_queue_call(0, assert_fails, NULL);
    ck_assert_str_eq(mini_finding(SIM_RULE_DRIVER_ASSERT), "driver.c:12: assertion failed: x == y");
}
END_TEST

static void bug_check(void *ctx)
{
    (void)ctx;
    KeBugCheckEx(0xD1, 1, 2, 3, 4);
}

START_TEST(a_bug_check_is_a_finding)
{
    boot();
    mini_queue_call(0, bug_check, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_DRIVER_FAULT), "0xd1"));
}
END_TEST

/* PCI Local Bus 3.0, 6.8.1.3 and 6.8.2.3: four messages, enabled. */
START_TEST(the_capability_is_that_of_the_messages_that_were_granted)
{
    const uint8_t *space = (const uint8_t *)&config, *capability;

    mini.config.vectors = 4;
    mini.config.msi = _i;
    mini.config.msi_mask = _i == 2;
    boot();
    capability = space + config.u.type0.CapabilitiesPtr;
    while (capability[0] != (_i ? PCI_CAPABILITY_ID_MSI : PCI_CAPABILITY_ID_MSIX)) {
        ck_assert_uint_ne(capability[1], 0);
        capability = space + capability[1];
    }
    ck_assert_uint_eq(capability[2], _i ? 0xA5 : 3);
    ck_assert_uint_eq(capability[3], _i ? _i == 2 : 0x80);
}
END_TEST

static void leak(void *ctx)
{
    const PHYSICAL_ADDRESS lowest = {.QuadPart = 0}, highest = {.QuadPart = INT64_MAX};
    ULONG status = STOR_STATUS_SUCCESS;
    PVOID p;

    for (uint32_t i = 0; status == STOR_STATUS_SUCCESS && i < 1000; i++)
        status = ctx ? StorPortAllocatePool(mini.devext, 8 << 20, 'x', &p)
                     : StorPortAllocateContiguousMemorySpecifyCacheNode(
                           mini.devext, 8 << 20, lowest, highest, lowest, MmCached, 0, &p);
    ck_assert_uint_eq(status, STOR_STATUS_INSUFFICIENT_RESOURCES);
    ck_assert_ptr_null(p);
    mini_say("refused");
}

START_TEST(memory_comes_to_an_end)
{
    mini_boot();
    mini_call(0, leak, _i ? mini.data[0] : NULL);
    ck_assert_str_eq(mini.said, "refused");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("memory");
    Suite *s = suite_create("storport memory");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, the_uncached_extension_is_contiguous_and_convertible);
    tcase_add_test(tc, extension_and_data_of_an_srb_are_convertible);
    tcase_add_test(tc, the_device_extension_is_not);
    tcase_add_test(tc, registers_are_read_and_written_through_the_routines);
    tcase_add_test(tc, a_register_outside_of_the_range_is_a_finding);
    tcase_add_test(tc, and_reads_all_ones_where_the_rule_is_off);
    tcase_add_test(tc, contiguous_memory_comes_and_goes);
    tcase_add_test(tc, pool_freed_twice_is_a_finding);
    tcase_add_test(tc, pool_at_dirql_is_a_finding);
    tcase_add_test(tc, a_touch_beyond_the_device_extension_is_a_finding);
    tcase_add_test(tc, lun_extensions_are_zeroed);
    tcase_add_test(tc, a_failed_assertion_of_the_driver_is_a_finding);
    tcase_add_test(tc, a_bug_check_is_a_finding);
    tcase_add_loop_test(tc, the_capability_is_that_of_the_messages_that_were_granted, 0, 3);
    tcase_add_loop_test(tc, memory_comes_to_an_end, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
