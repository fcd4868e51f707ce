/* sim/load/words.c - values of fio's and Iometer's words that are more than one number. */
#include "sim/load/words.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario.h"

#define WORD_BYTES 4096
#define IO_BYTES_MAX (16u << 20)

/* --- cutting ---------------------------------------------------------------------------------- */

/* The next part of *text up to `separator`, copied; false when there is none left. A text that ends
 * with the separator has an empty last part. */
static bool part_next(const char **text, char separator, char out[WORD_BYTES])
{
    const char *from = *text, *to;
    size_t length;

    if (!from)
        return false;
    to = strchr(from, separator);
    length = to ? (size_t)(to - from) : strlen(from);
    *text = to ? to + 1 : NULL;
    while (length && (*from == ' ' || *from == '\t')) {
        from++;
        length--;
    }
    while (length && (from[length - 1] == ' ' || from[length - 1] == '\t'))
        length--;
    if (length >= WORD_BYTES)
        length = WORD_BYTES - 1;
    memcpy(out, from, length);
    out[length] = '\0';
    return true;
}

static uint32_t parts_of(const char *text, char separator)
{
    uint32_t n = 1;

    for (; *text; text++)
        n += *text == separator;
    return n;
}

/* --- one value for each direction ------------------------------------------------------------- */

struct triple {
    /* Reads one value into direction d of ctx. */
    int (*read)(const char *text, enum sim_direction d, void *ctx, struct sim_error *error);
    /* Direction d is as the one before it. */
    void (*copy)(enum sim_direction d, void *ctx);
    void *ctx;
};

static int triple_parse(const char *text, const struct triple *triple, struct sim_error *error)
{
    char part[WORD_BYTES];
    uint32_t n = parts_of(text, ',');

    if (n > SIM_DIRS)
        return sim_error_set(error, "'%.80s' has more than three values: reads, writes, trims",
                             text);
    for (uint32_t d = 0; part_next(&text, ',', part); d++) {
        if (*part && triple->read(part, (enum sim_direction)d, triple->ctx, error) < 0)
            return -1;
        /* The last one, if there is anything, goes for the rest. */
        for (uint32_t k = d + 1; !text && *part && k < SIM_DIRS; k++)
            triple->copy((enum sim_direction)k, triple->ctx);
    }
    return 0;
}

static int size_parse(const char *text, uint32_t *out, struct sim_error *error)
{
    int64_t bytes;

    if (sim_value_parse(SIM_SIZE, text, &bytes, error) < 0)
        return -1;
    if (bytes < 512 || bytes > IO_BYTES_MAX)
        return sim_error_set(error, "'%.80s' is out of bounds: an I/O has 512 bytes to 16m", text);
    *out = (uint32_t)bytes;
    return 0;
}

static void sizes_copy(enum sim_direction d, void *ctx)
{
    struct sim_sizes *out = ctx;

    out[d] = out[d - 1];
}

static int sizes_read(const char *text, enum sim_direction d, void *ctx, struct sim_error *error)
{
    struct sim_sizes *out = ctx;
    uint32_t bytes = 0;

    if (size_parse(text, &bytes, error) < 0)
        return -1;
    out[d] = (struct sim_sizes){.min = bytes, .max = bytes, .step = bytes};
    return 0;
}

int sim_words_sizes(const char *text, struct sim_sizes out[SIM_DIRS], struct sim_error *error)
{
    const struct triple triple = {sizes_read, sizes_copy, out};

    return triple_parse(text, &triple, error);
}

/* --- ranges ----------------------------------------------------------------------------------- */

struct ranges {
    struct sim_sizes *out;
    uint32_t block;
    bool unaligned;
};

static void ranges_copy(enum sim_direction d, void *ctx)
{
    sizes_copy(d, ((struct ranges *)ctx)->out);
}

