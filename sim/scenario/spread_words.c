/* sim/scenario/spread_words.c - how a time scatters, as people write it: fixed, uniform,
 * exponential, lognormal:0.5, table:80us/90:100us-2ms/10.
 *
 * A table is a histogram: a time, or a range of them, and its weight; the weights may have any sum.
 * One bin a line, with blanks or commas in place of the stroke and '#' before remarks, is read
 * as well: so a table may stand in a file beside the scenario, table:FILE.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/engine/spread.h"
#include "sim/scenario/scenario_private.h"

__extension__ typedef __int128 wide;

#define SIGMA_DEFAULT 500000
#define WEIGHT_MAX 1000000000000

static const char *const words[] = {"fixed", "uniform", "exponential", "lognormal", "table"};
#define WORDS ((uint32_t)(sizeof words / sizeof words[0]))
#define ALLOWED "fixed, uniform, exponential, lognormal:SIGMA or table:TIME/WEIGHT:..."

/* "0.5": as a share of a hundred, which the parser of values knows how to keep exact. */
static int sigma_parse(const char *text, uint32_t *out, struct sim_error *error)
{
    char percent[40];
    int64_t value = 0;

    snprintf(percent, sizeof percent, "%.30s%%", text);
    if (sim_value_parse(SIM_PERCENT, percent, &value, NULL) < 0 ||
        value * 100 > SIM_SPREAD_SIGMA_MAX)
        return sim_error_set(error,
                             "lognormal: '%.40s' is not the deviation of the time's logarithm: "
                             "0 to 2, such as 0.5",
                             text);
    *out = (uint32_t)(value * 100);
    return 0;
}

/* --- tables ----------------------------------------------------------------------------------- */

/* Room for "TIME-TIME". */
#define BIN_BYTES 80

static int time_parse(const char *text, sim_ns *out, struct sim_error *error)
{
    struct sim_error why;

    if (sim_value_parse(SIM_TIME, text, out, &why) < 0)
        return sim_error_set(error, "table: %s", why.text);
    if (*out > 3600 * SIM_S)
        return sim_error_set(error, "table: '%.40s' is longer than 1h", text);
    return 0;
}

static int range_parse(char *text, struct sim_spread *out, struct sim_error *error)
{
    char *dash = strchr(text, '-');
    sim_ns *from = &out->bin[out->bins].from, *to = &out->bin[out->bins].to;

    if (dash)
        *dash = '\0';
    if (time_parse(text, from, error) < 0 || time_parse(dash ? dash + 1 : text, to, error) < 0)
        return -1;
    if (*from > *to)
        return sim_error_set(error, "table: '%s-%s' ends before it begins", text, dash + 1);
    return 0;
}

/* One bin: TIME[-TIME]/WEIGHT. */
static int bin_parse(char *text, struct sim_spread *out, int64_t *weight, struct sim_error *error)
{
    char *mark = strpbrk(text, "/, \t"), *number;

    if (out->bins == SIM_SPREAD_BINS_MAX)
        return sim_error_set(error, "table: more than %d times", SIM_SPREAD_BINS_MAX);
    if (!mark)
        return sim_error_set(error, "table: '%.60s' is not TIME/WEIGHT", text);
    number = mark + strspn(mark, "/, \t");
    *mark = '\0';
    if (sim_value_parse(SIM_COUNT, number, weight, NULL) < 0 || *weight > WEIGHT_MAX)
        return sim_error_set(error, "table: '%.40s' is not a weight: a whole number up to 10^12",
                             number);
    if (range_parse(text, out, error) < 0)
        return -1;
    out->bins++;
    return 0;
}

/* The next bin of *text, without what is around it; empty ones and remarks are left out. */
static bool bin_next(const char **text, char out[BIN_BYTES])
{
    while (**text) {
        const char *from = *text + strspn(*text, " \t\r"), *end;
        size_t n = strcspn(from, ":\n#");

        end = from[n] == '#' ? from + strcspn(from, "\n") : from + n;
        *text = end + (*end != '\0');
        while (n && strchr(" \t\r", from[n - 1]))
            n--;
        if (!n)
            continue;
        snprintf(out, BIN_BYTES, "%.*s", (int)(n < BIN_BYTES ? n : BIN_BYTES - 1), from);
        return true;
    }
    return false;
}

static int table_parse(const char *text, struct sim_spread *out, struct sim_error *error)
{
    int64_t weight[SIM_SPREAD_BINS_MAX] = {0}, sum = 0, upto = 0;
    char bin[BIN_BYTES];

    while (bin_next(&text, bin)) {
        if (bin_parse(bin, out, &weight[out->bins % SIM_SPREAD_BINS_MAX], error) < 0)
            return -1;
        sum += weight[out->bins - 1];
    }
    if (!sum)
        return sim_error_set(error, "table: no time with a weight, such as table:80us/90:2ms/10");
    for (uint32_t i = 0; i < out->bins; i++) {
        upto += weight[i];
        out->bin[i].upto = (uint32_t)((wide)upto * SIM_SPREAD_WHOLE / sum);
    }
    return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

int sim_spread_parse(const char *text, struct sim_spread *out, struct sim_error *error)
{
    char word[24];
    const char *near, *rest = strchr(text, ':');
    uint32_t kind = 0;

    snprintf(word, sizeof word, "%.*s", rest ? (int)(rest - text) : 23, text);
    while (kind < WORDS && strcmp(words[kind], word))
        kind++;
    near = sim_nearest(word, words, WORDS);
    if (kind == WORDS)
        return sim_error_set(error, "'%.60s' is not " ALLOWED "%s%s%s", text,
                             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    *out = (struct sim_spread){.kind = (enum sim_spread_kind)kind, .sigma = SIGMA_DEFAULT};
    if (kind == SIM_SPREAD_TABLE)
        return table_parse(rest ? rest + 1 : "", out, error);
    if (kind == SIM_SPREAD_LOGNORMAL)
        return rest ? sigma_parse(rest + 1, &out->sigma, error) : 0;
    if (rest)
        return sim_error_set(error, "'%.60s': %s has no parameter", text, word);
    return 0;
}

/* --- options ---------------------------------------------------------------------------------- */

const char *sim__spread_file(const struct sim_scenario *scenario, enum sim_option option)
{
    static const char table[] = "table:";
    const char *text = sim_opt_text(scenario, option), *rest = text + sizeof table - 1;

    if (strncmp(text, table, sizeof table - 1) || !*rest || isdigit((unsigned char)*rest))
        return NULL;
    return rest;
}

int sim_opt_spread(const struct sim_scenario *scenario, enum sim_option option,
                   struct sim_spread *out, struct sim_error *error)
{
    const char *name = sim__spread_file(scenario, option);
    const struct sim__file *file = name ? sim__file_find(scenario, name) : NULL;
    char *text;
    int result;

    if (!file)
        return sim_spread_parse(sim_opt_text(scenario, option), out, error);
    text = malloc(file->length + 8);
    SIM_ASSERT(text);
    snprintf(text, file->length + 8, "table:%.*s", (int)file->length, scenario->text + file->at);
    result = sim_spread_parse(text, out, error);
    free(text);
    return result;
}
