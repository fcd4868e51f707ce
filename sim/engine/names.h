/* sim/engine/names.h - names of the numbers in trace records, as the models give them.
 *
 * Locks, DPCs, callbacks and the like are numbers in a trace. A model says once, at set-up, what
 * they are called; stories and reports ask. Output only: not part of the world, nothing decides by
 * it.
 */
#ifndef SIM_ENGINE_NAMES_H
#define SIM_ENGINE_NAMES_H

#include <stdint.h>

enum sim_name_kind {
    SIM_NAME_CALLBACK, /* of CALLBACK_ENTER */
    SIM_NAME_LOCK,     /* of LOCK_TAKE */
    SIM_NAME_DPC,      /* of DPC_QUEUE */
    SIM_NAME_ERROR,    /* of GUEST_ERROR */
    SIM_NAME_ROUTINE,  /* of POLITE_STUB */
    SIM_NAME_KINDS
};

#define SIM_NAMES_MAX 1024 /* numbers of one kind; names of larger ones are not kept */

/* Names a number. The text is kept by reference: it must live as long as anybody asks. */
void sim_name_set(enum sim_name_kind kind, uint32_t number, const char *name);

/* Its name, or NULL. */
const char *sim_name(enum sim_name_kind kind, uint64_t number);

#endif
