/* models/pci/tests/test_pci.c - MSI-X vectors and the INTx line, message by message. */
// covers: models/pci/pci_model.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/machine.h"
#include "models/pci/pci.h"
#include "sim/scenario/scenario.h"

#define MEAN 600

static struct sim *sim;
static struct pci_function *pci;
static struct {
    uint32_t count, vector, cpu;
    sim_ns at;
} arrived;
static struct {
    uint32_t changes;
    bool level;
} line;

static void message(void *ctx, uint32_t vector, uint32_t cpu)
{
    (void)ctx;
    arrived.count++;
    arrived.vector = vector;
    arrived.cpu = cpu;
    arrived.at = sim_now(sim);
}

static void level(void *ctx, bool asserted)
{
    (void)ctx;
    ck_assert(line.level != asserted);
    line.level = asserted;
    line.changes++;
}

static void create(uint32_t vectors)
{
    pci = pci_create(sim, &(struct pci_options){.vectors = vectors, .delivery_ns = MEAN});
    pci_set_sink(pci, &(struct pci_sink){.message = message, .line = level});
    if (vectors)
        pci_msix_enable(pci, true);
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    memset(&arrived, 0, sizeof(arrived));
    memset(&line, 0, sizeof(line));
    create(8);
    sim_begin(sim, 1, &sim_strategy_time, 0);
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

/* Long enough for everything on the way: the longest exponential is 20 times its mean. */
static void settle(void)
{
    sim_run(sim, sim_now(sim) + 20 * MEAN);
}

START_TEST(a_message_takes_its_time_and_arrives_once_at_the_cpu_it_was_aimed_at)
{
    sim_ns sent, sum = 0;

    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t vector = i % 8, cpu = i % 5;

        pci_msix_aim(pci, vector, cpu);
        ck_assert_uint_eq(pci_msix_target(pci, vector), cpu);
        sent = sim_now(sim);
        pci_msix_raise(pci, vector);
        ck_assert_uint_eq(arrived.count, i);
        settle();
        ck_assert_uint_eq(arrived.count, i + 1);
        ck_assert_uint_eq(arrived.vector, vector);
        ck_assert_uint_eq(arrived.cpu, cpu);
        ck_assert_int_ge(arrived.at - sent, MEAN / 3);
        sum += arrived.at - sent;
    }
    ck_assert_int_ge(sum / 2000, MEAN - MEAN / 10);
    ck_assert_int_le(sum / 2000, MEAN + MEAN / 10);
}
END_TEST

START_TEST(a_masked_vector_remembers_one_message_and_sends_it_when_unmasked)
{
    pci_msix_mask(pci, 3, PCI_MASKED);
    pci_msix_raise(pci, 3);
    pci_msix_raise(pci, 3);
    settle();
    ck_assert_uint_eq(arrived.count, 0);
    ck_assert(pci_msix_pending(pci, 3));
    ck_assert(!pci_msix_pending(pci, 2));
    pci_msix_mask(pci, 3, PCI_UNMASKED);
    ck_assert(!pci_msix_pending(pci, 3));
    settle();
    ck_assert_uint_eq(arrived.count, 1);
    ck_assert_uint_eq(arrived.vector, 3);
    pci_msix_mask(pci, 3, PCI_UNMASKED);
    settle();
    ck_assert_uint_eq(arrived.count, 1);
}
END_TEST

START_TEST(a_pending_message_follows_a_new_aim_and_one_on_the_way_does_not)
{
    pci_msix_aim(pci, 1, 2);
    pci_msix_mask(pci, 1, PCI_MASKED);
    pci_msix_raise(pci, 1);
    pci_msix_aim(pci, 1, 3);
    pci_msix_mask(pci, 1, PCI_UNMASKED);
    settle();
    ck_assert_uint_eq(arrived.cpu, 3);
    pci_msix_raise(pci, 1);
    pci_msix_aim(pci, 1, 0);
    pci_msix_mask(pci, 1, PCI_MASKED); /* too late as well */
    settle();
    ck_assert_uint_eq(arrived.count, 2);
    ck_assert_uint_eq(arrived.cpu, 3);
}
END_TEST

