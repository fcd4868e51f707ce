/* sim/engine/module.c - loading a miniport, imaging its data, and finding source lines in it.
 *
 * The file is looked at with libelf before anything of it runs: no code of a library that
 * storsim-cc did not build is ever executed, and routines that storsim does not have are named all
 * at once.
 */
#include "sim/engine/module.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/wdk/storsim_module.h"
#include "sim/engine/module_private.h"
#include "sim/engine/sim_assert.h"

#define WRITABLE_MAX 8

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

/* --- looking before leaping ------------------------------------------------------------------- */

struct symbols {
    bool descriptor, driver_entry;
    char missing[256]; /* names, separated by commas */
    uint32_t missing_count;
};

static void add_missing(struct symbols *found, const char *name)
{
    size_t used = strlen(found->missing);

    found->missing_count++;
    if (used + strlen(name) + 3 < sizeof found->missing)
        snprintf(found->missing + used, sizeof found->missing - used, "%s%s", used ? ", " : "",
                 name);
}

static void read_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct symbols *found)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

    for (size_t i = 1; i < count && i <= INT_MAX; i++) {
        GElf_Sym symbol;
        const char *name;

        if (!gelf_getsym(data, (int)i, &symbol))
            continue;
        name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (!name || !*name)
            continue;
        if (symbol.st_shndx == SHN_UNDEF) {
            if (GELF_ST_BIND(symbol.st_info) != STB_WEAK && !dlsym(RTLD_DEFAULT, name))
                add_missing(found, name);
        } else if (!strcmp(name, STORSIM_MODULE_SYMBOL)) {
            found->descriptor = true;
        } else if (!strcmp(name, "DriverEntry")) {
            found->driver_entry = true;
        }
    }
}

static int scan_elf(const char *path, int fd, struct symbols *found, struct sim_error *error)
{
    Elf *elf;
    Elf_Scn *section = NULL;
    GElf_Ehdr header;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header) ||
        header.e_type != ET_DYN || header.e_machine != EM_X86_64) {
        elf_end(elf);
        return sim_error_set(
            error,
            "%s: not a module: it is no x86-64 shared object (build it with storsim-cc -o %s)",
            path, path);
    }
    while ((section = elf_nextscn(elf, section))) {
        GElf_Shdr section_header;

        if (gelf_getshdr(section, &section_header) && section_header.sh_type == SHT_DYNSYM)
            read_symbols(elf, section, &section_header, found);
    }
    elf_end(elf);
    return 0;
}

static int inspect(const char *path, struct sim_error *error)
{
    struct symbols found = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC), result;

    if (fd < 0)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    result = scan_elf(path, fd, &found, error);
    close(fd);
    if (result)
        return result;
    if (!found.descriptor)
        return sim_error_set(error,
                             "%s: this shared object was not built by storsim-cc (it has no %s)",
                             path, STORSIM_MODULE_SYMBOL);
    if (!found.driver_entry)
        return sim_error_set(error, "%s: the module has no DriverEntry", path);
    if (found.missing_count)
        return sim_error_set(
            error, "%s: the module calls %u routine%s that storsim does not have: %s", path,
            found.missing_count, found.missing_count == 1 ? "" : "s", found.missing);
    return 0;
}

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

static int check_descriptor(const struct sim_module *m, struct sim_error *error)
{
    const struct storsim_module_info *info = m->info;

    if (memcmp(info->magic, STORSIM_MODULE_MAGIC, sizeof STORSIM_MODULE_MAGIC))
        return sim_error_set(error, "%s: the module's descriptor is damaged", m->path);
    if (info->descriptor_version != STORSIM_MODULE_VERSION)
        return sim_error_set(
            error,
            "%s: built with module descriptor version %u, this storsim needs %u: build it again",
            m->path, info->descriptor_version, STORSIM_MODULE_VERSION);
    if (info->wdk_version != STORSIM_WDK_VERSION)
        return sim_error_set(
            error, "%s: built with header version %u, this storsim has %u: build it again", m->path,
            info->wdk_version, STORSIM_WDK_VERSION);
    return 0;
}

int sim_module_load(const char *path, struct sim_error *error, struct sim_module **out)
{
    struct sim_module *m;
    struct link_map *map;

    if (inspect(path, error))
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
    if (check_descriptor(m, error)) {
        sim_module_unload(m);
        return -1;
    }
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

/* Line of the last code of a function: where it returns. */
static int last_line(struct sim_module *m, Dwarf_Die *function, Dwarf_Addr bias)
{
    Dwarf_Addr end = 0;
    Dwfl_Line *line;
    int number = 0;

    if (dwarf_highpc(function, &end) || !end)
        return 0;
    line = dwfl_module_getsrc(m->dwfl_module, end + bias - 1);
    if (!line || !dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL))
        return 0;
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
    Dwfl_Line *line;

    if (!open_debug_info(m))
        return source;
    name = function_at(m, m->dwfl_base + offset);
    if (name)
        source.function = name;
    line = dwfl_module_getsrc(m->dwfl_module, m->dwfl_base + offset);
    file = line ? dwfl_lineinfo(line, NULL, &source.line, NULL, NULL, NULL) : NULL;
    if (file)
        source.file = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    return source;
}
