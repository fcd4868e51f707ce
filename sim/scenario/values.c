/* sim/scenario/values.c - values as people write them: 10ms, 4k, 40%, yes, randread.
 *
 * Numbers may have a decimal fraction (1.5ms) when the result is whole in the type's own unit. All
 * arithmetic is in integers, so a value means the same on every machine.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "sim/load/words.h"
#include "sim/scenario/scenario_private.h"

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit time_units[] = {
    {"ns", 1},         {"us", SIM_US},      {"ms", SIM_MS},      {"s", SIM_S},
    {"m", 60 * SIM_S}, {"h", 3600 * SIM_S}, {"min", 60 * SIM_S}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"", 1},
    {"k", 1024},
    {"m", 1024 * 1024},
    {"g", 1024 * 1024 * 1024},
    {"t", 1024LL * 1024 * 1024 * 1024},
    {NULL, 0},
};
static const struct unit count_units[] = {{"", 1}, {NULL, 0}};
static const struct unit percent_units[] = {{"%", 10000}, {NULL, 0}};

const char *sim__type_text(enum sim_option_type type)
{
    static const char *const text[] = {
        "a time: a number and ns, us, ms, s, m or h, such as 10ms",
        "a size: a number of bytes, or one with k, m, g or t, such as 4k",
        "a whole number",
        "a share: a number and %, such as 40%",
        "yes or no",
        "one of its words",
        "text",
        "a whole number or any",
        "a size, or up to three for reads,writes,trims, such as 4k or 8k,64k",
    };

    return text[type];
}

/* Reads digits[.digits] at *text as numerator / denominator and moves *text behind it. */
static int number_parse(const char **text, int64_t *numerator, int64_t *denominator)
{
    const char *p = *text;
    bool fraction = false;

    *numerator = 0;
    *denominator = 1;
    if (!isdigit((unsigned char)*p))
        return -1;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !fraction); p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        if (__builtin_mul_overflow(*numerator, (int64_t)10, numerator) ||
            __builtin_add_overflow(*numerator, (int64_t)(*p - '0'), numerator))
            return -1;
        if (fraction && __builtin_mul_overflow(*denominator, (int64_t)10, denominator))
            return -1;
    }
    *text = p;
    return p[-1] == '.' ? -1 : 0;
}

static int quantity_parse(const char *text, const struct unit *units, int64_t *out)
{
    const char *p = text;
    int64_t numerator, denominator, product;

    if (number_parse(&p, &numerator, &denominator) < 0)
        return -1;
    while (*p == ' ')
        p++;
    if (*p == '\0' && numerator == 0) {
        *out = 0; /* nothing is nothing in every unit */
        return 0;
    }
    for (; units->name != NULL; units++) {
        if (strcasecmp(p, units->name) == 0)
            break;
    }
    if (units->name == NULL || __builtin_mul_overflow(numerator, units->factor, &product))
        return -1;
    *out = product / denominator;
    return product % denominator == 0 ? 0 : -1;
}

static int bool_parse(const char *text, int64_t *out)
{
    static const char *const words[2][4] = {{"no", "false", "off", "0"},
                                            {"yes", "true", "on", "1"}};

    for (int value = 0; value < 2; value++) {
        for (int i = 0; i < 4; i++) {
            if (strcasecmp(text, words[value][i]) == 0) {
                *out = value;
                return 0;
            }
        }
    }
    return -1;
}

int sim_value_parse(enum sim_option_type type, const char *text, int64_t *out,
                    struct sim_error *error)
{
    static const struct unit *const units[] = {time_units, size_units, count_units, percent_units};
    int result = 0;

    if (type == SIM_BOOL)
        result = bool_parse(text, out);
    else if (type < SIM_BOOL)
        result = quantity_parse(text, units[type], out);
    else if (type == SIM_INDEX && strcasecmp(text, "any") == 0)
        *out = -1;
    else if (type == SIM_INDEX)
        result = quantity_parse(text, count_units, out);
    else
        *out = 0;
    if (result < 0)
        return sim_error_set(error, "'%.80s' is not %s", text, sim__type_text(type));
    return 0;
}

bool sim__enum_word(const char *list, uint32_t i, char *out, size_t bytes)
{
    for (; i > 0; i--) {
        list = strchr(list, '|');
        if (list == NULL)
            return false;
        list++;
    }
    snprintf(out, bytes, "%.*s", (int)strcspn(list, "|"), list);
    return true;
}

