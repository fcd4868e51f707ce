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

#include "sim/cli/units.h"
#include "sim/engine/sim_assert.h"
#include "sim/engine/verdict.h"

#define ENTRIES_MAX 8192
#define CONTEXT 8

enum kind { OTHER, NOISE, TURN, BULK };

static const uint8_t kind_of[SIM_EV_COUNT] = {
    [SIM_EV_PHASE] = TURN,
    [SIM_EV_FINDING] = TURN,
    [SIM_EV_PAUSE] = TURN,
    [SIM_EV_RESUME] = TURN,
    [SIM_EV_READY] = TURN,
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
    [SIM_EV_FAULT_OFF] = TURN,
    [SIM_EV_DMA_BAD] = TURN,
    [SIM_EV_GUEST_ERROR] = TURN,
    [SIM_EV_SRB_COMPLETE_AGAIN] = TURN,
    [SIM_EV_SRB_COMPLETE_BAD] = TURN,
    [SIM_EV_SRB_COMPLETE] = BULK,
    [SIM_EV_CMD_LOST] = BULK,
    [SIM_EV_IO_RETRY] = BULK,
    [SIM_EV_DPC_QUEUE] = BULK,
    [SIM_EV_SRB_START] = BULK,
    [SIM_EV_QUEUE_CREATE] = BULK,
    [SIM_EV_QUEUE_DELETE] = BULK,
    [SIM_EV_BUSY] = BULK,
    [SIM_EV_SWITCH] = NOISE,
    [SIM_EV_DELAY] = NOISE,
    [SIM_EV_LOCK_WAIT] = NOISE,
    [SIM_EV_LOCK_TAKE] = NOISE,
    [SIM_EV_LOCK_DROP] = NOISE,
    [SIM_EV_HIGH_IRQL] = NOISE,
    [SIM_EV_REG_READ] = NOISE,
    [SIM_EV_DMA] = NOISE,
    [SIM_EV_STALL] = NOISE,
};

struct entry {
    struct sim_record record; /* the first */
    uint64_t count;
    sim_ns last;
};

struct sim_story {
    struct entry *entry;
    uint32_t entries, room;
    bool recovering;
    struct sim_record context[CONTEXT];
    uint64_t context_seen; /* since the last turning point */
    uint64_t seen, told;
};

struct sim_story *sim_story_create(void)
{
    struct sim_story *story = calloc(1, sizeof(*story));

    SIM_ASSERT(story != NULL);
    return story;
}

void sim_story_free(struct sim_story *story)
{
    if (story == NULL)
        return;
    free(story->entry);
    free(story);
}

static void entry_add(struct sim_story *story, const struct sim_record *record)
{
    if (story->entries == ENTRIES_MAX)
        return;
    if (story->entries == story->room) {
        story->room = story->room * 2 + 64;
        story->entry = realloc(story->entry, story->room * sizeof(*story->entry));
        SIM_ASSERT(story->entry != NULL);
    }
    story->entry[story->entries++] =
        (struct entry){.record = *record, .count = 1, .last = record->at};
    story->told++;
}

