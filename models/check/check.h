/* models/check/check.h - the checkers: one rule (or one family) a file, each fed by trace events.
 *
 * A checker's file says what it verifies, when, and what it does not. All are set up by
 * check_model.
 */
#ifndef MODELS_CHECK_CHECK_H
#define MODELS_CHECK_CHECK_H

#include "models/machine.h"

extern const struct sim_model check_model;

#endif