#define ENUM_WORDS_MAX 96

static int enum_parse(const char *list, const char *text, int64_t *out, struct sim_error *error)
{
    char word[ENUM_WORDS_MAX][32];
    const char *words[ENUM_WORDS_MAX], *near;
    uint32_t n = 0;

    for (; n < ENUM_WORDS_MAX && sim__enum_word(list, n, word[n], sizeof(word[n])); n++) {
        words[n] = word[n];
        if (strcmp(word[n], text) == 0) {
            *out = n;
            return 0;
        }
    }
    near = sim_nearest(text, words, n);
    if (strlen(list) > SIM__ENUM_TOLD_MAX)
        list = "the words of 'storsim list faults'";
    if (near != NULL)
        return sim_error_set(error, "'%.80s' is not one of %s; did you mean '%s'?", text, list,
                             near);
    return sim_error_set(error, "'%.80s' is not one of %s", text, list);
}

/* The first of them that is given. */
static int sizes_parse(const char *text, int64_t *out, struct sim_error *error)
{
    struct sim_sizes sizes[SIM_DIRS] = {0};

    if (sim_words_sizes(text, sizes, error) < 0)
        return -1;
    for (int d = SIM_DIRS; d-- > 0;)
        if (sizes[d].min)
            *out = sizes[d].min;
    if (!sizes[0].min && !sizes[1].min && !sizes[2].min)
        return sim_error_set(error, "'%.80s' is not %s", text, sim__type_text(SIM_SIZES));
    return 0;
}

static int bound_check(const struct sim_option_info *info, const char *text, int64_t value,
                       struct sim_error *error)
{
    int64_t lo = INT64_MIN, hi = INT64_MAX;

    if (info->lo != NULL)
        sim_value_parse(info->type, info->lo, &lo, NULL);
    if (info->hi != NULL)
        sim_value_parse(info->type, info->hi, &hi, NULL);
    if (value >= lo && value <= hi)
        return 0;
    if (info->type == SIM_INDEX)
        return sim_error_set(error, "'%.80s' is out of bounds: allowed is any, or 0 to %s", text,
                             info->hi);
    if (info->hi == NULL)
        return sim_error_set(error, "'%.80s' is out of bounds: allowed is %s or more", text,
                             info->lo);
    return sim_error_set(error, "'%.80s' is out of bounds: allowed is %s to %s", text, info->lo,
                         info->hi);
}

int sim__option_parse(enum sim_option option, const char *text, int64_t *out,
                      struct sim_error *error)
{
    const struct sim_option_info *info = &sim_option_info[option];

    if (info->type == SIM_ENUM)
        return enum_parse(info->lo, text, out, error);
    if (info->type == SIM_SIZES)
        return sizes_parse(text, out, error);
    if (sim_value_parse(info->type, text, out, error) < 0)
        return -1;
    if (info->type == SIM_TEXT || info->type == SIM_BOOL)
        return 0;
    return bound_check(info, text, *out, error);
}

int sim__expect_parse(const char *text, struct sim_expect *out, struct sim_error *error)
{
    char rule[64], seeds[8], rest[2];
    unsigned long long within = 0;
    const char *words[SIM_RULE_COUNT], *near;
    int found;

    *out = (struct sim_expect){.pass = true};
    if (strcmp(text, "pass") == 0)
        return 0;
    if (sscanf(text, "violates %63s within %9llu %7s %1s", rule, &within, seeds, rest) != 3 ||
        within == 0 || (strcmp(seeds, "seeds") != 0 && strcmp(seeds, "seed") != 0))
        return sim_error_set(error, "'%.80s' is neither 'pass' nor 'violates RULE within N seeds'",
                             text);
    found = sim_rule_by_name(rule);
    if (found >= 0) {
        *out = (struct sim_expect){
            .pass = false, .rule = (enum sim_rule)found, .within_seeds = within};
        return 0;
    }
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        words[i] = sim_rule_info[i].name;
    near = sim_nearest(rule, words, SIM_RULE_COUNT);
    return sim_error_set(error, "there is no rule '%s'; %s%s%s", rule,
                         near ? "did you mean '" : "see 'storsim list rules'", near ? near : "",
                         near ? "'?" : "");
}
