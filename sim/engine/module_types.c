/* sim/engine/module_types.c - what the debug information says beyond lines: where functions are,
 * and what a record's bytes are called. For reports and for lists of functions in scenarios.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/module_private.h"
#include "sim/engine/sim_assert.h"

#define DEPTH_MAX 32 /* of nested scopes, and of nested records */

/* --- functions -------------------------------------------------------------------------------- */

struct search {
    const char *name;
    Dwarf_Addr subtract; /* from an address in the debug information to an offset */
    struct sim_module_range *out;
    uint32_t n, max;
};

static void add_ranges(struct search *search, Dwarf_Die *die)
{
    Dwarf_Addr base, lo, hi;
    ptrdiff_t at = 0;

    while (search->n < search->max && (at = dwarf_ranges(die, at, &base, &lo, &hi)) > 0)
        if (hi > lo)
            search->out[search->n++] =
                (struct sim_module_range){lo - search->subtract, hi - search->subtract};
}

static void visit(struct search *search, Dwarf_Die *parent, int depth)
{
    Dwarf_Die die;

    if (depth == DEPTH_MAX || dwarf_child(parent, &die))
        return;
    do {
        int tag = dwarf_tag(&die);
        const char *name;

        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine &&
            tag != DW_TAG_lexical_block)
            continue;
        name = tag == DW_TAG_lexical_block ? NULL : dwarf_diename(&die);
        if (name && !strcmp(name, search->name))
            add_ranges(search, &die);
        visit(search, &die, depth + 1);
    } while (!dwarf_siblingof(&die, &die));
}

uint32_t sim_module_function(struct sim_module *m, const char *name, struct sim_module_range *out,
                             uint32_t max)
{
    GElf_Addr base;
    Dwfl_Module *dwarf = sim__module_dwarf(m, &base);
    struct search search = {.name = name, .out = out, .max = max};
    Dwarf_Addr bias;

    for (Dwarf_Die *unit = NULL; dwarf && (unit = dwfl_module_nextcu(dwarf, unit, &bias));) {
        search.subtract = base - bias;
        visit(&search, unit, 0);
    }
    return search.n;
}

/* --- records ---------------------------------------------------------------------------------- */

/* The type behind names and qualifiers. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;

    return dwarf_attr_integrate(die, DW_AT_type, &attribute) &&
           dwarf_formref_die(&attribute, type) && dwarf_peel_type(type, type) == 0;
}

static bool member_at(Dwarf_Die *record, uint64_t offset, Dwarf_Die *member, uint64_t *begins)
{
    Dwarf_Die type;
    Dwarf_Word at, bytes;
    Dwarf_Attribute attribute;

    if (dwarf_child(record, member))
        return false;
    do {
        if (dwarf_tag(member) != DW_TAG_member || !type_of(member, &type) ||
            dwarf_aggregate_size(&type, &bytes))
            continue;
        at = 0;
        if (dwarf_attr(member, DW_AT_data_member_location, &attribute))
            dwarf_formudata(&attribute, &at);
        *begins = at;
        if (offset - at < bytes)
            return true;
    } while (!dwarf_siblingof(member, member));
    return false;
}

struct path {
    char *text;
    size_t bytes, used;
};

static __attribute__((format(printf, 2, 3))) void say(struct path *path, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(path->text + path->used, path->bytes - path->used, format, args);
    va_end(args);
    path->used += (size_t)n < path->bytes - path->used ? (size_t)n : path->bytes - path->used - 1;
}

/* Goes down from a type to the scalar at offset. */
static void descend(struct path *path, Dwarf_Die type, uint64_t offset)
{
    Dwarf_Die member, element;
    Dwarf_Word bytes;
    uint64_t begins;

    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        int tag = dwarf_tag(&type);

        if (tag == DW_TAG_array_type) {
            if (!type_of(&type, &element) || dwarf_aggregate_size(&element, &bytes) || !bytes)
                return;
            say(path, "[%llu]", (unsigned long long)(offset / bytes));
            offset %= bytes;
            type = element;
        } else if (tag == DW_TAG_structure_type || tag == DW_TAG_union_type) {
            const char *name;

            if (!member_at(&type, offset, &member, &begins) || !type_of(&member, &type))
                return;
            name = dwarf_diename(&member);
            if (name)
                say(path, "%s%s", path->used ? "." : "", name);
            offset -= begins;
        } else {
            return;
        }
    }
}

/* Declared by the WDK's headers, whose names storsim-cc makes begin with "wdk/". */
static bool of_the_wdk(Dwarf_Die *unit, Dwarf_Die *record)
{
    const char *file = dwarf_decl_file(record);
    Dwarf_Attribute attribute;
    const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));

    if (!file)
        return false;
    if (folder && !strncmp(file, folder, strlen(folder)))
        file += strlen(folder) + (file[strlen(folder)] == '/');
    return !strncmp(file, "wdk/", 4);
}

/* A structure of the driver's own of exactly this size: that of a record of the WDK's says nothing.
 */
static bool record_in(Dwarf_Die *unit, uint64_t bytes, Dwarf_Die *record)
{
    if (dwarf_child(unit, record))
        return false;
    do {
        if (dwarf_tag(record) == DW_TAG_structure_type &&
            (uint64_t)dwarf_bytesize(record) == bytes && !of_the_wdk(unit, record))
            return true;
    } while (!dwarf_siblingof(record, record));
    return false;
}

bool sim_module_member(struct sim_module *m, uint64_t bytes, uint64_t offset, char *out,
                       size_t out_bytes)
{
    GElf_Addr base;
    Dwfl_Module *dwarf = sim__module_dwarf(m, &base);
    struct path path = {.text = out, .bytes = out_bytes};
    Dwarf_Die record;
    Dwarf_Addr bias;

    SIM_ASSERT(out_bytes);
    *out = '\0';
    for (Dwarf_Die *unit = NULL; dwarf && (unit = dwfl_module_nextcu(dwarf, unit, &bias));)
        if (record_in(unit, bytes, &record)) {
            descend(&path, record, offset);
            break;
        }
    return path.used;
}

bool sim_module_variable(struct sim_module *m, uint64_t offset, char *out, size_t out_bytes)
{
    GElf_Addr base;
    Dwfl_Module *dwarf = sim__module_dwarf(m, &base);
    GElf_Off into;
    GElf_Sym symbol;
    const char *name =
        dwarf ? dwfl_module_addrinfo(dwarf, base + offset, &into, &symbol, NULL, NULL, NULL) : NULL;

    SIM_ASSERT(out_bytes);
    snprintf(out, out_bytes, "%s", name ? name : "");
    return name;
}