static int ranges_read(const char *text, enum sim_direction d, void *ctx, struct sim_error *error)
{
    const struct ranges *r = ctx;
    const char *rest = text;
    char from[WORD_BYTES], to[WORD_BYTES];
    uint32_t lo = 1, hi = 1;

    if (!part_next(&rest, strchr(text, '-') ? '-' : ':', from) || !rest ||
        !part_next(&rest, ' ', to))
        return sim_error_set(error, "'%.80s' is not a range such as 1k-4k", text);
    if (size_parse(from, &lo, error) < 0 || size_parse(to, &hi, error) < 0)
        return -1;
    if (lo > hi) {
        uint32_t swap = lo;

        lo = hi;
        hi = swap;
    }
    r->out[d] = (struct sim_sizes){.min = lo, .max = hi, .step = r->unaligned ? r->block : lo};
    r->out[d].max -= (hi - lo) % r->out[d].step;
    return 0;
}

int sim_words_ranges(const char *text, uint32_t block, bool unaligned,
                     struct sim_sizes out[SIM_DIRS], struct sim_error *error)
{
    struct ranges ranges = {out, block, unaligned};
    const struct triple triple = {ranges_read, ranges_copy, &ranges};

    return triple_parse(text, &triple, error);
}

/* --- splits ----------------------------------------------------------------------------------- */

/* Percent, with the sign or without. */
static int percent_parse(const char *text, uint32_t *out, struct sim_error *error)
{
    char with_sign[64];
    int64_t ppm;

    snprintf(with_sign, sizeof with_sign, "%.60s%s", text, strchr(text, '%') ? "" : "%");
    if (sim_value_parse(SIM_PERCENT, with_sign, &ppm, error) < 0)
        return -1;
    if (ppm > SIM_ALL_PPM)
        return sim_error_set(error, "'%.80s' is more than 100%%", text);
    *out = (uint32_t)ppm;
    return 0;
}

/* "4k/10", "4k/" or "4k": no weight is -1. */
static int weighted_parse(const char *text, uint32_t *bytes, int64_t *ppm, struct sim_error *error)
{
    char size[WORD_BYTES], share[WORD_BYTES] = "";
    const char *rest = text;
    uint32_t weight = 0;

    part_next(&rest, '/', size);
    if (rest)
        part_next(&rest, '/', share);
    if (rest)
        return sim_error_set(error, "'%.80s' is not SIZE/PERCENT", text);
    *ppm = -1;
    if (size_parse(size, bytes, error) < 0)
        return -1;
    if (*share && percent_parse(share, &weight, error) < 0)
        return -1;
    if (*share)
        *ppm = weight;
    return 0;
}

/* Gives what is left of the whole to those without a weight, evenly, and makes weights cumulative.
 * Returns the sum. */
static int64_t shares_fill(int64_t *ppm, uint32_t n)
{
    int64_t sum = 0, open = 0, left;

    for (uint32_t i = 0; i < n; i++) {
        sum += ppm[i] < 0 ? 0 : ppm[i];
        open += ppm[i] < 0;
    }
    left = sum < SIM_ALL_PPM ? SIM_ALL_PPM - sum : 0;
    sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t share = ppm[i];

        if (share < 0) {
            share = left / open;
            left -= share;
            open--;
        }
        ppm[i] = sum += share;
    }
    return sum;
}

static int split_parse(const char *text, struct sim_sizes *out, struct sim_error *error)
{
    int64_t ppm[SIM_SPLIT_MAX] = {0}, sum;
    const char *rest = text;
    char part[WORD_BYTES];

    *out = (struct sim_sizes){.min = UINT32_MAX};
    while (part_next(&rest, ':', part)) {
        uint32_t *bytes;

        if (out->parts == SIM_SPLIT_MAX)
            return sim_error_set(error, "more than %d sizes in one split", SIM_SPLIT_MAX);
        bytes = &out->part[out->parts].bytes;
        if (weighted_parse(part, bytes, &ppm[out->parts], error) < 0)
            return -1;
        out->min = *bytes < out->min ? *bytes : out->min;
        out->max = *bytes > out->max ? *bytes : out->max;
        out->parts++;
    }
    sum = shares_fill(ppm, out->parts);
    if (sum != SIM_ALL_PPM)
        return sim_error_set(error, "the shares of '%.80s' add up to %lld.%04lld%%, not to 100%%",
                             text, (long long)sum / 10000, (long long)sum % 10000);
    for (uint32_t i = 0; i < out->parts; i++)
        out->part[i].upto = (uint32_t)ppm[i];
    return 0;
}

