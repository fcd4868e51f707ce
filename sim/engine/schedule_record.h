/* sim/engine/schedule_record.h - a schedule as data: what must be done to the default order to get
 * a run again.
 *
 * The default: the earliest agent acts (among equals the one of lowest number), every question is
 * answered with 0. A schedule says where a run differs from that:
 *
 *   delays   agent number `agent` acts `ns` later than it would have, where it has passed `ordinal`
 * points and sleeps of its own since the run began; answers  the `question`-th question (from 0) of
 * kind `kind` is answered with `answer`.
 *
 * Positions count what an agent did itself, so an entry keeps its meaning when others are taken
 * out. With the same image and seed, strategy `replay` makes the recorded run again, to the last
 * bit of its trace hash, whatever strategy made it.
 */
#ifndef SIM_ENGINE_SCHEDULE_RECORD_H
#define SIM_ENGINE_SCHEDULE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/choice.h"

struct sim_delay {
    uint32_t agent;
    uint64_t ordinal;
    sim_ns ns; /* more than 0 */
};

struct sim_answer {
    enum sim_choice kind;
    uint64_t question;
    uint32_t answer; /* not 0 */
};

/* Zero-initialised is the empty schedule. Entries stand in the order in which the run came by them;
 * replaying does not mind another order. Of two entries for one position the longest delay and the
 * lowest answer count. */
struct sim_schedule {
    uint32_t delays, answers;
    struct sim_delay *delay;
    struct sim_answer *answer;
    uint32_t delay_room, answer_room; /* private */
};

void sim_schedule_add_delay(struct sim_schedule *schedule, struct sim_delay delay);
void sim_schedule_add_answer(struct sim_schedule *schedule, struct sim_answer answer);
/* Replaces what `to` holds. */
void sim_schedule_copy(struct sim_schedule *to, const struct sim_schedule *from);
/* Empties it and keeps its memory. */
void sim_schedule_clear(struct sim_schedule *schedule);
void sim_schedule_free(struct sim_schedule *schedule);

/* Adds everything that happens from now on to out, until called again with NULL. No part of the
 * world; costs a little while it is on and nothing measurable while it is off. */
void sim_schedule_record(struct sim_schedule *out);

/* What strategy `replay` plays from the next sim_begin() on; NULL or empty: the default order. It
 * is copied. */
void sim_schedule_replay(const struct sim_schedule *schedule);

#endif
