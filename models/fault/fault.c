/* models/fault/fault.c - when a fault strikes and when it ends.
 *
 * An armed fault waits for its time or counts the occasions that match it. The nth and, with times,
 * every so-many-th after it strikes, each with its probability. A lasting fault that is on cannot
 * strike again; occasions go on counting.
 *
 * Random numbers: the times of a device's faults come from one stream, in the order of their
 * sections; everything else from a stream of the fault's own, so that to leave one out shifts
 * no other.
 */
#include "models/fault/fault_private.h"

#include <stdio.h>
#include <string.h>

#include "sim/run/result.h"

#define EVERY_TIME 1000000u /* parts per million */

/* --- who waits for what ----------------------------------------------------------------------- */

static void rewatch(struct faults *faults)
{
    faults->watched = 0;
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->entry[i].armed)
            faults->watched |= 1u << faults->entry[i].on;
}

static void disarm(struct fault_entry *e)
{
    e->armed = false;
    sim_event_cancel(e->engine->sim, &e->due);
    rewatch(e->engine);
}

/* Faults that wait for others see them begin and end. */
static void tell_others(struct fault_entry *e, enum sim_fault_trigger on)
{
    const struct fault_occasion occasion = {.on = on, .detail = e->fault.number};

    if (fault_watched(e->engine, on))
        fault_here(e->engine, &occasion);
}

/* --- begin and end ---------------------------------------------------------------------------- */

static void end(struct fault_entry *e)
{
    const struct fault_server *server = &e->engine->server[e->fault.action];

    if (!e->active)
        return;
    e->active = false;
    sim_event_cancel(e->engine->sim, &e->over);
    sim_trace(e->engine->sim, SIM_EV_FAULT_OFF, e->fault.number, 0, 0, 0);
    server->end(server->ctx, &e->fault);
    tell_others(e, SIM_FAULT_ON_ENDED);
}

static void over(struct sim_event *event, void *ctx)
{
    (void)event;
    end(ctx);
}

static void begin_lasting(struct fault_entry *e)
{
    e->active = true;
    e->fault.used = 0;
    sim_trace(e->engine->sim, SIM_EV_FAULT_ON, e->fault.number, 0, 0, 0);
    if (e->until == SIM_FAULT_UNTIL_TIME)
        sim_event_in(e->engine->sim, &e->over, e->duration, over, e);
}

static void begin(struct fault_entry *e, const struct fault_occasion *occasion)
{
    const struct fault_server *server = &e->engine->server[e->fault.action];

    SIM_ASSERT(server->begin);
    if (e->kind == SIM_FAULT_LASTING)
        begin_lasting(e);
    else if (e->kind == SIM_FAULT_MOMENT)
        sim_trace(e->engine->sim, SIM_EV_FAULT_HIT, e->fault.number, 0, 0, 0);
    server->begin(server->ctx, &e->fault, occasion);
    tell_others(e, SIM_FAULT_ON_BEGAN);
}

/* --- strikes ---------------------------------------------------------------------------------- */

static void due(struct sim_event *event, void *ctx)
{
    struct fault_entry *e = ctx;

    if (e->on == SIM_FAULT_ON_TIME) {
        if (++e->struck == e->times)
            disarm(e);
        else
            sim_event_in(e->engine->sim, event, e->period, due, e);
    }
    if (!e->active)
        begin(e, NULL);
}

static void strike(struct fault_entry *e, const struct fault_occasion *occasion)
{
    if (e->active || sim_event_pending(&e->due))
        return;
    if (++e->struck == e->times) {
        e->armed = false;
        rewatch(e->engine);
    }
    if (occasion->subject && e->at_once && !e->at && !e->spread)
        begin(e, occasion);
    else
        sim_event_in(e->engine->sim, &e->due, e->at + sim_stream_between(&e->chance, 0, e->spread),
                     due, e);
}

static bool opcode_matches(const struct fault_entry *e, const struct fault_occasion *occasion)
{
    const struct sim_fault_opcode *row = &sim_fault_opcode[e->opcode - 1];

    return row->code == occasion->opcode &&
           (row->set == SIM_FAULT_ADMIN_SET) == (occasion->queue == 0);
}

