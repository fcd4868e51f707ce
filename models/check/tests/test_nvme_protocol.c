/* models/check/tests/test_nvme_protocol.c - what the controller calls a mistake is a finding. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"
#include "models/nvme/nvme.h"

START_TEST(a_guest_error_is_told_in_the_models_words)
{
    fake_at(1000, SIM_EV_GUEST_ERROR, NVME_GUEST_CC_RESERVED, 2, 0x10, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_NVME_PROTOCOL, "some other error (queue 2, value 0x10)");
}
END_TEST

START_TEST(an_early_doorbell_outside_of_a_reset_is_the_protocols)
{
    fake_at(1000, SIM_EV_GUEST_ERROR, NVME_GUEST_DOORBELL_NOT_READY, 2, 1, 0);
    fake_at(1000, SIM_EV_DOORBELL, 2, 0, 1, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_NVME_PROTOCOL, "a doorbell too early");
}
END_TEST

START_TEST(an_early_submission_doorbell_in_a_reset_is_io_during_reset)
{
    fake_at(500, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_disabled(600);
    fake_at(2000, SIM_EV_GUEST_ERROR, NVME_GUEST_DOORBELL_NOT_READY, 2, 1, 0);
    fake_at(2000, SIM_EV_DOORBELL, 2, 0, 1, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET, "queue 2");
}
END_TEST

START_TEST(an_early_completion_doorbell_in_a_reset_is_the_protocols)
{
    fake_at(500, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_disabled(600);
    fake_at(2000, SIM_EV_GUEST_ERROR, NVME_GUEST_DOORBELL_NOT_READY, 2, 1, 0);
    fake_at(2000, SIM_EV_DOORBELL, 2, 1, 1, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_NVME_PROTOCOL, "a doorbell too early");
}
END_TEST

START_TEST(accepted_doorbells_are_silent)
{
    fake_at(2000, SIM_EV_DOORBELL, 2, 1, 1, 1);
    fake_at(2000, SIM_EV_DOORBELL, 2, 0, 1, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nvme_protocol");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_guest_error_is_told_in_the_models_words);
    tcase_add_test(tc, an_early_doorbell_outside_of_a_reset_is_the_protocols);
    tcase_add_test(tc, an_early_submission_doorbell_in_a_reset_is_io_during_reset);
    tcase_add_test(tc, an_early_completion_doorbell_in_a_reset_is_the_protocols);
    tcase_add_test(tc, accepted_doorbells_are_silent);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
