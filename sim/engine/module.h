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

/* Loads the module at path. Errors (negative, one line in error): no such file, no regular file, a
 * Windows driver, not a shared object, cut short, not built by storsim-cc, other descriptor or
 * header version (both are named), no DriverEntry, thread-local variables, calls a routine storsim
 * does not have. */
int sim_module_load(const char *path, struct sim_error *error, struct sim_module **out);

/* What a module's maker says about it ("" when nothing), without loading it. Errors as above. */
#define SIM_MODULE_ABOUT 128
int sim_module_about(const char *path, char (*out)[SIM_MODULE_ABOUT], struct sim_error *error);

void sim_module_unload(struct sim_module *module);

void *sim_module_symbol(const struct sim_module *module, const char *name);
const char *sim_module_path(const struct sim_module *module);
/* Build identity: hexadecimal text from the descriptor. */
const char *sim_module_build(const struct sim_module *module);
uintptr_t sim_module_base(const struct sim_module *module);
/* True when addr lies in the module; *offset is then relative to its load address. */
bool sim_module_offset(const struct sim_module *module, uintptr_t addr, uint64_t *offset);

/* The module's writable data: the lowest address, and bytes from there to the highest; 0 bytes when
 * it has none. */
uintptr_t sim_module_data(const struct sim_module *module, size_t *bytes);

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

/* First and last line of the function that an offset lies in: its declaration and, as far as the
 * debug information tells, its closing brace. False, and both 0, when unknown. */
bool sim_module_extent(struct sim_module *module, uint64_t offset, int *first, int *last);

struct sim_module_range {
    uint64_t begin, end; /* offsets; end is outside */
};
/* Where the code of the function of this name is, inlined copies included; at most max ranges.
 * Returns how many. */
uint32_t sim_module_function(struct sim_module *module, const char *name,
                             struct sim_module_range *out, uint32_t max);

/* Writes what is at an offset in a record of exactly `bytes` bytes, such as "Queues[3].Open",
 * taking the first such record of the module's. False, and "", when there is none. */
bool sim_module_member(struct sim_module *module, uint64_t bytes, uint64_t offset, char *out,
                       size_t out_bytes);
/* The same for the variable of the module's at an offset. */
bool sim_module_variable(struct sim_module *module, uint64_t offset, char *out, size_t out_bytes);

#endif
