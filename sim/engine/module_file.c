/* sim/engine/module_file.c - a module's file, looked at before anything of it runs.
 *
 * No code of a library that storsim-cc did not build, or that was built for another storsim, is
 * ever executed, and routines that storsim does not have are named all at once.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/engine/module.h"
#include "sim/engine/module_private.h"
#include "sim/engine/sim_assert.h"

_Static_assert(sizeof(((struct storsim_module_info *)0)->about) == SIM_MODULE_ABOUT,
               "the text of a descriptor fits");

struct file {
    const char *path;
    int fd;
    uint64_t bytes;
    Elf *elf;
    GElf_Ehdr header;
    bool descriptor, driver_entry;
    uint64_t descriptor_at; /* address */
    char missing[256];      /* names, separated by commas */
    uint32_t missing_count;
};

/* --- what kind of file it is ------------------------------------------------------------------ */

static int kind_check(struct file *f, struct sim_error *error)
{
    char first[4] = "";
    struct stat st;

    if (fstat(f->fd, &st) < 0)
        return sim_error_set(error, "%s: %s", f->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return sim_error_set(error, "%s: not a module: it is a folder", f->path);
    if (!S_ISREG(st.st_mode))
        return sim_error_set(error, "%s: not a module: it is no regular file", f->path);
    f->bytes = (uint64_t)st.st_size;
    if (pread(f->fd, first, sizeof first, 0) >= 2 && first[0] == 'M' && first[1] == 'Z')
        return sim_error_set(error,
                             "%s: a program for Windows; storsim runs a driver's source: build it "
                             "with storsim-cc",
                             f->path);
    return 0;
}

static int header_check(struct file *f, struct sim_error *error)
{
    bool is_elf =
        f->elf && elf_kind(f->elf) == ELF_K_ELF && gelf_getehdr(f->elf, &f->header) != NULL;

    if (is_elf && f->header.e_type == ET_REL && f->header.e_machine == EM_X86_64)
        return sim_error_set(error, "%s: an object, not a module: link it with storsim-cc -o",
                             f->path);
    if (!is_elf || f->header.e_type != ET_DYN || f->header.e_machine != EM_X86_64)
        return sim_error_set(
            error, "%s: not a module: it is no x86-64 shared object (build it with storsim-cc -o)",
            f->path);
    return 0;
}

/* The section table stands at the end, so a file that was cut short lacks some of it. */
static int whole_check(struct file *f, struct sim_error *error)
{
    uint64_t end = f->header.e_shoff + (uint64_t)f->header.e_shnum * f->header.e_shentsize;
    GElf_Phdr p;

    for (int i = 0; i < f->header.e_phnum; i++) {
        if (!gelf_getphdr(f->elf, i, &p))
            end = UINT64_MAX;
        else if (p.p_type == PT_LOAD && p.p_offset + p.p_filesz > end)
            end = p.p_offset + p.p_filesz;
    }
    if (!f->header.e_shnum || end > f->bytes)
        return sim_error_set(error, "%s: the module was cut short: build it again", f->path);
    return 0;
}

/* --- what is in it ---------------------------------------------------------------------------- */

static void add_missing(struct file *f, const char *name)
{
    size_t used = strlen(f->missing);

    f->missing_count++;
    if (used + strlen(name) + 3 < sizeof f->missing)
        snprintf(f->missing + used, sizeof f->missing - used, "%s%s", used ? ", " : "", name);
}

static void read_symbols(struct file *f, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

    for (size_t i = 1; i < count && i <= INT_MAX; i++) {
        GElf_Sym symbol;
        const char *name;

        if (!gelf_getsym(data, (int)i, &symbol))
            continue;
        name = elf_strptr(f->elf, header->sh_link, symbol.st_name);
        if (!name || !*name)
            continue;
        if (symbol.st_shndx == SHN_UNDEF) {
            if (GELF_ST_BIND(symbol.st_info) != STB_WEAK && !dlsym(RTLD_DEFAULT, name))
                add_missing(f, name);
        } else if (!strcmp(name, STORSIM_MODULE_SYMBOL)) {
            f->descriptor = true;
            f->descriptor_at = symbol.st_value;
        } else if (!strcmp(name, "DriverEntry")) {
            f->driver_entry = true;
        }
    }
}

static void read_dynamic(struct file *f)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(f->elf, section))) {
        GElf_Shdr header;

        if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM)
            read_symbols(f, section, &header);
    }
}

