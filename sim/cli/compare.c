/* sim/cli/compare.c - one scenario with several drivers, side by side. */
#include "sim/cli/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/engine/sim_assert.h"
#include "sim/explain/units.h"

#define LABEL_COLUMNS 30
#define LINE_COLUMNS 118
#define TEXT_BYTES 64
#define BUILD_SHOWN 12 /* digits of a build */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234567";
_Static_assert(sizeof(letters) > SIM_CLI_LIST_MAX, "every driver has a letter");

static const char *driver_of(const struct sim_comparison *c, uint32_t d)
{
    return sim_opt_text(c->cell[d].scenario, SIM_OPT_DRIVER_MODULE);
}

/* Positions below it were run with every driver. */
static uint64_t end_of(const struct sim_comparison *c)
{
    uint64_t end = UINT64_MAX;

    for (uint32_t d = 0; d < c->drivers; d++) {
        uint64_t own = sim_marks_end(c->result[d].marks);

        end = own < end ? own : end;
    }
    return end;
}

static uint64_t seed_at(const struct sim_comparison *c, uint64_t position)
{
    return c->cell[0].seed_first + (c->shard - 1) + position * c->shards;
}

static bool broken_by_any(const struct sim_comparison *c, enum sim_rule rule, uint64_t end)
{
    uint64_t first;

    for (uint32_t d = 0; d < c->drivers; d++) {
        if (sim_marks_failing(c->result[d].marks, rule, end, &first) > 0)
            return true;
    }
    return false;
}

enum change { CHANGE_NONE, CHANGE_FIXED, CHANGE_NEW, CHANGE_SAME };

static enum change change_of(struct sim_marks_change m)
{
    if (m.both + m.before + m.after == 0)
        return CHANGE_NONE;
    return m.both + m.after == 0 ? CHANGE_FIXED : m.both + m.before == 0 ? CHANGE_NEW : CHANGE_SAME;
}

static const char *change_name(enum change change)
{
    static const char *const name[] = {"none", "fixed", "new", "same"};

    return name[change];
}

bool sim_compare_worse(const struct sim_comparison *c, uint32_t before, uint32_t after)
{
    uint64_t end = end_of(c);

    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        if (change_of(sim_marks_compare(c->result[before].marks, c->result[after].marks,
                                        (enum sim_rule)rule, end)) == CHANGE_NEW)
            return true;
    }
    return false;
}

/* --- the table -------------------------------------------------------------------------------- */

struct row {
    char label[TEXT_BYTES];
    char (*text)[TEXT_BYTES]; /* one for each driver */
};

struct table {
    struct row row[SIM_RULE_COUNT + 2];
    uint32_t rows;
};

static struct row *row_add(struct table *t, const struct sim_comparison *c, const char *label)
{
    struct row *row = &t->row[t->rows++];

    snprintf(row->label, sizeof(row->label), "%s", label);
    row->text = calloc(c->drivers, sizeof(*row->text));
    SIM_ASSERT(row->text != NULL);
    return row;
}

static void rule_row(struct table *t, const struct sim_comparison *c, enum sim_rule rule,
                     uint64_t end)
{
    struct row *row = row_add(t, c, sim_rule_info[rule].name);
    char count[SIM_UNITS_BYTES];

    for (uint32_t d = 0; d < c->drivers; d++) {
        uint64_t first, n = sim_marks_failing(c->result[d].marks, rule, end, &first);

        if (n > 0)
            snprintf(row->text[d], TEXT_BYTES, "%s (seed %llu)", sim_text_count(count, n),
                     (unsigned long long)seed_at(c, first));
        else
            snprintf(row->text[d], TEXT_BYTES, "-");
    }
}

static void table_fill(struct table *t, const struct sim_comparison *c, uint64_t end)
{
    char text[SIM_UNITS_BYTES];
    struct row *row;

    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        if (broken_by_any(c, (enum sim_rule)rule, end))
            rule_row(t, c, (enum sim_rule)rule, end);
    }
    row = row_add(t, c, "no rule broken");
    for (uint32_t d = 0; d < c->drivers; d++)
        snprintf(row->text[d], TEXT_BYTES, "%s",
                 sim_text_count(text, sim_marks_clean(c->result[d].marks, end)));
    row = row_add(t, c, "recovery, median");
    for (uint32_t d = 0; d < c->drivers; d++)
        snprintf(row->text[d], TEXT_BYTES, "%s",
                 sim_text_span(text, sim_marks_recovery(c->result[d].marks, end)));
}

static uint32_t column_width(const struct table *t, const struct sim_comparison *c)
{
    size_t width = 6;

    for (uint32_t r = 0; r < t->rows; r++)
        for (uint32_t d = 0; d < c->drivers; d++) {
            size_t n = strlen(t->row[r].text[d]);

            width = n > width ? n : width;
        }
    return (uint32_t)width + 2;
}

/* As many drivers side by side as a line takes, then the next ones below. */
static void table_print(const struct table *t, const struct sim_comparison *c)
{
    uint32_t width = column_width(t, c), across = (LINE_COLUMNS - LABEL_COLUMNS) / width;

    for (uint32_t from = 0; from < c->drivers; from += across) {
        uint32_t to = from + across < c->drivers ? from + across : c->drivers;

        printf("  %-*s", LABEL_COLUMNS, "");
        for (uint32_t d = from; d < to; d++)
            printf("%s%-*c%s", sim_paint(SIM_PAINT_BOLD), (int)(d + 1 < to ? width : 1), letters[d],
                   sim_paint(SIM_PAINT_OFF));
        printf("\n");
        for (uint32_t r = 0; r < t->rows; r++) {
            printf("  %-*s", LABEL_COLUMNS, t->row[r].label);
            for (uint32_t d = from; d + 1 < to; d++)
                printf("%-*s", (int)width, t->row[r].text[d]);
            printf("%s\n", t->row[r].text[to - 1]);
        }
    }
}

