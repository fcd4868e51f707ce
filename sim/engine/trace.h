/* sim/engine/trace.h - the stream of typed events that a run is.
 *
 * Every event is a fixed record: time, CPU, name, four numbers. Records are hashed (xxHash) in
 * order, so the trace hash says whether two runs were the same; checkers and figures subscribe by
 * name; a sink can take the whole stream. Numbers never hold addresses.
 */
#ifndef SIM_ENGINE_TRACE_H
#define SIM_ENGINE_TRACE_H

#include <stdint.h>
#include <stdio.h>

#include "sim/engine/time.h"

enum sim_event_id {
#define SIM_EVENT(name, group, a0, a1, a2, a3, text) SIM_EV_##name,
#include "sim/engine/trace_events.def"
#undef SIM_EVENT
    SIM_EV_COUNT
};

#define SIM_CPU_NONE 0xFFu /* the event belongs to no CPU: device, bus, engine */

struct sim_record {
    sim_ns at;
    uint16_t event; /* enum sim_event_id */
    uint8_t cpu;    /* SIM_CPU_NONE when no CPU runs */
    uint8_t level;  /* the CPU's interrupt request level, as its model reports it */
    uint32_t zero;
    uint64_t arg[4];
};

struct sim_event_info {
    const char *name;   /* lower case, as in JSON */
    const char *group;  /* engine, nt, storport, ... */
    const char *arg[4]; /* "_" when unused */
    const char *text;
};
extern const struct sim_event_info sim_event_info[SIM_EV_COUNT];

struct sim;

typedef void (*sim_trace_fn)(struct sim *sim, const struct sim_record *record, void *ctx);

/* Emits an event at the current time and CPU. Subscribers run before it returns; they must not
 * wait. */
void sim_trace(struct sim *sim, enum sim_event_id event, uint64_t a0, uint64_t a1, uint64_t a2,
               uint64_t a3);

/* Calls fn for every event of this name from now on. At most 8 subscribers an event, at set-up
 * only. */
void sim_trace_subscribe(struct sim *sim, enum sim_event_id event, sim_trace_fn fn, void *ctx);

/* Calls fn for every event, all names; NULL to end. Not part of the world: survives restoring. */
void sim_trace_set_sink(struct sim *sim, sim_trace_fn fn, void *ctx);

/* Hash of everything traced so far in this run, boot included. */
uint64_t sim_trace_hash(struct sim *sim);

/* Prints one record as a line of JSON (a newline ends it), or in columns for people. */
void sim_record_json(FILE *out, const struct sim_record *record);
void sim_record_text(FILE *out, const struct sim_record *record);

#endif
