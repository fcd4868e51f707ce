/* models/check/tests/test_durable.c - what a loss of power may take, and what a flush promises. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"
#include "models/nvme/nvme.h"

#define HERE UINT64_MAX /* each block its own address */

static void submit(sim_ns at, uint64_t io, enum sp_op op)
{
    fake_at(at, SIM_EV_IO_SUBMIT, io, op, op == SP_FLUSH ? 0 : 8, op == SP_FLUSH ? 0 : 8);
}

static void done(sim_ns at, uint64_t io)
{
    fake_at(at, SIM_EV_IO_DONE, io, 0, 0, 0);
}

static void whole(sim_ns at, uint64_t io, enum sp_op op)
{
    submit(at, io, op);
    done(at + 100, io);
}

static void read_finds(sim_ns at, uint64_t io, uint64_t writer)
{
    submit(at, io, SP_READ);
    if (writer)
        fake_answer_value(at + 50,
                          (struct load_value){.kind = LOAD_VALUE_STAMP, .io = writer, .lba = HERE});
    else
        fake_answer_value(at + 50, (struct load_value){.kind = LOAD_VALUE_ZERO});
    done(at + 100, io);
}

static void power_lost(sim_ns at, enum nvme_power_loss how)
{
    fake_at(at, SIM_EV_POWER_LOST, 8, 8, how, 0);
}

START_TEST(a_write_that_was_not_flushed_may_be_gone)
{
    whole(1000, 1, SP_WRITE);
    power_lost(2000, NVME_POWER_FAILED);
    read_finds(3000, 2, 0);
    read_finds(4000, 3, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_write_with_force_unit_access_is_safe_when_it_ended)
{
    fake_at(900, SIM_EV_IO_FUA, 1, 0, 0, 0);
    whole(1000, 1, SP_WRITE);
    whole(2000, 2, SP_WRITE); /* without */
    power_lost(3000, NVME_POWER_FAILED);
    read_finds(4000, 3, 1);
    read_finds(5000, 4, 2);
    read_finds(6000, 5, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "although I/O 1");
}
END_TEST

START_TEST(any_value_since_the_flush_is_allowed)
{
    whole(1000, 1, SP_WRITE);
    whole(2000, 2, SP_FLUSH);
    whole(3000, 3, SP_WRITE);
    whole(4000, 4, SP_WRITE);
    power_lost(5000, NVME_POWER_FAILED);
    read_finds(6000, 5, 3);
    read_finds(7000, 6, 4);
    read_finds(8000, 7, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_flushed_write_that_is_gone_is_found)
{
    whole(1000, 1, SP_WRITE);
    whole(2000, 2, SP_FLUSH);
    power_lost(3000, NVME_POWER_FAILED);
    read_finds(4000, 3, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "never written, although I/O 1");
}
END_TEST

START_TEST(a_value_from_before_the_flush_is_found)
{
    whole(1000, 1, SP_WRITE);
    whole(2000, 2, SP_WRITE);
    whole(3000, 3, SP_FLUSH);
    whole(4000, 4, SP_WRITE);
    power_lost(5000, NVME_POWER_FAILED);
    read_finds(6000, 5, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "returned the data of I/O 1, although I/O 2");
}
END_TEST

START_TEST(a_flush_covers_what_was_acknowledged_before_it_was_submitted_and_no_more)
{
    whole(1000, 1, SP_WRITE);
    submit(2000, 2, SP_FLUSH);
    whole(2100, 3, SP_WRITE); /* during the flush */
    done(2500, 2);
    power_lost(3000, NVME_POWER_FAILED);
    read_finds(4000, 4, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_flush_that_failed_promises_nothing)
{
    whole(1000, 1, SP_WRITE);
    submit(2000, 2, SP_FLUSH);
    fake_at(2100, SIM_EV_IO_DONE, 2, 0x0E, 0, 4);
    power_lost(3000, NVME_POWER_FAILED);
    read_finds(4000, 3, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(what_was_in_flight_may_be_lost_though_acknowledged_later)
{
    submit(1000, 1, SP_WRITE);
    power_lost(2000, NVME_POWER_FAILED);
    done(2100, 1);
    read_finds(3000, 2, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_read_under_way_may_see_what_was_lost)
{
    whole(1000, 1, SP_WRITE);
    submit(1900, 2, SP_READ);
    power_lost(2000, NVME_POWER_FAILED);
    fake_answer_value(2050, (struct load_value){.kind = LOAD_VALUE_ZERO});
    done(2100, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_write_after_the_loss_counts_as_ever)
{
    whole(1000, 1, SP_WRITE);
    power_lost(2000, NVME_POWER_FAILED);
    whole(3000, 2, SP_WRITE);
    read_finds(4000, 3, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "returned the data of I/O 1, although I/O 2");
}
END_TEST

START_TEST(power_that_the_host_cuts_must_lose_nothing)
{
    whole(1000, 1, SP_WRITE);
    power_lost(2000, NVME_POWER_CUT_BY_HOST);
    read_finds(3000, 2, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "never written, although I/O 1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("durable");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_write_that_was_not_flushed_may_be_gone);
    tcase_add_test(tc, a_write_with_force_unit_access_is_safe_when_it_ended);
    tcase_add_test(tc, any_value_since_the_flush_is_allowed);
    tcase_add_test(tc, a_flushed_write_that_is_gone_is_found);
    tcase_add_test(tc, a_value_from_before_the_flush_is_found);
    tcase_add_test(tc, a_flush_covers_what_was_acknowledged_before_it_was_submitted_and_no_more);
    tcase_add_test(tc, a_flush_that_failed_promises_nothing);
    tcase_add_test(tc, what_was_in_flight_may_be_lost_though_acknowledged_later);
    tcase_add_test(tc, a_read_under_way_may_see_what_was_lost);
    tcase_add_test(tc, a_write_after_the_loss_counts_as_ever);
    tcase_add_test(tc, power_that_the_host_cuts_must_lose_nothing);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
