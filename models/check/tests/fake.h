/* models/check/tests/fake.h - a simulation without a machine: made-up traces and made-up answers.
 *
 * A test writes a script of (time, event) lines, changes the answers that the checkers get, and
 * runs it. Times are in ns from 0.
 */
#ifndef MODELS_CHECK_TESTS_FAKE_H
#define MODELS_CHECK_TESTS_FAKE_H

#include "models/check/check_private.h"

struct fake_answers {
    uint32_t queued, outstanding;
    uint64_t owner;
    bool ready;
    uint32_t io_queues;
    bool drained;
    sim_ns high_since;          /* of CPU 0 */
    struct load_value value[8]; /* of a read's blocks */
    uint64_t inside_of;         /* the SRB whose command 0x0203 of queue 1 is inside; 0: nobody's */
    struct nvme_unseen unseen;  /* of completion queue 1; entries 0: nothing is in it */
};

extern struct sim *fake_sim;
extern struct check *fake_check;
extern struct fake_answers fake_now; /* what is answered */

/* Fixtures: a fresh world with all checkers; the region is 64 units of 8 blocks from block 0. */
void fake_setup(void);
void fake_teardown(void);

/* Adds a line to the script, in its place by time. */
void fake_at(sim_ns at, enum sim_event_id event, uint64_t a0, uint64_t a1, uint64_t a2,
             uint64_t a3);
/* From this time on the answer is another. */
void fake_answer_u32(sim_ns at, uint32_t *answer, uint32_t value);
void fake_answer_bool(sim_ns at, bool *answer, bool value);
void fake_answer_u64(sim_ns at, uint64_t *answer, uint64_t value);
/* From this time on completion queue 1 holds so many entries, posted now. */
void fake_answer_unseen(sim_ns at, uint32_t entries);
/* From this time on all blocks that are read hold this; lba UINT64_MAX: each its own. */
void fake_answer_value(sim_ns at, struct load_value value);

/* Runs the script, and on until `until`; then what a run's end does if it ended by itself. */
void fake_run(sim_ns until);

/* Exactly one finding, of this rule, whose text contains `words`; or none at all. */
void fake_expect(enum sim_rule rule, const char *words);
void fake_expect_silence(void);

/* A request that goes through: submitted at `at`, in HwStorStartIo 100 ns later. `srb` and `io` are
 * serials. */
void fake_submit(sim_ns at, uint64_t srb, uint64_t io, enum sp_op op, uint64_t lba);
/* SRB completed at `at` with a status, and the I/O ended with it, unless it is to be retried. */
void fake_complete(sim_ns at, uint64_t srb, uint64_t io, uint8_t status);

/* The controller becomes ready with I/O queues, or stops being so: events and answers. */
void fake_ready(sim_ns at);
void fake_disabled(sim_ns at);

#endif
