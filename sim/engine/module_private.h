/* sim/engine/module_private.h - private to sim/engine: the debug information of a module. */
#ifndef SIM_ENGINE_MODULE_PRIVATE_H
#define SIM_ENGINE_MODULE_PRIVATE_H

#include <elfutils/libdwfl.h>

struct sim_module;

/* Opened when first asked; NULL when there is none. *base: where offset 0 of the module lies in it.
 */
Dwfl_Module *sim__module_dwarf(struct sim_module *module, GElf_Addr *base);

#endif
