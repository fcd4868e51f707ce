/* models/check/tests/test_dma_after_completion.c - what the device must not touch, and whose fault
 * it is. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

static void bad(sim_ns at, uint64_t to_host, enum sim_mem_why why)
{
    fake_at(at, SIM_EV_DMA_BAD, 512, to_host, why, 0x3000);
}

START_TEST(ordinary_dma_is_silent)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_at(1500, SIM_EV_DMA, 4096, 0, 0, 0);
    fake_complete(2000, 1, 1, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(data_of_a_completed_request_is_found_with_its_age)
{
    fake_submit(1000, 4, 1, SP_WRITE, 0);
    fake_complete(2000, 4, 1, 1);
    fake_now.owner = 4;
    bad(7000, 1, SIM_WHY_DATA);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DMA_AFTER_COMPLETION,
                "would write 512 bytes at the data buffer of SRB 4, completed 5.000 us before");
    ck_assert_uint_eq(sim_finding(fake_sim, 0)->subject, 4);
}
END_TEST

START_TEST(a_list_in_the_extension_of_a_completed_request_counts)
{
    fake_now.owner = 4;
    bad(7000, 0, SIM_WHY_EXTENSION);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DMA_AFTER_COMPLETION,
                "would read 512 bytes at the extension of SRB 4, completed long");
}
END_TEST

START_TEST(the_wrong_direction_of_a_live_request_is_the_protocols)
{
    fake_submit(1000, 4, 1, SP_WRITE, 0);
    fake_now.owner = 4;
    bad(7000, 1, SIM_WHY_DATA);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_NVME_PROTOCOL, "SRB 4, which is not mapped for that");
}
END_TEST

START_TEST(memory_that_never_was_is_the_protocols)
{
    bad(7000, 0, SIM_WHY_NOTHING);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_NVME_PROTOCOL, "never allocated");
}
END_TEST

START_TEST(freed_memory_is_use_after_free)
{
    bad(7000, 0, SIM_WHY_FREED);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_USE_AFTER_FREE, "gave back");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dma_after_completion");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, ordinary_dma_is_silent);
    tcase_add_test(tc, data_of_a_completed_request_is_found_with_its_age);
    tcase_add_test(tc, a_list_in_the_extension_of_a_completed_request_counts);
    tcase_add_test(tc, the_wrong_direction_of_a_live_request_is_the_protocols);
    tcase_add_test(tc, memory_that_never_was_is_the_protocols);
    tcase_add_test(tc, freed_memory_is_use_after_free);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
