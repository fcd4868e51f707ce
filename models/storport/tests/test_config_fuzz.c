/* models/storport/tests/test_config_fuzz.c - a miniport that says anything about itself: whatever
 * it puts into HW_INITIALIZATION_DATA and PORT_CONFIGURATION_INFORMATION, there are findings or
 * none, and never a crash of storsim's.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define SEEDS 800    /* $STORSIM_FUZZ_SEEDS: so many */
#define WORDS_MAX 12 /* words of a record that a seed changes */

static struct sim_stream stream;

static uint32_t odd_number(void)
{
    static const uint32_t numbers[] = {
        0,    1,     2,     3,          7,          16,      255,     256,        257,       511,
        4096, 65535, 65536, 0x7FFFFFFF, 0x80000000, 1 << 20, 4 << 20, 0xFFFFFFFE, 0xFFFFFFFF};

    if (sim_stream_below(&stream, 4))
        return numbers[sim_stream_below(&stream, sizeof numbers / sizeof numbers[0])];
    return (uint32_t)sim_stream_below(&stream, 1ull << 32) >> sim_stream_below(&stream, 24);
}

/* Writes such numbers over one or two bytes, or four, of a record; what is kept is put back. */
static void scramble(void *record, size_t bytes)
{
    uint8_t *p = record;
    uint32_t n = (uint32_t)sim_stream_below(&stream, WORDS_MAX);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t width = 1u << sim_stream_below(&stream, 3);
        size_t at = sim_stream_below(&stream, bytes / width) * width;
        uint32_t number = odd_number();

        memcpy(p + at, &number, width);
    }
}

static ULONG SIM_API find(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                          PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE *message = info->HwMSInterruptRoutine;

    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    scramble(info, sizeof *info);
    info->HwMSInterruptRoutine = sim_stream_below(&stream, 4) ? message : NULL;
    return sim_stream_below(&stream, 20) ? SP_RETURN_FOUND : odd_number();
}

/* Routines stay what they are, or are missing. */
static void change_record(HW_INITIALIZATION_DATA *hw)
{
    HW_INITIALIZATION_DATA was = *hw;

    scramble(hw, sizeof *hw);
    hw->HwInitialize = was.HwInitialize;
    hw->HwStartIo = was.HwStartIo;
    hw->HwInterrupt = was.HwInterrupt;
    hw->HwFindAdapter = was.HwFindAdapter;
    hw->HwResetBus = sim_stream_below(&stream, 50) ? was.HwResetBus : NULL;
    hw->HwAdapterControl = was.HwAdapterControl;
    hw->HwBuildIo = sim_stream_below(&stream, 8) ? was.HwBuildIo : NULL;
    hw->HwUnitControl = was.HwUnitControl;
    if (sim_stream_below(&stream, 8))
        hw->HwInitializationDataSize = was.HwInitializationDataSize;
    if (sim_stream_below(&stream, 2))
        hw->AdapterInterfaceType = was.AdapterInterfaceType;
}

/* --- a short life ---------------------------------------------------------------------------- */

static bool goes_on(sim_ns ns)
{
    enum sim_stop stop = sim_run(mini.sim, sim_now(mini.sim) + ns);

    return stop != SIM_STOP_FINDING && stop != SIM_STOP_CRASH;
}

static uint32_t next_request;

static void submit_some(void *ctx)
{
    (void)ctx;
    for (uint32_t i = 0; i < 6 && sp_max_transfer(mini.port) >= 8192; i++)
        mini_submit_here(next_request++, i % 3);
}

static void reset_asked(void *ctx)
{
    (void)ctx;
    sp_request_bus_reset(mini.port);
}

static bool does(void (*what)(void *ctx))
{
    mini_queue_call(1, what, NULL);
    return goes_on(SIM_S);
}

static bool asked(struct sp_task *task, enum sp_task_kind kind)
{
    *task = (struct sp_task){.kind = kind};
    sp_ask(mini.port, task);
    return goes_on(SIM_S);
}

static void live(void)
{
    static struct sp_task task[3];

    if (sim_run(mini.sim, 100 * SIM_S) != SIM_STOP_DONE)
        return;
    if (!does(submit_some) || !does(reset_asked) || !does(submit_some))
        return;
    if (asked(&task[0], SP_TASK_STOP) && asked(&task[1], SP_TASK_RESTART) && does(submit_some))
        asked(&task[2], SP_TASK_REMOVE);
}

/* Half of the seeds go on behind findings. */
static void one_seed(uint64_t seed)
{
    sim_stream_seed(&stream, seed, "config-fuzz");
    mini_setup();
    mini.find = find;
    mini.change_record = change_record;
    mini.extended = sim_stream_below(&stream, 4) == 0;
    mini.config.silent[SP_SILENT_NO_RESTART] = (uint8_t)sim_stream_below(&stream, 2);
    if (sim_stream_below(&stream, 3) == 0)
        mini.controls = 1 << ScsiStopAdapter;
    for (int i = 0; seed % 2 && i < SIM_RULE_COUNT; i++)
        mini.sim_config.severity[i] = SIM_SEVERITY_WARN;
    next_request = 0;
    mini_build();
    live();
    mini_teardown();
    mini.sim = NULL;
}

/* In four parts, for several processors and an early name. */
START_TEST(a_seed_ends_in_findings_or_in_none)
{
    const char *asked = getenv("STORSIM_FUZZ_SEEDS");
    uint64_t seeds = asked ? strtoull(asked, NULL, 10) : SEEDS;

    for (uint64_t seed = (uint64_t)_i; seed < seeds; seed += 4)
        one_seed(seed);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("config");
    Suite *s = suite_create("storport config fuzz");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, a_seed_ends_in_findings_or_in_none, 0, 4);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