START_TEST(messages_on_the_way_are_merged_only_when_one_is_sure_to_come_later)
{
    for (uint32_t i = 0; i < 4; i++)
        pci_msix_raise(pci, 0);
    settle();
    ck_assert_uint_eq(arrived.count, 4);
    for (uint32_t i = 0; i < 100; i++)
        pci_msix_raise(pci, 0);
    settle();
    ck_assert_uint_eq(arrived.count, 8);
    ck_assert_int_gt(arrived.at, 0);
}
END_TEST

START_TEST(what_cannot_be_sent_is_ignored)
{
    pci_msix_raise(pci, 8);
    pci_msix_raise(pci, UINT32_MAX);
    pci_msix_enable(pci, false);
    pci_msix_raise(pci, 0);
    settle();
    ck_assert_uint_eq(arrived.count, 0);
    ck_assert(!pci_msix_pending(pci, 0));
}
END_TEST

START_TEST(disabling_msix_forgets_pending_messages_but_not_those_on_the_way)
{
    pci_msix_mask(pci, 5, PCI_MASKED);
    pci_msix_raise(pci, 5);
    pci_msix_raise(pci, 6);
    pci_msix_enable(pci, false);
    ck_assert(!pci_msix_pending(pci, 5));
    settle();
    ck_assert_uint_eq(arrived.count, 1);
    ck_assert_uint_eq(arrived.vector, 6);
}
END_TEST

START_TEST(the_line_follows_its_level_and_takes_its_time)
{
    create(0);
    pci_intx_set(pci, true);
    ck_assert_uint_eq(line.changes, 0);
    settle();
    ck_assert(line.level);
    pci_intx_set(pci, true);
    settle();
    ck_assert_uint_eq(line.changes, 1);
    pci_intx_set(pci, false);
    ck_assert(line.level);
    settle();
    ck_assert(!line.level);
}
END_TEST

START_TEST(a_pulse_shorter_than_its_way_is_not_seen_and_the_last_level_counts)
{
    create(0);
    pci_intx_set(pci, true);
    pci_intx_set(pci, false);
    settle();
    ck_assert_uint_eq(line.changes, 0);
    pci_intx_set(pci, true);
    pci_intx_set(pci, false);
    pci_intx_set(pci, true);
    settle();
    ck_assert_uint_eq(line.changes, 1);
    ck_assert(line.level);
}
END_TEST

START_TEST(the_line_is_silent_while_msix_is_enabled_and_goes_low_when_it_is)
{
    pci_intx_set(pci, true);
    settle();
    ck_assert_uint_eq(line.changes, 0);
    pci_msix_enable(pci, false);
    pci_intx_set(pci, true);
    settle();
    ck_assert(line.level);
    pci_msix_enable(pci, true);
    settle();
    ck_assert(!line.level);
}
END_TEST

START_TEST(msi_grants_a_power_of_two_and_msix_what_there_is)
{
    ck_assert_uint_eq(pci_grant(PCI_MSIX, 9), 9);
    ck_assert_uint_eq(pci_grant(PCI_MSI, 0), 0);
    ck_assert_uint_eq(pci_grant(PCI_MSI, 1), 1);
    ck_assert_uint_eq(pci_grant(PCI_MSI, 9), 8);
    ck_assert_uint_eq(pci_grant(PCI_MSI, 64), 32);
}
END_TEST

static void create_msi(bool maskable)
{
    pci = pci_create(sim,
                     &(struct pci_options){
                         .vectors = 4, .kind = PCI_MSI, .maskable = maskable, .delivery_ns = MEAN});
    pci_set_sink(pci, &(struct pci_sink){.message = message, .line = level});
    pci_msix_enable(pci, true);
}