/* Without a queue and a command, admin commands do not count. */
static bool command_matches(const struct fault_entry *e, const struct fault_occasion *occasion)
{
    if (e->queue >= 0 && e->queue != occasion->queue)
        return false;
    if (e->queue < 0 && !e->opcode && !occasion->queue)
        return false;
    if (e->opcode && !opcode_matches(e, occasion))
        return false;
    return e->lba < 0 ||
           (occasion->has_lba && (uint64_t)e->lba < occasion->lba + occasion->blocks &&
            occasion->lba < (uint64_t)(e->lba + e->blocks));
}

static bool matches(const struct fault_entry *e, const struct fault_occasion *occasion)
{
    switch (occasion->on) {
    case SIM_FAULT_ON_COMMAND:
    case SIM_FAULT_ON_DATA:
    case SIM_FAULT_ON_COMPLETION:
        return command_matches(e, occasion);
    case SIM_FAULT_ON_DOORBELL:
        return (e->queue < 0 ? occasion->queue != 0 : e->queue == occasion->queue) &&
               (!e->detail || e->detail == occasion->detail);
    case SIM_FAULT_ON_REGISTER_READ:
    case SIM_FAULT_ON_REGISTER_WRITE:
        return !e->detail || e->detail == occasion->detail;
    case SIM_FAULT_ON_INTERRUPT:
        return e->vector < 0 || e->vector == occasion->detail;
    case SIM_FAULT_ON_RESET:
        return e->detail == occasion->detail;
    case SIM_FAULT_ON_BEGAN:
    case SIM_FAULT_ON_ENDED:
        return e->of == (int32_t)occasion->detail;
    default:
        return true;
    }
}

static bool counts(struct fault_entry *e)
{
    if (++e->seen < e->nth || (e->seen - e->nth) % e->every)
        return false;
    return e->ppm >= EVERY_TIME || sim_stream_below(&e->chance, EVERY_TIME) < e->ppm;
}

void fault_here(struct faults *faults, const struct fault_occasion *occasion)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        struct fault_entry *e = &faults->entry[i];

        if (e->armed && e->on == occasion->on && matches(e, occasion) && counts(e))
            strike(e, occasion);
    }
}

/* --- what ends them --------------------------------------------------------------------------- */

void faults_reset_done(struct faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->entry[i].until == SIM_FAULT_UNTIL_RESET)
            end(&faults->entry[i]);
}

void fault_used(struct faults *faults, const struct fault *fault)
{
    struct fault_entry *e = &faults->entry[fault->number];

    if (++e->fault.used >= e->uses && e->until == SIM_FAULT_UNTIL_USES)
        end(e);
}

void faults_heal(struct faults *faults)
{
    const struct fault_occasion occasion = {.on = SIM_FAULT_ON_HEALED};

    faults->healed = true;
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->entry[i].kind != SIM_FAULT_ASKED) {
            disarm(&faults->entry[i]);
            end(&faults->entry[i]);
        }
    sim_trace(faults->sim, SIM_EV_HEALED, 0, 0, 0, 0);
    if (fault_watched(faults, SIM_FAULT_ON_HEALED))
        fault_here(faults, &occasion);
}

static void heal_due(struct sim_event *event, void *ctx)
{
    (void)event;
    faults_heal(ctx);
}

bool faults_awaited(const struct faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct fault_entry *e = &faults->entry[i];

        if (e->kind == SIM_FAULT_ASKED && e->times && sim_event_pending(&e->due))
            return true;
    }
    return false;
}

/* --- arming ----------------------------------------------------------------------------------- */

static sim_ns draw_time(struct fault_entry *e, struct sim_stream *st)
{
    return e->at + sim_stream_between(st, 0, e->spread);
}

/* Whoever asks for something starts with the load, in an order among its workers that is a choice
 * like any other, and then waits. */
