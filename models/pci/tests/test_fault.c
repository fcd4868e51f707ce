/* models/pci/tests/test_fault.c - interrupts that are lost, late, twice, for nothing, or others'.
 */
#include <check.h>
#include <stdlib.h>

#include "models/fault/fault.h"
#include "models/pci/pci.h"
#include "sim/scenario/scenario.h"

#define CPUS 4

static struct sim *sim;
static struct pci_function *pci;
static struct faults *faults;
static struct sim_scenario *scenario;
static struct {
    uint32_t count[8], cpu, all;
    sim_ns at;
    uint32_t changes;
    bool level;
} seen;

static void message(void *ctx, uint32_t vector, uint32_t cpu)
{
    (void)ctx;
    seen.count[vector]++;
    seen.all++;
    seen.cpu = cpu;
    seen.at = sim_now(sim);
}

static void level(void *ctx, bool asserted)
{
    (void)ctx;
    seen.level = asserted;
    seen.changes++;
}

static void build(uint32_t vectors, const char *sections)
{
    struct sim_config config;
    struct sim_error error;
    char text[1024];

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    memset(&seen, 0, sizeof seen);
    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 1\n%s", sections);
    ck_assert_msg(!sim_scenario_parse("t.ini", text, NULL, 0, &error, &scenario), "%s", error.text);
    faults = faults_create(sim, scenario);
    pci = pci_create(sim, &(struct pci_options){.vectors = vectors, .delivery_ns = 0});
    pci_set_sink(pci, &(struct pci_sink){.message = message, .line = level});
    pci_set_faults(pci, faults, CPUS);
    if (vectors)
        pci_msix_enable(pci, true);
    ck_assert_msg(!faults_boot(faults, &error), "%s", error.text);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    faults_start(faults);
}

static void teardown(void)
{
    sim_scenario_free(scenario);
    sim_destroy(sim);
    sim_world_destroy();
}

static void rings(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
}

static void run(sim_ns ns)
{
    struct sim_event alarm = {0};

    sim_event_in(sim, &alarm, ns, rings, NULL);
    sim_run(sim, sim_now(sim) + ns);
}

static void raise_and_run(uint32_t vector, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        pci_msix_raise(pci, vector);
        run(10);
    }
}

START_TEST(a_lost_message_never_arrives)
{
    build(8, "[fault f]\naction = lose-interrupt\non = interrupt\nvector = 2\nnth = 2\n");
    raise_and_run(1, 3);
    raise_and_run(2, 3);
    run(SIM_S);
    ck_assert_uint_eq(seen.count[1], 3);
    ck_assert_uint_eq(seen.count[2], 2);
}
END_TEST

START_TEST(a_late_message_arrives_later)
{
    build(8, "[fault f]\naction = delay-interrupt\non = interrupt\ndelay = 5ms\n");
    raise_and_run(1, 1);
    run(5 * SIM_MS - 11);
    ck_assert_uint_eq(seen.all, 0);
    run(2);
    ck_assert_uint_eq(seen.all, 1);
}
END_TEST

START_TEST(a_repeated_message_arrives_twice)
{
    build(8, "[fault f]\naction = duplicate-interrupt\non = interrupt\ndelay = 1ms\n");
    raise_and_run(1, 1);
    ck_assert_uint_eq(seen.all, 1);
    run(SIM_MS);
    ck_assert_uint_eq(seen.all, 2);
    ck_assert_int_eq(seen.at, SIM_MS);
}
END_TEST

START_TEST(messages_for_nothing_come_once_or_as_a_storm)
{
    build(8, "[fault f]\naction = spurious-interrupt\nvector = 3\n"
             "[fault g]\naction = interrupt-storm\nvector = 4\ndelay = 1us\nuntil = time\n"
             "duration = 100us\n");
    run(SIM_S);
    ck_assert_uint_eq(seen.count[3], 1);
    ck_assert_uint_ge(seen.count[4], 99);
    ck_assert_uint_le(seen.count[4], 102);
}
END_TEST

