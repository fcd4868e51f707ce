/* sim/run/shrink_scenario.c - a scenario reduced, setting by setting, as long as the finding stays.
 *
 * First a ladder: the whole load cut down at once to one request, two, four, each rung with many
 * runs, because a rare interleaving of two requests is still easier to meet among two than on a
 * long way down from a hundred. Then what the seed drew,
 * point by point; then whole sections, then every number towards its smallest value:
 * that value at once, and when it fails, by halving the distance. Passes are repeated until one
 * changes nothing. A variant that the reader refuses (an offset behind the region, a fault without
 * a workload) is simply not accepted.
 */
#include "sim/run/shrink_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

#define PASSES_MAX 4
#define STEPS_MAX 7  /* halvings of one number in a pass */
#define TRIES_MIN 8u /* for one variant, when the finding is rare */
#define TRIES_MAX 64u
#define VARIANTS 50u      /* the scenario's share of the tries is spread over so many */
#define RUNGS 8u          /* a rung gets this share of the tries */
#define DRAWN_SHARE 4u    /* of a variant's tries, for one drawn point */
#define SCENARIO_SHARE 4u /* the schedule is left one of so many parts */

/* Numbers that make a run smaller, with the smallest value worth trying. */
static const struct dimension {
    enum sim_option option;
    int64_t least;
    int64_t endless; /* what 0 stands for when 0 means 'no bound'; 0: 0 is an ordinary number */
} dimensions[] = {
    {SIM_OPT_WORKLOAD_NUMJOBS, 1, 0},       {SIM_OPT_WORKLOAD_IODEPTH, 1, 0},
    {SIM_OPT_WORKLOAD_NUMBER_IOS, 1, 4096}, {SIM_OPT_MACHINE_CPUS, 1, 0},
    {SIM_OPT_CONTROLLER_QUEUES, 1, 0},      {SIM_OPT_MACHINE_VECTORS, 1, 0},
    {SIM_OPT_FAULT_SPREAD, 0, 0},           {SIM_OPT_FAULT_AT, 0, 0},
    {SIM_OPT_WORKLOAD_STARTDELAY, 0, 0},    {SIM_OPT_WORKLOAD_THINKTIME, 0, 0},
    {SIM_OPT_WORKLOAD_FSYNC, 0, 0},         {SIM_OPT_WORKLOAD_BS, 4096, 0},
    {SIM_OPT_WORKLOAD_SIZE, 65536, 0},
};

/* The whole load and the machine at once. Reset and completion need a processor each, the reset's
 * is number 0. */
static const struct rung {
    int64_t numjobs, iodepth, number_ios, cpus;
} ladder[] = {{1, 1, 1, 1}, {1, 1, 1, 2}, {2, 1, 1, 2}, {2, 1, 2, 2}, {2, 2, 2, 2}, {4, 1, 1, 4}};

/* --- text and settings ------------------------------------------------------------------------ */

/* Where the line begins, or NULL; files behind the text are not looked at. */
static const char *line_find(const char *text, const char *end, const char *head)
{
    size_t n = strlen(head);

    while (text && text < end && strncmp(text, head, n) != 0)
        text = (text = strchr(text, '\n')) ? text + 1 : NULL;
    return text && text < end ? text : NULL;
}

char *sim__section_cut(const char *text, const char *kind, const char *name)
{
    char head[160], *out;
    const char *end = text + sim_scenario_head(text), *from, *to;

    snprintf(head, sizeof head, "[%s %s]", kind, name);
    from = line_find(text, end, head);
    if (!from)
        return NULL;
    to = line_find(from + 1, end, "[");
    to = to ? to : end;
    out = malloc(strlen(text) + 1);
    SIM_ASSERT(out);
    memcpy(out, text, (size_t)(from - text));
    strcpy(out + (from - text), to);
    return out;
}

static struct sim__variant *copy_of(const struct sim__variant *from)
{
    struct sim__variant *v = malloc(sizeof *v);

    SIM_ASSERT(v);
    *v = *from;
    v->text = strdup(from->text);
    SIM_ASSERT(v->text);
    return v;
}

static void drop(struct sim__variant *v)
{
    free(v->text);
    free(v);
}

/* Sets a value, in place of an earlier setting of the same name. False when there is no room. */
static bool set(struct sim__variant *v, const char *name, const char *value)
{
    uint32_t i = 0;

    while (i < v->settings && strcmp(v->set[i].name, name))
        i++;
    if (i == SIM_REPLAY_SETTINGS_MAX || strlen(name) >= SIM__SET_NAME)
        return false;
    if (i == v->settings)
        v->settings++;
    snprintf(v->set[i].name, sizeof v->set[i].name, "%s", name);
    snprintf(v->set[i].value, sizeof v->set[i].value, "%s", value);
    return true;
}

