/* models/check/tests/test_data_integrity.c - reads return what writes allow, and nothing else. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/check/tests/fake.h"

#define HERE UINT64_MAX /* each block its own address */

static void submit(sim_ns at, uint64_t io, enum sp_op op, uint64_t lba)
{
    fake_at(at, SIM_EV_IO_SUBMIT, io, op, lba, 8);
}

static void done(sim_ns at, uint64_t io)
{
    fake_at(at, SIM_EV_IO_DONE, io, 0, 0, 0);
}

static void failed(sim_ns at, uint64_t io)
{
    fake_at(at, SIM_EV_IO_DONE, io, 0x0E, 0, 4);
}

static void write_whole(sim_ns at, uint64_t io, uint64_t lba)
{
    submit(at, io, SP_WRITE, lba);
    done(at + 100, io);
}

/* A read that begins and ends and finds the data of a write. */
static void read_finds(sim_ns at, uint64_t io, uint64_t lba, uint64_t writer)
{
    submit(at, io, SP_READ, lba);
    fake_answer_value(at + 50,
                      (struct load_value){.kind = LOAD_VALUE_STAMP, .io = writer, .lba = HERE});
    done(at + 100, io);
}

static void read_finds_kind(sim_ns at, uint64_t io, uint64_t lba, enum load_value_kind kind)
{
    submit(at, io, SP_READ, lba);
    fake_answer_value(at + 50, (struct load_value){.kind = kind});
    done(at + 100, io);
}

START_TEST(a_read_returns_the_last_write)
{
    write_whole(1000, 1, 8);
    write_whole(2000, 2, 8);
    read_finds(3000, 3, 8, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_lost_write_shows_as_older_data)
{
    write_whole(1000, 1, 8);
    write_whole(2000, 2, 8);
    read_finds(3000, 3, 8, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY,
                "returned the data of I/O 1, although I/O 2 wrote it later");
}
END_TEST

START_TEST(a_block_never_written_is_zero)
{
    write_whole(1000, 1, 8);
    read_finds_kind(3000, 3, 16, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_lost_first_write_shows_as_zeroes)
{
    write_whole(1000, 1, 8);
    read_finds_kind(3000, 3, 8, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "never written, although I/O 1");
}
END_TEST

START_TEST(a_read_during_a_write_may_see_old_or_new)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_WRITE, 8);
    read_finds(2100, 3, 8, 1);
    read_finds(2300, 4, 8, 2);
    read_finds(2500, 5, 8, 1);
    done(3000, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_read_that_began_before_the_acknowledgement_may_see_old)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_WRITE, 8);
    submit(2100, 3, SP_READ, 8);
    done(2200, 2);
    fake_answer_value(2250, (struct load_value){.kind = LOAD_VALUE_STAMP, .io = 1, .lba = HERE});
    done(2300, 3);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(of_two_concurrent_writes_either_may_win)
{
    submit(1000, 1, SP_WRITE, 8);
    submit(1100, 2, SP_WRITE, 8);
    done(1200, 2);
    done(1300, 1);
    read_finds(2000, 3, 8, 1);
    read_finds(3000, 4, 8, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_failed_write_may_have_happened_or_not)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_WRITE, 8);
    failed(2100, 2);
    read_finds(3000, 3, 8, 1);
    read_finds(4000, 4, 8, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_failed_write_must_not_come_up_later)
{
    submit(1000, 1, SP_WRITE, 8);
    failed(1100, 1);
    write_whole(2000, 2, 8);
    read_finds(3000, 3, 8, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "returned the data of I/O 1");
}
END_TEST

START_TEST(a_write_still_under_way_is_allowed_however_old)
{
    submit(1000, 1, SP_WRITE, 8);
    write_whole(2000, 2, 8);
    read_finds(3000, 3, 8, 1);
    read_finds(4000, 4, 8, 2);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(data_of_another_address_is_found)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_READ, 16);
    fake_answer_value(2050, (struct load_value){.kind = LOAD_VALUE_STAMP, .io = 1, .lba = 8});
    done(2100, 2);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "of block 16 returned what I/O 1 wrote to block 8");
}
END_TEST

START_TEST(a_buffer_that_nobody_filled_is_found)
{
    read_finds_kind(3000, 3, 16, LOAD_VALUE_UNFILLED);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "nothing was moved");
}
END_TEST

START_TEST(a_torn_block_is_found)
{
    read_finds_kind(3000, 3, 16, LOAD_VALUE_DAMAGED);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "no write wrote whole");
}
END_TEST

START_TEST(a_failed_read_and_an_unchecked_one_are_silent)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_READ, 8);
    fake_answer_value(2050, (struct load_value){.kind = LOAD_VALUE_DAMAGED});
    failed(2100, 2);
    read_finds_kind(3000, 3, 8, LOAD_VALUE_UNCHECKED);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(each_unit_of_a_large_read_has_its_own_history)
{
    write_whole(1000, 1, 8);
    write_whole(2000, 2, 16);
    write_whole(3000, 3, 8);
    fake_at(4000, SIM_EV_IO_SUBMIT, 4, SP_READ, 8, 16);
    fake_answer_value(4050, (struct load_value){.kind = LOAD_VALUE_STAMP, .io = 3, .lba = HERE});
    done(4100,
         4); /* of block 16 on, 3 never wrote: a genuine stamp there, so only order could tell */
    fake_at(5000, SIM_EV_IO_SUBMIT, 5, SP_READ, 8, 16);
    fake_answer_value(5050, (struct load_value){.kind = LOAD_VALUE_STAMP, .io = 1, .lba = HERE});
    done(5100, 5);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY,
                "I/O 5 of block 8 returned the data of I/O 1, although I/O 3");
}
END_TEST

