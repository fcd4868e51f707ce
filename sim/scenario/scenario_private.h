/* sim/scenario/scenario_private.h - private to sim/scenario/: what a scenario is made of. */
#ifndef SIM_SCENARIO_SCENARIO_PRIVATE_H
#define SIM_SCENARIO_SCENARIO_PRIVATE_H

#include "sim/scenario/scenario.h"

#define SIM__SECTIONS_MAX 64
#define SIM__NAME_MAX 40
#define SIM__REGISTRY_MAX 64

/* Where a value came from: a line of the file, or one of these. */
enum { SIM__FROM_DEFAULT = 0, SIM__FROM_COMMAND_LINE = -1 };

struct sim__value {
    int64_t number;
    char *text; /* as written, or NULL: the default */
    int line;   /* of the file, SIM__FROM_DEFAULT or SIM__FROM_COMMAND_LINE */
};

struct sim_section {
    const char *kind; /* "workload" or "fault" */
    char name[SIM__NAME_MAX];
    int line;
    struct sim__value value[SIM_OPT_COUNT]; /* those of its kind are used */
    struct sim_workload *workload;          /* of a [workload NAME], once it was checked */
};

struct sim__registry_entry {
    struct sim_registry_value value;
    int line;
};

struct sim_scenario {
    char *path, *name, *text;
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
void sim__workload_free(struct sim_workload *workload); /* NULL is allowed */
void sim__section_free(struct sim_section *section);
/* The same for one [fault NAME]. */
int sim__check_fault(const struct sim_scenario *scenario, const struct sim_section *section,
                     struct sim_error *error);
/* Sets error to "file:12: key: what", "--set section.key: what", or the file alone for a default.
 * Returns -1. section NULL: an option outside of named sections. */
int sim__complain(const struct sim_scenario *scenario, const struct sim_section *section,
                  enum sim_option option, const char *what, struct sim_error *error);

#endif