START_TEST(msi_has_one_address_for_all_messages)
{
    create_msi(false);
    ck_assert_int_eq(pci_kind(pci), PCI_MSI);
    pci_msix_raise(pci, 3); /* is on its way to where it was aimed */
    pci_msix_aim(pci, 1, 2);
    settle();
    ck_assert_uint_eq(arrived.vector, 3);
    ck_assert_uint_eq(arrived.cpu, 0);
    pci_msix_raise(pci, 3);
    settle();
    ck_assert_uint_eq(arrived.cpu, 2);
}
END_TEST

START_TEST(msi_is_masked_only_where_it_has_mask_bits)
{
    create_msi(_i);
    pci_msix_mask(pci, 1, PCI_MASKED);
    pci_msix_raise(pci, 1);
    settle();
    ck_assert_uint_eq(arrived.count, _i ? 0 : 1);
    pci_msix_aim(pci, 2, 3);
    pci_msix_mask(pci, 1, PCI_UNMASKED);
    settle();
    ck_assert_uint_eq(arrived.count, 1);
    ck_assert_uint_eq(arrived.cpu, _i ? 3 : 0);
}
END_TEST

START_TEST(messages_on_the_way_are_part_of_the_world)
{
    pci_msix_raise(pci, 2);
    sim_image(sim);
    for (uint32_t i = 1; i <= 3; i++) {
        settle();
        ck_assert_uint_eq(arrived.count, i);
        sim_restore(sim);
        sim_begin(sim, i, &sim_strategy_time, 0);
    }
}
END_TEST

START_TEST(the_scenario_says_how_many_vectors_there_are)
{
    static const char *const texts[] = {
        "[machine]\nvectors = 5\n[workload w]\nrw = read\nnumber_ios = 1\n",
        "[machine]\ninterrupts = intx\nvectors = 5\n[workload w]\nrw = read\nnumber_ios = 1\n"};
    struct sim_machine machine = {.sim = sim};
    struct sim_scenario *scenario;
    struct sim_error error = {""};

    ck_assert_msg(!sim_scenario_parse("t", texts[_i], NULL, 0, &error, &scenario), "%s",
                  error.text);
    machine.scenario = scenario;
    ck_assert_int_eq(pci_model.setup(&machine, &error), 0);
    ck_assert_uint_eq(pci_vectors(machine.part[MACHINE_PCI]), _i ? 0 : 5);
    ck_assert(!pci_msix_enabled(machine.part[MACHINE_PCI]));
    sim_scenario_free(scenario);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pci");
    TCase *tc = tcase_create("pci");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_message_takes_its_time_and_arrives_once_at_the_cpu_it_was_aimed_at);
    tcase_add_test(tc, a_masked_vector_remembers_one_message_and_sends_it_when_unmasked);
    tcase_add_test(tc, a_pending_message_follows_a_new_aim_and_one_on_the_way_does_not);
    tcase_add_test(tc, messages_on_the_way_are_merged_only_when_one_is_sure_to_come_later);
    tcase_add_test(tc, what_cannot_be_sent_is_ignored);
    tcase_add_test(tc, disabling_msix_forgets_pending_messages_but_not_those_on_the_way);
    tcase_add_test(tc, the_line_follows_its_level_and_takes_its_time);
    tcase_add_test(tc, a_pulse_shorter_than_its_way_is_not_seen_and_the_last_level_counts);
    tcase_add_test(tc, the_line_is_silent_while_msix_is_enabled_and_goes_low_when_it_is);
    tcase_add_test(tc, messages_on_the_way_are_part_of_the_world);
    tcase_add_loop_test(tc, the_scenario_says_how_many_vectors_there_are, 0, 2);
    tcase_add_test(tc, msi_grants_a_power_of_two_and_msix_what_there_is);
    tcase_add_test(tc, msi_has_one_address_for_all_messages);
    tcase_add_loop_test(tc, msi_is_masked_only_where_it_has_mask_bits, 0, 2);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
