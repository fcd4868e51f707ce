/* sim/run/marks.h - which seeds of a cell broke which rule, and how long the others took to
 * recover: what comparing drivers needs beyond counts.
 *
 * Seeds are numbered by position, as in sweep.h: 0, 1, 2 ... within a shard.
 */
#ifndef SIM_RUN_MARKS_H
#define SIM_RUN_MARKS_H

#include <stdbool.h>

#include "sim/run/report.h"

struct sim_marks;

struct sim_marks *sim_marks_create(void);
void sim_marks_free(struct sim_marks *marks); /* NULL is allowed */

/* Notes a seed's result. Positions come in rising order, each once; some may be missing. */
void sim_marks_add(struct sim_marks *marks, uint64_t position, const struct sim_report *report);

/* Positions that were noted are all below this. */
uint64_t sim_marks_end(const struct sim_marks *marks);

/* Seeds below `end` that broke a rule (with severity error); *first: position of the lowest, when
 * there is one. */
uint64_t sim_marks_failing(const struct sim_marks *marks, enum sim_rule rule, uint64_t end,
                           uint64_t *first);
/* Seeds below `end` that broke no rule. */
uint64_t sim_marks_clean(const struct sim_marks *marks, uint64_t end);

/* Of two cells, the seeds below `end` that broke a rule in both, only in the first, only in the
 * second. */
struct sim_marks_change {
    uint64_t both, before, after;
};
struct sim_marks_change sim_marks_compare(const struct sim_marks *before,
                                          const struct sim_marks *after, enum sim_rule rule,
                                          uint64_t end);

/* Median of figure recovery_ns over the seeds below `end` that broke no rule and recovered from a
 * reset; -1 when there is none. Of an even number the lower one. */
sim_ns sim_marks_recovery(const struct sim_marks *marks, uint64_t end);

#endif
