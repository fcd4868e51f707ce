/* sim/engine/race.h - data races: two accesses to one byte, one of them a write, that nothing
 * orders.
 *
 * Happens-before detection with vector clocks and epochs (Flanagan and Freund, "FastTrack", PLDI
 * 2009). What runs in order by itself is a *context*: a thread, the DPCs of one CPU, the service
 * routines of one CPU at one IRQL. An interrupt routine is a context of its own although it runs on
 * the stack of what it interrupts: that could as well be running on another CPU. Order between
 * contexts comes from *edges*: one context releases what it knows into a struct sim_sync, another
 * acquires it. Which moments of Windows and of the controller are edges is the models' business
 * (models/nt/README.md has the table); the engine knows contexts, edges and accesses.
 *
 * A race is seen in every run in which the two accesses happen and nothing orders them, in whatever
 * order they came. What the detector knows is no part of the world and no decision looks at it. It
 * begins empty with each run, so whatever happened before the image counts as ordered before all
 * that follows.
 *
 * Everything here is callable from CPUs and events, passes no point, and does nothing while
 * detection is off.
 */
#ifndef SIM_ENGINE_RACE_H
#define SIM_ENGINE_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/verdict.h"
#include "sim/error.h"

struct sim;
struct sim_module;

#define SIM_RACE_CONTEXTS_MAX 256 /* the device and "none" included */
#define SIM_RACE_LOCKS_MAX 4      /* held by a context, as far as reports name them */

/* What somebody released. Zero-initialised, in the core zone: nothing yet. */
struct sim_sync {
    uint32_t clock;
};

/* A context's number; 0 is none: accesses are not looked at. */
typedef uint32_t sim_context;
#define SIM_CONTEXT_NONE 0u
#define SIM_CONTEXT_DEVICE 1u

extern bool sim__race_on; /* constant while the world exists */

/* Switches detection on for the life of this world; before the image. module: the code under test,
 * whose data is watched beside the page zone; NULL in tests without one. Returns 0, or a negative
 * errno: no memory. */
int sim_race_enable(struct sim *sim, struct sim_module *module);

/* Accesses that are known to be harmless, as the scenario lists them: FUNCTION:FIELD, separated by
 * commas. FUNCTION is the one at whose source line an access is; FIELD is a member of the device
 * extension or a variable of the module's, or * for any. A race is left out when one of its
 * accesses is listed. Negative, with text: no such form, or more than 32. Functions that the module
 * does not have are ignored. */
int sim_race_benign(const char *list, struct sim_error *error);

/* --- contexts --------------------------------------------------------------------------------- */

uint32_t sim__race_context(void);
sim_context sim__race_switch(struct sim *sim, sim_context context);
void sim__race_acquire(struct sim *sim, const struct sim_sync *sync);
void sim__race_release(struct sim *sim, struct sim_sync *sync);
void sim__race_copy(struct sim_sync *to, const struct sim_sync *from);
void sim__race_lock(struct sim *sim, struct sim_sync *sync, uint32_t number);
void sim__race_unlock(struct sim *sim, struct sim_sync *sync, uint32_t number);
void sim__race_device(struct sim *sim, const struct sim_sync *sync);
void sim__race_device_end(void);
void sim__race_device_seen(struct sim *sim);
void sim__race_dma(struct sim *sim, uintptr_t addr, size_t bytes, bool write);
void sim__race_post(bool on);
void sim__race_hand_back(struct sim *sim, uintptr_t addr, size_t bytes);

/* Whether detection is on. */
static inline bool sim_races(const struct sim *sim)
{
    (void)sim;
    return sim__race_on;
}

/* A new context, for the life of the world; SIM_CONTEXT_NONE while detection is off. */
static inline sim_context sim_race_context(void)
{
    return sim__race_on ? sim__race_context() : SIM_CONTEXT_NONE;
}

/* The current agent goes on in that context; returns the one it was in. */
static inline sim_context sim_race_switch(struct sim *sim, sim_context context)
{
    return sim__race_on ? sim__race_switch(sim, context) : SIM_CONTEXT_NONE;
}

/* --- edges: of the current agent's context, or in an event of the device ---------------------- */

/* What was released into sync happened before what follows here. */
static inline void sim_acquire(struct sim *sim, const struct sim_sync *sync)
{
    if (sim__race_on)
        sim__race_acquire(sim, sync);
}

/* What happened here so far happened before what follows a later acquire. Adds to earlier releases.
 */
static inline void sim_release(struct sim *sim, struct sim_sync *sync)
{
    if (sim__race_on)
        sim__race_release(sim, sync);
}

/* to now holds what from holds, and nothing else. */
static inline void sim_sync_copy(struct sim_sync *to, const struct sim_sync *from)
{
    if (sim__race_on)
        sim__race_copy(to, from);
}

/* A lock was taken, or is about to be released; number: its name's (names.h), for reports. */
static inline void sim_race_lock(struct sim *sim, struct sim_sync *sync, uint32_t number)
{
    if (sim__race_on)
        sim__race_lock(sim, sync, number);
}

static inline void sim_race_unlock(struct sim *sim, struct sim_sync *sync, uint32_t number)
{
    if (sim__race_on)
        sim__race_unlock(sim, sync, number);
}

/* --- the device ------------------------------------------------------------------------------- */

/* Until sim_race_device_end() the device acts, for somebody who released into sync (NULL: nobody):
 * releases and accesses to memory are the device's. In an event without it, the device acts for
 * nobody, and so it does for the rest of an outer pair. */
static inline void sim_race_device(struct sim *sim, const struct sim_sync *sync)
{
    if (sim__race_on)
        sim__race_device(sim, sync);
}

static inline void sim_race_device_end(void)
{
    if (sim__race_on)
        sim__race_device_end();
}

/* The current context learns of everything the device did to memory so far (but not for whom). */
static inline void sim_race_device_seen(struct sim *sim)
{
    if (sim__race_on)
        sim__race_device_seen(sim);
}

/* The device accesses memory that a CPU may touch as well (others are not looked at). */
static inline void sim_race_dma(struct sim *sim, uintptr_t addr, size_t bytes, bool write)
{
    if (sim__race_on)
        sim__race_dma(sim, addr, bytes, write);
}

/* Between on and off the device writes messages to the CPUs: made to be looked at while they come
 * in, so they race with nothing, and who reads one acquires what the device knew. */
static inline void sim_race_post(bool on)
{
    if (sim__race_on)
        sim__race_post(on);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* The current context gives memory back (a request's, freed memory): a write, as far as others are
 * concerned, and the end of its history. */
static inline void sim_race_hand_back(struct sim *sim, const volatile void *p, size_t bytes)
{
    if (sim__race_on)
        sim__race_hand_back(sim, (uintptr_t)p, bytes);
}

/* --- reports ---------------------------------------------------------------------------------- */

/* Writes a finding's one line anew, with functions, source lines and the field's name. Findings of
 * other rules are left as they are. Not on a fiber: looking up sources needs a large stack. */
void sim_race_tell(struct sim_finding *finding, struct sim_module *module);

/* What memory a race is about: "Queues[1].Open of the device extension". out has SIM_RACE_MEMORY
 * bytes. Returns out. Not on a fiber. */
#define SIM_RACE_MEMORY 80
char *sim_race_memory(const struct sim_race *race, struct sim_module *module, char *out);

#endif
