/* sim/run/result.c - figures, samples and latency bins of the run that is going on. */
#include "sim/run/result.h"

#include <stdio.h>
#include <string.h>

#include "sim/run/result_private.h"

const struct sim_figure_info sim_figure_info[SIM_FIG_COUNT] = {
#define SIM_FIGURE(id, name, unit, text) [SIM_FIG_##id] = {name, unit, text},
#include "sim/run/figures.def"
#undef SIM_FIGURE
};

/* Of the present run; output only, nothing decides by it. */
static int64_t figures[SIM_FIG_COUNT];
static struct sim_sample samples[SIM_SAMPLES_MAX];
static uint32_t sample_count;
static struct sim_log_entry entries[SIM_LOG_MAX];
static uint32_t entry_count, entries_of_boot;
static struct sim_drawn draws[SIM_DRAWN_MAX];
static uint32_t draw_count;
static struct sim_fault_drawn fault_draws[SIM_FAULTS_DRAWN_MAX];
static uint32_t fault_draw_count;
static struct sim_unmodelled_list unmodelled, unmodelled_in_boot;

uint32_t sim_latency_bin(sim_ns latency)
{
    uint32_t octave, quarter, bin;

    if (latency < 64)
        return 0;
    octave = 63 - (uint32_t)__builtin_clzll((uint64_t)latency);
    quarter = (uint32_t)(latency >> (octave - 2)) & 3;
    bin = 1 + (octave - 6) * 4 + quarter;
    return bin < SIM_LATENCY_BINS ? bin : SIM_LATENCY_BINS - 1;
}

sim_ns sim_latency_bin_edge(uint32_t bin)
{
    uint32_t octave, quarter;

    if (bin == 0)
        return 0;
    octave = (bin - 1) / 4 + 6;
    quarter = (bin - 1) % 4;
    return (sim_ns)(4 + quarter) << (octave - 2);
}

/* Iometer's; the one at 4.7 s is for time-outs of 5 s. */
static const sim_ns iometer_end[SIM_IOMETER_BINS] = {
    50 * SIM_US,  100 * SIM_US, 200 * SIM_US, 500 * SIM_US, 1 * SIM_MS,  2 * SIM_MS,
    5 * SIM_MS,   10 * SIM_MS,  15 * SIM_MS,  20 * SIM_MS,  30 * SIM_MS, 50 * SIM_MS,
    100 * SIM_MS, 200 * SIM_MS, 500 * SIM_MS, 1 * SIM_S,    2 * SIM_S,   4700 * SIM_MS,
    5 * SIM_S,    10 * SIM_S,   SIM_NEVER,
};

uint32_t sim_iometer_bin(sim_ns latency)
{
    uint32_t bin = 0;

    while (bin + 1 < SIM_IOMETER_BINS && latency >= iometer_end[bin])
        bin++;
    return bin;
}

sim_ns sim_iometer_bin_end(uint32_t bin)
{
    SIM_ASSERT(bin < SIM_IOMETER_BINS);
    return iometer_end[bin];
}

void sim_figure_set(enum sim_figure figure, int64_t value)
{
    figures[figure] = value;
}

int64_t sim_figure_get(enum sim_figure figure)
{
    return figures[figure];
}

void sim_drawn_add(struct sim *sim, enum sim_option option, uint32_t value)
{
    SIM_ASSERT(draw_count < SIM_DRAWN_MAX && value < sim_opt_words(option));
    draws[draw_count++] = (struct sim_drawn){(uint16_t)option, (uint16_t)value};
    sim_trace(sim, SIM_EV_DRAWN, option, value, 0, 0);
}

char *sim_drawn_text(const struct sim_drawn *draw, uint32_t drawn, char *out, size_t bytes)
{
    size_t n = 0;
    char word[32];

    *out = '\0';
    for (uint32_t i = 0; i < drawn && n < bytes; i++) {
        sim_opt_word((enum sim_option)draw[i].option, draw[i].value, word);
        n += (size_t)snprintf(out + n, bytes - n, "%s%s = %s", i ? ", " : "",
                              sim_option_info[draw[i].option].key, word);
    }
    return out;
}