static void asker_starts(struct sim_event *event, void *ctx)
{
    struct fault_entry *e = ctx;
    struct sim_stream st;
    char name[FAULT_NAME_MAX];

    snprintf(name, sizeof name, "disk.%s%u", sim_fault_action_info[e->fault.action].word,
             e->fault.number);
    sim_stream_seed(&st, sim_seed(e->engine->sim), name);
    sim_event_in(e->engine->sim, event, draw_time(e, &st), due, e);
}

static void arm_by_time(struct fault_entry *e)
{
    struct faults *faults = e->engine;
    sim_ns at;

    if (e->kind == SIM_FAULT_ASKED) {
        if (e->armed)
            sim_event_in(faults->sim, &e->due, 0, asker_starts, e);
        return;
    }
    at = draw_time(e, &faults->when); /* whether it is armed or not: others draw after it */
    if (e->armed)
        sim_event_in(faults->sim, &e->due, at, due, e);
}

/* Swarm: half of the faults cannot happen in this run; the others may be rarer than they are. */
static bool draw_possible(struct fault_entry *e)
{
    static const uint32_t share[] = {EVERY_TIME, EVERY_TIME / 2, EVERY_TIME / 8, EVERY_TIME / 64};
    struct faults *faults = e->engine;
    struct sim_stream st;
    char name[FAULT_NAME_MAX];
    bool possible;

    snprintf(name, sizeof name, "swarm.%s", sim_section_name(e->fault.section));
    sim_stream_seed(&st, sim_seed(faults->sim), name);
    possible = sim_stream_below(&st, 2);
    if (e->on != SIM_FAULT_ON_TIME)
        e->ppm = (uint32_t)((uint64_t)e->ppm * share[sim_stream_below(&st, 4)] / EVERY_TIME);
    sim_fault_drawn_add(faults->sim, e->fault.number, possible, e->ppm);
    return possible;
}

static void arm(struct fault_entry *e)
{
    sim_stream_seed(&e->chance, sim_seed(e->engine->sim), e->stream);
    e->seen = e->struck = 0;
    e->ppm = (uint32_t)sim_section_opt(e->fault.section, SIM_OPT_FAULT_PROBABILITY);
    e->armed = !e->engine->swarm || e->from_boot || draw_possible(e);
    if (e->on == SIM_FAULT_ON_TIME)
        arm_by_time(e);
}

void faults_start(struct faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++)
        if (!faults->entry[i].from_boot)
            arm(&faults->entry[i]);
    rewatch(faults);
    if (faults->heal_at)
        sim_event_in(faults->sim, &faults->heal, faults->heal_at, heal_due, faults);
}

/* --- set-up ----------------------------------------------------------------------------------- */

static int32_t number_of(const struct sim_scenario *scenario, const char *name)
{
    for (uint32_t i = 0; i < sim_sections(scenario, "fault"); i++)
        if (!strcmp(sim_section_name(sim_section(scenario, "fault", i)), name))
            return (int32_t)i;
    return -1;
}

static uint64_t count_of(const struct sim_section *section, enum sim_option option)
{
    return (uint64_t)sim_section_opt(section, option);
}

/* The key of the trigger's own, of which an occasion says one value. */
static uint32_t read_detail(enum sim_fault_trigger on, const struct sim_section *s)
{
    switch (on) {
    case SIM_FAULT_ON_RESET:
        return (uint32_t)sim_section_opt(s, SIM_OPT_FAULT_PHASE);
    case SIM_FAULT_ON_DOORBELL:
        return (uint32_t)sim_section_opt(s, SIM_OPT_FAULT_RING);
    case SIM_FAULT_ON_REGISTER_READ:
    case SIM_FAULT_ON_REGISTER_WRITE:
        return (uint32_t)sim_section_opt(s, SIM_OPT_FAULT_REGISTER);
    default:
        return 0;
    }
}

