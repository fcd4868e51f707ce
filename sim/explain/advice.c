/* sim/explain/advice.c - what should have prevented it: a sentence for the rule, and the source
 * lines that this run says to look at.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/explain/tale_private.h"
#include "sim/explain/units.h"
#include "sim/explain/words.h"
#include "sim/scenario/faults.h"
#include "sim/scenario/scenario.h"

#define COLUMNS 96
#define PLACES_MAX 8
#define STALLS_MAX 16
#define TASK_PULLED 6     /* "surprise removal" in words.def */
#define CONTROL_PULLED 16 /* ScsiAdapterSurpriseRemoval */
#define SRB_SUCCESS 1
#define SRB_RESET_BUS 0x12
#define SRB_RESET_DEVICE 0x13
#define SRB_RESET_LUN 0x20

enum {
    LOOK_STACK = 1,       /* the driver's stack at the finding */
    LOOK_RESET = 2,       /* the end of HwStorResetBus */
    LOOK_START = 4,       /* HwStorStartIo of the finding's SRB, or of the last one */
    LOOK_OUTSTANDING = 8, /* HwStorStartIo of those that are outstanding */
    LOOK_DONE = 16,       /* the first completion of the finding's SRB */
    LOOK_AGAIN = 32,      /* the second */
    LOOK_DPC = 64,        /* a DPC that the driver asked for in HwStorResetBus */
    LOOK_PAUSE = 128,
    LOOK_RESUME = 256,
    LOOK_DOORBELL = 512, /* the last one the driver rang */
    LOOK_QUIET = 1024,   /* where CC.EN was cleared */
    LOOK_ENTRIES = 2048, /* where completion entries were released last */
    LOOK_LOCK = 4096,    /* where locks were taken that are still held */
    LOOK_STALL = 8192,   /* where the driver waited longest */
    LOOK_ABOVE = 16384,  /* where it answered what Windows asked or told it of its device */
    LOOK_DEVICE = 32768, /* a device that broke its word is at fault, whatever the driver does */
};

static const struct {
    uint32_t look;
    const char *text;
} advice[SIM_RULE_COUNT] = {
#define SIM_ADVICE(rule, look, text) [SIM_RULE_##rule] = {look, text},
#include "sim/explain/advice.def"
#undef SIM_ADVICE
};

struct looking {
    const struct sim_tale *tale;
    const struct sim_finding *finding;
    FILE *out;
    uint32_t places;
};

/* Breaks a text into lines of COLUMNS at its blanks. */
static void paragraph(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strlen(text), cut = n;

        if (n > COLUMNS) {
            for (cut = COLUMNS; cut > 0 && text[cut] != ' '; cut--)
                ;
            cut = cut == 0 ? COLUMNS : cut;
        }
        fprintf(out, "  %.*s\n", (int)cut, text);
        text += cut;
        text += strspn(text, " ");
    }
}

/* "quiesce.c:57  NvmeQuiesceComplete  what is there". */
static void place_print(struct looking *at, uint64_t offset, const char *what)
{
    char where[64];

    sim__source_text(at->tale, offset, where, sizeof(where));
    if (*where == '\0' || at->places == PLACES_MAX)
        return;
    at->places++;
    fprintf(at->out, "  %-16s  %-24s  %s\n", where, sim__function(at->tale, offset), what);
}

static void absence_print(struct looking *at, const char *what)
{
    fprintf(at->out, "  %-16s  %-24s  %s\n", "-", "", what);
}

/* The last event of a kind that the driver caused, or NULL. with: value of argument 0, or -1. */
static const struct sim__line *last(const struct sim_tale *tale, uint16_t event, int64_t with)
{
    for (uint32_t i = tale->lines; i > 0; i--) {
        const struct sim__line *line = &tale->line[i - 1];

        if (line->r.event == event && line->place.frames > 0 &&
            (with < 0 || line->r.arg[0] == (uint64_t)with))
            return line;
    }
    return NULL;
}

/* The last line of the function that an offset is in. */
static void end_print(struct looking *at, uint64_t offset, const char *what)
{
    struct sim_module *module = at->tale->module;
    struct sim_source source;
    int begin, end;
    char where[80];

    if (module == NULL || offset == 0 || !sim_module_extent(module, offset, &begin, &end))
        return;
    source = sim_module_source(module, offset);
    snprintf(where, sizeof(where), "%s:%d", source.file, end);
    fprintf(at->out, "  %-16s  %-24s  %s\n", where, source.function, what);
}

