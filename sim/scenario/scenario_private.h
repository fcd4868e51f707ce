/* sim/scenario/scenario_private.h - private to sim/scenario/: what a scenario is made of. */
#ifndef SIM_SCENARIO_SCENARIO_PRIVATE_H
#define SIM_SCENARIO_SCENARIO_PRIVATE_H

#include "sim/load/jobs.h"
#include "sim/scenario/scenario.h"

#define SIM__SECTIONS_MAX 64
#define SIM__NAME_MAX 40
#define SIM__REGISTRY_MAX 64

/* Where a value came from: a line of the file, or one of these. */
enum { SIM__FROM_DEFAULT = 0, SIM__FROM_COMMAND_LINE = -1 };

struct sim__value {
    int64_t number;
    char *text;       /* as written, or NULL: the default */
    int line;         /* of the file, SIM__FROM_DEFAULT or SIM__FROM_COMMAND_LINE */
    const char *file; /* that line is of this attached file; NULL: of the scenario */
};

/* A file that came with the scenario: its bytes are length from text + at on. */
#define SIM__FILES_MAX 16
struct sim__file {
    char *name, *path; /* as the scenario names it; for messages */
    size_t at, length;
};

struct sim_section {
    const char *kind; /* "workload" or "fault" */
    char name[SIM__NAME_MAX];
    int line;
    const char *file;           /* as in struct sim__value */
    char parent[SIM__NAME_MAX]; /* the [workload] whose file this one comes from; "": none */
    struct sim__value value[SIM_OPT_COUNT]; /* those of its kind are used */
    struct sim_workload *workload;          /* of a [workload NAME], once it was checked */
};

struct sim__registry_entry {
    struct sim_registry_value value;
    int line;
};

struct sim_scenario {
    char *path, *name, *text; /* text: attached files included */
    size_t head;              /* bytes of text before them */
    uint32_t files;
    struct sim__file file[SIM__FILES_MAX];
    struct sim_notes notes;
    struct sim__value value[SIM_OPT_COUNT];
    uint8_t severity[SIM_RULE_COUNT];
    int severity_line[SIM_RULE_COUNT];
    uint32_t sections;
    struct sim_section *section[SIM__SECTIONS_MAX];
    uint32_t registry_values;
    struct sim__registry_entry registry[SIM__REGISTRY_MAX];
    struct sim_expect expect;
    uint64_t hash;
};

/* The section whose keys are the user's own. */
#define SIM__REGISTRY "registry"

/* True for the kinds of section that have a name and may occur often. */
bool sim__section_is_named(const char *kind);

/* Option of a section and key, or -1; section NULL finds none. */
int sim__option_find(const char *section, const char *key);

/* True when some option or the list of rules lives in this section. */
bool sim__section_known(const char *section);

/* Fills words with the keys of a section (rules included for [check]), for sim_nearest(). Returns
 * their number, at most max. */
uint32_t sim__section_keys(const char *section, const char **words, uint32_t max);
/* The same with the names of all sections. */
uint32_t sim__section_names(const char **words, uint32_t max);
#define SIM__WORDS_MAX 128

/* Parses text as a value of option, bounds and list of words included. Returns 0, or -1 with what
 * is wrong and what is allowed in error, without the place. */
int sim__option_parse(enum sim_option option, const char *text, int64_t *out,
                      struct sim_error *error);

/* What a type allows, in words: "a time such as 10ms". */
const char *sim__type_text(enum sim_option_type type);
/* Name of a type for tables: TIME, SIZE. */
const char *sim__type_name(enum sim_option_type type);
/* Longer lists of words are not told, but where to find them. */
#define SIM__ENUM_TOLD_MAX 160
/* i-th word of an ENUM's list "a|b|c" copied to out; false when there are fewer. */
bool sim__enum_word(const char *list, uint32_t i, char *out, size_t bytes);

/* Parses `expect`. Returns 0, or -1 with text, without the place. */
int sim__expect_parse(const char *text, struct sim_expect *out, struct sim_error *error);

/* Sets one value: from the file (line > 0) or the command line. section is NULL for options outside
 * of named sections. Errors carry no place. */
int sim__assign(struct sim_scenario *scenario, struct sim_section *section, const char *kind,
                const char *key, const char *text, int line, struct sim_error *error);

/* The same for a value of [registry], whose keys are free. */
int sim__registry_assign(struct sim_scenario *scenario, const char *name, const char *text,
                         int line, struct sim_error *error);

/* Applies one --set. Errors begin with "--set NAME=VALUE: ". */
int sim__override(struct sim_scenario *scenario, const struct sim_setting *setting,
                  struct sim_error *error);

/* Checks what no single value shows. Errors carry their place. */
int sim__check(struct sim_scenario *scenario, struct sim_error *error);
/* The same for one [workload NAME], the number-th; makes its struct sim_workload. */
int sim__check_workload(struct sim_scenario *scenario, struct sim_section *section, uint32_t number,
                        struct sim_error *error);
/* Of two options: was b written later? */
bool sim__written_later(const struct sim_section *section, enum sim_option a, enum sim_option b);
void sim__workload_free(struct sim_workload *workload); /* NULL is allowed */
void sim__section_free(struct sim_section *section);

/* --- spread_words.c --- */
/* Options that say how times scatter. */
#define SIM__SPREAD_FIRST SIM_OPT_CONTROLLER_SPREAD
#define SIM__SPREAD_LAST SIM_OPT_CONTROLLER_GC_SPREAD
/* Name of the file that holds its table; NULL: none does, or it is no such option. */
const char *sim__spread_file(const struct sim_scenario *scenario, enum sim_option option);

/* --- attach.c --- */

enum sim__from { SIM__FROM_TEXT, SIM__FROM_DISK };
/* Finds the files behind the text. Errors carry their place. */
int sim__files_split(struct sim_scenario *scenario, struct sim_error *error);
/* Reads those that workloads name and that are not there yet. FROM_TEXT: that is an error. */
int sim__files_load(struct sim_scenario *scenario, enum sim__from from, struct sim_error *error);
/* Makes a section of each job of an icf or fio file. */
int sim__files_expand(struct sim_scenario *scenario, struct sim_error *error);
void sim__files_free(struct sim_scenario *scenario);
/* NULL: there is none of this name. */
const struct sim__file *sim__file_find(const struct sim_scenario *scenario, const char *name);
struct sim_load_place sim__file_place(const struct sim_scenario *scenario,
                                      const struct sim__file *file);
/* Settings of what files may say; all others must be known before one is read. */
bool sim__setting_of_load(const struct sim_setting *setting);

/* The same for one [fault NAME]. */
int sim__check_fault(const struct sim_scenario *scenario, const struct sim_section *section,
                     struct sim_error *error);
/* Sets error to "file:12: key: what", "--set section.key: what", or the file alone for a default.
 * Returns -1. section NULL: an option outside of named sections. */
int sim__complain(const struct sim_scenario *scenario, const struct sim_section *section,
                  enum sim_option option, const char *what, struct sim_error *error);

#endif