/* Counts it together with its like since the last turning point. */
static void bulk_add(struct sim_story *story, const struct sim_record *record)
{
    for (uint32_t i = story->entries; i > 0; i--) {
        struct entry *entry = &story->entry[i - 1];

        if (kind_of[entry->record.event] == TURN)
            break;
        if (entry->record.event != record->event)
            continue;
        entry->count++;
        entry->last = record->at;
        story->told++;
        return;
    }
    entry_add(story, record);
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

void sim_story_event(struct sim *sim, const struct sim_record *record, void *ctx)
{
    struct sim_story *story = ctx;
    uint8_t kind = kind_of[record->event];

    (void)sim;
    story->seen++;
    recovery_watch(story, record);
    if (kind == TURN) {
        if (record->event == SIM_EV_FINDING)
            context_tell(story);
        story->context_seen = 0;
        entry_add(story, record);
    } else if (kind == BULK && story->recovering) {
        bulk_add(story, record);
    } else if (kind != NOISE) {
        story->context[story->context_seen++ % CONTEXT] = *record;
    }
}

/* --- telling
 * ---------------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static void argument_text(const struct sim_record *record, int i, char *out, size_t bytes)
{
    const char *name = sim_event_info[record->event].arg[i];
    uint64_t value = record->arg[i];
    char span[SIM_UNITS_BYTES];
    size_t n = strlen(name);

    if (record->event == SIM_EV_FINDING && strcmp(name, "rule") == 0 && value < SIM_RULE_COUNT)
        snprintf(out, bytes, "%s", sim_rule_info[value].name);
    else if (ends_with(name, "_x"))
        snprintf(out, bytes, "%.*s 0x%llx", (int)n - 2, name, (unsigned long long)value);
    else if (ends_with(name, "_ns") || strcmp(name, "ns") == 0)
        snprintf(out, bytes, "%.*s%s%s", n > 2 ? (int)n - 3 : 0, name, n > 2 ? " " : "",
                 sim_text_span(span, (sim_ns)value));
    else if (strcmp(name, "lun_or_all") == 0 && (uint32_t)value == UINT32_MAX)
        snprintf(out, bytes, "all LUNs");
    else
        snprintf(out, bytes, "%s %lld", name, (long long)value);
}

/* Length of a text without brackets at its end: there the table explains its arguments, which are
 * printed anyway. */
static size_t words_of(const char *text)
{
    const char *bracket = strrchr(text, '(');

    if (bracket == NULL || bracket == text || !ends_with(text, ")"))
        return strlen(text);
    return (size_t)(bracket - text) - 1;
}

void sim_story_text(const struct sim_record *record, char *out, size_t bytes)
{
    static const char *const phases[] = {"boot", "load begins",
                                         "load ends, outstanding I/O drains"};
    const struct sim_event_info *info = &sim_event_info[record->event];
    const char *between = " (";
    size_t words = words_of(info->text), used;

    if (record->event == SIM_EV_PHASE && record->arg[0] < 3) {
        snprintf(out, bytes, "%s", phases[record->arg[0]]);
        return;
    }
    used = (size_t)snprintf(out, bytes, "%.*s", (int)words, info->text);
    for (int i = 0; i < 4; i++) {
        char one[64];

        if (info->arg[i] == NULL || strcmp(info->arg[i], "_") == 0 || used >= bytes)
            continue;
        argument_text(record, i, one, sizeof(one));
        used += (size_t)snprintf(out + used, bytes - used, "%s%s", between, one);
        between = ", ";
    }
    if (*between == ',' && used < bytes)
        snprintf(out + used, bytes - used, ")");
}

/* "many of these": the text without its arguments, and how long it went on. */
static void bulk_text(const struct entry *entry, char *out, size_t bytes)
{
    char span[SIM_UNITS_BYTES], count[SIM_UNITS_BYTES];
    const char *text = sim_event_info[entry->record.event].text;

    snprintf(out, bytes, "%s times in %s: %.*s", sim_text_count(count, entry->count),
             sim_text_span(span, entry->last - entry->record.at), (int)words_of(text), text);
}

static void level_text(const struct sim_record *record, char *cpu, char *level, size_t bytes)
{
    static const char *const low[] = {"PASSIVE", "APC", "DISPATCH"};

    snprintf(cpu, bytes, "-");
    snprintf(level, bytes, "-");
    if (record->cpu == SIM_CPU_NONE)
        return;
    snprintf(cpu, bytes, "%u", record->cpu);
    if (record->level < 3)
        snprintf(level, bytes, "%s", low[record->level]);
    else
        snprintf(level, bytes, "%u", record->level);
}

static void entry_print(FILE *out, const struct entry *entry)
{
    char time[SIM_UNITS_BYTES], cpu[16], level[16], text[256];

    level_text(&entry->record, cpu, level, sizeof(cpu));
    if (entry->count > 1)
        bulk_text(entry, text, sizeof(text));
    else
        sim_story_text(&entry->record, text, sizeof(text));
    fprintf(out, "  %16s  %3s  %-8s  %s\n", sim_text_time(time, entry->record.at), cpu, level,
            text);
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
    fprintf(out, "  %16s  %3s  %-8s\n", "time", "CPU", "IRQL");
    for (uint64_t i = 0; i < head; i++)
        entry_print(out, &story->entry[i]);
    if (tail > 0)
        fprintf(out, "  %16s  ... %llu lines more, --events %llu shows them\n", "",
                (unsigned long long)(n - head - tail), (unsigned long long)n);
    for (uint64_t i = n - tail; i < n; i++)
        entry_print(out, &story->entry[i]);
    fprintf(out, "  %16s  %s other events are left out; --trace FILE has all\n", "",
            sim_text_count(count, story->seen - story->told));
}
