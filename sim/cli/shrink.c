/* sim/cli/shrink.c - storsim shrink: a stored finding, made small. */
#include "sim/run/shrink.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/finding.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/repeat.h"

static void json_print(const struct sim_shrunk *shrunk, const char *path)
{
    char hash[32];

    snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)shrunk->replay.trace_hash);
    sim_json_print(json_pack("{so ss so so so sI sb ss}", "replay", sim_json_text(path), "rule",
                             sim_rule_info[shrunk->replay.rule].name, "message",
                             sim_json_text(shrunk->replay.message), "before",
                             sim_shrink_size_json(&shrunk->before), "after",
                             sim_shrink_size_json(&shrunk->after), "runs", (json_int_t)shrunk->runs,
                             "out_of_tries", shrunk->out_of_tries, "hash", hash));
}

static void text_print(const struct sim_shrunk *shrunk, const char *path)
{
    char text[SIM_SHRINK_TEXT], repeat[SIM_REPEAT_BYTES];

    printf("%s\n", sim_shrunk_text(shrunk, text));
    printf("%s: %s\n", sim_rule_info[shrunk->replay.rule].name, shrunk->replay.message);
    for (uint32_t i = 0; i < shrunk->replay.settings; i++)
        printf("  %s = %s\n", shrunk->replay.setting[i].name, shrunk->replay.setting[i].value);
    printf("%u runs%s\n", shrunk->runs,
           shrunk->out_of_tries ? "; --tries ended it, more may be possible" : "");
    printf("\nagain: %s\n", sim_repeat_replay(repeat, path));
}

static int finding_shrink(const struct sim_arguments *arguments, const struct sim_replay *finding,
                          const char *path)
{
    struct sim_shrunk shrunk;
    struct sim_error error;
    int status = SIM_EXIT_OK;

    if (sim_shrink(finding, sim_tries(arguments, SIM_SHRINK_TRIES_MANY), &error, &shrunk) < 0)
        return sim_cli_usage_error(error.text);
    if (sim_replay_write(path, &shrunk.replay, &error) < 0)
        status = sim_cli_usage_error(error.text);
    else if (arguments->json)
        json_print(&shrunk, path);
    else
        text_print(&shrunk, path);
    sim_shrunk_free(&shrunk);
    return status;
}

static int shrink(const struct sim_arguments *arguments)
{
    const char *path = arguments->operand.item[0];
    struct sim_replay finding;
    struct sim_error error;
    char to[PATH_MAX];
    int status;

    if (sim_replay_read(path, &error, &finding) < 0)
        return sim_cli_usage_error(error.text);
    sim_replay_minimal_path(path, to, sizeof(to));
    status = finding_shrink(arguments, &finding, to);
    sim_replay_free(&finding);
    return status;
}

const struct sim_verb sim_verb_shrink = {
    .name = "shrink",
    .operands = "FILE.replay",
    .summary = "a stored finding made small, in FILE-min.replay",
    .options = "tries json",
    .text = "Takes away faults, requests, processors and queues, then preemptions, as long as the "
            "same rule is\n"
            "violated in the same function of the driver. Exit status 0: a minimal finding was "
            "written.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = shrink,
};