static bool thread_local(struct file *f)
{
    GElf_Phdr p;

    for (int i = 0; i < f->header.e_phnum; i++)
        if (gelf_getphdr(f->elf, i, &p) && p.p_type == PT_TLS)
            return true;
    return false;
}

static bool read_descriptor(struct file *f, struct storsim_module_info *out)
{
    GElf_Phdr p;

    for (int i = 0; i < f->header.e_phnum; i++) {
        uint64_t offset;

        if (!gelf_getphdr(f->elf, i, &p) || p.p_type != PT_LOAD ||
            f->descriptor_at - p.p_vaddr >= p.p_filesz)
            continue;
        offset = p.p_offset + (f->descriptor_at - p.p_vaddr);
        if (pread(f->fd, out, sizeof *out, (off_t)offset) != sizeof *out)
            return false;
        out->name[sizeof out->name - 1] = out->compiler[sizeof out->compiler - 1] = '\0';
        out->about[sizeof out->about - 1] = out->build_hash[sizeof out->build_hash - 1] = '\0';
        return !memcmp(out->magic, STORSIM_MODULE_MAGIC, sizeof STORSIM_MODULE_MAGIC);
    }
    return false;
}

/* --- whether it can be loaded ----------------------------------------------------------------- */

static int descriptor_check(struct file *f, struct storsim_module_info *out,
                            struct sim_error *error)
{
    if (!f->descriptor)
        return sim_error_set(error,
                             "%s: this shared object was not built by storsim-cc (it has no %s)",
                             f->path, STORSIM_MODULE_SYMBOL);
    if (!read_descriptor(f, out))
        return sim_error_set(error, "%s: the module's descriptor is damaged", f->path);
    if (out->descriptor_version != STORSIM_MODULE_VERSION)
        return sim_error_set(
            error,
            "%s: built with module descriptor version %u, this storsim needs %u: build it again",
            f->path, out->descriptor_version, STORSIM_MODULE_VERSION);
    if (out->wdk_version != STORSIM_WDK_VERSION)
        return sim_error_set(
            error, "%s: built with header version %u, this storsim has %u: build it again", f->path,
            out->wdk_version, STORSIM_WDK_VERSION);
    return 0;
}

static int contents_check(struct file *f, struct storsim_module_info *out, struct sim_error *error)
{
    read_dynamic(f);
    if (descriptor_check(f, out, error))
        return -1;
    if (!f->driver_entry)
        return sim_error_set(error, "%s: the module has no DriverEntry", f->path);
    if (thread_local(f))
        return sim_error_set(error,
                             "%s: the module has thread-local variables, which storsim cannot "
                             "bring back between runs",
                             f->path);
    if (f->missing_count)
        return sim_error_set(
            error, "%s: the module calls %u routine%s that storsim does not have: %s", f->path,
            f->missing_count, f->missing_count == 1 ? "" : "s", f->missing);
    return 0;
}

int sim__module_inspect(const char *path, struct sim_error *error, struct storsim_module_info *out)
{
    struct file f = {.path = path};
    int result;

    f.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f.fd < 0)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    elf_version(EV_CURRENT);
    result = kind_check(&f, error);
    if (!result) {
        f.elf = elf_begin(f.fd, ELF_C_READ, NULL);
        result = header_check(&f, error);
    }
    if (!result)
        result = whole_check(&f, error);
    if (!result)
        result = contents_check(&f, out, error);
    elf_end(f.elf);
    close(f.fd);
    return result;
}

int sim_module_about(const char *path, char (*out)[SIM_MODULE_ABOUT], struct sim_error *error)
{
    struct storsim_module_info info;

    if (sim__module_inspect(path, error, &info))
        return -1;
    memcpy(*out, info.about, sizeof *out);
    return 0;
}
