/* sim/scenario/nearest.c - the word a user probably meant.
 *
 * Optimal string alignment distance: insert, delete, replace, and swap of neighbours cost one each.
 * A word is near when no more than a third of it, and at least one letter, had to change, or when
 * it was cut short.
 */
#include <ctype.h>
#include <string.h>

#include "sim/scenario/scenario.h"

#define WORD_MAX 63

static uint32_t min2(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    uint32_t row[WORD_MAX + 1][WORD_MAX + 1];

    for (size_t i = 0; i <= na; i++)
        row[i][0] = (uint32_t)i;
    for (size_t j = 0; j <= nb; j++)
        row[0][j] = (uint32_t)j;
    for (size_t i = 1; i <= na; i++) {
        for (size_t j = 1; j <= nb; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);

            row[i][j] =
                min2(row[i - 1][j - 1] + (same ? 0 : 1), min2(row[i - 1][j], row[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[i][j] = min2(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[na][nb];
}

const char *sim_nearest(const char *word, const char *const *words, uint32_t count)
{
    const char *best = NULL, *longer = NULL;
    size_t n = strlen(word);
    uint32_t limit = n < 6 ? (n < 3 ? 1 : 2) : (uint32_t)(n / 3);
    uint32_t best_distance = limit + 1;

    if (n == 0 || n > WORD_MAX)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);

        if (len > WORD_MAX)
            continue;
        if (longer == NULL && n >= 3 && len > n && strncmp(words[i], word, n) == 0)
            longer = words[i];
        uint32_t d = distance(word, n, words[i], len);
        if (d < best_distance && d < len) {
            best_distance = d;
            best = words[i];
        }
    }
    return best != NULL && (longer == NULL || best_distance <= 1) ? best : longer;
}
