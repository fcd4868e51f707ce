/* sim/explain/tale.c - listening to a run: every event with where its CPU was. */
#include "sim/explain/tale.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/stack.h"
#include "sim/explain/tale_private.h"

#define LINES_MAX 400000 /* kept; of a longer run the last of them */
#define DEPTH_MAX 32
#define ORDER_STEP 2     /* leaves room for a line that is known later */
#define WRAPPER_LINES 10 /* a function this short only wraps what it calls */

struct sim_tale *sim_tale_create(const struct sim_scenario *scenario, struct sim_module *module)
{
    struct sim_tale *tale = calloc(1, sizeof(*tale));

    SIM_ASSERT(tale != NULL);
    tale->scenario = scenario;
    tale->module = module;
    tale->running = SIM_AGENTS_MAX;
    sim_lives_init(&tale->lives);
    return tale;
}

void sim_tale_free(struct sim_tale *tale)
{
    if (tale == NULL)
        return;
    sim_lives_free(&tale->lives);
    free(tale->line);
    free(tale);
}

bool sim_tale_empty(const struct sim_tale *tale)
{
    return tale->lines == 0;
}

uint64_t sim_tale_requests(const struct sim_tale *tale)
{
    return tale->lives.submitted;
}

void sim_tale_go_on(struct sim_tale *tale, const struct sim_tale *start)
{
    sim_lives_go_on(&tale->lives, &start->lives);
}

void sim_tale_race(struct sim_tale *tale, const struct sim_race *race)
{
    tale->race = *race;
    tale->racing = true;
}

static struct sim__line *line_add(struct sim_tale *tale)
{
    if (tale->lines == LINES_MAX) {
        tale->lines = LINES_MAX / 2;
        memmove(tale->line, tale->line + LINES_MAX / 2, tale->lines * sizeof(*tale->line));
    }
    if (tale->lines == tale->room) {
        tale->room = tale->room * 2 + 256;
        tale->line = realloc(tale->line, tale->room * sizeof(*tale->line));
        SIM_ASSERT(tale->line != NULL);
    }
    return &tale->line[tale->lines++];
}

/* Everything of the stack that is looked at: the innermost frames, and how many there are. */
struct stack {
    struct sim_place place;
    uint32_t depth;
    uint64_t frame[DEPTH_MAX];
};

static void stack_take(const struct sim_tale *tale, struct sim *sim, struct stack *out)
{
    memset(&out->place, 0, sizeof(out->place));
    out->depth = sim_stack(sim, tale->module, out->frame, DEPTH_MAX, &out->place.routine);
    out->place.frames = out->depth < SIM_PLACE_FRAMES ? out->depth : SIM_PLACE_FRAMES;
    memcpy(out->place.frame, out->frame, out->place.frames * sizeof(out->frame[0]));
}

/* --- what a CPU is in
 * ------------------------------------------------------------------------- */

static bool begins(uint16_t event)
{
    return event == SIM_EV_CALLBACK_ENTER || event == SIM_EV_DPC_ENTER || event == SIM_EV_ISR_ENTER;
}

static bool ends(uint16_t event)
{
    return event == SIM_EV_CALLBACK_EXIT || event == SIM_EV_DPC_EXIT || event == SIM_EV_ISR_EXIT;
}

static void nest(struct sim__cpu *cpu, const struct sim_record *r, uint32_t depth)
{
    if (begins(r->event) && cpu->depth < SIM__NEST)
        cpu->inside[cpu->depth++] =
            (struct sim__inside){.event = r->event, .callback = r->arg[0], .below = depth};
    if (ends(r->event) && cpu->depth > 0)
        cpu->depth--;
}

/* The frame above those that were there before is the entry point's own. */
static void entry_note(struct sim_tale *tale, struct sim__cpu *cpu, const struct stack *stack)
{
    struct sim__inside *in = cpu->depth > 0 ? &cpu->inside[cpu->depth - 1] : NULL;

    if (in == NULL || in->event != SIM_EV_CALLBACK_ENTER || in->entry != 0 ||
        stack->depth <= in->below)
        return;
    in->entry = stack->frame[stack->depth - in->below - 1];
    if (tale->lives.in_reset && cpu->depth == 1 + (cpu->inside[0].event == SIM_EV_DPC_ENTER) &&
        tale->reset_entry == 0)
        tale->reset_entry = in->entry;
}

/* Frames of the callback itself, if it has any: not those of what it interrupted. */
static void frames_cut(struct stack *stack, const struct sim__inside *in)
{
    if (stack->depth > in->below && stack->place.frames > stack->depth - in->below)
        stack->place.frames = stack->depth - in->below;
}

/* --- being held up
 * ---------------------------------------------------------------------------- */

/* Another CPU takes over; the stack is still that of the one that is left. */
static void left(struct sim_tale *tale, struct sim *sim, const struct sim_record *r)
{
    struct sim__cpu *cpu = &tale->cpu[tale->running];
    struct stack stack;

    if (tale->running < SIM_AGENTS_MAX) {
        stack_take(tale, sim, &stack);
        cpu->left = stack.place;
        cpu->left_at = r->at;
        cpu->left_order = tale->next_order;
        tale->next_order += ORDER_STEP;
        cpu->was_left = true;
    }
    tale->running = (uint32_t)r->arg[0] < SIM_AGENTS_MAX ? (uint32_t)r->arg[0] : SIM_AGENTS_MAX;
}