/* Settings of a section that is gone would be refused. */
static void settings_cut(struct sim__variant *v, const char *kind, const char *name)
{
    char head[128];
    size_t n = (size_t)snprintf(head, sizeof head, "%s.%s.", kind, name);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < v->settings; i++)
        if (strncmp(v->set[i].name, head, n))
            v->set[kept++] = v->set[i];
    v->settings = kept;
}

static void unset(struct sim__variant *v, const char *name)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < v->settings; i++)
        if (strcmp(v->set[i].name, name) != 0)
            v->set[kept++] = v->set[i];
    v->settings = kept;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* What one variant may cost. */
static uint64_t share_of(const struct sim__shrink *s)
{
    uint64_t cost = s->cost_max / VARIANTS, least = TRIES_MIN * SIM__TRY,
             most = (uint64_t)TRIES_MAX * SIM__TRY;

    return cost < least ? least : cost > most ? most : cost;
}

/* The finding as it is now: its seed, under its schedule if it has one. */
static bool as_it_is(struct sim__shrink *s)
{
    return sim__shrink_try(s, s->seed, s->scheduled ? &s->schedule : NULL);
}

/* Seeds under the portfolio of strategies. */
static bool by_seeds(struct sim__shrink *s, uint64_t cost)
{
    uint64_t end = s->cost + cost;

    for (uint64_t seed = 1; s->cost < end && !sim__shrink_over(s); seed++) {
        if (!sim__shrink_try(s, seed, NULL))
            continue;
        s->seed = seed;
        s->scheduled = false;
        return true;
    }
    return false;
}

/* What other strategies find only under load, because they hold up a processor only while another
 * is busy, is often a delay or two away from the default order. The run is kept as its schedule. */
static bool by_delays(struct sim__shrink *s, uint64_t cost)
{
    struct sim_schedule schedule = {0};
    uint64_t end = s->cost + cost;
    bool found = false;

    for (uint64_t seed = 1; s->cost < end && !found && !sim__shrink_over(s); seed++) {
        found = sim__shrink_try_delays(s, seed, &schedule);
        if (!found)
            continue;
        s->seed = seed;
        s->scheduled = true;
        sim_schedule_copy(&s->schedule, &schedule);
    }
    sim_schedule_free(&schedule);
    return found;
}

/* Takes the variant over when the finding shows in it, for about so much. */
static bool accept(struct sim__shrink *s, struct sim__variant *v, uint64_t cost)
{
    struct sim_error ignored;
    bool found = false;

    if (!sim__shrink_over(s) && !sim__shrink_open(s, v, &ignored))
        found = as_it_is(s) || by_seeds(s, cost / 4) || by_delays(s, cost - cost / 4);
    sim__shrink_close(s);
    if (!found) {
        drop(v);
        return false;
    }
    free(s->best.text);
    s->best = *v;
    free(v);
    return true;
}

static bool without_section(struct sim__shrink *s, const char *kind, const char *name)
{
    struct sim__variant *v = copy_of(&s->best);
    char *text = sim__section_cut(v->text, kind, name);

    if (!text) {
        drop(v);
        return false;
    }
    free(v->text);
    v->text = text;
    settings_cut(v, kind, name);
    return accept(s, v, share_of(s));
}

static bool with_value(struct sim__shrink *s, const char *name, enum sim_option_type type,
                       int64_t value)
{
    struct sim__variant *v = copy_of(&s->best);
    char text[64];

    snprintf(text, sizeof text, "%lld%s", (long long)value, type == SIM_TIME ? "ns" : "");
    if (!set(v, name, text)) {
        drop(v);
        return false;
    }
    return accept(s, v, share_of(s));
}

/* --- one number ------------------------------------------------------------------------------- */

/* Brings a number down: 'least' at once, else by halving. True when it became smaller. */
static bool bring_down(struct sim__shrink *s, const struct dimension *d, const char *name,
                       int64_t now)
{
    enum sim_option_type type = sim_option_info[d->option].type;
    int64_t fails = d->least, holds = !now && d->endless ? d->endless : now;
    bool changed = false;

    if (now == d->least || (holds < d->least))
        return false;
    if (with_value(s, name, type, d->least))
        return true;
    for (int i = 0; i < STEPS_MAX && holds - fails > 1 && !sim__shrink_over(s); i++) {
        int64_t middle = fails + (holds - fails) / 2;

        if (with_value(s, name, type, middle)) {
            holds = middle;
            changed = true;
        } else {
            fails = middle;
        }
    }
    return changed;
}

