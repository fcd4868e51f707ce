/* sim/tests/fuzz/words.c - bytes as values of fio's and Iometer's words.
 *
 * The first letter says which word it is, the rest is its text. What must hold, besides that
 * nothing crashes or hangs: an error says something, and what is accepted keeps the promises of
 * sim/load/words.h and workload.h.
 */
// runs: 500000
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sizes(const struct sim_sizes *sizes)
{
    for (uint32_t i = 0; i < SIM_DIRS; i++) {
        const struct sim_sizes *s = &sizes[i];

        SIM_ASSERT(s->min <= s->max);
        SIM_ASSERT(s->parts <= SIM_SPLIT_MAX);
        for (uint32_t p = 0; p < s->parts; p++)
            SIM_ASSERT(s->part[p].upto >= (p ? s->part[p - 1].upto : 0));
        SIM_ASSERT(!s->parts || s->part[s->parts - 1].upto == SIM_ALL_PPM);
    }
}

static int sizes(const char *text, struct sim_error *error)
{
    struct sim_sizes out[SIM_DIRS] = {0};
    int result = sim_words_sizes(text, out, error);

    check_sizes(out);
    return result;
}

static int ranges(const char *text, struct sim_error *error)
{
    struct sim_sizes out[SIM_DIRS] = {0};
    int result = sim_words_ranges(text, 512, *text == '!', out, error);

    if (!result)
        check_sizes(out);
    return result;
}

static int splits(const char *text, struct sim_error *error)
{
    struct sim_sizes out[SIM_DIRS] = {0};
    int result = sim_words_splits(text, out, error);

    if (!result)
        check_sizes(out);
    return result;
}

static int bytes(const char *text, struct sim_error *error)
{
    uint64_t out[SIM_DIRS] = {0};

    return sim_words_bytes(text, out, error);
}

static int counts(const char *text, struct sim_error *error)
{
    uint64_t out[SIM_DIRS] = {0};

    return sim_words_counts(text, out, error);
}

static int percents(const char *text, struct sim_error *error)
{
    uint32_t out[SIM_DIRS] = {0};
    int result = sim_words_percents(text, out, error);

    for (uint32_t i = 0; i < SIM_DIRS && !result; i++)
        SIM_ASSERT(out[i] <= SIM_ALL_PPM);
    return result;
}

static int distribution(const char *text, struct sim_error *error)
{
    static struct sim_distribution out;
    int result;

    memset(&out, 0, sizeof out);
    result = sim_words_distribution(text, &out, error);
    if (result)
        return result;
    SIM_ASSERT(out.zones <= SIM_ZONES_MAX);
    SIM_ASSERT(out.kind != SIM_ZONED || out.zones);
    for (uint32_t i = 1; i < out.zones; i++)
        SIM_ASSERT(out.zone[i].hits >= out.zone[i - 1].hits &&
                   out.zone[i].end >= out.zone[i - 1].end);
    return 0;
}

static int cpus(const char *text, struct sim_error *error)
{
    uint8_t out[SIM_LOAD_CPUS_MAX];
    int result = sim_words_cpus(text, out, error);

    SIM_ASSERT(result <= SIM_LOAD_CPUS_MAX);
    for (int i = 0; i < result; i++)
        SIM_ASSERT(out[i] < SIM_LOAD_CPUS_MAX);
    return result < 0 ? -1 : 0;
}

static int access_lines(const char *text, struct sim_error *error)
{
    static struct sim_access_line out[SIM_ACCESS_MAX];
    int result = sim_words_access(text, 512, out, error);

    SIM_ASSERT(result <= SIM_ACCESS_MAX);
    for (int i = 0; i < result; i++)
        SIM_ASSERT(out[i].align && out[i].burst && out[i].read_ppm <= SIM_ALL_PPM &&
                   out[i].upto >= (i ? out[i - 1].upto : 0));
    SIM_ASSERT(result <= 0 || out[result - 1].upto == SIM_ALL_PPM);
    return result < 0 ? -1 : 0;
}

static int (*const words[])(const char *text, struct sim_error *error) = {
    sizes, ranges, splits, bytes, counts, percents, distribution, cpus, access_lines,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_error error = {""};
    char *text;

    if (!size)
        return 0;
    text = malloc(size);
    SIM_ASSERT(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (words[(uint8_t)(data[0] - 'a') % (sizeof words / sizeof words[0])](text, &error))
        SIM_ASSERT(error.text[0]);
    free(text);
    return 0;
}
