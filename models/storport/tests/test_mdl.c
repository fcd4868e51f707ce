/* models/storport/tests/test_mdl.c - memory descriptors, and lists of the miniport's memory. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define BYTES 6000

static uint8_t *memory;
static PVOID mdl;
static STOR_SCATTER_GATHER_LIST *buffer, *seen;
static ULONG room = 256;

static void SIM_API listed(PVOID *device, PVOID *irp, PSTOR_SCATTER_GATHER_LIST list, PVOID context)
{
    (void)device;
    (void)irp;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    ck_assert_int_eq(sp__callback(mini.port), SP_CB_SG_LIST);
    seen = list;
    mini_say("%s ", (const char *)context);
}

static void describe(void)
{
    memory = nt_pool_alloc(mini.memory, BYTES);
    buffer = nt_pool_alloc(mini.memory, 256);
    ck_assert_uint_eq(StorPortAllocateMdl(mini.devext, memory, BYTES, &mdl), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortBuildMdlForNonPagedPool(mini.devext, mdl), STOR_STATUS_SUCCESS);
}

static ULONG list_of(void *what, uint8_t *p, ULONG bytes)
{
    static char word[] = "listed";

    return StorPortBuildScatterGatherList(mini.devext, what, p, bytes, listed, word, FALSE, buffer,
                                          room);
}

static enum nt_dma device_writes(uint8_t *p)
{
    struct nt_dma_error bad;

    return nt_dma_write(mini.memory, nt_phys(mini.memory, p), "x", 1, &bad);
}

static void build(void *ctx)
{
    (void)ctx;
    describe();
    nt_raise_irql(mini.nt, NT_DISPATCH);
    ck_assert_int_eq(device_writes(memory), NT_DMA_REFUSED);
    ck_assert_uint_eq(list_of(mdl, memory, BYTES), STOR_STATUS_SUCCESS);
    mini_say("built ");
    nt_lower_irql(mini.nt, NT_PASSIVE);
}

static void put(void *ctx)
{
    uint32_t bytes = 0;

    (void)ctx;
    ck_assert_ptr_eq(seen, buffer);
    for (uint32_t i = 0; i < seen->NumberOfElements; i++)
        bytes += seen->List[i].Length;
    ck_assert_uint_eq(bytes, BYTES);
    ck_assert_uint_eq((uint64_t)seen->List[0].PhysicalAddress.QuadPart,
                      nt_phys(mini.memory, memory));
    ck_assert_int_eq(device_writes(memory + BYTES - 1), NT_DMA_OK);
    ck_assert_uint_eq(StorPortPutScatterGatherList(mini.devext, seen, FALSE), STOR_STATUS_SUCCESS);
    ck_assert_int_eq(device_writes(memory), NT_DMA_REFUSED);
    ck_assert(nt_pool_live(memory));
    ck_assert_uint_eq(StorPortFreeMdl(mini.devext, mdl), STOR_STATUS_SUCCESS);
}

START_TEST(the_device_reaches_what_is_listed_until_it_is_put_back)
{
    mini.config.silent[SP_SILENT_SG_ROUTINE] = (uint8_t)_i;
    mini_boot();
    mini_call(1, build, NULL);
    ck_assert_str_eq(mini.said, _i ? "built listed " : "listed built ");
    mini_call(1, put, NULL);
}
END_TEST

static void refused(void *ctx)
{
    (void)ctx;
    describe();
    nt_raise_irql(mini.nt, NT_DISPATCH);
    ck_assert_uint_eq(list_of(mdl, memory - 1, 16), STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(list_of(mdl, memory + 1, BYTES), STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(list_of(mdl, memory, 0), STOR_STATUS_INVALID_PARAMETER);
    room = 16;
    ck_assert_uint_eq(list_of(mdl, memory, BYTES), STOR_STATUS_BUFFER_TOO_SMALL);
    room = 256;
    nt_lower_irql(mini.nt, NT_PASSIVE);
}

START_TEST(what_the_descriptor_does_not_cover_is_refused)
{
    mini_boot();
    mini_call(0, refused, NULL);
}
END_TEST

static void use_up(void *ctx)
{
    ULONG status = STOR_STATUS_SUCCESS;

    (void)ctx;
    for (uint32_t i = 0; i < SP_MDLS_MAX; i++)
        ck_assert_uint_eq(StorPortAllocateMdl(mini.devext, mini.data[0], 16, &mdl), status);
    ck_assert_uint_eq(StorPortAllocateMdl(mini.devext, mini.data[0], 16, &mdl),
                      STOR_STATUS_INSUFFICIENT_RESOURCES);
}

START_TEST(descriptors_come_to_an_end)
{
    mini_boot();
    mini_call(0, use_up, NULL);
}
END_TEST

static void original(void *ctx)
{
    PVOID of_request = NULL;

    describe();
    ck_assert_uint_eq(StorPortGetOriginalMdl(mini.devext, ctx, &of_request), STOR_STATUS_SUCCESS);
    nt_raise_irql(mini.nt, NT_DISPATCH);
    ck_assert_uint_eq(list_of(of_request, mini.data[0], 8192), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(seen->NumberOfElements, 2);
    nt_lower_irql(mini.nt, NT_PASSIVE);
}

START_TEST(a_request_has_a_descriptor_of_its_own)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, original, mini.kept[0].srb);
}
END_TEST

static void SIM_API again(PVOID *device, PVOID *irp, PSTOR_SCATTER_GATHER_LIST list, PVOID context)
{
    (void)device;
    (void)irp;
    (void)list;
    (void)context;
    StorPortBuildScatterGatherList(mini.devext, mdl, memory, 16, again, NULL, FALSE, buffer, room);
}

static void recurse(void *ctx)
{
    (void)ctx;
    describe();
    nt_raise_irql(mini.nt, NT_DISPATCH);
    again(NULL, NULL, NULL, NULL);
}

START_TEST(routines_that_call_each_other_without_end_are_a_finding)
{
    mini_boot();
    mini_queue_call(0, recurse, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "call each other"));
}
END_TEST

static void at_passive(void *ctx)
{
    (void)ctx;
    describe();
    list_of(mdl, memory, BYTES);
}

static void put_nothing(void *ctx)
{
    (void)ctx;
    describe();
    StorPortPutScatterGatherList(mini.devext, buffer, FALSE);
}

static void free_nothing(void *ctx)
{
    (void)ctx;
    describe();
    StorPortFreeMdl(mini.devext, mdl);
    StorPortFreeMdl(mini.devext, mdl);
}

static void list_of_unbuilt(void *ctx)
{
    PVOID unbuilt;

    (void)ctx;
    describe();
    StorPortAllocateMdl(mini.devext, memory, BYTES, &unbuilt);
    nt_raise_irql(mini.nt, NT_DISPATCH);
    list_of(unbuilt, memory, 16);
}

static void build_foreign(void *ctx)
{
    (void)ctx;
    StorPortAllocateMdl(mini.devext, mini.data[0], 4096, &mdl);
    StorPortBuildMdlForNonPagedPool(mini.devext, mdl);
}

static void raised(void *ctx)
{
    (void)ctx;
    nt_raise_irql(mini.nt, SP_DIRQL);
    StorPortAllocateMdl(mini.devext, mini.data[0], 4096, &mdl);
}

static const struct {
    void (*call)(void *ctx);
    enum sim_rule rule;
} misuse[] = {
    {at_passive, SIM_RULE_IRQL},
    {put_nothing, SIM_RULE_STORPORT_USAGE},
    {free_nothing, SIM_RULE_STORPORT_USAGE},
    {list_of_unbuilt, SIM_RULE_STORPORT_USAGE},
    {build_foreign, SIM_RULE_STORPORT_USAGE},
    {raised, SIM_RULE_IRQL},
};

START_TEST(misuse_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, misuse[_i].call, NULL);
    mini_finding(misuse[_i].rule);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mdl");
    Suite *s = suite_create("storport mdl");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_loop_test(tc, the_device_reaches_what_is_listed_until_it_is_put_back, 0, 2);
    tcase_add_test(tc, what_the_descriptor_does_not_cover_is_refused);
    tcase_add_test(tc, descriptors_come_to_an_end);
    tcase_add_test(tc, a_request_has_a_descriptor_of_its_own);
    tcase_add_test(tc, routines_that_call_each_other_without_end_are_a_finding);
    tcase_add_loop_test(tc, misuse_is_a_finding, 0, sizeof misuse / sizeof misuse[0]);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