/* Names and values as the best variant has them now; a copy, because trying closes the scenario. */
struct place {
    char name[SIM__SET_NAME];
    int64_t value;
};

static uint32_t places_of(struct sim__shrink *s, const struct dimension *d, struct place *out,
                          uint32_t max)
{
    const struct sim_option_info *info = &sim_option_info[d->option];
    bool named = !strcmp(info->section, "workload") || !strcmp(info->section, "fault");
    struct sim_error ignored;
    uint32_t n = 0;

    if (sim__shrink_open(s, &s->best, &ignored))
        return 0;
    for (uint32_t i = 0; named && i < sim_sections(s->scenario, info->section) && n < max; i++) {
        const struct sim_section *section = sim_section(s->scenario, info->section, i);

        snprintf(out[n].name, sizeof out[n].name, "%s.%.60s.%s", info->section,
                 sim_section_name(section), info->key);
        out[n++].value = sim_section_opt(section, d->option);
    }
    if (!named) {
        snprintf(out[n].name, sizeof out[n].name, "%s.%s", info->section, info->key);
        out[n++].value = sim_opt(s->scenario, d->option);
    }
    sim__shrink_close(s);
    return n;
}

/* --- the ladder ------------------------------------------------------------------------------- */

/* Brings an option down to `most` everywhere; 0 counts as endless where it means that. True when
 * something changed. */
static bool cap(struct sim__shrink *s, struct sim__variant *v, enum sim_option option, int64_t most)
{
    const struct dimension dimension = {.option = option};
    struct place place[16];
    uint32_t n = places_of(s, &dimension, place, 16);
    bool changed = false, endless = option == SIM_OPT_WORKLOAD_NUMBER_IOS;
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)most);
    for (uint32_t i = 0; i < n; i++)
        if (place[i].value > most || (endless && !place[i].value))
            changed |= set(v, place[i].name, text);
    return changed;
}

static bool climb(struct sim__shrink *s, const struct rung *rung)
{
    struct sim__variant *v = copy_of(&s->best);
    bool changed = cap(s, v, SIM_OPT_WORKLOAD_NUMJOBS, rung->numjobs);

    changed |= cap(s, v, SIM_OPT_WORKLOAD_IODEPTH, rung->iodepth);
    changed |= cap(s, v, SIM_OPT_WORKLOAD_NUMBER_IOS, rung->number_ios);
    changed |= cap(s, v, SIM_OPT_MACHINE_CPUS, rung->cpus);
    if (changed)
        return accept(s, v, s->cost_max / RUNGS);
    drop(v);
    return false;
}

/* From the smallest load upwards, until one shows the finding. */
static bool ladder_climb(struct sim__shrink *s)
{
    for (size_t i = 0; i < sizeof ladder / sizeof ladder[0] && !sim__shrink_over(s); i++)
        if (climb(s, &ladder[i]))
            return true;
    return false;
}

/* --- what the seed drew ----------------------------------------------------------------------- */

static const char *drawn_name(const struct sim_drawn *drawn, char out[SIM__SET_NAME])
{
    const struct sim_option_info *info = &sim_option_info[drawn->option];

    snprintf(out, SIM__SET_NAME, "%.40s.%.60s", info->section, info->key);
    return out;
}

/* What the finding's run drew; 0 when its scenario draws nothing. */
static uint32_t drawn_now(struct sim__shrink *s, struct sim_drawn *draw)
{
    struct sim_error ignored;
    uint32_t drawn = 0;

    if (sim__shrink_open(s, &s->best, &ignored))
        return 0;
    if (sim_opt(s->scenario, SIM_OPT_PORT_SILENT) && as_it_is(s)) {
        drawn = s->result->drawn;
        memcpy(draw, s->result->draw, drawn * sizeof *draw);
    }
    sim__shrink_close(s);
    return drawn;
}

/* It becomes what the scenario says, so that it stays when the seed changes. */
static bool drawn_pin(struct sim__shrink *s, const struct sim_drawn *draw, uint32_t drawn)
{
    struct sim__variant *v = copy_of(&s->best);
    char name[SIM__SET_NAME], word[32];
    bool room = set(v, "port.silent", "default");

    for (uint32_t i = 0; i < drawn; i++) {
        sim_opt_word((enum sim_option)draw[i].option, draw[i].value, word);
        room = room && set(v, drawn_name(&draw[i], name), word);
    }
    if (room)
        return accept(s, v, share_of(s));
    drop(v);
    return false;
}

