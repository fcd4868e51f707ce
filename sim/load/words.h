/* sim/load/words.h - values of fio's and Iometer's words that are more than one number.
 *
 * Pure functions of text. Errors say what is wrong and what is allowed, without the place. Three
 * values separated by commas are for reads, writes and trims; one that is not ended by a comma goes
 * for those after it, too; an empty one keeps what `out` holds.
 */
#ifndef SIM_LOAD_WORDS_H
#define SIM_LOAD_WORDS_H

#include "sim/error.h"
#include "sim/load/workload.h"

/* "4k" or "8k,32k,": one size each. */
int sim_words_sizes(const char *text, struct sim_sizes out[SIM_DIRS], struct sim_error *error);
/* "1k-4k,2k-8k": a range each; unaligned: any multiple of `block` in it, not of the lower end. */
int sim_words_ranges(const char *text, uint32_t block, bool unaligned,
                     struct sim_sizes out[SIM_DIRS], struct sim_error *error);
/* "4k/10:64k/50:32k/40": weights in percent; an empty one shares what is left. */
int sim_words_splits(const char *text, struct sim_sizes out[SIM_DIRS], struct sim_error *error);
/* "4k,,512" */
int sim_words_bytes(const char *text, uint64_t out[SIM_DIRS], struct sim_error *error);
/* "1000,500" */
int sim_words_counts(const char *text, uint64_t out[SIM_DIRS], struct sim_error *error);
/* "40%,100": percent, with the sign or without, to ppm. */
int sim_words_percents(const char *text, uint32_t out[SIM_DIRS], struct sim_error *error);
/* "zipf:1.2:0.25", "pareto:0.2", "normal:10", "zoned:60/10:40/90", "random". */
int sim_words_distribution(const char *text, struct sim_distribution *out, struct sim_error *error);
/* "0,5,8-15": CPU numbers. Returns how many, or -1. */
int sim_words_cpus(const char *text, uint8_t out[SIM_LOAD_CPUS_MAX], struct sim_error *error);
/* "4096/70/67/100/0/1/4096:64k/30/50/0": size, % of size, % reads, % random and, if not left out,
 * delay in ms, burst length, alignment (0: the logical block) of each line of an access
 * specification. Shares must add up to 100. Returns how many, or -1. */
int sim_words_access(const char *text, uint32_t block, struct sim_access_line out[SIM_ACCESS_MAX],
                     struct sim_error *error);

#endif
