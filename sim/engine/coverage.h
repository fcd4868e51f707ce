/* sim/engine/coverage.h - which interleavings a run has shown: ordered pairs of conflicting
 * accesses.
 *
 * Two accesses to the same 8 bytes that follow each other in the order in which that memory was
 * touched are a pair when at least one of them writes and when they come from different contexts:
 * another CPU, another callback, or another depth of nesting on one CPU (an interrupt routine over
 * HwStorStartIo). A pair is told by where its two accesses stand in the driver, by the callbacks
 * they belong to and by whether they write; so it means the same in every process. Two calls of one
 * callback on one CPU are one context: nothing could have come between.
 *
 * What is not seen: what the device reads and writes, and accesses that are no points (see
 * sim/README.md).
 *
 * Nothing here belongs to the world, and no decision depends on it.
 */
#ifndef SIM_ENGINE_COVERAGE_H
#define SIM_ENGINE_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

struct sim;

/* One access of a pair: 26 bits of offset into the driver's module, 5 bits of callback, 1 bit: it
 * writes. */
typedef uint32_t sim_place;

static inline uint32_t sim_place_offset(sim_place place)
{
    return place & 0x03FFFFFF;
}

/* Number of the callback, as in sim_enter_driver(); SIM_CALLBACK_NONE outside of all. */
static inline uint32_t sim_place_callback(sim_place place)
{
    return place >> 26 & 0x1F;
}

static inline bool sim_place_writes(sim_place place)
{
    return place >> 31;
}

/* A pair: the earlier access in the upper half, the later one in the lower. Never 0. */
typedef uint64_t sim_pair;

static inline sim_place sim_pair_from(sim_pair pair)
{
    return (sim_place)(pair >> 32);
}

static inline sim_place sim_pair_to(sim_pair pair)
{
    return (sim_place)pair;
}

/* Begins to watch: the pairs of what runs from now on are collected anew. Memory for it is mapped
 * the first time (8 bytes for every 8 bytes the driver touches); returns 0, or a negative errno,
 * and then nothing is watched. */
int sim_coverage_begin(void);

/* Ends it. The pairs stay until the next sim_coverage_begin(). */
void sim_coverage_end(void);

/* Distinct pairs since sim_coverage_begin(), in the order in which they were first seen; valid
 * until the next one. */
uint32_t sim_coverage_pairs(const sim_pair **out);

/* Gives back all memory. */
void sim_coverage_free(void);

#endif