/* No other CPU acted meanwhile, only the device: it stands where it stood, and what happened since
 * comes behind. */
static void stood_still(struct sim_tale *tale, struct sim *sim, const struct sim_record *r,
                        struct sim__cpu *cpu)
{
    struct stack stack;
    uint32_t i = tale->lines;

    stack_take(tale, sim, &stack);
    cpu->left = stack.place;
    cpu->left_at = r->at - (sim_ns)r->arg[1];
    while (i > 0 && tale->line[i - 1].r.at > cpu->left_at)
        i--;
    cpu->left_order = i < tale->lines ? tale->line[i].order - 1 : tale->next_order;
}

/* Told where it happened: when the CPU was left, at the place that it was left at. */
static void held(struct sim_tale *tale, struct sim *sim, const struct sim_record *r)
{
    uint64_t number = r->arg[0];
    struct sim__cpu *cpu = number < SIM_AGENTS_MAX ? &tale->cpu[number] : NULL;
    struct sim__line *line;

    if (cpu == NULL)
        return;
    if (!cpu->was_left)
        stood_still(tale, sim, r, cpu);
    cpu->was_left = false;
    line = line_add(tale);
    *line = (struct sim__line){.r = *r};
    line->r.at = cpu->left_at;
    line->r.cpu = (uint8_t)number;
    line->r.level = cpu->level;
    line->place = cpu->left;
    line->order = cpu->left_order;
    line->held = true;
    tale->held++;
    if (cpu->depth > 0)
        line->inside = cpu->inside[cpu->depth - 1];
}

/* Fills in a line from where its CPU is. */
static void line_take(struct sim_tale *tale, struct sim *sim, const struct sim_record *r,
                      struct sim__line *line)
{
    struct sim__cpu *cpu = r->cpu < SIM_AGENTS_MAX ? &tale->cpu[r->cpu] : NULL;
    struct stack stack = {0};

    if (cpu != NULL) {
        stack_take(tale, sim, &stack);
        entry_note(tale, cpu, &stack);
        cpu->level = r->level;
        cpu->was_left = false;
        if (ends(r->event))
            nest(cpu, r, stack.depth);
    }
    if (cpu != NULL && cpu->depth > 0)
        frames_cut(&stack, &cpu->inside[cpu->depth - 1]);
    *line = (struct sim__line){.r = *r, .place = stack.place};
    if (cpu != NULL && begins(r->event))
        nest(cpu, r, stack.depth);
    if (cpu != NULL && cpu->depth > 0)
        line->inside = cpu->inside[cpu->depth - 1];
}

void sim_tale_event(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct sim_tale *tale = ctx;
    struct sim__line line;

    if (tale->module == NULL) /* the session is still being opened */
        tale->module = sim_module_present();
    if (r->event == SIM_EV_SWITCH) {
        left(tale, sim, r);
        return;
    }
    if (r->event != SIM_EV_ACCESS)
        tale->seen++;
    if (r->event == SIM_EV_DELAY) {
        held(tale, sim, r);
        return;
    }
    line_take(tale, sim, r, &line);
    if (r->event == SIM_EV_FINDING)
        sim__race_found_at(tale, &line);
    line.order = tale->next_order;
    tale->next_order += ORDER_STEP;
    if (r->event == SIM_EV_ACCESS) {
        sim__race_listen(tale, &line);
        return;
    }
    sim_lives_add(&tale->lives, r, &line.place);
    *line_add(tale) = line;
}

/* --- source lines
 * ----------------------------------------------------------------------------- */

void sim__source_text(const struct sim_tale *tale, uint64_t offset, char *out, size_t bytes)
{
    struct sim_source source;

    *out = '\0';
    if (tale->module == NULL || offset == 0)
        return;
    source = sim_module_source(tale->module, offset);
    if (source.line > 0)
        snprintf(out, bytes, "%s:%d", source.file, source.line);
}

const char *sim__function(const struct sim_tale *tale, uint64_t offset)
{
    if (tale->module == NULL || offset == 0)
        return "?";
    return sim_module_source(tale->module, offset).function;
}

uint64_t sim__telling_frame(const struct sim_tale *tale, const struct sim_place *place)
{
    uint32_t i = 0;
    int first, last;

    while (tale->module != NULL && i + 1 < place->frames &&
           sim_module_extent(tale->module, place->frame[i], &first, &last) &&
           last - first < WRAPPER_LINES)
        i++;
    return place->frames > 0 ? place->frame[i] : 0;
}

void sim_tale_print(struct sim_tale *tale, const struct sim_finding *finding, FILE *out)
{
    sim__story_print(tale, finding, out);
    sim__advice_print(tale, finding, out);
    sim__lives_print(tale, finding, out);
    sim__state_print(tale, out);
}
