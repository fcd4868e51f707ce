/* sim/explain/story_print.c - the few lines of a run that make its story.
 *
 * Every event has a weight: by its kind, more when it is about the SRB of the finding or close to
 * the end. The heaviest thirty are told, in the order in which they happened. Weights are a matter
 * of taste: what a person who knows the driver, but not storsim, needs to follow the accident.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/explain/tale_private.h"
#include "sim/explain/units.h"
#include "sim/explain/words.h"

/* Below this an event is never told. */
#define WEIGHT_MIN 10
#define WEIGHT_ALWAYS 10000
/* A few delays make an interleaving; dozens, in a run that was not made small, are noise. */
#define DELAYS_MAX 8
#define WEIGHT_DELAYS 300
#define REPEATED 2
#define WEIGHT_SUBJECT 900

static const uint8_t weight_of[SIM_EV_COUNT] = {
    [SIM_EV_FINDING] = 100,
    [SIM_EV_SRB_COMPLETE_AGAIN] = 95,
    [SIM_EV_SRB_COMPLETE_BAD] = 95,
    [SIM_EV_DMA_BAD] = 95,
    [SIM_EV_DELAY] = 90,
    [SIM_EV_RESET_ENTER] = 90,
    [SIM_EV_RESET_RETURN] = 90,
    [SIM_EV_RESET_DETECTED] = 90,
    [SIM_EV_FAULT_ON] = 85,
    [SIM_EV_TASK] = 85,
    [SIM_EV_ADAPTER_STATE] = 85,
    [SIM_EV_CONTROL] = 85,
    [SIM_EV_GUEST_ERROR] = 80,
    [SIM_EV_CSTS_CFS] = 80,
    [SIM_EV_LUN_TIMEOUT] = 80,
    [SIM_EV_CC_EN] = 75,
    [SIM_EV_CSTS_RDY] = 75,
    [SIM_EV_PAUSE] = 75,
    [SIM_EV_RESUME] = 75,
    [SIM_EV_BUSY] = 70,
    [SIM_EV_READY] = 70,
    [SIM_EV_HOLD_END] = 65,
    [SIM_EV_FAULT_OFF] = 60,
    [SIM_EV_FAULT_HIT] = 85,
    [SIM_EV_CQE_FORGED] = 80,
    [SIM_EV_HEALED] = 60,
    [SIM_EV_SRB_TAKEN] = 80,
    [SIM_EV_SRB_COMPLETE] = 55,
    [SIM_EV_SRB_START] = 50,
    [SIM_EV_TIER] = 50,
    [SIM_EV_THROTTLE] = 50,
    [SIM_EV_CQE_POST] = 45,
    [SIM_EV_CMD_LOST] = 40,
    [SIM_EV_IO_RETRY] = 40,
    [SIM_EV_DOORBELL] = 40,
    [SIM_EV_CALLBACK_ENTER] = 40,
    [SIM_EV_LOCK_WAIT] = 40,
    [SIM_EV_IO_SUBMIT] = 38,
    [SIM_EV_CMD_FETCH] = 35,
    [SIM_EV_DPC_QUEUE] = 34,
    [SIM_EV_MSI_RAISE] = 33,
    [SIM_EV_SRB_RETURN] = 32,
    [SIM_EV_CALLBACK_EXIT] = 30,
    [SIM_EV_LOCK_TAKE] = 28,
    [SIM_EV_LOCK_DROP] = 26,
    [SIM_EV_IO_DONE] = 25,
    [SIM_EV_SRB_BUILD] = 24,
    [SIM_EV_SRB_QUEUE] = 22,
    [SIM_EV_CMD_DATA] = 20,
    [SIM_EV_QUEUE_CREATE] = 20,
    [SIM_EV_QUEUE_DELETE] = 20,
    [SIM_EV_REG_WRITE] = 18,
    [SIM_EV_ISR_ENTER] = 15,
    [SIM_EV_STALL] = 12,
};

/* Everything that nobody above asked for: Storport's periodic calls, reset SRBs. */
static bool is_dull(const struct sim_tale *tale, const struct sim__line *line)
{
    const struct sim_record *r = &line->r;
    const char *callback = sim_words_callback(r->arg[0]);
    const struct sim_life *life;

    switch (r->event) {
    case SIM_EV_CALLBACK_ENTER:
    case SIM_EV_CALLBACK_EXIT: /* told by RESET_ENTER, SRB_BUILD and SRB_START, or of no interest */
        return strcmp(callback, "HwStorStartIo") == 0 || strcmp(callback, "HwStorBuildIo") == 0 ||
               strcmp(callback, "HwStorResetBus") == 0 || strncmp(callback, "HwStorTimer", 11) == 0;
    case SIM_EV_DPC_QUEUE:
        return line->place.routine == NULL || strcmp(line->place.routine, "StorPortIssueDpc") != 0;
    case SIM_EV_LOCK_TAKE:
    case SIM_EV_LOCK_DROP:
        return line->inside.event != SIM_EV_CALLBACK_ENTER || line->place.frames == 0 ||
               line->place.routine == NULL;
    case SIM_EV_SRB_START:
    case SIM_EV_SRB_COMPLETE:
    case SIM_EV_SRB_RETURN:
    case SIM_EV_SRB_BUILD:
        life = sim_life(&tale->lives, r->arg[0]);
        return life != NULL && life->function != 0 && !sim__from_above(life);
    case SIM_EV_SRB_QUEUE:
        return r->arg[2] != 0;
    case SIM_EV_REG_WRITE:
        return r->arg[0] >= 0x1000; /* doorbells are told as such */
    default:
        return false;
    }
}