static int splits_read(const char *text, enum sim_direction d, void *ctx, struct sim_error *error)
{
    return split_parse(text, &((struct sim_sizes *)ctx)[d], error);
}

int sim_words_splits(const char *text, struct sim_sizes out[SIM_DIRS], struct sim_error *error)
{
    const struct triple triple = {splits_read, sizes_copy, out};

    return triple_parse(text, &triple, error);
}

/* --- numbers ---------------------------------------------------------------------------------- */

struct numbers {
    uint64_t *out;
    enum sim_option_type type;
};

static void numbers_copy(enum sim_direction d, void *ctx)
{
    uint64_t *out = ((struct numbers *)ctx)->out;

    out[d] = out[d - 1];
}

static int numbers_read(const char *text, enum sim_direction d, void *ctx, struct sim_error *error)
{
    const struct numbers *numbers = ctx;
    int64_t value;

    if (sim_value_parse(numbers->type, text, &value, error) < 0)
        return -1;
    numbers->out[d] = (uint64_t)value;
    return 0;
}

int sim_words_bytes(const char *text, uint64_t out[SIM_DIRS], struct sim_error *error)
{
    struct numbers numbers = {out, SIM_SIZE};
    const struct triple triple = {numbers_read, numbers_copy, &numbers};

    return triple_parse(text, &triple, error);
}

int sim_words_counts(const char *text, uint64_t out[SIM_DIRS], struct sim_error *error)
{
    struct numbers numbers = {out, SIM_COUNT};
    const struct triple triple = {numbers_read, numbers_copy, &numbers};

    return triple_parse(text, &triple, error);
}

static void percents_copy(enum sim_direction d, void *ctx)
{
    uint32_t *out = ctx;

    out[d] = out[d - 1];
}

static int percents_read(const char *text, enum sim_direction d, void *ctx, struct sim_error *error)
{
    return percent_parse(text, &((uint32_t *)ctx)[d], error);
}

int sim_words_percents(const char *text, uint32_t out[SIM_DIRS], struct sim_error *error)
{
    const struct triple triple = {percents_read, percents_copy, out};

    return triple_parse(text, &triple, error);
}

/* --- distributions ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum sim_distribution_kind kind;
    uint32_t least, most; /* of the value, millionths */
    const char *allowed;
} distributions[] = {
    {"random", SIM_UNIFORM, 0, 0, "no value"},
    {"zipf", SIM_ZIPF, 1000, 10000000, "theta from 0.001 to 10, such as zipf:1.2"},
    {"pareto", SIM_PARETO, 1000, 999000, "a power from 0.001 to 0.999, such as pareto:0.2"},
    {"normal", SIM_NORMAL, 0, 100000000, "a deviation from 0 to 100, such as normal:10"},
};