static void read_trigger(struct fault_entry *e, const struct sim_section *s)
{
    e->on = (enum sim_fault_trigger)sim_section_opt(s, SIM_OPT_FAULT_ON);
    e->from_boot = sim_section_opt(s, SIM_OPT_FAULT_FROM) == SIM_FAULT_FROM_BOOT;
    e->at = sim_section_opt(s, SIM_OPT_FAULT_AT);
    e->spread = sim_section_opt(s, SIM_OPT_FAULT_SPREAD);
    e->period = sim_section_opt(s, SIM_OPT_FAULT_PERIOD);
    e->nth = count_of(s, SIM_OPT_FAULT_NTH);
    e->every = count_of(s, SIM_OPT_FAULT_EVERY);
    e->times = count_of(s, SIM_OPT_FAULT_TIMES);
    e->queue = sim_section_opt(s, SIM_OPT_FAULT_QUEUE);
    e->lba = sim_section_opt(s, SIM_OPT_FAULT_LBA);
    e->vector = sim_section_opt(s, SIM_OPT_FAULT_VECTOR);
    e->blocks = sim_section_opt(s, SIM_OPT_FAULT_BLOCKS);
    e->opcode = (uint32_t)sim_section_opt(s, SIM_OPT_FAULT_OPCODE);
    e->detail = read_detail(e->on, s);
    e->of = number_of(e->engine->scenario, sim_section_opt_text(s, SIM_OPT_FAULT_OF));
}

static void read_entry(struct faults *faults, uint32_t number)
{
    const struct sim_section *s = sim_section(faults->scenario, "fault", number);
    struct fault_entry *e = &faults->entry[number];

    e->engine = faults;
    e->fault.number = number;
    e->fault.section = s;
    e->fault.action = (enum sim_fault_action)sim_section_opt(s, SIM_OPT_FAULT_ACTION);
    e->kind = sim_fault_action_info[e->fault.action].kind;
    e->until = (enum sim_fault_until)sim_section_opt(s, SIM_OPT_FAULT_UNTIL);
    e->duration = sim_section_opt(s, SIM_OPT_FAULT_DURATION);
    e->uses = count_of(s, SIM_OPT_FAULT_USES);
    e->fault.ends_with_reset = e->until == SIM_FAULT_UNTIL_RESET;
    read_trigger(e, s);
    snprintf(e->stream, sizeof e->stream, "fault.%s", sim_section_name(s));
}

struct faults *faults_create(struct sim *sim, const struct sim_scenario *scenario)
{
    struct faults *faults = sim_world_alloc(sizeof *faults, 64);

    faults->sim = sim;
    faults->scenario = scenario;
    faults->heal_at = sim_opt(scenario, SIM_OPT_CHECK_HEAL);
    faults->swarm = sim_opt(scenario, SIM_OPT_EXPLORE_SWARM);
    sim_stream_register(sim, &faults->when, "nvme.fault");
    return faults;
}

void fault_serve(struct faults *faults, enum sim_fault_action action,
                 const struct fault_server *server)
{
    SIM_ASSERT(!faults->server[action].begin && server->begin);
    SIM_ASSERT(server->end || sim_fault_action_info[action].kind != SIM_FAULT_LASTING);
    faults->server[action] = *server;
}

void fault_serve_all(struct faults *faults, const struct fault_service *service, size_t count,
                     void *ctx)
{
    for (size_t i = 0; i < count; i++) {
        struct fault_server server = service[i].server;

        server.ctx = ctx;
        fault_serve(faults, service[i].action, &server);
    }
}

int faults_boot(struct faults *faults, struct sim_error *error)
{
    uint32_t n = sim_sections(faults->scenario, "fault");

    if (n > FAULTS_MAX)
        return sim_error_set(error, "%s: %u [fault] sections; at most %d",
                             sim_scenario_path(faults->scenario), n, FAULTS_MAX);
    faults->count = n;
    for (uint32_t i = 0; i < n; i++) {
        struct fault_entry *e = &faults->entry[i];

        read_entry(faults, i);
        if (!faults->server[e->fault.action].begin)
            return sim_error_set(error, "%s: [fault %s]: nothing in this machine can '%s'",
                                 sim_scenario_path(faults->scenario),
                                 sim_section_name(e->fault.section),
                                 sim_fault_action_info[e->fault.action].word);
        e->at_once = faults->server[e->fault.action].at_once ||
                     sim_fault_action_info[e->fault.action].triggers != SIM_FAULT_ANY;
        if (e->from_boot)
            arm(e);
    }
    rewatch(faults);
    fault__watch(faults);
    return 0;
}
