/* sim/engine/module.c - loading a miniport, imaging its data, and finding source lines in it.
 *
 * What is imaged: the writable segments, so .data, .bss with the COMMON symbols, and sections of
 * the driver's own. A driver has no other memory that outlives a run but the world's.
 */
#include "sim/engine/module.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/wdk/storsim_module.h"
#include "sim/engine/module_private.h"
#include "sim/engine/sim_assert.h"

#define WRITABLE_MAX 8
#define LINELESS_MAX 8 /* pieces of code without a line, in a row */

struct sim_module {
    char path[PATH_MAX];
    void *handle;
    const struct storsim_module_info *info;
    uintptr_t base;
    size_t span; /* from base to the end of the last segment */
    uint32_t writables;
    struct {
        unsigned char *at;
        size_t bytes;
        unsigned char *image;
    } writable[WRITABLE_MAX];
    Dwfl *dwfl; /* opened when first asked */
    Dwfl_Module *dwfl_module;
    GElf_Addr dwfl_base;
};

/* --- loading ---------------------------------------------------------------------------------- */

static void add_writable(struct sim_module *m, uintptr_t at, size_t bytes)
{
    SIM_ASSERT(m->writables < WRITABLE_MAX);
    m->writable[m->writables].at = (unsigned char *)at;
    m->writable[m->writables++].bytes = bytes;
}

/* Writable segments, without the part that the loader makes read-only after relocation. */
static int on_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
    struct sim_module *m = ctx;
    uintptr_t relro = 0, relro_end = 0;

    (void)size;
    if (info->dlpi_addr != m->base)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            relro = m->base + info->dlpi_phdr[i].p_vaddr;
            relro_end = relro + info->dlpi_phdr[i].p_memsz;
        }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t at = m->base + p->p_vaddr, end = at + p->p_memsz;

        if (p->p_type != PT_LOAD)
            continue;
        if (end - m->base > m->span)
            m->span = end - m->base;
        if (!(p->p_flags & PF_W))
            continue;
        if (at == relro && relro_end <= end)
            at = relro_end;
        if (at < end)
            add_writable(m, at, end - at);
    }
    return 1;
}

int sim_module_load(const char *path, struct sim_error *error, struct sim_module **out)
{
    struct storsim_module_info info;
    struct sim_module *m;
    struct link_map *map;

    if (sim__module_inspect(path, error, &info))
        return -1;
    m = calloc(1, sizeof *m);
    SIM_ASSERT(m);
    /* A name without a slash would be searched for in the library path. */
    snprintf(m->path, sizeof m->path, "%s%s", strchr(path, '/') ? "" : "./", path);
    m->handle = dlopen(m->path, RTLD_NOW | RTLD_LOCAL);
    if (!m->handle) {
        sim_error_set(error, "%s", dlerror());
        free(m);
        return -1;
    }
    m->info = dlsym(m->handle, STORSIM_MODULE_SYMBOL);
    SIM_ASSERT(m->info && !dlinfo(m->handle, RTLD_DI_LINKMAP, &map));
    m->base = map->l_addr;
    dl_iterate_phdr(on_object, m);
    SIM_ASSERT(m->span);
    *out = m;
    return 0;
}

void sim_module_unload(struct sim_module *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->writables; i++)
        free(m->writable[i].image);
    if (m->dwfl)
        dwfl_end(m->dwfl);
    dlclose(m->handle);
    free(m);
}

void *sim_module_symbol(const struct sim_module *m, const char *name)
{
    return dlsym(m->handle, name);
}

const char *sim_module_path(const struct sim_module *m)
{
    return m->path;
}

const char *sim_module_build(const struct sim_module *m)
{
    return m->info->build_hash;
}

uintptr_t sim_module_base(const struct sim_module *m)
{
    return m->base;
}

bool sim_module_offset(const struct sim_module *m, uintptr_t addr, uint64_t *offset)
{
    *offset = addr - m->base;
    return addr - m->base < m->span;
}

uintptr_t sim_module_data(const struct sim_module *m, size_t *bytes)
{
    uintptr_t lo = UINTPTR_MAX, hi = 0;

    for (uint32_t i = 0; i < m->writables; i++) {
        uintptr_t at = (uintptr_t)m->writable[i].at, end = at + m->writable[i].bytes;

        lo = at < lo ? at : lo;
        hi = end > hi ? end : hi;
    }
    lo &= ~(uintptr_t)7;
    *bytes = m->writables ? hi - lo : 0;
    return lo;
}

