/* sim/run/report.h - one seed's result on its way from a worker process to the results: packed and
 * unpacked.
 *
 * Both ends are the same program on the same machine, so numbers travel as they lie in memory.
 */
#ifndef SIM_RUN_REPORT_H
#define SIM_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/run/pairs.h"
#include "sim/run/result.h"
#include "sim/run/signature.h"

#define SIM_REPORT_STACK 4096 /* text of a stack, one frame a line */

/* A growing run of bytes. Zero-initialised is empty. */
struct sim_bytes {
    uint8_t *data;
    size_t used, room;
};
void sim_bytes_add(struct sim_bytes *bytes, const void *data, size_t count);
void sim_bytes_u64(struct sim_bytes *bytes, uint64_t value);
void sim_bytes_text(struct sim_bytes *bytes, const char *text);
/* Makes it count bytes, whatever they hold, to be read into. */
uint8_t *sim_bytes_room(struct sim_bytes *bytes, size_t count);
void sim_bytes_free(struct sim_bytes *bytes);

/* Reads them again; after the first shortage `bad` is set and everything read is 0 or "". */
struct sim_reader {
    const uint8_t *at, *end;
    bool bad;
};
const void *sim_reader_take(struct sim_reader *reader, size_t count);
uint64_t sim_reader_u64(struct sim_reader *reader);
const char *sim_reader_text(struct sim_reader *reader); /* points into the bytes */

struct sim_report_finding {
    enum sim_rule rule;
    enum sim_severity severity;
    sim_ns at;
    uint8_t cpu;
    const char *text, *stack;
    const char *signature; /* findings of one rule and signature are one bug: signature.h */
};

struct sim_report {
    uint64_t seed;
    bool lost; /* storsim itself failed on this seed: nothing below is known */
    enum sim_stop stop;
    uint32_t findings, errors, warnings;
    struct sim_report_finding finding[SIM_FINDINGS_MAX];
    uint64_t hash;
    sim_ns virtual_ns;
    uint64_t points, events, switches;
    int64_t figure[SIM_FIG_COUNT];
    uint32_t drawn;
    struct sim_drawn draw[SIM_DRAWN_MAX];
    uint32_t latency[SIM_WHEN_COUNT][SIM_LATENCY_BINS];
    uint32_t iometer[SIM_IOMETER_BINS];
    uint32_t samples;
    const struct sim_sample *sample; /* copied out of the bytes: aligned */
    uint32_t logged;                 /* entries of the event log */
    struct sim_log_entry *entry;     /* the first of them, copied out; see sim_log_kept() */
    struct sim_unmodelled_list unmodelled;
    uint64_t load_seed; /* seed of the load and the device: another one's in a guided sweep */
    bool covered;       /* its pairs were watched */
    uint32_t pairs;
    const sim_pair *pair; /* copied out */
    uint32_t places;
    struct sim_place_text
        *place; /* those that the worker had not described before; text points into the bytes */
};

/* What a worker tells of a run beside its result. */
struct sim_report_extra {
    uint64_t load_seed;
    bool covered;
    uint32_t pairs, places;
    const sim_pair *pair;
    const struct sim_place_text *place;
};

/* How finding i of a result is told. */
struct sim_report_finding_text {
    char stack[SIM_REPORT_STACK];
    char signature[SIM_SIGNATURE_BYTES];
};

/* Packs a result; text[i] is about finding i. extra: NULL means its own load and no pairs.
 * samples: also its single I/Os. */
enum sim_report_samples { SIM_REPORT_NO_SAMPLES, SIM_REPORT_SAMPLES };
void sim_report_pack(struct sim_bytes *out, const struct sim_result *result,
                     const struct sim_report_extra *extra,
                     const struct sim_report_finding_text *text, enum sim_report_samples samples);

/* Value of `stop` in a packed report of a seed that storsim itself failed on. */
#define SIM_REPORT_LOST 255

/* Unpacks. Text points into bytes, which must stay; report->sample, entry, pair and place are
 * malloc()ed, see sim_report_free(). Returns -1 when the bytes are not a report. */
int sim_report_unpack(const uint8_t *bytes, size_t count, struct sim_report *report);
void sim_report_free(struct sim_report *report);

/* First finding of severity error, or NULL. */
const struct sim_report_finding *sim_report_error(const struct sim_report *report);

/* "done", "finding", ... as in the database. */
const char *sim_stop_name(enum sim_stop stop);

#endif
