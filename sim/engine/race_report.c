/* sim/engine/race_report.c - what becomes of an unordered pair: left out, reported once in a run,
 * told in one line. */
#include <stdio.h>
#include <string.h>

#include "sim/engine/debug.h"
#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/engine/race_private.h"

#define REPORTED_MAX 64
#define BENIGN_MAX 32
#define RANGES_MAX 64
#define NAME_MAX_BYTES 64
#define OBJECT_MAX ((size_t)1 << 20)

struct benign {
    char field[NAME_MAX_BYTES]; /* "" for any */
    uint32_t ranges;
    struct sim_module_range range[RANGES_MAX];
};

static struct {
    uint32_t count;
    uint64_t pair[REPORTED_MAX];
} reported;

static struct {
    uint32_t count;
    struct benign entry[BENIGN_MAX];
} benign;

void sim__race_report_begin(void)
{
    reported.count = 0;
}

void sim__race_report_end(void)
{
    reported.count = benign.count = 0;
}

/* --- once ------------------------------------------------------------------------------------- */

/* The same two places in either order. A full list says that all was told. */
static bool told(const struct race_pair *pair)
{
    uint32_t a = pair->now.pc, b = pair->before.pc;
    uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;

    for (uint32_t i = 0; i < reported.count; i++)
        if (reported.pair[i] == key)
            return true;
    if (reported.count == REPORTED_MAX)
        return true;
    reported.pair[reported.count++] = key;
    return false;
}

/* --- what memory ------------------------------------------------------------------------------ */

static uint32_t first_byte(const struct race_pair *pair)
{
    uint32_t both = race_mask(pair->now.word & pair->before.word);

    return (uint32_t)__builtin_ctz(both ? both : 1);
}

static enum sim_mem_why why_of(uintptr_t addr)
{
    return sim_world_in_pages(addr)
               ? (enum sim_mem_why)(sim_world_shadow(addr) >> SIM_MEM_WHY_SHIFT)
               : SIM_WHY_NOTHING;
}

/* The object is what has the same name around the address. */
static void object_find(uintptr_t addr, struct sim_race *out)
{
    uintptr_t begin = addr & ~(uintptr_t)7, end = begin + 8;

    out->why = (uint8_t)why_of(addr);
    while (why_of(begin - 8) == out->why && addr - begin < OBJECT_MAX)
        begin -= 8;
    while (why_of(end) == out->why && end - addr < OBJECT_MAX)
        end += 8;
    out->offset = (uint32_t)(addr - begin);
    out->object_bytes = (uint32_t)(end - begin);
}