static bool names_srb(uint16_t event)
{
    return event == SIM_EV_SRB_BUILD || event == SIM_EV_SRB_START || event == SIM_EV_SRB_COMPLETE ||
           event == SIM_EV_SRB_RETURN || event == SIM_EV_SRB_COMPLETE_AGAIN;
}

static bool about_command(const struct sim_life *life, const struct sim_record *r)
{
    return life != NULL && life->sent &&
           (r->event == SIM_EV_CMD_FETCH || r->event == SIM_EV_CQE_POST ||
            r->event == SIM_EV_CMD_LOST) &&
           life->sq == r->arg[0] && life->cid == r->arg[1];
}

/* The driver told the controller that it has seen the completion entry. */
static bool takes_entry(const struct sim_life *life, const struct sim_record *r)
{
    return life != NULL && r->event == SIM_EV_DOORBELL && r->arg[1] &&
           life->station[SIM_AT_TAKEN].at == r->at && life->station[SIM_AT_TAKEN].cpu == r->cpu;
}

/* Events of a kind: how many before the present one, and how many there are. */
struct kinds {
    uint32_t seen[SIM_EV_COUNT], all[SIM_EV_COUNT];
};

/* What repeats itself is told at its beginning and at its end. */
static bool is_repeated(struct kinds *kinds, uint16_t event)
{
    uint32_t before = kinds->seen[event]++, after = kinds->all[event] - before - 1;

    return before >= REPEATED && after >= REPEATED;
}

/* The controller's answers while it is set up are many and all alike. */
static bool is_admin(const struct sim_record *r)
{
    return r->arg[0] == 0 && (r->event == SIM_EV_DOORBELL || r->event == SIM_EV_CMD_FETCH ||
                              r->event == SIM_EV_CMD_DATA || r->event == SIM_EV_CQE_POST);
}

static uint32_t weigh(const struct sim_tale *tale, const struct sim_finding *finding,
                      const struct sim__line *line, uint32_t from_end, struct kinds *kinds)
{
    uint32_t weight = weight_of[line->r.event] * 10u;
    const struct sim_life *life =
        finding->subject ? sim_life(&tale->lives, finding->subject) : NULL;

    if (is_dull(tale, line))
        return 0;
    if (line->held && tale->held > DELAYS_MAX)
        weight = WEIGHT_DELAYS;
    if (is_repeated(kinds, line->r.event) && !line->held)
        weight /= 4;
    if (is_admin(&line->r))
        weight /= 3;
    if (finding->subject && ((names_srb(line->r.event) && line->r.arg[0] == finding->subject) ||
                             about_command(life, &line->r) || takes_entry(life, &line->r)))
        weight += WEIGHT_SUBJECT;
    if (line->r.cpu == finding->cpu && line->r.cpu != SIM_CPU_NONE)
        weight += 20;
    return weight + (from_end < 40 ? 40 - from_end : 0);
}

static int by_weight(const void *a, const void *b)
{
    const struct sim__line *x = *(const struct sim__line *const *)a;
    const struct sim__line *y = *(const struct sim__line *const *)b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->order < y->order) - (x->order > y->order);
}

static int by_order(const void *a, const void *b)
{
    const struct sim__line *x = *(const struct sim__line *const *)a;
    const struct sim__line *y = *(const struct sim__line *const *)b;

    return (x->order > y->order) - (x->order < y->order);
}

/* --- one line
 * ----------------------------------------------------------------------------- */

/* The column that says what the CPU is in. */
static const char *inside_text(const struct sim__line *line)
{
    if (line->r.cpu == SIM_CPU_NONE) {
        const char *group = sim_event_info[line->r.event].group;

        return strcmp(group, "nvme") == 0 ? "controller" : strcmp(group, "pci") == 0 ? "bus" : "";
    }
    if (line->inside.event == SIM_EV_CALLBACK_ENTER)
        return sim_words_callback(line->inside.callback);
    if (strcmp(sim_event_info[line->r.event].group, "disk") == 0)
        return "application";
    return "port driver";
}

