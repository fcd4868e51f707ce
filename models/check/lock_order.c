/* models/check/lock_order.c - the rule lock-order.
 *
 * Verifies: no ring of locks, each taken by some CPU while it held the one before. Such a ring is a
 * deadlock that only waits for its moment, whether or not it came in this run. Locks count alike,
 * the miniport's acquisitions and the port driver's around its callbacks. Two orders that are
 * always taken under one and the same third lock exclude each other and are no ring. Judged when a
 * lock is taken in an order that was not seen before. State is that of one run. Not verified:
 * orders that no run takes, locks beyond the first LOCKS_MAX, whether two orders belong to times
 * that cannot meet (start-up and load).
 */
#include <stdio.h>

#include "models/check/check_private.h"
#include "sim/engine/names.h"

#define LOCKS_MAX 128 /* numbers 1 .. LOCKS_MAX-1 */
#define EDGES_MAX 12  /* locks taken inside one lock; more are not looked at */
#define DEPTH_MAX 16  /* locks a CPU holds at once */
#define CPUS_MAX 33   /* the last: events of no CPU */

struct lock_set {
    uint64_t word[LOCKS_MAX / 64];
};

/* `to` was taken inside; around: what was held besides, every time. */
struct lock_edge {
    uint8_t to;
    struct lock_set around;
};

struct lock_node {
    uint8_t edges;
    struct lock_edge edge[EDGES_MAX];
};

struct lock_cpu {
    uint8_t depth;
    uint8_t held[DEPTH_MAX];
};

struct check_order {
    struct lock_cpu cpu[CPUS_MAX];
    struct lock_node *node; /* LOCKS_MAX; page zone */
};

static void add(struct lock_set *set, uint32_t lock)
{
    set->word[lock / 64] |= 1ull << (lock % 64);
}

static bool has(const struct lock_set *set, uint32_t lock)
{
    return set->word[lock / 64] >> (lock % 64) & 1;
}

/* True when it lost members. */
static bool keep_common(struct lock_set *set, const struct lock_set *other)
{
    bool lost = false;

    for (uint32_t i = 0; i < LOCKS_MAX / 64; i++) {
        lost |= (set->word[i] & ~other->word[i]) != 0;
        set->word[i] &= other->word[i];
    }
    return lost;
}

static bool disjoint(const struct lock_set *a, const struct lock_set *b)
{
    for (uint32_t i = 0; i < LOCKS_MAX / 64; i++) {
        if (a->word[i] & b->word[i])
            return false;
    }
    return true;
}

/* --- rings ------------------------------------------------------------------------------------ */

struct search {
    const struct check_order *order;
    uint32_t goal;
    struct lock_set seen;
    uint8_t path[LOCKS_MAX];
    uint32_t steps;
};

/* A way from `at` to the goal whose edges exclude the closing one by no common lock. */
static bool reach(struct search *s, uint32_t at, const struct lock_set *closing)
{
    const struct lock_node *node = &s->order->node[at];

    s->path[s->steps++] = (uint8_t)at;
    if (at == s->goal)
        return true;
    add(&s->seen, at);
    for (uint32_t i = 0; i < node->edges; i++) {
        const struct lock_edge *edge = &node->edge[i];

        if (has(&s->seen, edge->to) || !disjoint(&edge->around, closing))
            continue;
        if (reach(s, edge->to, closing))
            return true;
    }
    s->steps--;
    return false;
}

static const char *name_of(uint32_t lock)
{
    const char *name = sim_name(SIM_NAME_LOCK, lock);

    return name ? name : "?";
}

static void look_for_ring(struct check *check, uint32_t from, const struct lock_edge *edge)
{
    struct search s = {.order = check->order, .goal = from};
    char ring[256];
    size_t n = 0;

    if (!reach(&s, edge->to, &edge->around))
        return;
    for (uint32_t i = 0; i < s.steps && n < sizeof ring; i++) {
        int more =
            snprintf(ring + n, sizeof ring - n, " -> %s (%u)", name_of(s.path[i]), s.path[i]);

        n += more > 0 ? (size_t)more : 0;
    }
    sim_find(
        check->sim, SIM_RULE_LOCK_ORDER, edge->to,
        "lock %s (%u) is taken inside of %s (%u), and elsewhere the other way round: %s (%u)%s",
        name_of(edge->to), edge->to, name_of(from), from, name_of(from), from, ring);
}

/* --- events ----------------------------------------------------------------------------------- */

static struct lock_cpu *cpu_of(struct check_order *order, const struct sim_record *r)
{
    return &order->cpu[r->cpu < CPUS_MAX - 1 ? r->cpu : CPUS_MAX - 1];
}

static void note(struct check *check, uint32_t from, uint32_t to, const struct lock_set *around)
{
    struct lock_node *node = &check->order->node[from];
    struct lock_edge *edge = node->edge;
    struct lock_edge *end = node->edge + node->edges;

    while (edge < end && edge->to != to)
        edge++;
    if (edge < end) {
        struct lock_set before = edge->around;

        if (!keep_common(&before, around))
            return;
        sim_world_touch(edge, sizeof *edge);
        edge->around = before;
    } else if (node->edges < EDGES_MAX) {
        sim_world_touch(node, sizeof *node);
        node->edges++;
        *edge = (struct lock_edge){.to = (uint8_t)to, .around = *around};
    } else {
        return;
    }
    look_for_ring(check, from, edge);
}

static void taken(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct lock_cpu *cpu = cpu_of(check->order, r);
    uint64_t lock = r->arg[0];

    (void)sim;
    if (lock >= LOCKS_MAX || cpu->depth == DEPTH_MAX)
        return;
    for (uint32_t i = 0; i < cpu->depth; i++) {
        struct lock_set around = {{0}};

        for (uint32_t k = 0; k < cpu->depth; k++) {
            if (k != i)
                add(&around, cpu->held[k]);
        }
        note(check, cpu->held[i], (uint32_t)lock, &around);
    }
    cpu->held[cpu->depth++] = (uint8_t)lock;
}

static void dropped(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct lock_cpu *cpu = cpu_of(check->order, r);

    (void)sim;
    for (uint32_t i = cpu->depth; i-- > 0;) {
        if (cpu->held[i] != r->arg[0])
            continue;
        cpu->depth--;
        for (; i < cpu->depth; i++)
            cpu->held[i] = cpu->held[i + 1];
        return;
    }
}

void check__lock_order_setup(struct check *check)
{
    size_t bytes = LOCKS_MAX * sizeof(struct lock_node);

    if (sim_severity(check->sim, SIM_RULE_LOCK_ORDER) == SIM_SEVERITY_OFF)
        return;
    check->order = sim_world_alloc(sizeof *check->order, 64);
    check->order->node = sim_world_page(
        sim_world_pages_alloc((uint32_t)((bytes + SIM_PAGE_SIZE - 1) / SIM_PAGE_SIZE)));
    sim_trace_subscribe(check->sim, SIM_EV_LOCK_TAKE, taken, check);
    sim_trace_subscribe(check->sim, SIM_EV_LOCK_DROP, dropped, check);
}
