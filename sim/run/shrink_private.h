/* sim/run/shrink_private.h - private to sim/run/: shrinking a scenario (shrink_variant.c,
 * shrink_files.c, shrink_ladder.c, shrink_scenario.c) and a schedule (shrink_schedule.c), and the
 * judge that all ask.
 */
#ifndef SIM_RUN_SHRINK_PRIVATE_H
#define SIM_RUN_SHRINK_PRIVATE_H

#include <stdbool.h>

#include "sim/run/session.h"
#include "sim/run/shrink.h"
#include "sim/run/signature.h"

#define SIM__TRY 32u /* parts of a try; no run costs less than one */
#define SIM__SET_NAME 112
#define SIM__SET_VALUE 160

/* A scenario as text and settings, both its own. */
struct sim__variant {
    char *text;
    uint32_t settings;
    struct {
        char name[SIM__SET_NAME], value[SIM__SET_VALUE];
    } set[SIM_REPLAY_SETTINGS_MAX];
};

/* Variants that did not show the finding, and how much was spent on each. */
#define SIM__FAILED 1024 /* the last so many */
struct sim__failed {
    uint64_t hash, cost;
};

struct sim__shrink {
    const char *path; /* of the scenario */
    struct sim__variant best;
    uint64_t seed;
    struct sim_schedule schedule; /* of the finding as it is now; played when `scheduled` */
    bool scheduled;
    uint64_t points_max; /* of sessions, in place of the scenario's; 0: its own */
    bool searching; /* sessions run strategy portfolio: a variant's own may be blind for what is
                       left */
    /* What must be violated again. */
    enum sim_rule rule;
    char signature[SIM_SIGNATURE_BYTES];
    /* Effort, in tries: a run as long as the finding's first one is a try, a shorter one a part. */
    uint64_t cost, cost_max; /* in parts of a try, SIM__TRY */
    uint64_t unit;           /* points of that first run */
    uint32_t runs;
    struct sim_result *result; /* of the last run */
    bool watchdog;             /* which was ended by it */
    struct sim__failed failed[SIM__FAILED];
    uint32_t failures;
    /* The open session, of `best`, or none. */
    struct sim_scenario *scenario;
    struct sim_session *session;
    struct sim_error *error;
};

/* Reads a variant without opening a session. */
int sim__shrink_parse(const struct sim__shrink *s, const struct sim__variant *variant,
                      struct sim_error *error, struct sim_scenario **out);
/* Opens and closes a session of a variant. */
int sim__shrink_open(struct sim__shrink *s, const struct sim__variant *variant,
                     struct sim_error *error);
void sim__shrink_close(struct sim__shrink *s);

/* Runs a seed of the open session, with the scenario's strategy (schedule NULL) or a schedule. True
 * when the finding is there. False without a run when no tries are left. */
bool sim__shrink_try(struct sim__shrink *s, uint64_t seed, const struct sim_schedule *schedule);
/* The same with strategy `delay`: a few delays at random places. out becomes the run's schedule. */
bool sim__shrink_try_delays(struct sim__shrink *s, uint64_t seed, struct sim_schedule *out);
static inline bool sim__shrink_over(const struct sim__shrink *s)
{
    return s->cost >= s->cost_max;
}

/* Reduces the scenario: s->best, s->seed, s->schedule and s->scheduled change. No session is open
 * before and after. */
void sim__shrink_scenario(struct sim__shrink *s);
/* Reduces s->schedule under the open session. */
void sim__shrink_schedule(struct sim__shrink *s);

/* --- shrink_variant.c --- */

struct sim__variant *sim__variant_copy(const struct sim__variant *from); /* never NULL */
void sim__variant_drop(struct sim__variant *variant);
/* Sets a value, in place of an earlier setting of the same name. False when there is no room. */
bool sim__variant_set(struct sim__variant *variant, const char *name, const char *value);
void sim__variant_unset(struct sim__variant *variant, const char *name);
/* Removes a section "[kind name]" and its settings. False when the text has none. */
bool sim__variant_cut(struct sim__variant *variant, const char *kind, const char *name);
/* Whether two variants are the same, whatever the order of their settings. */
uint64_t sim__variant_hash(const struct sim__variant *variant);
/* Removes a section "[kind name]" with its keys from a scenario's text; malloc()ed, NULL when it
 * has none. */
char *sim__section_cut(const char *text, const char *kind, const char *name);

/* --- shrink_scenario.c --- */

/* Where an option is set, and its value, in the best variant. */
#define SIM__PLACES_MAX 64
struct sim__place {
    char name[SIM__SET_NAME]; /* "section.key" or "section.NAME.key" */
    int64_t value;
};
uint32_t sim__places(struct sim__shrink *s, enum sim_option option,
                     struct sim__place out[SIM__PLACES_MAX]);

/* Seeds of a variant that were tried already, to go on with the next ones. */
struct sim__tried {
    uint64_t seeds, delays;
};
/* Takes the variant over when the finding shows in it; frees it else. Spends about `cost` (in parts
 * of a try); tried may be NULL. */
bool sim__shrink_accept(struct sim__shrink *s, struct sim__variant *variant, uint64_t cost,
                        struct sim__tried *tried);

/* --- shrink_files.c --- */

/* Makes every job of an attached file a section of its own, so that it can go by itself. False when
 * there is none, or the run is not the same. */
bool sim__jobs_flatten(struct sim__shrink *s);
/* Takes lines out of attached traces. True when some went. */
bool sim__traces_pass(struct sim__shrink *s, uint64_t cost);
/* Lines with an I/O in an attached trace; the text without some of them, malloc()ed. */
uint32_t sim__trace_lines(const char *text, const char *name);
char *sim__trace_cut(const char *text, const char *name, uint32_t first, uint32_t count);

/* --- shrink_ladder.c --- */

/* From the smallest load upwards, until one shows the finding; false when none does. */
bool sim__ladder_climb(struct sim__shrink *s);

#endif
