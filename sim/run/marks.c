/* sim/run/marks.c - a bit for each seed and rule, and a list of recovery times. */
#include "sim/run/marks.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

struct bits {
    uint64_t *word;
    uint64_t words;
};

struct recovery {
    uint64_t position;
    sim_ns took;
};

struct sim_marks {
    uint64_t end;
    struct bits failing[SIM_RULE_COUNT];
    struct bits clean;
    struct recovery *recovery;
    uint64_t recoveries, room;
};

/* --- bits ------------------------------------------------------------------------------------- */

static void bit_set(struct bits *b, uint64_t at)
{
    if (at / 64 >= b->words) {
        uint64_t words = at / 64 * 2 + 4;

        b->word = realloc(b->word, words * sizeof(*b->word));
        SIM_ASSERT(b->word != NULL);
        memset(b->word + b->words, 0, (words - b->words) * sizeof(*b->word));
        b->words = words;
    }
    b->word[at / 64] |= (uint64_t)1 << at % 64;
}

/* The i-th word, without the bits from `end` on. */
static uint64_t word_get(const struct bits *b, uint64_t i, uint64_t end)
{
    uint64_t word = i < b->words ? b->word[i] : 0;

    return end / 64 == i ? word & (((uint64_t)1 << end % 64) - 1) : word;
}

static uint64_t words_below(uint64_t end)
{
    return (end + 63) / 64;
}

static uint64_t bits_count(const struct bits *b, uint64_t end)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < words_below(end) && i < b->words; i++)
        n += (uint64_t)__builtin_popcountll(word_get(b, i, end));
    return n;
}

/* --- marks ------------------------------------------------------------------------------------ */

struct sim_marks *sim_marks_create(void)
{
    struct sim_marks *marks = calloc(1, sizeof(*marks));

    SIM_ASSERT(marks != NULL);
    return marks;
}

void sim_marks_free(struct sim_marks *marks)
{
    if (marks == NULL)
        return;
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        free(marks->failing[i].word);
    free(marks->clean.word);
    free(marks->recovery);
    free(marks);
}

static void recovery_add(struct sim_marks *marks, uint64_t position, sim_ns took)
{
    if (marks->recoveries == marks->room) {
        marks->room = marks->room * 2 + 64;
        marks->recovery = realloc(marks->recovery, marks->room * sizeof(*marks->recovery));
        SIM_ASSERT(marks->recovery != NULL);
    }
    marks->recovery[marks->recoveries++] = (struct recovery){position, took};
}

void sim_marks_add(struct sim_marks *marks, uint64_t position, const struct sim_report *report)
{
    SIM_ASSERT(position >= marks->end);
    marks->end = position + 1;
    for (uint32_t i = 0; i < report->findings; i++) {
        if (report->finding[i].severity == SIM_SEVERITY_ERROR)
            bit_set(&marks->failing[report->finding[i].rule], position);
    }
    if (report->lost || report->errors > 0)
        return;
    bit_set(&marks->clean, position);
    if (report->figure[SIM_FIG_RECOVERY] >= 0)
        recovery_add(marks, position, report->figure[SIM_FIG_RECOVERY]);
}

uint64_t sim_marks_end(const struct sim_marks *marks)
{
    return marks->end;
}

uint64_t sim_marks_failing(const struct sim_marks *marks, enum sim_rule rule, uint64_t end,
                           uint64_t *first)
{
    const struct bits *b = &marks->failing[rule];
    uint64_t i = 0, n = bits_count(b, end);

    if (n == 0)
        return 0;
    while (b->word[i] == 0)
        i++;
    *first = i * 64 + (uint64_t)__builtin_ctzll(b->word[i]);
    return n;
}

uint64_t sim_marks_clean(const struct sim_marks *marks, uint64_t end)
{
    return bits_count(&marks->clean, end);
}

struct sim_marks_change sim_marks_compare(const struct sim_marks *before,
                                          const struct sim_marks *after, enum sim_rule rule,
                                          uint64_t end)
{
    struct sim_marks_change change = {0};

    for (uint64_t i = 0; i < words_below(end); i++) {
        uint64_t a = word_get(&before->failing[rule], i, end);
        uint64_t b = word_get(&after->failing[rule], i, end);

        change.both += (uint64_t)__builtin_popcountll(a & b);
        change.before += (uint64_t)__builtin_popcountll(a & ~b);
        change.after += (uint64_t)__builtin_popcountll(b & ~a);
    }
    return change;
}

static int by_time(const void *a, const void *b)
{
    sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;

    return (x > y) - (x < y);
}

sim_ns sim_marks_recovery(const struct sim_marks *marks, uint64_t end)
{
    sim_ns *took = calloc(marks->recoveries + 1, sizeof(*took)), median = -1;
    size_t n = 0;

    SIM_ASSERT(took != NULL);
    while (n < marks->recoveries && marks->recovery[n].position < end) {
        took[n] = marks->recovery[n].took;
        n++;
    }
    if (n > 0) {
        qsort(took, n, sizeof(*took), by_time);
        median = took[(n - 1) / 2];
    }
    free(took);
    return median;
}