START_TEST(a_vector_is_aimed_elsewhere_and_what_is_pending_follows)
{
    build(8, _i ? "[fault f]\naction = aim-interrupt\nvector = 1\nvalue = 6\n"
                : "[fault f]\naction = aim-interrupt\nvector = 1\n");
    pci_msix_aim(pci, 1, 3);
    pci_msix_mask(pci, 1, PCI_MASKED);
    pci_msix_raise(pci, 1);
    run(10);
    pci_msix_mask(pci, 1, PCI_UNMASKED);
    run(10);
    ck_assert_uint_eq(seen.count[1], 1);
    ck_assert_uint_eq(seen.cpu, _i ? 6 % CPUS : 0);
}
END_TEST

START_TEST(another_device_holds_the_line_until_it_is_served)
{
    build(0, "[fault f]\naction = foreign-interrupt\ndelay = 3us\n");
    run(1);
    ck_assert(seen.level);
    pci_intx_set(pci, true);
    run(10);
    pci_intx_set(pci, false);
    run(10);
    ck_assert(seen.level);
    run(3 * SIM_US);
    ck_assert(!seen.level);
    ck_assert_uint_eq(seen.changes, 2);
}
END_TEST

START_TEST(with_messages_the_line_is_silent)
{
    build(8, "[fault f]\naction = foreign-interrupt\n[fault g]\naction = aim-interrupt\n"
             "vector = 63\n");
    run(SIM_S);
    ck_assert_uint_eq(seen.changes, 0);
}
END_TEST

START_TEST(a_line_whose_rise_is_lost_is_not_seen_until_it_has_fallen)
{
    build(0, "[fault f]\naction = lose-interrupt\non = interrupt\n");
    pci_intx_set(pci, true);
    run(SIM_S);
    ck_assert(!seen.level);
    pci_intx_set(pci, false);
    run(10);
    pci_intx_set(pci, true);
    run(10);
    ck_assert(seen.level);
}
END_TEST

START_TEST(a_line_may_rise_late_if_it_is_still_up)
{
    build(0, "[fault f]\naction = delay-interrupt\non = interrupt\ndelay = 5ms\ntimes = 2\n");
    pci_intx_set(pci, true);
    run(5 * SIM_MS - 2);
    ck_assert(!seen.level);
    run(3);
    ck_assert(seen.level);
    pci_intx_set(pci, false);
    run(10);
    pci_intx_set(pci, true);
    run(SIM_MS);
    pci_intx_set(pci, false);
    run(SIM_S);
    ck_assert_uint_eq(seen.changes, 2);
}
END_TEST

START_TEST(a_line_rises_for_nothing_once_or_as_a_storm)
{
    build(0, "[fault f]\naction = spurious-interrupt\n"
             "[fault g]\naction = interrupt-storm\nat = 1ms\ndelay = 20us\nuntil = time\n"
             "duration = 1ms\n");
    run(SIM_MS / 2);
    ck_assert_uint_eq(seen.changes, 2);
    run(SIM_S);
    ck_assert_uint_ge(seen.changes, 2 + 2 * 49);
    ck_assert(!seen.level);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pci");
    TCase *tc = tcase_create("fault");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, a_lost_message_never_arrives);
    tcase_add_test(tc, a_late_message_arrives_later);
    tcase_add_test(tc, a_repeated_message_arrives_twice);
    tcase_add_test(tc, messages_for_nothing_come_once_or_as_a_storm);
    tcase_add_loop_test(tc, a_vector_is_aimed_elsewhere_and_what_is_pending_follows, 0, 2);
    tcase_add_test(tc, another_device_holds_the_line_until_it_is_served);
    tcase_add_test(tc, with_messages_the_line_is_silent);
    tcase_add_test(tc, a_line_whose_rise_is_lost_is_not_seen_until_it_has_fallen);
    tcase_add_test(tc, a_line_may_rise_late_if_it_is_still_up);
    tcase_add_test(tc, a_line_rises_for_nothing_once_or_as_a_storm);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
