/* sim/scenario/scenario.h - a scenario: the values of all options, from a file, --set and defaults.
 *
 * Read with libinih over the one table of options.def, and [registry] with keys of its own.
 * Immutable once read.
 */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/engine/time.h"
#include "sim/engine/verdict.h"
#include "sim/error.h"

enum sim_option {
#define SIM_OPTION(id, section, key, type, dflt, lo, hi, text) SIM_OPT_##id,
#include "sim/scenario/options.def"
#undef SIM_OPTION
    SIM_OPT_COUNT
};

enum sim_option_type {
    SIM_TIME,
    SIM_SIZE,
    SIM_COUNT,
    SIM_PERCENT,
    SIM_BOOL,
    SIM_ENUM,
    SIM_TEXT,
    SIM_INDEX,
    SIM_SIZES
};

struct sim_option_info {
    const char *section, *key;
    enum sim_option_type type;
    const char *dflt, *lo, *hi; /* as written by a user; ENUM: lo is the list of words */
    const char *text;
};
extern const struct sim_option_info sim_option_info[SIM_OPT_COUNT];

struct sim_scenario;
struct sim_section; /* one [workload NAME] or [fault NAME] */
struct sim_workload;

/* One override from the command line: "section.key" or "section.NAME.key", and its value as text.
 */
struct sim_setting {
    const char *name, *value;
};

/* Reads the file at path, and the files that its workloads name, and applies the overrides. Errors
 * (text in error, as file:line: what, what is allowed, did you mean): unknown section or key, wrong
 * unit, value out of bounds, key given twice, missing file, no workload, bad `expect`. Returns 0
 * and the scenario, or a negative value.
 */
int sim_scenario_read(const char *path, const struct sim_setting *settings, uint32_t count,
                      struct sim_error *error, struct sim_scenario **out);
/* The same from text; name stands for the file name in messages. Files that its workloads name must
 * have come with it. */
int sim_scenario_parse(const char *name, const char *text, const struct sim_setting *settings,
                       uint32_t count, struct sim_error *error, struct sim_scenario **out);
void sim_scenario_free(struct sim_scenario *scenario);

/* Path as given, base name without folder and ".ini", the file's text with all files that it needs
 * behind it (attach.c), and a hash (xxHash) of all
 * effective values that decide a run: comments, the order of keys, [scenario], driver.module and
 * explore.strategy are not part of it, so that two drivers or strategies can be compared on the
 * same scenario. The order of workloads, and of faults, is. */
const char *sim_scenario_path(const struct sim_scenario *scenario);
const char *sim_scenario_name(const struct sim_scenario *scenario);
const char *sim_scenario_text(const struct sim_scenario *scenario);
uint64_t sim_scenario_hash(const struct sim_scenario *scenario);
/* The i-th warning about what its files say and has no meaning here; NULL: there are no more. */
const char *sim_scenario_note(const struct sim_scenario *scenario, uint32_t i);
/* Such a text with every job of an icf or fio file as a section of its own, [workload NAME/JOB],
 * and all values of workloads as they are, those of --set too; files with jobs are left out.
 * malloc()ed; NULL when no load comes from such a file. */
char *sim_scenario_flat(const struct sim_scenario *scenario);
/* Bytes of such a text before the files. */
size_t sim_scenario_head(const char *text);

/* A file behind such a text: where its head begins, and its bytes; in the text. */
struct sim_text_file {
    const char *head, *bytes;
    size_t length;
};
/* False: none has this name. The text was read as a scenario before. */
bool sim_text_file_find(const char *text, const char *name, struct sim_text_file *out);
/* Writes one behind a text. */
void sim_text_file_put(FILE *out, const char *name, const char *bytes, size_t length);

/* Values of options outside [workload] and [fault]. TIME: ns. SIZE: bytes. PERCENT: parts per
 * million of one (40% is 400000). BOOL: 0 or 1. ENUM: index into its list. INDEX: -1 for any.
 * Asking with the wrong type is an assertion. */
int64_t sim_opt(const struct sim_scenario *scenario, enum sim_option option);
const char *sim_opt_text(const struct sim_scenario *scenario, enum sim_option option);
/* Whether the file or the command line sets it. */
bool sim_opt_given(const struct sim_scenario *scenario, enum sim_option option);
/* How many words an ENUM has, and the i-th of them, copied to out. */
uint32_t sim_opt_words(enum sim_option option);
void sim_opt_word(enum sim_option option, uint32_t i, char out[32]);
/* Severity of a rule in this scenario. */
enum sim_severity sim_opt_rule(const struct sim_scenario *scenario, enum sim_rule rule);

/* Sections of one kind ("workload", "fault"), in the order of the file. */
uint32_t sim_sections(const struct sim_scenario *scenario, const char *kind);
const struct sim_section *sim_section(const struct sim_scenario *scenario, const char *kind,
                                      uint32_t i);
const char *sim_section_name(const struct sim_section *section);
int64_t sim_section_opt(const struct sim_section *section, enum sim_option option);
const char *sim_section_opt_text(const struct sim_section *section, enum sim_option option);
/* A [workload NAME], all its values taken together. */
const struct sim_workload *sim_section_workload(const struct sim_section *section);

/* Values of [registry], in the order of the file: what the driver finds in its registry key. Text
 * is ASCII and ends with NUL, several texts with one more; numbers are little-endian. */
enum sim_registry_type { SIM_REG_DWORD, SIM_REG_SZ, SIM_REG_MULTI_SZ, SIM_REG_BINARY };
#define SIM_REGISTRY_NAME 64 /* bytes of a value's name */
#define SIM_REGISTRY_DATA 256
struct sim_registry_value {
    char name[SIM_REGISTRY_NAME]; /* as written: NAME, or Device0\NAME for one adapter's */
    enum sim_registry_type type;
    uint32_t bytes;
    uint8_t data[SIM_REGISTRY_DATA];
};
uint32_t sim_registry_values(const struct sim_scenario *scenario);
const struct sim_registry_value *sim_registry_value(const struct sim_scenario *scenario,
                                                    uint32_t i);

/* The `expect` line, parsed. */
struct sim_expect {
    bool pass;
    enum sim_rule rule;    /* pass is false: must be violated */
    uint64_t within_seeds; /* pass is false: in one of the first so many seeds */
};
struct sim_expect sim_scenario_expect(const struct sim_scenario *scenario);

/* Parses a value of a type, for --budget and the like. Returns 0, or -1 with what is allowed in
 * error. */
int sim_value_parse(enum sim_option_type type, const char *text, int64_t *out,
                    struct sim_error *error);

/* Parses how a time scatters: "lognormal:0.5" and the like, see spread_words.c. As above. */
struct sim_spread;
int sim_spread_parse(const char *text, struct sim_spread *out, struct sim_error *error);
/* The same for an option that holds such a text, or the name of a file with the table. No error in
 * a scenario that was read; error may be NULL. */
int sim_opt_spread(const struct sim_scenario *scenario, enum sim_option option,
                   struct sim_spread *out, struct sim_error *error);

/* Nearest word to `word` among count words by edit distance, or NULL when none is near. */
const char *sim_nearest(const char *word, const char *const *words, uint32_t count);

/* Prints the whole option table: as --help text, as Markdown, or as JSON. */
enum sim_options_form { SIM_OPTIONS_TEXT, SIM_OPTIONS_MARKDOWN, SIM_OPTIONS_JSON };
void sim_options_print(FILE *out, enum sim_options_form form);

#endif
