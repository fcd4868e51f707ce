/* sim/run/shrink_scenario.c - a scenario reduced, setting by setting, as long as the finding stays.
 *
 * First the whole load at once (shrink_ladder.c). Then what the seed drew, by halves and point by
 * point; then whole sections, then every number towards its smallest value: that value at once, and
 * when it fails, by halving the distance. Passes are repeated until one changes nothing; what
 * failed before is tried again with the finding's own run only. A variant that the reader refuses
 * (an offset behind the region, a fault without a workload) is simply not accepted.
 */
#include "sim/run/shrink_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

#define PASSES_MAX 4
#define STEPS_MAX 7  /* halvings of one number in a pass */
#define STEPS_TIME 3 /* the same of a time: it makes nothing smaller */
#define TRIES_MIN 8u /* for one variant, when the finding is rare */
#define TRIES_MAX 64u
#define VARIANTS 50u      /* the scenario's share of the tries is spread over so many */
#define DRAWN_SHARE 4u    /* of a variant's tries, for some drawn points */
#define LOADS_FEW 2u      /* more of them are made fewer before each is made small */
#define SCENARIO_SHARE 4u /* the schedule is left one of so many parts */

/* Numbers that make a run smaller, with the smallest value worth trying. */
static const struct dimension {
    enum sim_option option;
    int64_t least;
    int64_t endless; /* what 0 stands for when 0 means 'no bound'; 0: 0 is an ordinary number */
} dimensions[] = {
    {SIM_OPT_WORKLOAD_NUMJOBS, 1, 0},
    {SIM_OPT_WORKLOAD_IODEPTH, 1, 0},
    {SIM_OPT_WORKLOAD_NUMBER_IOS, 1, 4096},
    {SIM_OPT_MACHINE_CPUS, 1, 0},
    {SIM_OPT_CONTROLLER_QUEUES, 1, 0},
    {SIM_OPT_MACHINE_VECTORS, 1, 0},
    {SIM_OPT_FAULT_TIMES, 1, 64},
    {SIM_OPT_FAULT_NTH, 1, 0},
    {SIM_OPT_FAULT_EVERY, 1, 0},
    {SIM_OPT_FAULT_SPREAD, 0, 0},
    {SIM_OPT_FAULT_AT, 0, 0},
    {SIM_OPT_WORKLOAD_STARTDELAY, 0, 0},
    {SIM_OPT_WORKLOAD_THINKTIME, 0, 0},
    {SIM_OPT_WORKLOAD_FSYNC, 0, 0},
    {SIM_OPT_WORKLOAD_BS, 4096, 0},
    {SIM_OPT_WORKLOAD_SIZE, 65536, 0},
};

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
static bool by_seeds(struct sim__shrink *s, uint64_t cost, struct sim__tried *tried)
{
    uint64_t end = s->cost + cost;

    while (s->cost < end && !sim__shrink_over(s)) {
        if (!sim__shrink_try(s, ++tried->seeds, NULL))
            continue;
        s->seed = tried->seeds;
        s->scheduled = false;
        return true;
    }
    return false;
}

/* What other strategies find only under load, because they hold up a processor only while another
 * is busy, is often a delay or two away from the default order. The run is kept as its schedule. */
static bool by_delays(struct sim__shrink *s, uint64_t cost, struct sim__tried *tried)
{
    struct sim_schedule schedule = {0};
    uint64_t end = s->cost + cost;
    bool found = false;

    while (s->cost < end && !found && !sim__shrink_over(s)) {
        found = sim__shrink_try_delays(s, ++tried->delays, &schedule);
        if (!found)
            continue;
        s->seed = tried->delays;
        s->scheduled = true;
        sim_schedule_copy(&s->schedule, &schedule);
    }
    sim_schedule_free(&schedule);
    return found;
}

/* What was spent on the variant in vain. */
static struct sim__failed *failed_before(struct sim__shrink *s, uint64_t hash)
{
    for (uint32_t i = 0; i < s->failures && i < SIM__FAILED; i++)
        if (s->failed[i].hash == hash)
            return &s->failed[i];
    return NULL;
}

static void failed_note(struct sim__shrink *s, uint64_t hash, uint64_t cost)
{
    struct sim__failed *failed = failed_before(s, hash);

    if (!failed)
        failed = &s->failed[s->failures++ % SIM__FAILED];
    *failed = (struct sim__failed){hash, cost};
}

