/* sim/run/unmodelled.h - what the driver called although no model has it: which routines, how
 * often, and what it was told. */
#ifndef SIM_RUN_UNMODELLED_H
#define SIM_RUN_UNMODELLED_H

#include <stdint.h>

#define SIM_UNMODELLED_MAX 32 /* routines of one run; further ones are not kept */

struct sim_unmodelled {
    char routine[56];
    char answer[40]; /* as the driver would write it; "" for a routine without a result */
    uint64_t calls;
};

/* In the order of the first calls. Zero-initialised is empty. */
struct sim_unmodelled_list {
    uint64_t count;
    struct sim_unmodelled item[SIM_UNMODELLED_MAX];
};

/* Counts calls of a routine. Names are cut to what an item holds. */
void sim_unmodelled_count(struct sim_unmodelled_list *list, const char *routine, const char *answer,
                          uint64_t calls);
/* Counts all of another list. */
void sim_unmodelled_merge(struct sim_unmodelled_list *list,
                          const struct sim_unmodelled_list *other);

#endif
