/* sim/engine/module_private.h - private to sim/engine: a module's file and its debug information.
 */
#ifndef SIM_ENGINE_MODULE_PRIVATE_H
#define SIM_ENGINE_MODULE_PRIVATE_H

#include <elfutils/libdwfl.h>

#include "driver/wdk/storsim_module.h"
#include "sim/error.h"

struct sim_module;

/* Looks at a module's file without loading it. Returns 0 and its descriptor, every text of it ended
 * by a zero; negative, with one line in error, when it cannot be loaded: see sim_module_load(). */
int sim__module_inspect(const char *path, struct sim_error *error, struct storsim_module_info *out);

/* Opened when first asked; NULL when there is none. *base: where offset 0 of the module lies in it.
 */
Dwfl_Module *sim__module_dwarf(struct sim_module *module, GElf_Addr *base);

#endif
