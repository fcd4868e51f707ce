/* sim/cli/cli.c - the table of verbs, and what they share. */
#include "sim/cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/run/worker.h"

const struct sim_verb *const sim_verbs[] = {
    &sim_verb_run,
    &sim_verb_sweep,
    &sim_verb_explore,
    &sim_verb_replay,
    &sim_verb_shrink,
    &sim_verb_explain,
    &sim_verb_debug,
    &sim_verb_list,
    &sim_verb_help,
    &sim_verb_version,
    NULL,
};

int sim_cli_usage_error(const char *text)
{
    fflush(stdout);
    fprintf(stderr, "storsim: %s\n", text);
    return SIM_EXIT_USAGE;
}

json_t *sim_iometer_json(const uint64_t count[SIM_IOMETER_BINS])
{
    json_t *array = json_array();

    for (uint32_t bin = 0; bin < SIM_IOMETER_BINS; bin++) {
        sim_ns end = sim_iometer_bin_end(bin);

        json_array_append_new(
            array, json_pack("{so sI}", "below_ns",
                             end == SIM_NEVER ? json_null() : json_integer((json_int_t)end), "ios",
                             (json_int_t)count[bin]));
    }
    return array;
}

void sim_cli_notes(const struct sim_scenario *scenario)
{
    const char *note;

    for (uint32_t i = 0; (note = sim_scenario_note(scenario, i)) != NULL; i++)
        fprintf(stderr, "storsim: warning: %s\n", note);
}

const char *sim_paint(enum sim_paint paint)
{
    static const char *const escape[] = {"\033[0m",    "\033[1;31m", "\033[1;32m",
                                         "\033[1;33m", "\033[2m",    "\033[1m"};
    static int on = -1;

    if (on < 0) {
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

        on = isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
             (term == NULL || strcmp(term, "dumb") != 0);
    }
    return on ? escape[paint] : "";
}

void sim_json_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', stdout);
    json_decref(object);
}

json_t *sim_json_text(const char *text)
{
    json_t *value = json_string(text);
    char copy[2048];

    if (value != NULL)
        return value;
    snprintf(copy, sizeof(copy), "%s", text); /* not UTF-8 */
    for (char *c = copy; *c != '\0'; c++)
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    return json_string(copy);
}

static int unknown_verb(const char *word)
{
    const char *names[24], *near;
    struct sim_error error;
    uint32_t n = 0;

    for (; sim_verbs[n] != NULL; n++)
        names[n] = sim_verbs[n]->name;
    near = sim_nearest(word, names, n);
    sim_error_set(&error, "there is no verb '%.60s'; %s%s%s", word,
                  near ? "did you mean '" : "see 'storsim help'", near ? near : "",
                  near ? "'?" : "");
    return sim_cli_usage_error(error.text);
}

static int verb_do(const struct sim_verb *verb, int argc, char **argv)
{
    struct sim_arguments arguments;
    struct sim_error error;

    if (sim_arguments_parse(verb, argc, argv, &arguments, &error) < 0)
        return sim_cli_usage_error(error.text);
    if (arguments.help) {
        sim_verb_usage(stdout, verb);
        return SIM_EXIT_OK;
    }
    return verb->fn(&arguments);
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";

    if (strcmp(word, SIM_WORKER_VERB) == 0)
        return sim_worker_main();
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    if (strcmp(word, "--version") == 0)
        word = "version";
    for (int i = 0; sim_verbs[i] != NULL; i++) {
        if (strcmp(sim_verbs[i]->name, word) == 0)
            return argc > 1 ? verb_do(sim_verbs[i], argc - 1, argv + 1)
                            : verb_do(sim_verbs[i], argc, argv);
    }
    return unknown_verb(word);
}

int sim_cli_main(int argc, char **argv)
{
    int status;

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(), looked at below */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow (ulimit -f) */
    status = dispatch(argc, argv);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && errno != 0) {
        fprintf(stderr, "storsim: standard output: %s\n", strerror(errno));
        if (status == SIM_EXIT_OK)
            status = SIM_EXIT_USAGE;
    }
    return status;
}
