/* sim/engine/event_queue.h - what happens at exact times: device work, timers, faults.
 *
 * Order is total: by time, then by sequence of scheduling. Events are embedded in their owner's
 * state in the core zone, so scheduling allocates nothing and cancelling is exact. A 4-ary heap
 * with the keys beside the pointers; pop and push move few cache lines.
 */
#ifndef SIM_ENGINE_EVENT_QUEUE_H
#define SIM_ENGINE_EVENT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/time.h"

struct sim_event;

/* Runs at the event's time, in no simulated CPU's context: it must not wait and must not pass
 * points. */
typedef void (*sim_event_fn)(struct sim_event *event, void *ctx);

/* Zero-initialised means 'not scheduled'. All fields belong to the queue. */
struct sim_event {
    uint32_t slot; /* position in the heap + 1; 0 when not scheduled */
    sim_ns at;
    sim_event_fn fn;
    void *ctx;
};

struct sim_event_entry {
    sim_ns at;
    uint64_t seq;
    struct sim_event *event;
};

struct sim_event_queue {
    struct sim_event_entry *heap; /* core zone; capacity entries */
    uint32_t count, capacity;
    uint64_t next_seq;
};

/* Empty. It grows by itself, as far as the core zone goes. */
void sim_event_queue_init(struct sim_event_queue *q);

/* Schedules event (not scheduled before) for time at. */
void sim_event_queue_push(struct sim_event_queue *q, struct sim_event *event, sim_ns at,
                          sim_event_fn fn, void *ctx);

/* Removes event; true if it was pending. */
bool sim_event_queue_cancel(struct sim_event_queue *q, struct sim_event *event);

/* Earliest event, removed; the queue is not empty. Ties: the k-th of those with the same time, in
 * order of sequence, 0 <= k < sim_event_queue_ties(). */
struct sim_event *sim_event_queue_pop(struct sim_event_queue *q, uint32_t k);

/* How many events share the earliest time; counted up to 8. 0 when empty. */
uint32_t sim_event_queue_ties(const struct sim_event_queue *q);

static inline sim_ns sim_event_queue_next(const struct sim_event_queue *q)
{
    return q->count ? q->heap[0].at : SIM_NEVER;
}

static inline bool sim_event_pending(const struct sim_event *event)
{
    return event->slot != 0;
}

#endif
