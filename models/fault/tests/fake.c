/* models/fault/tests/fake.c - see fake.h. */
#include "models/fault/tests/fake.h"

#include <string.h>

struct fake fake;

static void sink(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    fake.traced[record->event]++;
    fake.last[record->event] = *record;
}

static void begun(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    ck_assert_uint_lt(fake.begun_count, FAKE_SEEN_MAX);
    fake.begun[fault->number]++;
    fake.begun_at[fake.begun_count++] = sim_now(fake.sim);
    fake.subject = occasion ? occasion->subject : NULL;
}

static void ended(void *ctx, const struct fault *fault)
{
    (void)ctx;
    fake.ended[fault->number]++;
}

void fake_setup(void)
{
    struct sim_config config;

    memset(&fake, 0, sizeof fake);
    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    fake.sim = sim_create(&config);
    sim_trace_set_sink(fake.sim, sink, NULL);
}

void fake_teardown(void)
{
    sim_scenario_free(fake.scenario);
    sim_destroy(fake.sim);
    sim_world_destroy();
}

int fake_build(const char *sections)
{
    char text[4096];

    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 1\n%s", sections);
    ck_assert_msg(!sim_scenario_parse("t.ini", text, NULL, 0, &fake.error, &fake.scenario), "%s",
                  fake.error.text);
    fake.faults = faults_create(fake.sim, fake.scenario);
    for (uint32_t i = 0; i < SIM_FAULT_ACTIONS; i++)
        fault_serve(fake.faults, (enum sim_fault_action)i,
                    &(struct fault_server){.begin = begun, .end = ended, .at_once = true});
    return faults_boot(fake.faults, &fake.error);
}

void fake_begin(uint64_t seed)
{
    memset(fake.begun, 0, sizeof fake.begun);
    memset(fake.ended, 0, sizeof fake.ended);
    memset(fake.traced, 0, sizeof fake.traced);
    fake.begun_count = 0;
    sim_begin(fake.sim, seed, &sim_strategy_time, 0);
    faults_start(fake.faults);
}

static void rings(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
}

void fake_run(sim_ns ns)
{
    struct sim_event alarm = {0};

    sim_event_in(fake.sim, &alarm, ns, rings, NULL);
    sim_run(fake.sim, sim_now(fake.sim) + ns);
    ck_assert(!sim_event_pending(&alarm));
}

void fake_start(const char *sections)
{
    ck_assert_msg(!fake_build(sections), "%s", fake.error.text);
    fake_begin(1);
}

struct fault_occasion fake_command(uint8_t opcode)
{
    return (struct fault_occasion){.on = SIM_FAULT_ON_COMMAND,
                                   .queue = 1,
                                   .opcode = opcode,
                                   .has_lba = opcode != 0,
                                   .lba = 100,
                                   .blocks = 8,
                                   .subject = &fake};
}
