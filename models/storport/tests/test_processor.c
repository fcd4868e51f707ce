/* models/storport/tests/test_processor.c - processors, nodes, and the messages that go to them. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void processors(void *ctx)
{
    PROCESSOR_NUMBER number;
    GROUP_AFFINITY node;
    KAFFINITY mask = 0;
    USHORT groups = 0;
    ULONG count = 0;

    (void)ctx;
    ck_assert_uint_eq(StorPortGetCurrentProcessorNumber(mini.devext, &number), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(number.Number, 2);
    ck_assert_uint_eq(StorPortGetActiveGroupCount(mini.devext, &groups), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(groups, 1);
    ck_assert_uint_eq(StorPortGetGroupAffinity(mini.devext, 0, &mask), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(mask, (1 << MINI_CPUS) - 1);
    ck_assert_uint_eq(StorPortGetGroupAffinity(mini.devext, 1, &mask), STOR_STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(StorPortGetActiveNodeCount(mini.devext, &count), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(StorPortGetHighestNodeNumber(mini.devext, &count), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(StorPortGetNodeAffinity(mini.devext, 0, &node), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(node.Mask, mask);
    ck_assert_uint_eq(StorPortGetNodeAffinity(mini.devext, 70000, &node),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), MINI_CPUS);
    ck_assert_uint_eq(KeGetCurrentIrql(), NT_PASSIVE);
}

START_TEST(processors_are_one_group_and_one_node)
{
    mini_boot();
    mini_call(2, processors, NULL);
}
END_TEST

static void index_of(ULONG number, ULONG expected)
{
    PROCESSOR_NUMBER processor = {.Number = (UCHAR)number};
    ULONG i = 99;

    ck_assert_uint_eq(StorPortGetProcessorIndexFromNumber(mini.devext, &processor, &i), expected);
    ck_assert_uint_eq(i, expected ? 99 : number);
}

static void numbers(void *ctx)
{
    GROUP_AFFINITY node = {0};
    USHORT required = 0;
    ULONG count = 0;
    KIRQL irql = 9;

    (void)ctx;
    ck_assert_uint_eq(StorPortGetProcessorCount(mini.devext, &count), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(count, MINI_CPUS);
    index_of(3, STOR_STATUS_SUCCESS);
    index_of(MINI_CPUS, STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortGetCurrentIrql(mini.devext, &irql), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(irql, NT_PASSIVE);
    ck_assert_uint_eq(StorPortGetNodeAffinity2(mini.devext, 0, NULL, 0, &required),
                      STOR_STATUS_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(required, 1);
    ck_assert_uint_eq(StorPortGetNodeAffinity2(mini.devext, 0, &node, 1, &required),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(node.Mask, (1 << MINI_CPUS) - 1);
    ck_assert_uint_eq(StorPortGetNodeAffinity2(mini.devext, 1, &node, 1, &required),
                      STOR_STATUS_INVALID_PARAMETER);
}

START_TEST(processors_have_numbers_and_an_index)
{
    mini_boot();
    mini_call(0, numbers, NULL);
}
END_TEST

static void messages(void *ctx)
{
    ULONG message = 99, good = ctx ? STOR_STATUS_INVALID_DEVICE_REQUEST : STOR_STATUS_SUCCESS;

    ck_assert_uint_eq(StorPortGetMessageInterruptIDFromProcessorIndex(mini.devext, 3, &message),
                      good);
    ck_assert_uint_eq(message, ctx ? 99 : 1); /* two messages for four */
    ck_assert_uint_eq(StorPortGetMessageInterruptIDFromProcessorIndex(mini.devext, 4, &message),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortMaskMsixInterrupt(mini.devext, 1, TRUE), good);
    ck_assert_uint_eq(StorPortMaskMsixInterrupt(mini.devext, 2, TRUE),
                      ctx ? STOR_STATUS_INVALID_DEVICE_REQUEST : STOR_STATUS_INVALID_PARAMETER);
}

START_TEST(each_processor_has_a_message_where_there_are_messages)
{
    mini.config.vectors = 2;
    mini.no_messages = _i;
    mini_boot();
    mini_call(0, messages, _i ? mini.data[0] : NULL);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("processor");
    Suite *s = suite_create("storport processor");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, processors_are_one_group_and_one_node);
    tcase_add_test(tc, processors_have_numbers_and_an_index);
    tcase_add_loop_test(tc, each_processor_has_a_message_where_there_are_messages, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