static void object_of(uintptr_t addr, struct sim_race *out)
{
    if (sim_world_in_pages(addr)) {
        object_find(addr, out);
        out->granule = (addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT;
        return;
    }
    out->module_data = 1;
    out->offset = (uint32_t)(addr - sim__race_module.base);
    out->granule = out->offset >> SIM_SHADOW_SHIFT;
}

static const char *memory_name(const struct sim_race *race)
{
    static const char *const names[] = {
        [SIM_WHY_SRB] = "the SRB",
        [SIM_WHY_EXTENSION] = "the SRB extension",
        [SIM_WHY_DATA] = "the data buffer",
        [SIM_WHY_POOL] = "pool memory",
        [SIM_WHY_COMMON] = "the common buffer",
        [SIM_WHY_DEVEXT] = "the device extension",
    };

    if (race->module_data)
        return "the driver's data";
    return race->why < sizeof names / sizeof names[0] && names[race->why] ? names[race->why]
                                                                          : "memory";
}

/* The shadow ends on a granule, the record may end before. */
static bool field_of(struct sim_module *module, const struct sim_race *race, char *out,
                     size_t bytes)
{
    *out = '\0';
    if (!module)
        return false;
    if (race->module_data)
        return sim_module_variable(module, race->offset, out, bytes);
    for (uint32_t less = 0; race->why == SIM_WHY_DEVEXT && less < 8; less++)
        if (sim_module_member(module, race->object_bytes - less, race->offset, out, bytes))
            return true;
    return false;
}

/* --- known to be harmless --------------------------------------------------------------------- */

static int benign_add(const char *entry, size_t length, struct sim_error *error)
{
    struct benign *b = &benign.entry[benign.count];
    const char *colon = memchr(entry, ':', length);
    char function[NAME_MAX_BYTES];
    size_t before = colon ? (size_t)(colon - entry) : length,
           after = colon ? length - before - 1 : 0;

    if (!before || (colon && !after) || before >= sizeof function || after >= sizeof b->field)
        return sim_error_set(error, "benign: '%.*s' is not FUNCTION, FUNCTION:FIELD or FUNCTION:*",
                             (int)length, entry);
    if (benign.count == BENIGN_MAX)
        return sim_error_set(error, "benign: more than %d entries", BENIGN_MAX);
    snprintf(function, sizeof function, "%.*s", (int)before, entry);
    snprintf(b->field, sizeof b->field, "%.*s", (int)after, colon ? colon + 1 : "");
    if (!strcmp(b->field, "*"))
        b->field[0] = '\0';
    b->ranges = 0;
    if (sim__race_module.module)
        b->ranges = sim_module_function(sim__race_module.module, function, b->range, RANGES_MAX);
    benign.count++;
    return 0;
}

int sim_race_benign(const char *list, struct sim_error *error)
{
    benign.count = 0;
    for (;;) {
        size_t length;

        list += strspn(list, " ,");
        if (!*list)
            return 0;
        length = strcspn(list, " ,");
        if (benign_add(list, length, error))
            return -1;
        list += length;
    }
}

static bool in_function(const struct benign *b, const struct race_cell *cell)
{
    for (uint32_t i = 0; i < b->ranges; i++)
        if (cell->pc - b->range[i].begin < b->range[i].end - b->range[i].begin)
            return true;
    return false;
}

/* "Queues[3].Open" is the field Open of Queues. */
static bool is_field(const char *path, const char *field)
{
    size_t n = strlen(field);

    for (const char *p = strstr(path, field); p; p = strstr(p + 1, field))
        if ((p == path || p[-1] == '.') && (!p[n] || p[n] == '.' || p[n] == '['))
            return true;
    return false;
}

static bool is_benign(const struct race_pair *pair, const struct sim_race *race)
{
    char path[NAME_MAX_BYTES * 2];

    for (uint32_t i = 0; i < benign.count; i++) {
        const struct benign *b = &benign.entry[i];

        if (!in_function(b, &pair->now) && !in_function(b, &pair->before))
            continue;
        if (!b->field[0] || (field_of(sim__race_module.module, race, path, sizeof path) &&
                             is_field(path, b->field)))
            return true;
    }
    return false;
}

/* --- the finding ------------------------------------------------------------------------------ */

static void access_fill(struct sim_race_access *out, const struct race_cell *cell, bool driver)
{
    const struct race_state *state = sim__race_state(cell->word >> RACE_STATE_SHIFT);

    out->kind = (uint8_t)race_kind(cell->word);
    out->bytes = (uint8_t)__builtin_popcount(race_mask(cell->word));
    out->cpu = state->cpu;
    out->level = state->level;
    out->callback = state->callback;
    memcpy(out->lock, state->lock, sizeof out->lock);
    out->frame.in_module = driver && sim__race_module.module != NULL;
    out->frame.offset = cell->pc;
}

static const char *kind_name(const struct sim_race_access *a)
{
    static const char *const names[] = {"read", "write", "interlocked read", "interlocked write"};

    return names[a->kind & 3];
}

static int say_context(const struct sim_race_access *a, char *out, size_t bytes)
{
    const char *callback =
        a->callback == SIM_RACE_CALLBACK_NONE ? NULL : sim_name(SIM_NAME_CALLBACK, a->callback);
    int n;

    if (a->cpu == SIM_CPU_NONE)
        return snprintf(out, bytes, "by the device");
    n = snprintf(out, bytes, "CPU %u, IRQL %u", a->cpu, a->level);
    if (callback)
        n += snprintf(out + n, bytes - (size_t)n, ", %s", callback);
    for (int i = 0; i < SIM_RACE_LOCKS_MAX && (a->lock[i] || !i); i++) {
        const char *name = a->lock[i] ? sim_name(SIM_NAME_LOCK, a->lock[i]) : "no";

        n +=
            snprintf(out + n, bytes - (size_t)n, "%s%s%s", i ? "+" : ", ", name ? name : "a",
                     i + 1 == SIM_RACE_LOCKS_MAX || !a->lock[i + 1 < SIM_RACE_LOCKS_MAX ? i + 1 : i]
                         ? " lock"
                         : "");
    }
    return n;
}

struct side {
    char where[72], context[92];
};

static void side_of(const struct sim_race_access *a, struct sim_module *module, struct side *out)
{
    struct sim_source source;

    out->where[0] = '\0';
    say_context(a, out->context, sizeof out->context);
    if (!a->frame.in_module || !module)
        return;
    source = sim_module_source(module, a->frame.offset);
    snprintf(out->where, sizeof out->where, " in %s (%s:%d)", source.function, source.file,
             source.line);
}

char *sim_race_memory(const struct sim_race *race, struct sim_module *module, char *out)
{
    char field[SIM_RACE_MEMORY - 28];

    if (field_of(module, race, field, sizeof field))
        snprintf(out, SIM_RACE_MEMORY, "%s of %s", field, memory_name(race));
    else
        snprintf(out, SIM_RACE_MEMORY, "%s", memory_name(race));
    return out;
}

static void tell(struct sim_finding *f, struct sim_module *module)
{
    const struct sim_race *r = &f->race;
    char memory[SIM_RACE_MEMORY];
    struct side now, before;

    side_of(&r->now, module, &now);
    side_of(&r->before, module, &before);
    sim_race_memory(r, module, memory);
    snprintf(f->text, sizeof f->text, "%s: %s%s [%s] and %s%s [%s] in no order", memory,
             r->hand_back ? "giving it back" : kind_name(&r->now), now.where, now.context,
             kind_name(&r->before), before.where, before.context);
}

void sim_race_tell(struct sim_finding *f, struct sim_module *module)
{
    if (f->rule == SIM_RULE_DATA_RACE && f->has_race)
        tell(f, module);
}

/* Sources are looked up later, by sim_race_tell(): that takes more stack than a fiber has. */
void sim__race_found(struct sim *s, const struct race_pair *pair)
{
    struct sim_race r = {0};
    struct sim_finding *f;

    if (sim_severity(s, SIM_RULE_DATA_RACE) == SIM_SEVERITY_OFF)
        return;
    object_of(pair->addr + first_byte(pair), &r);
    if (told(pair) || is_benign(pair, &r))
        return;
    access_fill(&r.now, &pair->now, pair->now.pc != UINT32_MAX);
    access_fill(&r.before, &pair->before, pair->before.pc != UINT32_MAX);
    r.hand_back = pair->hand_back;
    f = sim__finding_new(s, SIM_RULE_DATA_RACE, 0);
    f->has_race = 1;
    f->race = r;
    tell(f, NULL);
    if (s->agent)
        sim__finding_stack(s, f, 0, (uintptr_t)__builtin_frame_address(0));
    sim_trace(s, SIM_EV_FINDING, SIM_RULE_DATA_RACE, 0, 0, 0);
    if (f->severity == SIM_SEVERITY_ERROR)
        sim_debug_found(s, f->text, 0);
    if (f->severity == SIM_SEVERITY_ERROR && s->running)
        sim__escape(s, SIM_STOP_FINDING);
}
