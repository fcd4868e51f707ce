/* sim/tests/fuzz/replay.c - bytes as a replay file.
 *
 * What must hold, besides that nothing crashes, hangs or leaks: an error names the file; what is
 * read can be written and read again, and is the same; and its scenario can be asked for.
 */
// runs: 100000
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct sim_replay *a, const struct sim_replay *b)
{
    SIM_ASSERT(!strcmp(a->scenario, b->scenario) && !strcmp(a->driver, b->driver));
    SIM_ASSERT(!strcmp(a->strategy, b->strategy) && !strcmp(a->message, b->message));
    SIM_ASSERT(!strcmp(a->scenario_text, b->scenario_text));
    SIM_ASSERT(a->seed == b->seed && a->rule == b->rule && a->trace_hash == b->trace_hash);
    SIM_ASSERT(a->settings == b->settings && a->scheduled == b->scheduled);
    SIM_ASSERT(a->schedule.delays == b->schedule.delays);
    SIM_ASSERT(a->schedule.answers == b->schedule.answers);
}

static void write_and_read(const struct sim_replay *replay, const char *folder)
{
    char path[200];
    struct sim_replay again;
    struct sim_error error;
    int failed;

    snprintf(path, sizeof path, "%s/storsim-fuzz-%d.replay", folder, (int)getpid());
    failed = sim_replay_write(path, replay, &error) || sim_replay_read(path, &error, &again);
    unlink(path);
    SIM_ASSERT(!failed);
    check_same(replay, &again);
    sim_replay_free(&again);
}

static void ask_for_scenario(const struct sim_replay *replay)
{
    struct sim_scenario *scenario = NULL;
    struct sim_error error;

    if (!sim_scenario_parse(replay->path, replay->scenario_text, replay->setting, replay->settings,
                            &error, &scenario))
        sim_scenario_free(scenario);
}

/* In memory: a file that only this process sees. */
static int file_of(const uint8_t *data, size_t size)
{
    int file = memfd_create("replay", 0);

    SIM_ASSERT(file >= 0);
    SIM_ASSERT(write(file, data, size) == (ssize_t)size);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    int file = file_of(data, size);
    struct sim_replay replay;
    struct sim_error error = {""};
    char path[40];

    snprintf(path, sizeof path, "/dev/fd/%d", file);
    if (sim_replay_read(path, &error, &replay) < 0) {
        SIM_ASSERT(!strncmp(error.text, path, strlen(path)));
    } else {
        write_and_read(&replay, folder);
        ask_for_scenario(&replay);
        sim_replay_free(&replay);
    }
    close(file);
    return 0;
}