/* "12 seeds of both, 3 no more, 2 new" */
static void change_print(enum sim_rule rule, enum change change, struct sim_marks_change m)
{
    static const enum sim_paint paint[] = {SIM_PAINT_OFF, SIM_PAINT_GOOD, SIM_PAINT_BAD,
                                           SIM_PAINT_WARN};
    char a[SIM_UNITS_BYTES], b[SIM_UNITS_BYTES], both[SIM_UNITS_BYTES];
    uint64_t only = change == CHANGE_FIXED ? m.before : m.after;

    printf("    %s%-5s%s  %s: ", sim_paint(paint[change]), change_name(change),
           sim_paint(SIM_PAINT_OFF), sim_rule_info[rule].name);
    if (change == CHANGE_SAME)
        printf("%s of the same seeds, %s no more, %s only now\n", sim_text_count(both, m.both),
               sim_text_count(a, m.before), sim_text_count(b, m.after));
    else
        printf("%s seed%s\n", sim_text_count(a, only), only == 1 ? "" : "s");
}

static void changes_print(const struct sim_comparison *c, uint32_t before, uint32_t after,
                          uint64_t end)
{
    bool any = false;

    printf("  %c to %c:\n", letters[before], letters[after]);
    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        struct sim_marks_change m = sim_marks_compare(
            c->result[before].marks, c->result[after].marks, (enum sim_rule)rule, end);
        enum change change = change_of(m);

        if (change != CHANGE_NONE)
            change_print((enum sim_rule)rule, change, m);
        any |= change != CHANGE_NONE;
    }
    if (!any)
        printf("    no rule was broken by either\n");
}

void sim_compare_legend(const struct sim_comparison *c)
{
    printf("\ndrivers compared\n");
    for (uint32_t d = 0; d < c->drivers; d++) {
        uint32_t same = 0;

        while (strcmp(c->result[same].build, c->result[d].build) != 0)
            same++;
        printf("  %c  %s (build %.*s", letters[d], driver_of(c, d), BUILD_SHOWN,
               c->result[d].build);
        if (same < d)
            printf(", the same as %c", letters[same]);
        printf(")\n");
    }
}

void sim_compare_print(const struct sim_comparison *c)
{
    struct table t = {.rows = 0};
    uint64_t end = end_of(c);
    char count[SIM_UNITS_BYTES];

    printf("\n%s", sim_scenario_name(c->cell[0].scenario));
    if (end == 0) {
        printf(": some driver ran no seed, so there is nothing to compare\n");
        return;
    }
    printf(", %s seeds from %llu on, the same for all\n", sim_text_count(count, end),
           (unsigned long long)seed_at(c, 0));
    table_fill(&t, c, end);
    table_print(&t, c);
    for (uint32_t d = 1; d < c->drivers; d++)
        changes_print(c, d - 1, d, end);
    for (uint32_t r = 0; r < t.rows; r++)
        free(t.row[r].text);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *driver_json(const struct sim_comparison *c, uint32_t d, uint64_t end)
{
    const struct sim_marks *marks = c->result[d].marks;
    json_t *failing = json_object();
    sim_ns recovery = sim_marks_recovery(marks, end);
    uint64_t first;

    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        uint64_t n = sim_marks_failing(marks, (enum sim_rule)rule, end, &first);

        if (n > 0)
            json_object_set_new(failing, sim_rule_info[rule].name,
                                json_pack("{sI sI}", "seeds", (json_int_t)n, "first_seed",
                                          (json_int_t)seed_at(c, first)));
    }
    return json_pack("{so so so sI so}", "driver", sim_json_text(driver_of(c, d)), "driver_build",
                     sim_json_text(c->result[d].build), "failing", failing, "passed",
                     (json_int_t)sim_marks_clean(marks, end), "recovery_median_ns",
                     recovery >= 0 ? json_integer(recovery) : json_null());
}

static void changes_add(json_t *list, const struct sim_comparison *c, uint32_t after, uint64_t end)
{
    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        struct sim_marks_change m = sim_marks_compare(
            c->result[after - 1].marks, c->result[after].marks, (enum sim_rule)rule, end);

        if (change_of(m) == CHANGE_NONE)
            continue;
        json_array_append_new(
            list,
            json_pack("{so so ss ss sI sI sI}", "from", sim_json_text(driver_of(c, after - 1)),
                      "to", sim_json_text(driver_of(c, after)), "rule", sim_rule_info[rule].name,
                      "change", change_name(change_of(m)), "both", (json_int_t)m.both, "only_from",
                      (json_int_t)m.before, "only_to", (json_int_t)m.after));
    }
}

json_t *sim_compare_json(const struct sim_comparison *c)
{
    json_t *drivers = json_array(), *changes = json_array();
    uint64_t end = end_of(c);

    for (uint32_t d = 0; d < c->drivers; d++) {
        json_array_append_new(drivers, driver_json(c, d, end));
        if (d > 0)
            changes_add(changes, c, d, end);
    }
    return json_pack("{so sI sI so so}", "comparison",
                     sim_json_text(sim_scenario_name(c->cell[0].scenario)), "seed_first",
                     (json_int_t)seed_at(c, 0), "seeds", (json_int_t)end, "drivers", drivers,
                     "changes", changes);
}
