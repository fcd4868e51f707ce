/* sim/engine/event_queue.c - a 4-ary heap, keyed by (time, sequence), with positions kept in the
 * events. */
#include "sim/engine/event_queue.h"

#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/engine/world.h"

#define TIES_MAX 8
#define CAPACITY_FIRST 256

static inline bool before(const struct sim_event_entry *a, const struct sim_event_entry *b)
{
    return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

static inline void place(struct sim_event_queue *q, uint32_t i, struct sim_event_entry e)
{
    q->heap[i] = e;
    e.event->slot = i + 1;
}

static void sift_up(struct sim_event_queue *q, uint32_t i, struct sim_event_entry e)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;

        if (!before(&e, &q->heap[parent]))
            break;
        place(q, i, q->heap[parent]);
        i = parent;
    }
    place(q, i, e);
}

static void sift_down(struct sim_event_queue *q, uint32_t i, struct sim_event_entry e)
{
    for (;;) {
        uint32_t first = 4 * i + 1, least = first, end = first + 4;

        if (first >= q->count)
            break;
        if (end > q->count)
            end = q->count;
        for (uint32_t c = first + 1; c < end; c++)
            if (before(&q->heap[c], &q->heap[least]))
                least = c;
        if (!before(&q->heap[least], &e))
            break;
        place(q, i, q->heap[least]);
        i = least;
    }
    place(q, i, e);
}

void sim_event_queue_init(struct sim_event_queue *q)
{
    *q = (struct sim_event_queue){0};
}

/* The old heap is not used again: memory of the core zone is never freed. */
static __attribute__((noinline)) void grow(struct sim_event_queue *q)
{
    uint32_t capacity = q->capacity ? 2 * q->capacity : CAPACITY_FIRST;
    struct sim_event_entry *heap = sim_world_alloc(capacity * sizeof *heap, 64);

    if (q->count)
        memcpy(heap, q->heap, q->count * sizeof *heap);
    q->heap = heap;
    q->capacity = capacity;
}

static void insert(struct sim_event_queue *q, struct sim_event_entry e)
{
    if (SIM_UNLIKELY(q->count == q->capacity))
        grow(q);
    q->count++;
    sift_up(q, q->count - 1, e);
}

void sim_event_queue_push(struct sim_event_queue *q, struct sim_event *event, sim_ns at,
                          sim_event_fn fn, void *ctx)
{
    SIM_ASSERT(!event->slot);
    event->at = at;
    event->fn = fn;
    event->ctx = ctx;
    insert(q, (struct sim_event_entry){.at = at, .seq = q->next_seq++, .event = event});
}

static void remove_at(struct sim_event_queue *q, uint32_t i)
{
    struct sim_event_entry last = q->heap[--q->count];

    q->heap[i].event->slot = 0;
    if (i == q->count)
        return;
    if (i > 0 && before(&last, &q->heap[(i - 1) / 4]))
        sift_up(q, i, last);
    else
        sift_down(q, i, last);
}

bool sim_event_queue_cancel(struct sim_event_queue *q, struct sim_event *event)
{
    if (!event->slot)
        return false;
    SIM_ASSERT(event->slot <= q->count && q->heap[event->slot - 1].event == event);
    remove_at(q, event->slot - 1);
    return true;
}

/* Takes the k events that go before aside and puts them back with the sequence they had. */
struct sim_event *sim_event_queue_pop(struct sim_event_queue *q, uint32_t k)
{
    struct sim_event_entry aside[TIES_MAX];
    struct sim_event *event;

    SIM_ASSERT(q->count > k && k < TIES_MAX);
    for (uint32_t i = 0; i < k; i++) {
        aside[i] = q->heap[0];
        remove_at(q, 0);
    }
    event = q->heap[0].event;
    remove_at(q, 0);
    for (uint32_t i = 0; i < k; i++)
        insert(q, aside[i]);
    return event;
}

/* Those with the earliest time form a connected piece at the top of the heap. */
uint32_t sim_event_queue_ties(const struct sim_event_queue *q)
{
    uint32_t stack[TIES_MAX * 4], depth = 0, ties = 0;

    if (!q->count)
        return 0;
    stack[depth++] = 0;
    while (depth && ties < TIES_MAX) {
        uint32_t i = stack[--depth], first = 4 * i + 1;

        ties++;
        for (uint32_t c = first; c < first + 4 && c < q->count; c++)
            if (q->heap[c].at == q->heap[0].at && depth < TIES_MAX * 4)
                stack[depth++] = c;
    }
    return ties;
}
