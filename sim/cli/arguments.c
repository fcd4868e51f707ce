/* sim/cli/arguments.c - options of the command line: one table, parsed with getopt_long(). */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/cli.h"

enum flag_kind { FLAG_YES, FLAG_TEXT, FLAG_COUNT, FLAG_TIME, FLAG_LIST };

struct flag {
    const char *name;
    char letter; /* 0: none */
    enum flag_kind kind;
    size_t offset;
    const char *value; /* its name in help */
    const char *text;
};

#define AT(field) offsetof(struct sim_arguments, field)
static const struct flag flags[] = {
    {"seed", 's', FLAG_TEXT, AT(seed), "N|last",
     "seed of the run (1); last: the one used before with this scenario"},
    {"seeds", 's', FLAG_TEXT, AT(seeds), "A-B",
     "seeds to run, or one seed (default: as many as the scenario says)"},
    {"set", 0, FLAG_LIST, AT(set), "KEY=VALUE",
     "override section.key or workload.NAME.key; may be repeated"},
    {"baseline", 0, FLAG_TEXT, AT(baseline), "X",
     "compare with this driver; only what is new fails"},
    {"driver", 'd', FLAG_LIST, AT(driver), "X", "miniport: a built-in one or the path of a module"},
    {"strategy", 0, FLAG_TEXT, AT(strategy), "X",
     "what makes the choices, see 'storsim list strategies'"},
    {"trace", 0, FLAG_TEXT, AT(trace), "FILE", "write every event as a line of JSON"},
    {"events", 0, FLAG_COUNT, AT(events), "N", "lines of the story (30)"},
    {"jobs", 'j', FLAG_COUNT, AT(jobs), "N", "worker processes (one for each processor)"},
    {"shard", 0, FLAG_TEXT, AT(shard), "I/N", "run only every N-th seed, beginning with the I-th"},
    {"budget", 0, FLAG_TIME, AT(budget_ns), "TIME",
     "stop after so much wall-clock time, such as 5m"},
    {"out", 'o', FLAG_TEXT, AT(out), "DIR", "folder of the results (results/NAME)"},
    {"junit", 0, FLAG_TEXT, AT(junit), "FILE",
     "write a JUnit report, a test case for each scenario and driver"},
    {"samples", 0, FLAG_COUNT, AT(samples), "N",
     "store every single I/O of the first N seeds (20)"},
    {"stop-after", 0, FLAG_COUNT, AT(stop_after), "N", "end a scenario with its N-th failing seed"},
    {"fail-fast", 0, FLAG_YES, AT(fail_fast), NULL, "the same as --stop-after 1"},
    {"guided", 0, FLAG_YES, AT(guided), NULL,
     "try seeds that found new interleavings with other schedules"},
    {"no-coverage", 0, FLAG_YES, AT(no_coverage), NULL, "do not collect interleavings"},
    {"tries", 0, FLAG_COUNT, AT(tries), "N",
     "effort to make findings small, in runs as long as theirs; 0: none"},
    {"batch", 0, FLAG_YES, AT(batch), NULL, "ask nothing: run the commands, print, end"},
    {"command", 0, FLAG_LIST, AT(command), "TEXT",
     "a command for the debugger when it has stopped; may be repeated"},
    {"inside", 0, FLAG_YES, AT(inside), NULL, "be the program that is debugged (gdb runs this)"},
    {"patience", 0, FLAG_TIME, AT(patience_ns), "TIME",
     "kill a worker that is silent for so long (30s): driver-hang"},
    {"preemptions", 'k', FLAG_COUNT, AT(preemptions), "K", "most delays of a schedule, 0 to 8 (2)"},
    {"window", 0, FLAG_TEXT, AT(window), "all|recovery",
     "where delays are placed: the scenario's explore.window"},
    {"resume", 0, FLAG_YES, AT(resume), NULL, "go on from DIR/explore.state"},
    {"full", 0, FLAG_YES, AT(full), NULL, "without partial-order reduction"},
    {"json", 0, FLAG_YES, AT(json), NULL, "one JSON object a line"},
    {"markdown", 0, FLAG_YES, AT(markdown), NULL, "as Markdown tables (options only)"},
    {"quiet", 'q', FLAG_YES, AT(quiet), NULL, "no progress"},
    {"verbose", 'v', FLAG_YES, AT(verbose), NULL, "the whole story, and all figures"},
    {"help", 'h', FLAG_YES, AT(help), NULL, "this text"},
};
#define FLAGS ((int)(sizeof(flags) / sizeof(flags[0])))

