/* sim/engine/module.h - a miniport built by storsim-cc, loaded with dlopen.
 *
 * Its writable data is imaged and restored with the world. Addresses inside it are told as offsets.
 */
#ifndef SIM_ENGINE_MODULE_H
#define SIM_ENGINE_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct sim_module;

/* Loads the module at path. Errors (negative, text in error): no such file, not a shared object,
 * not built by storsim-cc, other descriptor or header version, no DriverEntry, calls a routine
 * storsim does not have. */
int sim_module_load(const char *path, struct sim_error *error, struct sim_module **out);
void sim_module_unload(struct sim_module *module);

void *sim_module_symbol(const struct sim_module *module, const char *name);
const char *sim_module_path(const struct sim_module *module);
/* Build identity: hexadecimal text from the descriptor. */
const char *sim_module_build(const struct sim_module *module);
uintptr_t sim_module_base(const struct sim_module *module);
/* True when addr lies in the module; *offset is then relative to its load address. */
bool sim_module_offset(const struct sim_module *module, uintptr_t addr, uint64_t *offset);

void sim_module_image(struct sim_module *module);
void sim_module_restore(struct sim_module *module);

struct sim_source {
    const char *function; /* "?" when unknown */
    const char *file;     /* base name, "?" when unknown */
    int line;             /* 0 when unknown */
};
/* Source of an offset (libdw). Slow the first time; only for reports. Strings live as long as the
 * module. */
struct sim_source sim_module_source(struct sim_module *module, uint64_t offset);

#endif