static void reset_look(struct looking *at)
{
    end_print(at, at->tale->reset_entry,
              at->finding->rule == SIM_RULE_RESET_OUTSTANDING
                  ? "the return of HwStorResetBus: every SRB has to be completed by here"
                  : "the return of HwStorResetBus");
}

/* The outermost frame that has a source line: of the entry point itself, or near to it. */
static uint64_t outermost(const struct looking *at, const struct sim_place *place)
{
    for (uint32_t i = place->frames; i > 0; i--) {
        if (at->tale->module != NULL &&
            sim_module_source(at->tale->module, place->frame[i - 1]).line > 0)
            return place->frame[i - 1];
    }
    return 0;
}

static void start_place(struct looking *at, const struct sim_life *life, const char *more)
{
    const struct sim_place *place = &life->station[SIM_AT_DOORBELL].place;
    char what[96];

    if (life->station[SIM_AT_DOORBELL].at < 0)
        return;
    snprintf(what, sizeof(what), "HwStorStartIo took SRB %llu%s", (unsigned long long)life->srb,
             more);
    place_print(at, outermost(at, place), what);
}

static void outstanding_look(struct looking *at)
{
    uint32_t shown = 0;

    for (uint32_t i = 0; i < at->tale->lives.lives && shown < 3; i++) {
        if (!sim_life_outstanding(&at->tale->lives.life[i]))
            continue;
        start_place(at, &at->tale->lives.life[i], ", which is still outstanding");
        shown++;
    }
}

/* Who took the completion entry of an SRB that is still outstanding, and forgot it. */
static void taken_look(struct looking *at, const struct sim_life *life)
{
    const struct sim_place *place = &life->station[SIM_AT_TAKEN].place;

    if (sim_life_outstanding(life) && sim_life_where(life) == SIM_IN_DRIVER && place->frames > 0)
        place_print(at, sim__telling_frame(at->tale, place),
                    "its completion entry is released, the SRB not completed");
}

static void start_look(struct looking *at)
{
    const struct sim_life *life = sim_life(&at->tale->lives, at->finding->subject);

    if (life == NULL)
        return;
    start_place(at, life, "");
    taken_look(at, life);
}

/* Where the SRB was completed: the wrapper of RequestComplete says little, its caller more. */
static void done_look(struct looking *at, enum sim_station station, const char *what)
{
    const struct sim_life *life = sim_life(&at->tale->lives, at->finding->subject);
    const struct sim_place *place = life != NULL ? &life->station[station].place : NULL;

    if (place == NULL || life->station[station].at < 0)
        return;
    for (uint32_t i = 0; i < place->frames && i < 3; i++)
        place_print(at, place->frame[i], i == 0 ? what : "  called from here");
}

static void event_look(struct looking *at, uint16_t event, int64_t with, const char *what,
                       const char *none)
{
    const struct sim__line *line = last(at->tale, event, with);

    if (line != NULL)
        place_print(at, sim__telling_frame(at->tale, &line->place), what);
    else if (none != NULL)
        absence_print(at, none);
}

static void dpc_look(struct looking *at)
{
    const struct sim__line *line = NULL;

    for (uint32_t i = at->tale->lines; i > 0 && line == NULL; i--) {
        const struct sim__line *l = &at->tale->line[i - 1];

        if (l->r.event == SIM_EV_RESET_ENTER)
            return;
        if (l->r.event == SIM_EV_DPC_QUEUE && l->place.frames > 0 && l->place.routine != NULL &&
            strcmp(l->place.routine, "StorPortIssueDpc") == 0)
            line = l;
    }
    if (line != NULL)
        place_print(at, line->place.frame[0], "the work is put off to a DPC");
}

/* The innermost function that is more than a wrapper, and on whose behalf. */
static void called_print(struct looking *at, const struct sim_place *place, uint32_t lines,
                         const char *what)
{
    uint64_t telling = sim__telling_frame(at->tale, place);
    uint32_t i = 0;

    while (i + 1 < place->frames && place->frame[i] != telling)
        i++;
    for (uint32_t k = 0; i < place->frames && k < lines; i++, k++)
        place_print(at, place->frame[i], k == 0 ? what : "  called from here");
}

/* Where the doorbell of an I/O completion queue was rung last, and on whose behalf. */
static void entries_look(struct looking *at)
{
    const struct sim_tale *tale = at->tale;
    char what[96];

    for (uint32_t i = tale->lines; i > 0; i--) {
        const struct sim__line *line = &tale->line[i - 1];

        if (line->r.event != SIM_EV_DOORBELL || !line->r.arg[0] || !line->r.arg[1] ||
            line->place.frames == 0)
            continue;
        snprintf(what, sizeof(what), "the last look at completion queue %llu ends here",
                 (unsigned long long)line->r.arg[0]);
        called_print(at, &line->place, 3, what);
        end_print(at, line->inside.entry,
                  "its end: by here it looked once more, or asked for another DPC");
        return;
    }
}