/* --- image ------------------------------------------------------------------------------------ */

void sim_module_image(struct sim_module *m)
{
    for (uint32_t i = 0; i < m->writables; i++) {
        if (!m->writable[i].image)
            m->writable[i].image = malloc(m->writable[i].bytes);
        SIM_ASSERT(m->writable[i].image);
        memcpy(m->writable[i].image, m->writable[i].at, m->writable[i].bytes);
    }
}

void sim_module_restore(struct sim_module *m)
{
    for (uint32_t i = 0; i < m->writables; i++) {
        SIM_ASSERT(m->writable[i].image);
        memcpy(m->writable[i].at, m->writable[i].image, m->writable[i].bytes);
    }
}

/* --- source lines ----------------------------------------------------------------------------- */

static bool open_debug_info(struct sim_module *m)
{
    static const Dwfl_Callbacks callbacks = {
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .find_elf = dwfl_build_id_find_elf,
    };
    GElf_Addr start;

    if (m->dwfl)
        return m->dwfl_module != NULL;
    m->dwfl = dwfl_begin(&callbacks);
    if (!m->dwfl)
        return false;
    m->dwfl_module = dwfl_report_offline(m->dwfl, "module", m->path, -1);
    dwfl_report_end(m->dwfl, NULL, NULL);
    if (!m->dwfl_module)
        return false;
    dwfl_module_info(m->dwfl_module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
    m->dwfl_base = start;
    return true;
}

Dwfl_Module *sim__module_dwarf(struct sim_module *m, GElf_Addr *base)
{
    if (!open_debug_info(m))
        return NULL;
    *base = m->dwfl_base;
    return m->dwfl_module;
}

/* The innermost function at an address, inlined ones included. */
static const char *function_at(struct sim_module *m, GElf_Addr address)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = dwfl_module_addrdie(m->dwfl_module, address, &bias);
    Dwarf_Die *scopes = NULL;
    const char *name = NULL;
    int n = unit ? dwarf_getscopes(unit, address - bias, &scopes) : 0;

    for (int i = 0; i < n && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);

        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
            name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name ? name : dwfl_module_addrname(m->dwfl_module, address);
}

/* The line of the code at an address. What a compiler made of several lines has none (line 0): then
 * that of the code before it, as a debugger does. */
static const char *line_at(struct sim_module *m, GElf_Addr address, int *number)
{
    const char *file = NULL;

    for (int tries = 0; tries < LINELESS_MAX; tries++) {
        Dwfl_Line *line = dwfl_module_getsrc(m->dwfl_module, address);
        Dwarf_Addr start = address;

        file = line ? dwfl_lineinfo(line, &start, number, NULL, NULL, NULL) : NULL;
        if (!file || *number || start > address)
            break;
        address = start - 1;
    }
    return file;
}

/* Line of the last code of a function: where it returns. */
static int last_line(struct sim_module *m, Dwarf_Die *function, Dwarf_Addr bias)
{
    Dwarf_Addr end = 0;
    int number = 0;

    if (!dwarf_highpc(function, &end) && end)
        line_at(m, end + bias - 1, &number);
    return number;
}

bool sim_module_extent(struct sim_module *m, uint64_t offset, int *first, int *last)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = open_debug_info(m)
                          ? dwfl_module_addrdie(m->dwfl_module, m->dwfl_base + offset, &bias)
                          : NULL;
    Dwarf_Die *scopes = NULL;
    int n = unit ? dwarf_getscopes(unit, m->dwfl_base + offset - bias, &scopes) : 0;

    *first = *last = 0;
    for (int i = 0; i < n; i++) {
        if (dwarf_tag(&scopes[i]) != DW_TAG_subprogram)
            continue;
        if (!dwarf_decl_line(&scopes[i], first))
            *last = last_line(m, &scopes[i], bias);
        break;
    }
    free(scopes);
    return *first && *last;
}

struct sim_source sim_module_source(struct sim_module *m, uint64_t offset)
{
    struct sim_source source = {.function = "?", .file = "?", .line = 0};
    const char *name, *file;

    if (!open_debug_info(m))
        return source;
    name = function_at(m, m->dwfl_base + offset);
    if (name)
        source.function = name;
    file = line_at(m, m->dwfl_base + offset, &source.line);
    if (file)
        source.file = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    return source;
}
