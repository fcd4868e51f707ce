/* sim/cli/help.c - storsim help, storsim version. */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/run/store.h"
#include "sim/run/version.h"

static void overview(void)
{
    printf("storsim runs a Windows Storport miniport on virtual time, and judges every run by "
           "rules.\n\n"
           "usage: storsim VERB ...\n\n");
    for (int i = 0; sim_verbs[i] != NULL; i++)
        printf("  %-8s %-28s %s\n", sim_verbs[i]->name, sim_verbs[i]->operands,
               sim_verbs[i]->summary);
    printf(
        "\n'storsim help VERB' has the options of a verb, 'storsim list options' those of a "
        "scenario file.\n\n"
        "exit status: 0 as expected; 1 a rule was violated, or an expected violation was not "
        "found;\n"
        "2 usage or scenario error; 3 storsim's own fault or non-determinism; 4 nothing was run;\n"
        "130 interrupted, 143 terminated\n");
}

static json_t *verb_json(const struct sim_verb *verb)
{
    return json_pack("{ss ss ss}", "verb", verb->name, "operands", verb->operands, "summary",
                     verb->summary);
}

static int help(const struct sim_arguments *arguments)
{
    const char *names[16], *near;
    struct sim_error error;
    uint32_t n = 0;

    for (; sim_verbs[n] != NULL; n++) {
        names[n] = sim_verbs[n]->name;
        if (arguments->json)
            sim_json_print(verb_json(sim_verbs[n]));
        if (arguments->operand.count > 0 && strcmp(names[n], arguments->operand.item[0]) == 0) {
            sim_verb_usage(stdout, sim_verbs[n]);
            return SIM_EXIT_OK;
        }
    }
    if (arguments->json)
        return SIM_EXIT_OK;
    if (arguments->operand.count == 0) {
        overview();
        return SIM_EXIT_OK;
    }
    near = sim_nearest(arguments->operand.item[0], names, n);
    sim_error_set(&error, "help: there is no verb '%.60s'%s%s%s", arguments->operand.item[0],
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return sim_cli_usage_error(error.text);
}

const struct sim_verb sim_verb_help = {
    .name = "help",
    .operands = "[VERB]",
    .summary = "this overview, or the options of a verb",
    .options = "json",
    .operands_max = 1,
    .fn = help,
};

static int version(const struct sim_arguments *arguments)
{
    if (arguments->json)
        sim_json_print(json_pack("{ss ss si}", "version", sim_version(), "exact",
                                 sim_version_exact(), "database", SIM_STORE_VERSION));
    else
        printf("storsim %s\n", sim_version_exact());
    return SIM_EXIT_OK;
}

const struct sim_verb sim_verb_version = {
    .name = "version",
    .operands = "",
    .summary = "which storsim this is",
    .options = "json",
    .fn = version,
};