static void lock_look(struct looking *at)
{
    const struct sim_tale *tale = at->tale;
    char what[96];

    for (uint32_t i = 0; i < tale->lives.helds; i++) {
        const struct sim__line *line =
            last(tale, SIM_EV_LOCK_TAKE, (int64_t)tale->lives.held[i].lock);
        const char *name = sim_name(SIM_NAME_LOCK, tale->lives.held[i].lock);

        if (line == NULL || line->r.cpu != at->finding->cpu)
            continue;
        snprintf(what, sizeof(what), "the %s lock is taken, and still held",
                 name != NULL ? name : "other");
        called_print(at, &line->place, 2, what);
    }
}

/* The place of the driver with the most time in StorPortStallExecution. */
static void stall_look(struct looking *at)
{
    struct {
        uint64_t frame;
        sim_ns ns;
    } place[STALLS_MAX];
    char span[SIM_UNITS_BYTES], what[96];
    uint32_t n = 0, most = 0;

    for (uint32_t i = 0; i < at->tale->lines; i++) {
        const struct sim__line *line = &at->tale->line[i];
        uint64_t frame = sim__telling_frame(at->tale, &line->place);
        uint32_t k = 0;

        if (line->r.event != SIM_EV_STALL || frame == 0)
            continue;
        while (k < n && place[k].frame != frame)
            k++;
        if (k == STALLS_MAX)
            continue;
        if (k == n) {
            place[n++].frame = frame;
            place[k].ns = 0;
        }
        place[k].ns += (sim_ns)line->r.arg[0];
        most = place[k].ns > place[most].ns ? k : most;
    }
    if (n == 0)
        return;
    snprintf(what, sizeof(what), "waits here: stalls of %s in all",
             sim_text_span(span, place[most].ns));
    place_print(at, place[most].frame, what);
}

/* Whether an event of a kind is there, the driver's or not, with this argument 0. */
static bool happened(const struct sim_tale *tale, uint16_t event, uint64_t with)
{
    for (uint32_t i = 0; i < tale->lines; i++)
        if (tale->line[i].r.event == event && tale->line[i].r.arg[0] == with)
            return true;
    return false;
}

/* A reset that was asked for by an SRB, and answered with success. */
static bool is_reset(const struct sim_life *life)
{
    return (life->function == SRB_RESET_BUS || life->function == SRB_RESET_DEVICE ||
            life->function == SRB_RESET_LUN) &&
           life->status == SRB_SUCCESS;
}

static void above_look(struct looking *at)
{
    char room[SIM_WORD_BYTES], word[SIM_WORD_BYTES], what[96];

    if (happened(at->tale, SIM_EV_TASK, TASK_PULLED) &&
        !happened(at->tale, SIM_EV_CONTROL, CONTROL_PULLED))
        absence_print(at, "HwStorAdapterControl(ScsiAdapterSurpriseRemoval) was not called: it is "
                          "not among the types that the driver lists");
    for (uint32_t i = 0; i < at->tale->lives.lives; i++) {
        const struct sim_life *life = &at->tale->lives.life[i];
        const struct sim_place *place = &life->station[SIM_AT_DONE].place;

        if (!(is_reset(life) || sim__from_above(life)) || life->station[SIM_AT_DONE].at < 0 ||
            place->frames == 0)
            continue;
        snprintf(what, sizeof(what), "SRB %llu (%s) is answered with %s",
                 (unsigned long long)life->srb,
                 sim_word(SIM_WORDS_SRB_FUNCTION, life->function, room),
                 sim_word(SIM_WORDS_SRB_STATUS, life->status, word));
        called_print(at, place, 2, what);
        return;
    }
}

/* The fault of this run that acknowledges what was not done. */
static const struct sim_section *broken_word(const struct sim_tale *tale)
{
    for (uint32_t i = 0; tale->scenario != NULL && i < tale->lines; i++) {
        const struct sim_record *r = &tale->line[i].r;
        const struct sim_section *fault;
        int64_t action;

        if ((r->event != SIM_EV_FAULT_ON && r->event != SIM_EV_FAULT_HIT) ||
            r->arg[0] >= sim_sections(tale->scenario, "fault"))
            continue;
        fault = sim_section(tale->scenario, "fault", (uint32_t)r->arg[0]);
        action = sim_section_opt(fault, SIM_OPT_FAULT_ACTION);
        if (action == SIM_FAULT_LOSE_DATA || action == SIM_FAULT_CORRUPT_DATA ||
            action == SIM_FAULT_IGNORE_FLUSH)
            return fault;
    }
    return NULL;
}

