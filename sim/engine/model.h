/* sim/engine/model.h - what the engine knows of a model: a name and the moments of a run.
 *
 * models/registry.c lists them in the order in which they are called. The engine never names a
 * model.
 */
#ifndef SIM_ENGINE_MODEL_H
#define SIM_ENGINE_MODEL_H

#include "sim/error.h"

struct sim;
struct sim_scenario;
struct sim_module;

/* What all models of one world share while it is being built and run. */
struct sim_machine {
    struct sim *sim;
    const struct sim_scenario *scenario;
    struct sim_module *module; /* the miniport; NULL in tests without one */
    void *part[16]; /* indexed by enum machine_part (models/machine.h): each model's own state */
};

struct sim_model {
    const char *name;
    /* Builds the model's state in the empty world. Negative with error text when the scenario is
     * wrong. */
    int (*setup)(struct sim_machine *machine, struct sim_error *error);
    /* The world was restored (or just booted) and a run of one seed begins. */
    void (*start)(struct sim_machine *machine);
    /* The run ended by itself or by its limit, not by a finding: last checks. May call sim_find().
     */
    void (*finish)(struct sim_machine *machine);
};

extern const struct sim_model *const sim_models[]; /* ended by NULL; defined by models/registry.c */

#endif
