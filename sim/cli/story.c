/* sim/cli/story.c - the few events out of a run's thousands that a person wants to read.
 *
 * Three kinds of event make it: turning points (faults, time-outs, resets, pauses, CC.EN, CSTS.RDY,
 * findings) always; bulk events (starts, completions, retries, DPCs) while a recovery is under way,
 * counted together between two turning points; and, in front of a finding, the last few events of
 * any other kind. Everything else is counted only.
 */
#include "sim/cli/story.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/sim_assert.h"
#include "sim/engine/stack.h"
#include "sim/explain/units.h"
#include "sim/explain/words.h"

#define ENTRIES_MAX 8192
#define CONTEXT 8

enum kind { OTHER, NOISE, TURN, BULK };

static const uint8_t kind_of[SIM_EV_COUNT] = {
    [SIM_EV_PHASE] = TURN,
    [SIM_EV_FINDING] = TURN,
    [SIM_EV_PAUSE] = TURN,
    [SIM_EV_RESUME] = TURN,
    [SIM_EV_LUN_TIMEOUT] = TURN,
    [SIM_EV_TIER] = TURN,
    [SIM_EV_RESET_ENTER] = TURN,
    [SIM_EV_RESET_RETURN] = TURN,
    [SIM_EV_RESET_DETECTED] = TURN,
    [SIM_EV_HOLD_END] = TURN,
    [SIM_EV_CC_EN] = TURN,
    [SIM_EV_CSTS_RDY] = TURN,
    [SIM_EV_CSTS_CFS] = TURN,
    [SIM_EV_FAULT_ON] = TURN,
    [SIM_EV_TASK] = TURN,
    [SIM_EV_ADAPTER_STATE] = TURN,
    [SIM_EV_CONTROL] = TURN,
    [SIM_EV_FAULT_OFF] = TURN,
    [SIM_EV_FAULT_HIT] = TURN,
    [SIM_EV_CQE_FORGED] = TURN,
    [SIM_EV_FAULT_DRAWN] = TURN,
    [SIM_EV_HEALED] = TURN,
    [SIM_EV_THROTTLE] = TURN,
    [SIM_EV_WORKER_STOP] = TURN,
    [SIM_EV_DMA_BAD] = TURN,
    [SIM_EV_GUEST_ERROR] = TURN,
    [SIM_EV_SRB_COMPLETE_AGAIN] = TURN,
    [SIM_EV_SRB_COMPLETE_BAD] = TURN,
    [SIM_EV_SRB_TAKEN] = TURN,
    [SIM_EV_SRB_COMPLETE] = BULK,
    [SIM_EV_CMD_LOST] = BULK,
    [SIM_EV_IO_RETRY] = BULK,
    [SIM_EV_DPC_QUEUE] = BULK,
    [SIM_EV_SRB_START] = BULK,
    [SIM_EV_QUEUE_CREATE] = BULK,
    [SIM_EV_QUEUE_DELETE] = BULK,
    [SIM_EV_BUSY] = BULK,
    [SIM_EV_READY] = BULK,
    [SIM_EV_FLASH_PAUSE] = BULK,
    [SIM_EV_DRAWN] = NOISE,
    [SIM_EV_SWITCH] = NOISE,
    [SIM_EV_DELAY] = NOISE,
    [SIM_EV_LOCK_WAIT] = NOISE,
    [SIM_EV_LOCK_TAKE] = NOISE,
    [SIM_EV_LOCK_DROP] = NOISE,
    [SIM_EV_HIGH_IRQL] = NOISE,
    [SIM_EV_REG_READ] = NOISE,
    [SIM_EV_DMA] = NOISE,
    [SIM_EV_STALL] = NOISE,
    [SIM_EV_EVENT_LOG] = NOISE,   /* told in a section of its own */
    [SIM_EV_POLITE_STUB] = NOISE, /* likewise */
};

struct entry {
    struct sim_record record; /* the first */
    uint64_t place;           /* of the driver then; 0: none */
    const char *routine;      /* Storport routine it called, or NULL */
    uint64_t count;
    sim_ns last;
};

struct sim_story {
    const struct sim_scenario *scenario;
    struct sim_module *module;
    struct entry *entry;
    uint32_t entries, room;
    bool recovering;
    struct entry context[CONTEXT];
    uint64_t context_seen; /* since the last turning point */
    uint64_t seen, told;
};

struct sim_story *sim_story_create(const struct sim_scenario *scenario, struct sim_module *module)
{
    struct sim_story *story = calloc(1, sizeof(*story));

    SIM_ASSERT(story != NULL);
    story->scenario = scenario;
    story->module = module;
    return story;
}

void sim_story_free(struct sim_story *story)
{
    if (story == NULL)
        return;
    free(story->entry);
    free(story);
}

static void entry_add(struct sim_story *story, const struct entry *entry)
{
    if (story->entries == ENTRIES_MAX)
        return;
    if (story->entries == story->room) {
        story->room = story->room * 2 + 64;
        story->entry = realloc(story->entry, story->room * sizeof(*story->entry));
        SIM_ASSERT(story->entry != NULL);
    }
    story->entry[story->entries++] = *entry;
    story->told++;
}

