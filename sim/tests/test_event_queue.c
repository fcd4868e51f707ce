/* sim/tests/test_event_queue.c - total order, cancel, ties. */
#include <check.h>
#include <stdlib.h>

#include "sim/engine/event_queue.h"
#include "sim/engine/prng.h"
#include "sim/engine/world.h"

#define N 500

static struct sim_event_queue queue;
static struct sim_event event[N];

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    sim_event_queue_init(&queue);
}

static void teardown(void)
{
    sim_world_destroy();
}

static void never(struct sim_event *e, void *ctx)
{
    (void)e;
    (void)ctx;
    ck_abort_msg("the queue calls nobody");
}

START_TEST(events_come_out_by_time_then_in_order_of_scheduling)
{
    struct sim_stream st;
    sim_ns last = -1;
    struct sim_event *previous = NULL;

    sim_stream_seed(&st, (uint64_t)_i, "test");
    for (int i = 0; i < N; i++)
        sim_event_queue_push(&queue, &event[i], (sim_ns)sim_stream_below(&st, 40), never, NULL);
    for (int i = 0; i < N; i++) {
        sim_ns next = sim_event_queue_next(&queue);
        struct sim_event *e = sim_event_queue_pop(&queue, 0);

        ck_assert_int_eq(e->at, next);
        ck_assert(e->at > last || (e->at == last && e > previous));
        ck_assert(!sim_event_pending(e));
        last = e->at;
        previous = e;
    }
    ck_assert_int_eq(sim_event_queue_next(&queue), SIM_NEVER);
}
END_TEST

START_TEST(a_cancelled_event_never_comes_out_and_leaves_the_order_alone)
{
    struct sim_stream st;
    sim_ns last = -1;
    int left = 0;

    sim_stream_seed(&st, (uint64_t)_i, "test");
    for (int i = 0; i < N; i++)
        sim_event_queue_push(&queue, &event[i], (sim_ns)sim_stream_below(&st, 1000), never, NULL);
    for (int i = 0; i < N; i++) {
        if (sim_stream_below(&st, 2))
            continue;
        ck_assert(sim_event_queue_cancel(&queue, &event[i]));
        ck_assert(!sim_event_queue_cancel(&queue, &event[i]));
        event[i].ctx = &queue;
    }
    while (queue.count) {
        struct sim_event *e = sim_event_queue_pop(&queue, 0);

        ck_assert_ptr_null(e->ctx);
        ck_assert_int_ge(e->at, last);
        last = e->at;
        left++;
    }
    ck_assert_int_gt(left, 0);
}
END_TEST

START_TEST(any_of_the_events_at_one_time_can_be_first)
{
    for (int i = 0; i < 5; i++)
        sim_event_queue_push(&queue, &event[i], i < 4 ? 7 : 8, never, NULL);
    ck_assert_uint_eq(sim_event_queue_ties(&queue), 4);
    ck_assert_ptr_eq(sim_event_queue_pop(&queue, 2), &event[2]);
    ck_assert_uint_eq(sim_event_queue_ties(&queue), 3);
    ck_assert_ptr_eq(sim_event_queue_pop(&queue, 2), &event[3]);
    ck_assert_ptr_eq(sim_event_queue_pop(&queue, 0), &event[0]);
    ck_assert_ptr_eq(sim_event_queue_pop(&queue, 0), &event[1]);
    ck_assert_uint_eq(sim_event_queue_ties(&queue), 1);
    ck_assert_ptr_eq(sim_event_queue_pop(&queue, 0), &event[4]);
    ck_assert_uint_eq(sim_event_queue_ties(&queue), 0);
}
END_TEST

START_TEST(ties_are_counted_up_to_eight)
{
    for (int i = 0; i < 100; i++)
        sim_event_queue_push(&queue, &event[i], 7, never, NULL);
    ck_assert_uint_eq(sim_event_queue_ties(&queue), 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_queue");
    TCase *tc = tcase_create("event_queue");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, events_come_out_by_time_then_in_order_of_scheduling, 0, 20);
    tcase_add_loop_test(tc, a_cancelled_event_never_comes_out_and_leaves_the_order_alone, 0, 20);
    tcase_add_test(tc, any_of_the_events_at_one_time_can_be_first);
    tcase_add_test(tc, ties_are_counted_up_to_eight);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
