/* models/nt/nt_model.h - the model of processors and memory, for models/registry.c. */
#ifndef MODELS_NT_NT_MODEL_H
#define MODELS_NT_NT_MODEL_H

#include "sim/engine/model.h"

extern const struct sim_model nt_model;

#endif