/* Completions and retries are of one kind only with the same status. */
static bool alike(const struct sim_record *a, const struct sim_record *b)
{
    bool with_status = a->event == SIM_EV_SRB_COMPLETE || a->event == SIM_EV_IO_RETRY;

    return a->event == b->event && (!with_status || a->arg[1] == b->arg[1]);
}

/* Counts it together with its like since the last turning point. */
static void bulk_add(struct sim_story *story, const struct entry *new)
{
    for (uint32_t i = story->entries; i > 0; i--) {
        struct entry *entry = &story->entry[i - 1];

        if (kind_of[entry->record.event] == TURN)
            break;
        if (!alike(&entry->record, &new->record))
            continue;
        entry->count++;
        entry->last = new->record.at;
        story->told++;
        return;
    }
    entry_add(story, new);
}

static void context_tell(struct sim_story *story)
{
    uint64_t n = story->context_seen < CONTEXT ? story->context_seen : CONTEXT;

    for (uint64_t i = story->context_seen - n; i < story->context_seen; i++)
        entry_add(story, &story->context[i % CONTEXT]);
    story->context_seen = 0;
}

static void recovery_watch(struct sim_story *story, const struct sim_record *record)
{
    switch (record->event) {
    case SIM_EV_LUN_TIMEOUT:
    case SIM_EV_TIER:
    case SIM_EV_RESET_ENTER:
        story->recovering = true;
        break;
    case SIM_EV_HOLD_END:
        story->recovering = false;
        break;
    case SIM_EV_RESUME:
        story->recovering &= record->arg[0] > 0;
        break;
    default:
        break;
    }
}

static void place_find(const struct sim_story *story, struct sim *sim, struct entry *entry)
{
    if (sim && entry->record.cpu != SIM_CPU_NONE)
        sim_stack(sim, story->module, &entry->place, 1, &entry->routine);
}

void sim_story_event(struct sim *sim, const struct sim_record *record, void *ctx)
{
    struct sim_story *story = ctx;
    uint8_t kind = kind_of[record->event];
    struct entry entry = {.record = *record, .count = 1, .last = record->at};

    story->seen++;
    recovery_watch(story, record);
    if (kind == NOISE || (kind == BULK && !story->recovering))
        return;
    place_find(story, sim, &entry);
    if (kind == TURN) {
        if (record->event == SIM_EV_FINDING)
            context_tell(story);
        story->context_seen = 0;
        entry_add(story, &entry);
    } else if (kind == BULK) {
        bulk_add(story, &entry);
    } else {
        story->context[story->context_seen++ % CONTEXT] = entry;
    }
}

/* --- telling ---------------------------------------------------------------------------------- */

static void where_text(const struct sim_story *story, const struct entry *entry, char *out,
                       size_t bytes)
{
    struct sim_source source;

    *out = '\0';
    if (entry->place == 0 || entry->count > 1 || story->module == NULL)
        return;
    source = sim_module_source(story->module, entry->place);
    if (source.line > 0)
        snprintf(out, bytes, "%s:%d", source.file, source.line);
}

static void what_text(const struct sim_story *story, const struct entry *entry, char *out,
                      size_t bytes)
{
    char span[SIM_UNITS_BYTES];
    size_t used;

    if (entry->count == 1) {
        sim_words(&entry->record, story->scenario, entry->place ? entry->routine : NULL, out,
                  bytes);
        return;
    }
    sim_words_many(&entry->record, entry->count, out, bytes);
    used = strlen(out);
    snprintf(out + used, bytes - used, ", in %s",
             sim_text_span(span, entry->last - entry->record.at));
}

static void entry_print(const struct sim_story *story, FILE *out, const struct entry *entry)
{
    char time[SIM_UNITS_BYTES], cpu[8] = "-", level[16] = "-", where[80], what[256];

    if (entry->record.cpu != SIM_CPU_NONE) {
        snprintf(cpu, sizeof(cpu), "%u", entry->record.cpu);
        sim_words_level(entry->record.level, level);
    }
    where_text(story, entry, where, sizeof(where));
    what_text(story, entry, what, sizeof(what));
    fprintf(out, "  %16s  %3s  %-8s  %-16s  %s\n", sim_text_time(time, entry->record.at), cpu,
            level, where, what);
}

void sim_story_print(struct sim_story *story, FILE *out, uint64_t lines)
{
    uint64_t n = story->entries, head = n, tail = 0;
    char count[SIM_UNITS_BYTES];

    if (n == 0)
        return;
    if (lines > 0 && n > lines) {
        head = lines / 3;
        tail = lines - head;
    }
    fprintf(out, "  %16s  %3s  %-8s  %-16s  %s\n", "time", "CPU", "IRQL", "source", "what");
    for (uint64_t i = 0; i < head; i++)
        entry_print(story, out, &story->entry[i]);
    if (tail > 0)
        fprintf(out, "  %16s  ... %llu lines more, --events %llu shows them\n", "",
                (unsigned long long)(n - head - tail), (unsigned long long)n);
    for (uint64_t i = n - tail; i < n; i++)
        entry_print(story, out, &story->entry[i]);
    fprintf(out, "  %16s  %s other events are left out; --trace FILE has all\n", "",
            sim_text_count(count, story->seen - story->told));
}
