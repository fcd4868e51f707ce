/* sim/tests/fuzz/scenario.c - bytes as a scenario file, with --set options.
 *
 * Lines "--set section.key=value" at the end are the command line; the rest is the file. What must
 * hold, besides that nothing crashes, hangs or leaks: an error says something and names the place;
 * what is read once is read the same again; and a scenario's hash is that of its values.
 */
// runs: 50000
// corpus: scenarios
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/workload.h"
#include "sim/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SETTINGS_MAX 8

struct input {
    char *text;
    uint32_t settings;
    struct sim_setting setting[SETTINGS_MAX];
};

/* Cuts the last line off when it is a setting. */
static bool setting_cut(struct input *in)
{
    char *line = strrchr(in->text, '\n'), *equals;

    if (!line || strncmp(line, "\n--set ", 7) || in->settings == SETTINGS_MAX)
        return false;
    *line = '\0';
    line += 7;
    equals = strchr(line, '=');
    if (!equals)
        return true;
    *equals = '\0';
    in->setting[in->settings++] = (struct sim_setting){.name = line, .value = equals + 1};
    return true;
}

static int parse(const struct input *in, struct sim_error *error, struct sim_scenario **out)
{
    *out = NULL;
    return sim_scenario_parse("fuzz.ini", in->text, in->setting, in->settings, error, out);
}

static void look_at(const struct sim_scenario *scenario)
{
    struct sim_expect expect = sim_scenario_expect(scenario);

    SIM_ASSERT(expect.pass || expect.within_seeds);
    for (uint32_t i = 0; i < sim_sections(scenario, "workload"); i++) {
        const struct sim_workload *w = sim_section_workload(sim_section(scenario, "workload", i));

        SIM_ASSERT(w->jobs && w->depth && w->smallest && w->smallest <= w->largest);
    }
    for (uint32_t i = 0; i < sim_sections(scenario, "fault"); i++)
        SIM_ASSERT(sim_section_name(sim_section(scenario, "fault", i)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.text = malloc(size + 1)};
    struct sim_scenario *scenario, *again;
    struct sim_error error = {""};

    SIM_ASSERT(in.text);
    memcpy(in.text, data, size);
    in.text[size] = '\0';
    while (setting_cut(&in))
        ;
    if (parse(&in, &error, &scenario) < 0) {
        SIM_ASSERT(!strncmp(error.text, "fuzz.ini", 8) || !strncmp(error.text, "--set ", 6));
    } else {
        int failed = parse(&in, &error, &again);

        SIM_ASSERT(!failed);
        SIM_ASSERT(sim_scenario_hash(scenario) == sim_scenario_hash(again));
        look_at(scenario);
        sim_scenario_free(again);
        sim_scenario_free(scenario);
    }
    free(in.text);
    return 0;
}