/* True when that is all there is to say. */
static bool device_look(struct looking *at)
{
    const struct sim_section *fault = broken_word(at->tale);
    char text[512];

    if (fault == NULL)
        return false;
    snprintf(text, sizeof(text),
             "No line of the driver's: the device broke its word. Fault '%s' (%s): %s. Only who "
             "reads back and compares can know.",
             sim_section_name(fault),
             sim_fault_action_info[sim_section_opt(fault, SIM_OPT_FAULT_ACTION)].word,
             sim_fault_action_info[sim_section_opt(fault, SIM_OPT_FAULT_ACTION)].text);
    paragraph(at->out, text);
    return true;
}

/* The other access of a data race. */
static void other_look(struct looking *at)
{
    const struct sim_place *place = &at->tale->access[0].place;

    if (!at->finding->has_race || !at->finding->race.before.frame.in_module)
        return;
    if (!at->tale->access_seen[0]) {
        place_print(at, at->finding->race.before.frame.offset, "access 1");
        return;
    }
    for (uint32_t i = 0; i < place->frames && i < 3; i++)
        place_print(at, place->frame[i], i == 0 ? "access 1" : "  called from here");
}

/* Of the driver's frames at the violation, those of an interrupt or a DPC are its own: those below
 * them were interrupted. */
static uint32_t stack_own(const struct sim_tale *tale)
{
    for (uint32_t i = tale->lines; i > 0; i--) {
        const struct sim__line *line = &tale->line[i - 1];

        if (line->r.event != SIM_EV_FINDING)
            continue;
        return line->inside.event == SIM_EV_CALLBACK_ENTER && line->place.frames > 0 &&
                       sim_words_interrupts(line->inside.callback)
                   ? line->place.frames
                   : SIM_PLACE_FRAMES;
    }
    return SIM_PLACE_FRAMES;
}

static void stack_look(struct looking *at)
{
    const char *what = at->finding->has_race ? "access 2" : "the violation";
    uint32_t shown = 0, most = stack_own(at->tale);

    for (int i = 0; i < at->finding->frames && shown < most; i++) {
        const struct sim_frame *frame = &at->finding->frame[i];

        if (!frame->in_module)
            continue;
        place_print(at, frame->offset, shown == 0 ? what : "  called from here");
        shown++;
    }
}

void sim__advice_print(const struct sim_tale *tale, const struct sim_finding *finding, FILE *out)
{
    struct looking at = {.tale = tale, .finding = finding, .out = out};
    uint32_t look = advice[finding->rule].look;

    fprintf(out, "\nWhat should have prevented it\n");
    if ((look & LOOK_DEVICE) && device_look(&at))
        return;
    paragraph(out, advice[finding->rule].text != NULL ? advice[finding->rule].text
                                                      : sim_rule_info[finding->rule].text);
    other_look(&at);
    if (look & LOOK_STALL)
        stall_look(&at);
    if (look & LOOK_STACK)
        stack_look(&at);
    if (look & LOOK_LOCK)
        lock_look(&at);
    if (look & LOOK_ENTRIES)
        entries_look(&at);
    if (look & LOOK_DONE)
        done_look(&at, SIM_AT_DONE, "the SRB is completed");
    if (look & LOOK_AGAIN)
        done_look(&at, SIM_AT_AGAIN, "and once more");
    if (look & LOOK_OUTSTANDING)
        outstanding_look(&at);
    if (look & LOOK_START)
        start_look(&at);
    if (look & LOOK_ABOVE)
        above_look(&at);
    if (look & LOOK_DPC)
        dpc_look(&at);
    if (look & LOOK_DOORBELL)
        event_look(&at, SIM_EV_DOORBELL, -1, "the last doorbell", NULL);
    if (look & LOOK_QUIET)
        event_look(&at, SIM_EV_CC_EN, 0, "CC.EN is cleared", "CC.EN was never cleared");
    if (look & LOOK_PAUSE)
        event_look(&at, SIM_EV_PAUSE, -1, "StorPortPause", "StorPortPause was never called");
    if (look & LOOK_RESUME)
        event_look(&at, SIM_EV_RESUME, -1, "StorPortResume", NULL);
    if (look & LOOK_RESET)
        reset_look(&at);
}