/* Then one after the other goes back to its default. */
static bool drawn_pass(struct sim__shrink *s)
{
    struct sim_drawn draw[SIM_DRAWN_MAX];
    uint32_t drawn = drawn_now(s, draw);
    char name[SIM__SET_NAME];

    if (!drawn || !drawn_pin(s, draw, drawn))
        return false;
    for (uint32_t i = 0; i < drawn && !sim__shrink_over(s); i++) {
        struct sim__variant *v = copy_of(&s->best);

        unset(v, drawn_name(&draw[i], name));
        accept(s, v, share_of(s) / DRAWN_SHARE);
    }
    return true;
}

/* --- passes ----------------------------------------------------------------------------------- */

static bool numbers_pass(struct sim__shrink *s)
{
    struct place place[16];
    bool changed = false;

    for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
        uint32_t n = places_of(s, &dimensions[i], place, 16);

        for (uint32_t k = 0; k < n && !sim__shrink_over(s); k++)
            changed |= bring_down(s, &dimensions[i], place[k].name, place[k].value);
    }
    return changed;
}

static bool sections_pass(struct sim__shrink *s, const char *kind)
{
    char name[32][64];
    struct sim_error ignored;
    uint32_t n = 0;
    bool changed = false;

    if (sim__shrink_open(s, &s->best, &ignored))
        return false;
    for (; n < sim_sections(s->scenario, kind) && n < 32; n++)
        snprintf(name[n], sizeof name[n], "%s",
                 sim_section_name(sim_section(s->scenario, kind, n)));
    sim__shrink_close(s);
    for (uint32_t i = 0; i < n && !sim__shrink_over(s); i++)
        changed |= without_section(s, kind, name[i]);
    return changed;
}

/* What the seed drew, written down: the faults that it left out go, the others get the probability
 * that they had. Draws of a fault's own come from a stream of its own, so that this is the same
 * run. */
static bool swarm_settle(struct sim__shrink *s)
{
    struct sim__variant *v;
    struct sim_error ignored;
    char name[SIM__SET_NAME], value[32];
    bool possible;

    if (sim__shrink_open(s, &s->best, &ignored))
        return false;
    possible =
        sim_opt(s->scenario, SIM_OPT_EXPLORE_SWARM) && as_it_is(s) && s->result->faults_drawn;
    v = copy_of(&s->best);
    for (uint32_t i = 0; possible && i < s->result->faults_drawn; i++) {
        const struct sim_fault_drawn *drawn = &s->result->fault_draw[i];
        const struct sim_section *section = sim_section(s->scenario, "fault", drawn->fault);

        if (!drawn->possible) {
            char *text = sim__section_cut(v->text, "fault", sim_section_name(section));

            possible = text != NULL;
            if (text) {
                free(v->text);
                v->text = text;
                settings_cut(v, "fault", sim_section_name(section));
            }
        } else if ((uint64_t)sim_section_opt(section, SIM_OPT_FAULT_PROBABILITY) != drawn->ppm) {
            snprintf(name, sizeof name, "fault.%.60s.probability", sim_section_name(section));
            snprintf(value, sizeof value, "%u.%04u%%", drawn->ppm / 10000, drawn->ppm % 10000);
            possible = set(v, name, value);
        }
    }
    sim__shrink_close(s);
    if (possible && set(v, "explore.swarm", "no"))
        return accept(s, v, share_of(s));
    drop(v);
    return false;
}

void sim__shrink_scenario(struct sim__shrink *s)
{
    uint64_t cost_max = s->cost_max;
    bool changed = true, was_scheduled = s->scheduled, ever;

    s->cost_max -= cost_max / SCENARIO_SHARE;
    s->searching = true;
    ever = swarm_settle(s);
    ever |= ladder_climb(s);
    ever |= drawn_pass(s);
    for (int pass = 0; pass < PASSES_MAX && changed && !sim__shrink_over(s); pass++) {
        changed = sections_pass(s, "fault");
        changed |= sections_pass(s, "workload");
        changed |= numbers_pass(s);
        ever |= changed;
    }
    /* An unchanged finding shows under its own strategy only. */
    s->searching = ever || was_scheduled;
    s->cost_max = cost_max;
}
