/* sim/explain/tale_private.h - private to sim/explain/: what a tale has kept of a run. */
#ifndef SIM_EXPLAIN_TALE_PRIVATE_H
#define SIM_EXPLAIN_TALE_PRIVATE_H

#include <stdbool.h>

#include "sim/engine/sim.h"
#include "sim/explain/lives.h"
#include "sim/explain/tale.h"

#define SIM__NEST 16

/* What a CPU is in: an entry point of the miniport, or something of the port driver's. */
struct sim__inside {
    uint16_t event;    /* that began it: CALLBACK_ENTER, DPC_ENTER or ISR_ENTER */
    uint64_t callback; /* of CALLBACK_ENTER */
    uint32_t below;    /* frames of the driver that were on the stack before it */
    uint64_t entry;    /* offset in the routine itself, 0 while none was seen */
};

struct sim__line {
    struct sim_record r;
    struct sim_place place;
    struct sim__inside inside; /* event 0: in nothing that was seen to begin */
    uint64_t order;            /* to sort by */
    bool held;                 /* a DELAY told where the CPU was left */
    uint8_t access;            /* of a data race: 1 the first, 2 the second; 0: another event */
    uint32_t weight;
};

struct sim__cpu {
    uint32_t depth;
    struct sim__inside inside[SIM__NEST];
    /* Where it was left last. */
    struct sim_place left;
    sim_ns left_at;
    uint64_t left_order;
    uint8_t level;
    bool was_left;
};

struct sim_tale {
    const struct sim_scenario *scenario;
    struct sim_module *module;
    struct sim__line *line;
    uint32_t lines, room;
    uint64_t seen, next_order;
    uint64_t held;    /* delays taken down */
    uint32_t running; /* CPU that runs now; SIM_AGENTS_MAX before the first */
    struct sim__cpu cpu[SIM_AGENTS_MAX];
    struct sim_lives lives;
    uint64_t reset_entry; /* an offset in HwStorResetBus itself, 0 when unknown */
    bool racing;
    struct sim_race race;       /* racing: the finding's */
    struct sim__line access[2]; /* its two accesses */
    bool access_seen[2];
};

/* One access of the race's memory, as a line; and the moment at which the race is found. */
void sim__race_listen(struct sim_tale *tale, const struct sim__line *line);
void sim__race_found_at(struct sim_tale *tale, const struct sim__line *line);
/* What an access of the race did, where, and with which locks. */
void sim__race_text(const struct sim_tale *tale, const struct sim__line *line, char *out,
                    size_t bytes);

/* "quiesce.c:57" and the function, or "" without debug information. */
void sim__source_text(const struct sim_tale *tale, uint64_t offset, char *out, size_t bytes);
const char *sim__function(const struct sim_tale *tale, uint64_t offset);

/* The innermost frame that says something: of a function of more than a few lines, or the last one.
 * place has at least one frame. */
uint64_t sim__telling_frame(const struct sim_tale *tale, const struct sim_place *place);

/* Whether an SRB is no I/O, but tells the miniport what becomes of its device. */
#define SIM__SRB_POWER 0x24
#define SIM__SRB_PNP 0x25
static inline bool sim__from_above(const struct sim_life *life)
{
    return life->function == SIM__SRB_PNP || life->function == SIM__SRB_POWER;
}

/* Where an outstanding SRB is, in words; in out, which has SIM__WHERE_BYTES, or a constant. */
#define SIM__WHERE_BYTES 112
const char *sim__where_text(const struct sim_lives *lives, const struct sim_life *life, char *out);
/* A line for each place where requests are that did not come back. */
void sim__where_print(const struct sim_lives *lives, FILE *out);

/* Parts of the print. */
void sim__story_print(struct sim_tale *tale, const struct sim_finding *finding, FILE *out);
void sim__advice_print(const struct sim_tale *tale, const struct sim_finding *finding, FILE *out);
void sim__lives_print(const struct sim_tale *tale, const struct sim_finding *finding, FILE *out);
void sim__state_print(const struct sim_tale *tale, FILE *out);

#endif
