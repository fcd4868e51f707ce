/* sim/run/result.h - what one run leaves behind, outside of the world. */
#ifndef SIM_RUN_RESULT_H
#define SIM_RUN_RESULT_H

#include <stdint.h>

#include "sim/engine/sim.h"
#include "sim/run/unmodelled.h"
#include "sim/scenario/scenario.h"

enum sim_figure {
#define SIM_FIGURE(id, name, unit, text) SIM_FIG_##id,
#include "sim/run/figures.def"
#undef SIM_FIGURE
    SIM_FIG_COUNT
};

struct sim_figure_info {
    const char *name, *unit, *text;
};
extern const struct sim_figure_info sim_figure_info[SIM_FIG_COUNT];

/* One I/O as the application saw it. */
struct sim_sample {
    sim_ns start;
    sim_ns latency_ns;
    uint8_t op;    /* 0 read, 1 write, 2 flush, 4 trim */
    uint8_t error; /* 0 or the SRB status */
    uint16_t retries;
    uint32_t zero;
};

#define SIM_SAMPLES_MAX 65536 /* kept for one run; later ones are counted only */

/* One entry of the system event log: what an administrator would find in the event viewer. */
struct sim_log_entry {
    sim_ns at;
    uint32_t id;
    char source[20]; /* driver that wrote it */
    char text[120];
};

#define SIM_LOG_MAX \
    64 /* kept for one run, those of the boot included; later ones are counted only */

/* Latency histogram: four bins to an octave, see sim_latency_bin().
 * Three of them: I/Os that ended before the first fault (or reset, when there was none), that
 * overlapped fault and recovery, and that began after the first successful I/O after the reset. */
#define SIM_LATENCY_BINS 160
/* And Iometer's bins, as in its results.csv: up to 50 us, 100 us ... 10 s, and the rest. */
#define SIM_IOMETER_BINS 21
enum sim_latency_when { SIM_BEFORE, SIM_DURING, SIM_AFTER, SIM_WHEN_COUNT };

/* An ENUM option whose value a model drew from the run's seed. Only values other than the first
 * word are kept. */
struct sim_drawn {
    uint16_t option; /* enum sim_option */
    uint16_t value;
};
#define SIM_DRAWN_MAX 96

/* Swarm mode: what a seed made of a [fault]. */
struct sim_fault_drawn {
    uint16_t fault; /* index of its section */
    bool possible;
    uint32_t ppm; /* probability of each occasion */
};
#define SIM_FAULTS_DRAWN_MAX 64

struct sim_result {
    uint64_t seed;
    enum sim_stop stop;
    uint32_t findings; /* all of them, of severity error and warn */
    uint32_t errors;   /* of severity error */
    struct sim_finding finding[SIM_FINDINGS_MAX];
    uint64_t hash; /* of the trace */
    sim_ns virtual_ns;
    uint64_t points, events, switches;
    int64_t figure[SIM_FIG_COUNT];
    uint32_t latency[SIM_WHEN_COUNT][SIM_LATENCY_BINS];
    uint32_t iometer[SIM_IOMETER_BINS];
    uint32_t drawn; /* number in draw[] */
    struct sim_drawn draw[SIM_DRAWN_MAX];
    uint32_t faults_drawn; /* number in fault_draw[]; 0 without swarm mode */
    struct sim_fault_drawn fault_draw[SIM_FAULTS_DRAWN_MAX];
    uint32_t samples;                      /* number in sample[] */
    const struct sim_sample *sample;       /* valid until the next run of the session */
    uint32_t logged;                       /* entries of the event log, kept or not */
    const struct sim_log_entry *log;       /* the first SIM_LOG_MAX; valid until the next run */
    struct sim_unmodelled_list unmodelled; /* calls of the boot included */
};

/* How many of so many entries are kept. */
static inline uint32_t sim_log_kept(uint32_t logged)
{
    return logged < SIM_LOG_MAX ? logged : SIM_LOG_MAX;
}

/* Bin of a latency: four bins to an octave, bin 0 below 64 ns; the last bin takes everything above.
 */
uint32_t sim_latency_bin(sim_ns latency);
/* Lower edge of a bin in ns. */
sim_ns sim_latency_bin_edge(uint32_t bin);

/* Iometer's bin of a latency, and where a bin ends: ns, SIM_NEVER for the last one. */
uint32_t sim_iometer_bin(sim_ns latency);
sim_ns sim_iometer_bin_end(uint32_t bin);

/* For models, during a run. Figures start at -1. */
void sim_figure_set(enum sim_figure figure, int64_t value);
int64_t sim_figure_get(enum sim_figure figure);
/* At the start of a run. Traced (DRAWN). */
void sim_drawn_add(struct sim *sim, enum sim_option option, uint32_t value);
/* At the start of a run. Traced (FAULT_DRAWN). More than SIM_FAULTS_DRAWN_MAX are traced only. */
void sim_fault_drawn_add(struct sim *sim, uint32_t fault, bool possible, uint32_t ppm);
void sim_sample_add(const struct sim_sample *sample);
/* Text is cut to what an entry holds. What is logged during the boot belongs to every run. */
void sim_log_add(sim_ns at, uint32_t id, const char *source, const char *text);

/* A call of a routine that is not modelled. Those of the boot belong to every run. */
void sim_unmodelled_add(const char *routine, const char *answer);

/* "startio_false = requeued, pauses = last": what a run drew, in at most bytes; "" for nothing.
 * Returns out. */
char *sim_drawn_text(const struct sim_drawn *draw, uint32_t drawn, char *out, size_t bytes);
/* The same for every point on which the documents are silent that a run took another way than the
 * default, because the scenario says so or the seed drew it. */
char *sim_silent_text(const struct sim_scenario *scenario, const struct sim_result *result,
                      char *out, size_t bytes);

#endif