static bool takes(const struct sim_verb *verb, const struct flag *flag)
{
    const char *at = verb->options;
    size_t n = strlen(flag->name);

    if (strcmp(flag->name, "help") == 0)
        return true;
    while ((at = strstr(at, flag->name)) != NULL) {
        if ((at == verb->options || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
        at += n;
    }
    return false;
}

static int unknown_flag(const struct sim_verb *verb, const char *word, struct sim_error *error)
{
    char bare[64];
    const char *words[FLAGS], *near;
    uint32_t n = 0;

    snprintf(bare, sizeof(bare), "%s", word + strspn(word, "-"));
    bare[strcspn(bare, "=")] = '\0';
    for (int i = 0; i < FLAGS; i++) {
        if (takes(verb, &flags[i]))
            words[n++] = flags[i].name;
    }
    near = sim_nearest(bare, words, n);
    if (near != NULL)
        return sim_error_set(error, "%s: there is no option '%s'; did you mean --%s?", verb->name,
                             word, near);
    return sim_error_set(error, "%s: there is no option '%s'; see 'storsim help %s'", verb->name,
                         word, verb->name);
}

static int count_take(const struct flag *flag, const char *value, uint64_t *out,
                      struct sim_error *error)
{
    char *end;

    errno = 0;
    *out = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0)
        return sim_error_set(error, "--%s: '%.60s' is not a whole number", flag->name, value);
    return 0;
}

static int flag_take(const struct flag *flag, const char *value, struct sim_arguments *out,
                     struct sim_error *error)
{
    char *at = (char *)out + flag->offset;
    struct sim_text_list *list = (struct sim_text_list *)(void *)at;
    struct sim_error why;

    switch (flag->kind) {
    case FLAG_YES:
        *(bool *)(void *)at = true;
        return 0;
    case FLAG_TEXT:
        *(const char **)(void *)at = value;
        return 0;
    case FLAG_COUNT:
        return count_take(flag, value, (uint64_t *)(void *)at, error);
    case FLAG_TIME:
        if (sim_value_parse(SIM_TIME, value, (int64_t *)(void *)at, &why) < 0)
            return sim_error_set(error, "--%s: %s", flag->name, why.text);
        return *(int64_t *)(void *)at > 0
                   ? 0
                   : sim_error_set(error, "--%s: must be more than nothing", flag->name);
    case FLAG_LIST:
        if (list->count == SIM_CLI_LIST_MAX)
            return sim_error_set(error, "--%s: given more than %d times", flag->name,
                                 SIM_CLI_LIST_MAX);
        list->item[list->count++] = value;
        return 0;
    }
    return 0;
}

/* Tables for getopt_long(): long names give 1000 + index. */
static void getopt_tables(const struct sim_verb *verb, struct option *longs, char *shorts)
{
    int n = 0;

    *shorts++ = ':';
    for (int i = 0; i < FLAGS; i++) {
        if (!takes(verb, &flags[i]))
            continue;
        longs[n++] = (struct option){flags[i].name,
                                     flags[i].kind == FLAG_YES ? no_argument : required_argument,
                                     NULL, 1000 + i};
        if (flags[i].letter == 0)
            continue;
        *shorts++ = flags[i].letter;
        if (flags[i].kind != FLAG_YES)
            *shorts++ = ':';
    }
    longs[n] = (struct option){0};
    *shorts = '\0';
}

static const struct flag *flag_of(const struct sim_verb *verb, int code)
{
    if (code >= 1000)
        return &flags[code - 1000];
    for (int i = 0; i < FLAGS; i++) {
        if (flags[i].letter == code && takes(verb, &flags[i]))
            return &flags[i];
    }
    return NULL;
}

static int operands_take(const struct sim_verb *verb, int argc, char **argv,
                         struct sim_arguments *out, struct sim_error *error)
{
    for (int i = optind; i < argc; i++) {
        if (out->operand.count == SIM_CLI_LIST_MAX || out->operand.count >= verb->operands_max)
            return sim_error_set(error, "%s: '%.80s' is one word too many; usage: storsim %s %s",
                                 verb->name, argv[i], verb->name, verb->operands);
        out->operand.item[out->operand.count++] = argv[i];
    }
    if (out->operand.count < verb->operands_min && !out->help)
        return sim_error_set(error, "%s: %s is missing; usage: storsim %s %s", verb->name,
                             verb->operands, verb->name, verb->operands);
    return 0;
}

int sim_arguments_parse(const struct sim_verb *verb, int argc, char **argv,
                        struct sim_arguments *out, struct sim_error *error)
{
    struct option longs[FLAGS + 1];
    char shorts[2 * FLAGS + 2];
    int code;

    *out = (struct sim_arguments){.events = 30,
                                  .preemptions = 2,
                                  .samples = 20,
                                  .patience_ns = 30 * SIM_S,
                                  .tries = SIM_TRIES_UNSAID};
    getopt_tables(verb, longs, shorts);
    optind = 0;
    opterr = 0;
    for (;;) {
        int word = optind > 0 ? optind : 1;

        code = getopt_long(argc, argv, shorts, longs, NULL);
        if (code == -1)
            break;
        if (code == '?' && optopt >= 1000)
            return sim_error_set(error, "%s: --%s takes no value", verb->name,
                                 flags[optopt - 1000].name);
        if (code == '?')
            return unknown_flag(verb, argv[optind > word ? optind - 1 : word], error);
        if (code == ':')
            return sim_error_set(error, "%s: --%s wants a value", verb->name,
                                 flag_of(verb, optopt)->name);
        if (flag_take(flag_of(verb, code), optarg, out, error) < 0)
            return -1;
    }
    return operands_take(verb, argc, argv, out, error);
}

void sim_verb_usage(FILE *out, const struct sim_verb *verb)
{
    fprintf(out, "usage: storsim %s %s%s\n\n%s\n", verb->name, verb->operands,
            *verb->options ? " [OPTION...]" : "", verb->summary);
    if (verb->text != NULL)
        fprintf(out, "\n%s\n", verb->text);
    fprintf(out, "\noptions:\n");
    for (int i = 0; i < FLAGS; i++) {
        char left[64];

        if (!takes(verb, &flags[i]))
            continue;
        snprintf(left, sizeof(left), "%s%c%s--%s%s%s", flags[i].letter ? "-" : " ",
                 flags[i].letter ? flags[i].letter : ' ', flags[i].letter ? ", " : "  ",
                 flags[i].name, flags[i].value ? " " : "", flags[i].value ? flags[i].value : "");
        fprintf(out, "  %-26s %s\n", left, flags[i].text);
    }
}
