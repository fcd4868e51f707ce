/* sim/tests/fuzz/load.c - bytes as files of other programs: Iometer's configurations, fio's job
 * files, traces.
 *
 * The first letter says which ('i', 'f', 't'), the rest is the file, attached to a scenario. What
 * must hold, besides that nothing crashes, hangs or leaks: an error names the file or the scenario;
 * what is accepted is a load that can be run; and the scenario's text, which carries the file,
 * reads as the same again.
 */
// runs: 30000
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/workload.h"
#include "sim/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *scenario_of(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"icf", "fio", "trace"};
    const char *key = keys[data[0] == 'i'   ? 0
                           : data[0] == 'f' ? 1
                           : data[0] == 't' ? 2
                                            : data[0] % 3];
    char *text = malloc(size + 200);
    size_t n;

    SIM_ASSERT(text);
    n = (size_t)snprintf(text, 200, "[workload w]\n%s = file\n--- file %zu file\n", key, size - 1);
    memcpy(text + n, data + 1, size - 1);
    memcpy(text + n + size - 1, "\n", 2);
    return text;
}

static void look_at(const struct sim_scenario *scenario)
{
    SIM_ASSERT(sim_sections(scenario, "workload"));
    for (uint32_t i = 0; i < sim_sections(scenario, "workload"); i++) {
        const struct sim_workload *w = sim_section_workload(sim_section(scenario, "workload", i));

        SIM_ASSERT(w->jobs && w->depth);
        for (uint32_t k = 1; k < w->trace_ios; k++)
            SIM_ASSERT(w->trace[k].at >= w->trace[k - 1].at);
    }
    for (uint32_t i = 0; sim_scenario_note(scenario, i); i++)
        SIM_ASSERT(*sim_scenario_note(scenario, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_scenario *scenario = NULL, *again = NULL;
    struct sim_error error = {""};
    char *text;
    int failed;

    if (!size || memchr(data, '\0', size))
        return 0;
    text = scenario_of(data, size);
    if (sim_scenario_parse("fuzz.ini", text, NULL, 0, &error, &scenario) < 0) {
        SIM_ASSERT(!strncmp(error.text, "fuzz.ini", 8) || !strncmp(error.text, "file", 4));
    } else {
        look_at(scenario);
        failed =
            sim_scenario_parse("fuzz.ini", sim_scenario_text(scenario), NULL, 0, &error, &again);
        SIM_ASSERT(!failed);
        SIM_ASSERT(sim_scenario_hash(scenario) == sim_scenario_hash(again));
        sim_scenario_free(again);
        sim_scenario_free(scenario);
    }
    free(text);
    return 0;
}