/* The line where it happened: of the innermost function that is more than a wrapper. */
static void where_text(const struct sim_tale *tale, const struct sim_finding *finding,
                       const struct sim__line *line, char *out, size_t bytes)
{
    *out = '\0';
    if (line->access && line->place.frames > 0) /* its very line */
        sim__source_text(tale, line->place.frame[0], out, bytes);
    else if (line->place.frames > 0)
        sim__source_text(tale, sim__telling_frame(tale, &line->place), out, bytes);
    else if (line->r.event == SIM_EV_FINDING && finding->frames > 0 && finding->frame[0].in_module)
        sim__source_text(tale, finding->frame[0].offset, out, bytes); /* a signal */
}

/* ", WRITE(10), block 24". */
static void request_text(const struct sim_life *life, char *out, size_t bytes)
{
    char room[SIM_WORD_BYTES];
    size_t used = strlen(out);

    if (life == NULL)
        return;
    used += (size_t)snprintf(out + used, bytes - used, ", %s",
                             life->function ? sim_word(SIM_WORDS_SRB_FUNCTION, life->function, room)
                                            : sim_word(SIM_WORDS_CDB, life->cdb, room));
    if (life->known_lba && used < bytes)
        snprintf(out + used, bytes - used, ", block %llu", (unsigned long long)life->lba);
}

static void what_text(const struct sim_tale *tale, const struct sim__line *line, char *out,
                      size_t bytes)
{
    char span[SIM_UNITS_BYTES];
    const struct sim_place *place = &line->place;

    if (line->access) {
        sim__race_text(tale, line, out, bytes);
        return;
    }
    if (line->held) {
        snprintf(out, bytes, "CPU %u is held up here for %s%s%s", line->r.cpu,
                 sim_text_span(span, (sim_ns)line->r.arg[1]), place->frames ? ", in " : "",
                 place->frames ? sim__function(tale, sim__telling_frame(tale, place)) : "");
        return;
    }
    sim_words(&line->r, tale->scenario, place->frames ? place->routine : NULL, out, bytes);
    if (line->r.event == SIM_EV_SRB_START)
        request_text(sim_life(&tale->lives, line->r.arg[0]), out, bytes);
    if (line->r.event == SIM_EV_SRB_COMPLETE || line->r.event == SIM_EV_SRB_COMPLETE_AGAIN) {
        size_t used = strlen(out);

        snprintf(out + used, bytes - used, " by %s",
                 sim__function(tale, sim__telling_frame(tale, place)));
    }
}

static void line_print(const struct sim_tale *tale, const struct sim_finding *finding,
                       const struct sim__line *line, FILE *out)
{
    char time[SIM_UNITS_BYTES], cpu[8] = "-", level[16] = "-", where[64], what[256];

    if (line->r.cpu != SIM_CPU_NONE) {
        snprintf(cpu, sizeof(cpu), "%u", line->r.cpu);
        sim_words_level(line->r.level, level);
    }
    where_text(tale, finding, line, where, sizeof(where));
    what_text(tale, line, what, sizeof(what));
    fprintf(out, "  %18s  %3s  %-8s  %-24s  %-16s  %s\n", sim_text_exact(time, line->r.at), cpu,
            level, inside_text(line), where, what);
}

void sim__story_print(struct sim_tale *tale, const struct sim_finding *finding, FILE *out)
{
    struct sim__line **pick = calloc(tale->lines + 2, sizeof(struct sim__line *));
    struct kinds kinds = {0};
    uint32_t n = 0, told;

    SIM_ASSERT(pick != NULL);
    for (uint32_t i = 0; i < tale->lines; i++)
        kinds.all[tale->line[i].r.event] += !is_dull(tale, &tale->line[i]);
    for (uint32_t i = 0; i < tale->lines; i++) {
        tale->line[i].weight = weigh(tale, finding, &tale->line[i], tale->lines - i - 1, &kinds);
        if (tale->line[i].weight >= WEIGHT_MIN * 10)
            pick[n++] = &tale->line[i];
    }
    for (int i = 0; i < 2; i++) {
        tale->access[i].weight = WEIGHT_ALWAYS;
        if (tale->access_seen[i])
            pick[n++] = &tale->access[i];
    }
    qsort(pick, n, sizeof(struct sim__line *), by_weight);
    told = n < SIM_TALE_LINES ? n : SIM_TALE_LINES;
    qsort(pick, told, sizeof(struct sim__line *), by_order);
    fprintf(out, "What happened\n  %18s  %3s  %-8s  %-24s  %-16s  %s\n", "time in s", "CPU", "IRQL",
            "in", "source", "what");
    for (uint32_t i = 0; i < told; i++)
        line_print(tale, finding, pick[i], out);
    free(pick);
}
