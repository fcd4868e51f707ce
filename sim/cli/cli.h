/* sim/cli/cli.h - the command line: verbs, their options, exit statuses. */
#ifndef SIM_CLI_CLI_H
#define SIM_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/error.h"
#include "sim/run/result.h"
#include "sim/scenario/scenario.h"

/* What the process ends with; part of the interface. */
enum sim_exit {
    SIM_EXIT_OK = 0,
    SIM_EXIT_VIOLATED = 1, /* a rule was violated, or an expected violation was not found */
    SIM_EXIT_USAGE = 2,    /* command line, scenario, module, folder or database is unusable */
    SIM_EXIT_FAULT = 3,    /* storsim's own fault, or non-determinism */
    SIM_EXIT_NOTHING = 4,  /* nothing was run */
    SIM_EXIT_INTERRUPT = 130,
    SIM_EXIT_TERMINATE = 143,
};

#define SIM_CLI_LIST_MAX 60

struct sim_text_list {
    uint32_t count;
    const char *item[SIM_CLI_LIST_MAX];
};

/* --tries was not given. */
#define SIM_TRIES_UNSAID UINT64_MAX

/* Every option of every verb; a verb takes those that its row of the table names. */
struct sim_arguments {
    bool json, quiet, verbose, fail_fast, help, markdown, guided, no_coverage, batch, inside,
        resume, full;
    const char *seed, *seeds, *trace, *strategy, *shard, *out, *junit, *window, *baseline;
    uint64_t preemptions;
    uint64_t events, jobs, samples, stop_after, tries;
    sim_ns budget_ns, patience_ns;
    struct sim_text_list set, driver, operand, command;
};

struct sim_verb {
    const char *name;
    const char *operands; /* as in the usage line, "" for none */
    const char *summary;  /* one line */
    const char *options;  /* names, with blanks between */
    const char *text;     /* more for 'help VERB'; NULL: nothing */
    uint32_t operands_min, operands_max;
    int (*fn)(const struct sim_arguments *arguments);
};

extern const struct sim_verb sim_verb_run, sim_verb_sweep, sim_verb_explore, sim_verb_replay,
    sim_verb_shrink, sim_verb_explain, sim_verb_debug, sim_verb_list, sim_verb_help,
    sim_verb_version;
/* All of them, ended by NULL. */
extern const struct sim_verb *const sim_verbs[];

/* The whole program behind main(). */
int sim_cli_main(int argc, char **argv);

/* Parses the words behind a verb. Returns 0, or -1 with what is wrong and the nearest name. */
int sim_arguments_parse(const struct sim_verb *verb, int argc, char **argv,
                        struct sim_arguments *out, struct sim_error *error);

/* Prints a verb's usage and options. */
void sim_verb_usage(FILE *out, const struct sim_verb *verb);

/* "storsim: text" on standard error; returns SIM_EXIT_USAGE. */
int sim_cli_usage_error(const char *text);
/* Iometer's latency bins: [{"below_ns": 50000, "ios": 12}, ...], null for the last one. */
json_t *sim_iometer_json(const uint64_t count[SIM_IOMETER_BINS]);
/* What the scenario's files say and has no meaning here, to stderr. */
void sim_cli_notes(const struct sim_scenario *scenario);

/* --- scenarios of the command line ------------------------------------------------------------ */

struct sim_settings {
    uint32_t count;
    struct sim_setting item[SIM_CLI_LIST_MAX + 4];
    char text[SIM_CLI_LIST_MAX][160]; /* names of --set, cut off their values */
};

/* --set, --strategy, and one driver (NULL: the scenario's) as settings. */
int sim_settings_fill(const struct sim_arguments *arguments, const char *driver,
                      struct sim_settings *out, struct sim_error *error);

/* Folders that scenarios are in, those of the nearest first: `scenarios` here, and where storsim is
 * installed or else was built. Returns how many there are. */
#define SIM_SCENARIO_DIRS 2
uint32_t sim_scenario_dirs(const char *out[SIM_SCENARIO_DIRS]);

/* File of a scenario: a path, or a name from sim_scenario_dirs(). Errors name the nearest. */
int sim_scenario_find(const char *name, char *out, size_t bytes, struct sim_error *error);

/* The last seed used with a scenario, for `--seed last`; kept in the user's state folder. Noting
 * may fail silently. */
void sim_last_seed_note(const char *scenario, uint64_t seed);
int sim_last_seed_get(const char *scenario, uint64_t *out, struct sim_error *error);

/* A seed: decimal or 0x..., below 2^63. */
int sim_seed_parse(const char *text, uint64_t *out, struct sim_error *error);

/* --- output ----------------------------------------------------------------------------------- */

/* Escape sequence for standard output, or "" when it is no terminal or NO_COLOR is set. */
enum sim_paint {
    SIM_PAINT_OFF,
    SIM_PAINT_BAD,
    SIM_PAINT_GOOD,
    SIM_PAINT_WARN,
    SIM_PAINT_DIM,
    SIM_PAINT_BOLD
};
const char *sim_paint(enum sim_paint paint);

/* Prints an object as one line and drops it. */
void sim_json_print(json_t *object);
/* Text as JSON, whatever bytes it has. */
json_t *sim_json_text(const char *text);

#endif