void sim_fault_drawn_add(struct sim *sim, uint32_t fault, bool possible, uint32_t ppm)
{
    if (fault_draw_count < SIM_FAULTS_DRAWN_MAX)
        fault_draws[fault_draw_count++] = (struct sim_fault_drawn){(uint16_t)fault, possible, ppm};
    sim_trace(sim, SIM_EV_FAULT_DRAWN, fault, possible, ppm, 0);
}

/* They are told by the chapter that their text begins with. */
static bool is_silent_point(enum sim_option option)
{
    const struct sim_option_info *info = &sim_option_info[option];

    return info->type == SIM_ENUM && !strcmp(info->section, "port") &&
           !strncmp(info->text, "8.", 2);
}

char *sim_silent_text(const struct sim_scenario *scenario, const struct sim_result *result,
                      char *out, size_t bytes)
{
    struct sim_drawn all[SIM_DRAWN_MAX];
    uint32_t n = 0;

    for (int i = 0; i < SIM_OPT_COUNT && n < SIM_DRAWN_MAX; i++) {
        if (!is_silent_point((enum sim_option)i))
            continue;
        all[n] = (struct sim_drawn){(uint16_t)i, (uint16_t)sim_opt(scenario, (enum sim_option)i)};
        for (uint32_t k = 0; k < result->drawn; k++)
            if (result->draw[k].option == i)
                all[n] = result->draw[k];
        n += all[n].value != 0;
    }
    return sim_drawn_text(all, n, out, bytes);
}

void sim_sample_add(const struct sim_sample *sample)
{
    if (sample_count < SIM_SAMPLES_MAX)
        samples[sample_count++] = *sample;
}

void sim_log_add(sim_ns at, uint32_t id, const char *source, const char *text)
{
    if (entry_count < SIM_LOG_MAX) {
        struct sim_log_entry *entry = &entries[entry_count];

        *entry = (struct sim_log_entry){.at = at, .id = id};
        snprintf(entry->source, sizeof entry->source, "%s", source);
        snprintf(entry->text, sizeof entry->text, "%s", text);
    }
    entry_count++;
}

void sim_unmodelled_add(const char *routine, const char *answer)
{
    sim_unmodelled_count(&unmodelled, routine, answer, 1);
}

void sim__result_begin(void)
{
    for (int i = 0; i < SIM_FIG_COUNT; i++)
        figures[i] = -1;
    sample_count = 0;
    entry_count = entries_of_boot;
    draw_count = 0;
    fault_draw_count = 0;
    unmodelled = unmodelled_in_boot;
}

void sim__result_begin_boot(void)
{
    entries_of_boot = 0;
    unmodelled_in_boot.count = 0;
    sim__result_begin();
}

void sim__result_end_boot(void)
{
    entries_of_boot = entry_count;
    unmodelled_in_boot = unmodelled;
}

static enum sim_latency_when when(const struct sim_sample *s)
{
    int64_t fault = figures[SIM_FIG_FAULT_AT], reset = figures[SIM_FIG_RESET_AT];
    int64_t recovered = figures[SIM_FIG_RECOVERED_AT], begin = fault >= 0 ? fault : reset;

    if (begin < 0 || s->start + s->latency_ns < begin)
        return SIM_BEFORE;
    return recovered >= 0 && s->start >= recovered ? SIM_AFTER : SIM_DURING;
}

void sim__result_end(struct sim_result *out)
{
    memcpy(out->figure, figures, sizeof figures);
    memset(out->latency, 0, sizeof out->latency);
    memset(out->iometer, 0, sizeof out->iometer);
    for (uint32_t i = 0; i < sample_count; i++)
        out->iometer[sim_iometer_bin(samples[i].latency_ns)]++;
    for (uint32_t i = 0; i < sample_count; i++)
        out->latency[when(&samples[i])][sim_latency_bin(samples[i].latency_ns)]++;
    out->drawn = draw_count;
    memcpy(out->draw, draws, sizeof draws);
    out->faults_drawn = fault_draw_count;
    memcpy(out->fault_draw, fault_draws, sizeof fault_draws);
    out->samples = sample_count;
    out->sample = samples;
    out->logged = entry_count;
    out->log = entries;
    out->unmodelled = unmodelled;
}