/* A decimal number to millionths; further digits are dropped. */
static int decimal_parse(const char *text, uint32_t *out)
{
    uint64_t value = 0, unit = 1000000;
    bool fraction = false, any = false;

    for (; *text; text++) {
        if (*text == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return -1;
        any = true;
        unit /= fraction ? 10 : 1;
        value = fraction ? value + unit * (uint64_t)(*text - '0')
                         : value * 10 + 1000000u * (uint64_t)(*text - '0');
        if (value > UINT32_MAX)
            return -1;
    }
    *out = (uint32_t)value;
    return any ? 0 : -1;
}

static int zone_parse(const char *text, int64_t *hits, int64_t *width, struct sim_error *error)
{
    char share[WORD_BYTES], size[WORD_BYTES] = "";
    const char *rest = text;
    uint32_t ppm = 0;

    part_next(&rest, '/', share);
    if (!rest || !part_next(&rest, '/', size) || rest)
        return sim_error_set(error, "'%.80s' is not ACCESSES/SIZE in percent, such as 60/10", text);
    *hits = *width = -1;
    if (*share) {
        if (percent_parse(share, &ppm, error) < 0)
            return -1;
        *hits = ppm;
    }
    if (*size) {
        if (percent_parse(size, &ppm, error) < 0)
            return -1;
        *width = ppm;
    }
    return 0;
}

static int zones_parse(const char *text, struct sim_distribution *out, struct sim_error *error)
{
    int64_t hits[SIM_ZONES_MAX] = {0}, width[SIM_ZONES_MAX] = {0};
    const char *rest = text;
    char part[WORD_BYTES];

    *out = (struct sim_distribution){.kind = SIM_ZONED, .center = -1};
    for (; part_next(&rest, ':', part); out->zones++) {
        if (out->zones == SIM_ZONES_MAX)
            return sim_error_set(error, "more than %d zones", SIM_ZONES_MAX);
        if (zone_parse(part, &hits[out->zones], &width[out->zones], error) < 0)
            return -1;
    }
    if (shares_fill(hits, out->zones) != SIM_ALL_PPM ||
        shares_fill(width, out->zones) != SIM_ALL_PPM)
        return sim_error_set(error, "accesses and sizes of '%.80s' must add up to 100%% each",
                             text);
    for (uint32_t i = 0; i < out->zones; i++) {
        out->zone[i].hits = (uint32_t)hits[i];
        out->zone[i].end = (uint32_t)width[i];
    }
    return 0;
}

static int center_parse(const char *text, struct sim_distribution *out, struct sim_error *error)
{
    uint32_t center;

    if (decimal_parse(text, &center) < 0 || center > 1000000)
        return sim_error_set(error, "'%.80s' is no place of the region: from 0 to 1", text);
    out->center = (int32_t)center;
    return 0;
}

int sim_words_distribution(const char *text, struct sim_distribution *out, struct sim_error *error)
{
    char name[WORD_BYTES], value[WORD_BYTES] = "", center[WORD_BYTES] = "";
    const char *rest = text;

    if (strncmp(text, "zoned:", 6) == 0 && strchr(text, ','))
        return sim_error_set(error,
                             "'%.80s' has zones of their own for writes and trims, which are "
                             "not modelled",
                             text);
    if (strncmp(text, "zoned_abs:", 10) == 0)
        return sim_error_set(error, "'%.80s' is not modelled: zoned: takes shares of the region",
                             text);
    if (strncmp(text, "zoned:", 6) == 0)
        return zones_parse(text + 6, out, error);
    part_next(&rest, ':', name);
    if (rest)
        part_next(&rest, ':', value);
    if (rest)
        part_next(&rest, ':', center);
    for (size_t i = 0; i < sizeof distributions / sizeof distributions[0]; i++) {
        if (strcmp(name, distributions[i].name) != 0)
            continue;
        *out = (struct sim_distribution){.kind = distributions[i].kind, .center = -1};
        if (rest || (out->kind == SIM_UNIFORM ? *value : decimal_parse(value, &out->value) < 0) ||
            out->value < distributions[i].least || out->value > distributions[i].most)
            return sim_error_set(error, "'%.80s': %s takes %s", text, name,
                                 distributions[i].allowed);
        return *center ? center_parse(center, out, error) : 0;
    }
    return sim_error_set(error,
                         "'%.80s' is not one of random, zipf:, pareto:, normal:, zoned:", text);
}

/* --- processors ------------------------------------------------------------------------------- */

static int cpu_range_parse(const char *text, int64_t *lo, int64_t *hi, struct sim_error *error)
{
    char from[WORD_BYTES], to[WORD_BYTES];
    const char *rest = text;

    part_next(&rest, '-', from);
    if (sim_value_parse(SIM_COUNT, from, lo, error) < 0)
        return -1;
    *hi = *lo;
    if (rest && (!part_next(&rest, ' ', to) || sim_value_parse(SIM_COUNT, to, hi, error) < 0))
        return -1;
    if (*hi < *lo || *hi >= SIM_LOAD_CPUS_MAX)
        return sim_error_set(error, "'%.80s' is no range of processors: from 0 to %d", text,
                             SIM_LOAD_CPUS_MAX - 1);
    return 0;
}

int sim_words_cpus(const char *text, uint8_t out[SIM_LOAD_CPUS_MAX], struct sim_error *error)
{
    char part[WORD_BYTES];
    int64_t lo, hi;
    int n = 0;

    while (part_next(&text, ',', part)) {
        if (cpu_range_parse(part, &lo, &hi, error) < 0)
            return -1;
        for (; lo <= hi; lo++) {
            if (n == SIM_LOAD_CPUS_MAX)
                return sim_error_set(error, "more than %d processors", SIM_LOAD_CPUS_MAX);
            out[n++] = (uint8_t)lo;
        }
    }
    return n;
}

/* --- access specifications -------------------------------------------------------------------- */

enum {
    ACCESS_SIZE,
    ACCESS_SHARE,
    ACCESS_READS,
    ACCESS_RANDOM,
    ACCESS_DELAY,
    ACCESS_BURST,
    ACCESS_ALIGN,
    ACCESS_FIELDS
};

static int access_numbers(char (*field)[WORD_BYTES], uint32_t block, struct sim_access_line *out,
                          struct sim_error *error)
{
    int64_t delay = 0, burst = 1, align = 0;

    if (*field[ACCESS_DELAY] && sim_value_parse(SIM_COUNT, field[ACCESS_DELAY], &delay, error) < 0)
        return -1;
    if (*field[ACCESS_BURST] && sim_value_parse(SIM_COUNT, field[ACCESS_BURST], &burst, error) < 0)
        return -1;
    if (*field[ACCESS_ALIGN] && sim_value_parse(SIM_SIZE, field[ACCESS_ALIGN], &align, error) < 0)
        return -1;
    if (delay > 3600000 || burst < 1 || burst > 1000000 || align > IO_BYTES_MAX ||
        align % block != 0)
        return sim_error_set(error, "delay is at most 3,600,000 ms, burst from 1 to 1,000,000, "
                                    "align whole logical blocks up to 16m");
    out->delay = delay * SIM_MS;
    out->burst = (uint32_t)burst;
    out->align = align ? (uint32_t)align : block;
    return 0;
}

static int access_line(const char *text, uint32_t block, struct sim_access_line *out,
                       struct sim_error *error)
{
    static char field[ACCESS_FIELDS][WORD_BYTES];
    const char *rest = text;
    int n = 0;

    memset(field, 0, sizeof field);
    while (n < ACCESS_FIELDS && part_next(&rest, '/', field[n]))
        n++;
    if (rest || n <= ACCESS_RANDOM)
        return sim_error_set(
            error, "'%.80s' is not SIZE/SHARE/READS/RANDOM[/DELAY[/BURST[/ALIGN]]]", text);
    if (size_parse(field[ACCESS_SIZE], &out->bytes, error) < 0 ||
        percent_parse(field[ACCESS_SHARE], &out->upto, error) < 0 ||
        percent_parse(field[ACCESS_READS], &out->read_ppm, error) < 0 ||
        percent_parse(field[ACCESS_RANDOM], &out->random_ppm, error) < 0)
        return -1;
    return access_numbers(field, block, out, error);
}

int sim_words_access(const char *text, uint32_t block, struct sim_access_line out[SIM_ACCESS_MAX],
                     struct sim_error *error)
{
    const char *rest = text;
    char part[WORD_BYTES];
    uint64_t sum = 0;
    int n = 0;

    while (part_next(&rest, ':', part)) {
        if (n == SIM_ACCESS_MAX)
            return sim_error_set(error, "more than %d lines in one access specification",
                                 SIM_ACCESS_MAX);
        if (access_line(part, block, &out[n], error) < 0)
            return -1;
        sum += out[n].upto;
        out[n++].upto = (uint32_t)sum;
    }
    if (sum != SIM_ALL_PPM)
        return sim_error_set(error,
                             "the shares of the access specification add up to %llu%%, not "
                             "to 100%%",
                             (unsigned long long)(sum / 10000));
    return n;
}