bool sim__shrink_accept(struct sim__shrink *s, struct sim__variant *v, uint64_t cost,
                        struct sim__tried *tried)
{
    uint64_t hash = sim__variant_hash(v);
    const struct sim__failed *failed = failed_before(s, hash);
    struct sim__tried none = {0};
    struct sim_error ignored;
    bool found = false;

    tried = tried ? tried : &none;
    if (failed && failed->cost >= cost)
        cost = 0;
    if (!sim__shrink_over(s) && !sim__shrink_open(s, v, &ignored))
        found = as_it_is(s) || by_seeds(s, cost / 4, tried) || by_delays(s, cost - cost / 4, tried);
    sim__shrink_close(s);
    if (!found) {
        if (cost)
            failed_note(s, hash, cost);
        sim__variant_drop(v);
        return false;
    }
    free(s->best.text);
    s->best = *v;
    free(v);
    return true;
}

static bool accept(struct sim__shrink *s, struct sim__variant *v, uint64_t cost)
{
    return sim__shrink_accept(s, v, cost, NULL);
}

static bool with_value(struct sim__shrink *s, const char *name, enum sim_option_type type,
                       int64_t value)
{
    struct sim__variant *v = sim__variant_copy(&s->best);
    char text[64];

    snprintf(text, sizeof text, "%lld%s", (long long)value, type == SIM_TIME ? "ns" : "");
    if (!sim__variant_set(v, name, text)) {
        sim__variant_drop(v);
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
    int steps = type == SIM_TIME ? STEPS_TIME : STEPS_MAX;
    int64_t fails = d->least, holds = !now && d->endless ? d->endless : now;
    bool changed = false;

    if (now == d->least || (holds < d->least))
        return false;
    if (with_value(s, name, type, d->least))
        return true;
    for (int i = 0; i < steps && holds - fails > 1 && !sim__shrink_over(s); i++) {
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

uint32_t sim__places(struct sim__shrink *s, enum sim_option option,
                     struct sim__place out[SIM__PLACES_MAX])
{
    const struct sim_option_info *info = &sim_option_info[option];
    bool named = !strcmp(info->section, "workload") || !strcmp(info->section, "fault");
    struct sim_scenario *scenario;
    struct sim_error ignored;
    uint32_t n = 0;

    if (sim__shrink_parse(s, &s->best, &ignored, &scenario))
        return 0;
    for (; named && n < sim_sections(scenario, info->section) && n < SIM__PLACES_MAX; n++) {
        const struct sim_section *section = sim_section(scenario, info->section, n);

        snprintf(out[n].name, sizeof out[n].name, "%s.%.60s.%s", info->section,
                 sim_section_name(section), info->key);
        out[n].value = sim_section_opt(section, option);
    }
    if (!named) {
        snprintf(out[n].name, sizeof out[n].name, "%s.%s", info->section, info->key);
        out[n++].value = sim_opt(scenario, option);
    }
    sim_scenario_free(scenario);
    return n;
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
    struct sim__variant *v = sim__variant_copy(&s->best);
    char name[SIM__SET_NAME], word[32];
    bool room = sim__variant_set(v, "port.silent", "default");

    for (uint32_t i = 0; i < drawn; i++) {
        sim_opt_word((enum sim_option)draw[i].option, draw[i].value, word);
        room = room && sim__variant_set(v, drawn_name(&draw[i], name), word);
    }
    if (room)
        return accept(s, v, share_of(s));
    sim__variant_drop(v);
    return false;
}

/* Some of them go back to their defaults. */
static bool drawn_reset(struct sim__shrink *s, const struct sim_drawn *draw, uint32_t drawn)
{
    struct sim__variant *v = sim__variant_copy(&s->best);
    char name[SIM__SET_NAME];

    for (uint32_t i = 0; i < drawn; i++)
        sim__variant_unset(v, drawn_name(&draw[i], name));
    return accept(s, v, share_of(s) / DRAWN_SHARE);
}

/* All of them at once; when that fails, ever smaller parts. */
static bool drawn_pass(struct sim__shrink *s)
{
    struct sim_drawn draw[SIM_DRAWN_MAX];
    uint32_t drawn = drawn_now(s, draw), part = drawn;

    if (!drawn || !drawn_pin(s, draw, drawn))
        return false;
    for (; drawn && part > 0; part = part > drawn ? drawn : part / 2)
        for (uint32_t i = 0; i < drawn && !sim__shrink_over(s);) {
            uint32_t n = part < drawn - i ? part : drawn - i;

            if (!drawn_reset(s, &draw[i], n)) {
                i += n;
                continue;
            }
            memmove(&draw[i], &draw[i + n], (drawn - i - n) * sizeof *draw);
            drawn -= n;
        }
    return true;
}

/* --- passes ----------------------------------------------------------------------------------- */

static bool numbers_pass(struct sim__shrink *s)
{
    struct sim__place place[SIM__PLACES_MAX];
    bool changed = false;

    for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
        uint32_t n = sim__places(s, dimensions[i].option, place);

        for (uint32_t k = 0; k < n && !sim__shrink_over(s); k++)
            changed |= bring_down(s, &dimensions[i], place[k].name, place[k].value);
    }
    return changed;
}

static uint32_t sections_now(struct sim__shrink *s, const char *kind,
                             char name[SIM__PLACES_MAX][64])
{
    struct sim_scenario *scenario;
    struct sim_error ignored;
    uint32_t n = 0;

    if (sim__shrink_parse(s, &s->best, &ignored, &scenario))
        return 0;
    for (; n < sim_sections(scenario, kind) && n < SIM__PLACES_MAX; n++)
        snprintf(name[n], sizeof name[n], "%s", sim_section_name(sim_section(scenario, kind, n)));
    sim_scenario_free(scenario);
    return n;
}

static bool without_sections(struct sim__shrink *s, const char *kind, char name[][64], uint32_t n)
{
    struct sim__variant *v = sim__variant_copy(&s->best);

    for (uint32_t i = 0; i < n; i++)
        if (!sim__variant_cut(v, kind, name[i])) {
            sim__variant_drop(v);
            return false;
        }
    return accept(s, v, share_of(s));
}

/* All of a kind at once; when that fails, ever smaller parts. */
static bool sections_pass(struct sim__shrink *s, const char *kind)
{
    char name[SIM__PLACES_MAX][64];
    uint32_t n = sections_now(s, kind, name);
    bool changed = false;

    for (uint32_t part = n; part > 0; part = part > n ? n : part / 2)
        for (uint32_t i = 0; i < n && !sim__shrink_over(s);) {
            uint32_t some = part < n - i ? part : n - i;

            if (!without_sections(s, kind, &name[i], some)) {
                i += some;
                continue;
            }
            memmove(name[i], name[i + some], (n - i - some) * sizeof name[0]);
            n -= some;
            changed = true;
        }
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
    v = sim__variant_copy(&s->best);
    for (uint32_t i = 0; possible && i < s->result->faults_drawn; i++) {
        const struct sim_fault_drawn *drawn = &s->result->fault_draw[i];
        const struct sim_section *section = sim_section(s->scenario, "fault", drawn->fault);

        if (!drawn->possible) {
            possible = sim__variant_cut(v, "fault", sim_section_name(section));
        } else if ((uint64_t)sim_section_opt(section, SIM_OPT_FAULT_PROBABILITY) != drawn->ppm) {
            snprintf(name, sizeof name, "fault.%.60s.probability", sim_section_name(section));
            snprintf(value, sizeof value, "%u.%04u%%", drawn->ppm / 10000, drawn->ppm % 10000);
            possible = sim__variant_set(v, name, value);
        }
    }
    sim__shrink_close(s);
    if (possible && sim__variant_set(v, "explore.swarm", "no"))
        return accept(s, v, share_of(s));
    sim__variant_drop(v);
    return false;
}

void sim__shrink_scenario(struct sim__shrink *s)
{
    struct sim__place place[SIM__PLACES_MAX];
    uint64_t cost_max = s->cost_max;
    bool changed = true, was_scheduled = s->scheduled, ever;

    s->cost_max -= cost_max / SCENARIO_SHARE;
    sim__jobs_flatten(s);
    s->searching = true;
    ever = swarm_settle(s);
    if (sim__places(s, SIM_OPT_WORKLOAD_NUMJOBS, place) > LOADS_FEW)
        ever |= sections_pass(s, "workload");
    ever |= sim__ladder_climb(s);
    ever |= drawn_pass(s);
    for (int pass = 0; pass < PASSES_MAX && changed && !sim__shrink_over(s); pass++) {
        changed = sections_pass(s, "fault");
        changed |= sections_pass(s, "workload");
        changed |= numbers_pass(s);
        changed |= sim__traces_pass(s, share_of(s));
        ever |= changed;
    }
    /* An unchanged finding shows under its own strategy only. */
    s->searching = ever || was_scheduled;
    s->cost_max = cost_max;
}