/* More writes than the ring of ends remembers: stale data is still told from good. */
START_TEST(an_end_that_was_forgotten_still_counts)
{
    sim_ns at = 1000;

    write_whole(at, 1, 8);
    write_whole(at += 1000, 2, 8);
    write_whole(at += 1000, 2 + 1024, 16);
    write_whole(at += 1000, 1 + 1024, 16);
    write_whole(at += 1000, 2000, 8);
    read_finds(at += 1000, 2001, 8, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "I/O 2001 of block 8 returned the data of I/O 1");
}
END_TEST

START_TEST(what_was_trimmed_reads_as_before_or_as_nothing)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_TRIM, 8);
    read_finds_kind(2010, 3, 8, LOAD_VALUE_ZERO); /* under way: may have happened, or not */
    read_finds(2020, 4, 8, 1);
    done(2500, 2);
    read_finds_kind(3000, 5, 8, LOAD_VALUE_ZERO);
    read_finds(4000, 6, 8, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(what_was_written_after_a_trim_does_not_vanish)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_TRIM, 8);
    done(2500, 2);
    write_whole(3000, 3, 8);
    read_finds_kind(4000, 4, 8, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "I/O 4 found block 8 never written, although I/O 3");
}
END_TEST

START_TEST(a_trim_beside_it_takes_nothing_away)
{
    write_whole(1000, 1, 8);
    submit(2000, 2, SP_TRIM, 16);
    done(2500, 2);
    read_finds_kind(4000, 4, 8, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "I/O 4 found block 8 never written, although I/O 1");
}
END_TEST

START_TEST(nothing_is_what_the_disk_says_it_is)
{
    fake_check->no_ones = _i == 0; /* DLFEAT: zeroes; ones; does not say */
    fake_check->no_zeroes = _i == 1;
    read_finds_kind(1000, 1, 8, LOAD_VALUE_ONES);
    fake_run(SIM_S);
    if (_i == 0)
        fake_expect(SIM_RULE_DATA_INTEGRITY, "I/O 1 of block 8 returned all ones, which no write");
    else
        fake_expect_silence();
}
END_TEST

START_TEST(zeroes_are_not_what_a_disk_of_ones_has)
{
    fake_check->no_zeroes = true;
    read_finds_kind(1000, 1, 8, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DATA_INTEGRITY, "I/O 1 of block 8 returned all zeroes, which no write");
}
END_TEST

START_TEST(floors_are_given_back)
{
    for (uint64_t i = 1; i <= 150; i++)
        read_finds_kind((sim_ns)i * 1000, i, 8, LOAD_VALUE_ZERO);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_region_too_large_to_verify_is_refused)
{
    struct check_config config = {.geometry = {.block_bytes = 512,
                                               .blocks = UINT64_C(1) << 31,
                                               .unit_blocks = 8,
                                               .in_flight_max = 1,
                                               .io_blocks_max = 8,
                                               .verify = true}};
    struct sim_config sim_config;
    struct sim_error error;

    fake_teardown(); /* this test wants a world without checkers */
    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&sim_config);
    ck_assert_ptr_null(check__create(sim_create(&sim_config), &config, &error));
    ck_assert_msg(strstr(error.text, "verify = no") != NULL, "%s", error.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data_integrity");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_read_returns_the_last_write);
    tcase_add_test(tc, a_lost_write_shows_as_older_data);
    tcase_add_test(tc, a_block_never_written_is_zero);
    tcase_add_test(tc, a_lost_first_write_shows_as_zeroes);
    tcase_add_test(tc, a_read_during_a_write_may_see_old_or_new);
    tcase_add_test(tc, a_read_that_began_before_the_acknowledgement_may_see_old);
    tcase_add_test(tc, of_two_concurrent_writes_either_may_win);
    tcase_add_test(tc, a_failed_write_may_have_happened_or_not);
    tcase_add_test(tc, a_failed_write_must_not_come_up_later);
    tcase_add_test(tc, a_write_still_under_way_is_allowed_however_old);
    tcase_add_test(tc, data_of_another_address_is_found);
    tcase_add_test(tc, a_buffer_that_nobody_filled_is_found);
    tcase_add_test(tc, a_torn_block_is_found);
    tcase_add_test(tc, a_failed_read_and_an_unchecked_one_are_silent);
    tcase_add_test(tc, each_unit_of_a_large_read_has_its_own_history);
    tcase_add_test(tc, an_end_that_was_forgotten_still_counts);
    tcase_add_test(tc, what_was_trimmed_reads_as_before_or_as_nothing);
    tcase_add_test(tc, what_was_written_after_a_trim_does_not_vanish);
    tcase_add_test(tc, a_trim_beside_it_takes_nothing_away);
    tcase_add_loop_test(tc, nothing_is_what_the_disk_says_it_is, 0, 3);
    tcase_add_test(tc, zeroes_are_not_what_a_disk_of_ones_has);
    tcase_add_test(tc, floors_are_given_back);
    tcase_add_test(tc, a_region_too_large_to_verify_is_refused);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
