/* models/check/check_model.c - the checkers as a part of the machine: bounds from the scenario,
 * answers from the other models.
 */
#include "models/check/check_private.h"

#include "models/nt/memory.h"
#include "models/nvme/nvme.h"
#include "models/storport/storport_model.h"
#include "sim/engine/world.h"
#include "sim/scenario/scenario.h"

/* --- the machine's answers; ctx is its parts -------------------------------------------------- */

static void *part(void *ctx, enum machine_part which)
{
    return ((void **)ctx)[which];
}

static uint32_t ask_queued(void *ctx)
{
    return sp_queued(part(ctx, MACHINE_STORPORT));
}

static uint32_t ask_outstanding(void *ctx)
{
    return sp_outstanding(part(ctx, MACHINE_STORPORT));
}

static uint64_t ask_owner_of(void *ctx, uintptr_t address)
{
    return sp_owner_of(part(ctx, MACHINE_STORPORT), address);
}

static bool ask_ready(void *ctx)
{
    return nvme_ready(part(ctx, MACHINE_NVME));
}

static uint32_t ask_io_queues(void *ctx)
{
    return nvme_io_queues(part(ctx, MACHINE_NVME));
}

static uint32_t ask_inside(void *ctx)
{
    return nvme_commands_inside(part(ctx, MACHINE_NVME));
}

/* Whose command it is has to be asked of every command, at every request that a reset gives back:
 * so commands that point to none of the request's pages are told apart without a walk. */
#define PAGES_MAX 16
#define PAGES_ANY UINT32_MAX /* too many, or not known which */

struct owned {
    void *ctx;
    uint64_t srb;
    struct nvme_inside *out;
    uint32_t pages;
    uint64_t page[PAGES_MAX]; /* physical, in pages */
};

static void add_pages(struct owned *owned, const struct sp_piece *piece)
{
    uintptr_t at = piece->at & ~(uintptr_t)(SIM_PAGE_SIZE - 1);

    for (; at < piece->at + piece->bytes && owned->pages != PAGES_ANY; at += SIM_PAGE_SIZE) {
        if (owned->pages == PAGES_MAX)
            owned->pages = PAGES_ANY;
        else
            owned->page[owned->pages++] =
                nt_phys(part(owned->ctx, MACHINE_MEMORY), (const void *)at) >> SIM_PAGE_SHIFT;
    }
}

static bool may_own(const struct owned *owned, uint64_t data)
{
    if (owned->pages == PAGES_ANY)
        return true;
    for (uint32_t i = 0; i < owned->pages; i++)
        if (owned->page[i] == data >> SIM_PAGE_SHIFT)
            return true;
    return false;
}

/* The first one is the oldest: the rest are not looked at. */
static bool owned_by(void *ctx, const struct nvme_inside *command)
{
    struct owned *owned = ctx;
    const void *at;

    if (!may_own(owned, command->data))
        return false;
    at = nt_virt(part(owned->ctx, MACHINE_MEMORY), command->data);
    if (!at || sp_owner_of(part(owned->ctx, MACHINE_STORPORT), (uintptr_t)at) != owned->srb)
        return false;
    *owned->out = *command;
    return true;
}

static bool ask_command_of(void *ctx, uint64_t srb, struct nvme_inside *out)
{
    struct sp_piece piece[SP_PIECES_MAX];
    uint32_t pieces = sp_pieces_of(part(ctx, MACHINE_STORPORT), srb, piece);
    struct owned owned = {.ctx = ctx, .srb = srb, .out = out, .pages = pieces ? 0 : PAGES_ANY};

    for (uint32_t i = 0; i < pieces; i++)
        add_pages(&owned, &piece[i]);
    return nvme_inside_any(part(ctx, MACHINE_NVME), owned_by, &owned);
}

static bool ask_unseen(void *ctx, uint32_t cqid, struct nvme_unseen *out)
{
    return nvme_unseen(part(ctx, MACHINE_NVME), cqid, out);
}

static bool ask_drained(void *ctx)
{
    return load_drained(part(ctx, MACHINE_LOAD));
}

static uint32_t ask_read_back(void *ctx, uint64_t io, uint32_t block, uint32_t count,
                              struct load_value *out)
{
    return load_read_back(part(ctx, MACHINE_LOAD), io, block, count, out);
}

static uint32_t ask_cpus(void *ctx)
{
    return nt_cpus(part(ctx, MACHINE_NT));
}

static sim_ns ask_high_since(void *ctx, uint32_t cpu)
{
    return nt_high_since(part(ctx, MACHINE_NT), cpu);
}

static const char *ask_callback_name(uint32_t callback)
{
    SIM_ASSERT(callback < SP_CB_COUNT);
    return sp_callback_name[callback];
}

static const char *ask_guest_error(uint32_t error)
{
    SIM_ASSERT(error < NVME_GUEST_COUNT);
    return nvme_guest_error_text[error];
}

static const struct check_queries machine_queries = {
    .queued = ask_queued,
    .outstanding = ask_outstanding,
    .owner_of = ask_owner_of,
    .ready = ask_ready,
    .io_queues = ask_io_queues,
    .inside = ask_inside,
    .command_of = ask_command_of,
    .unseen = ask_unseen,
    .drained = ask_drained,
    .read_back = ask_read_back,
    .cpus = ask_cpus,
    .high_since = ask_high_since,
    .callback_name = ask_callback_name,
    .guest_error = ask_guest_error,
};

/* --- the model -------------------------------------------------------------------------------- */

static struct check_limits read_limits(const struct sim_scenario *scenario)
{
    return (struct check_limits){
        .drain = sim_opt(scenario, SIM_OPT_CHECK_DRAIN),
        .stall = sim_opt(scenario, SIM_OPT_CHECK_STALL),
        .routine = sim_opt(scenario, SIM_OPT_CHECK_ROUTINE),
        .initialize = sim_opt(scenario, SIM_OPT_CHECK_INITIALIZE),
        .isr = sim_opt(scenario, SIM_OPT_CHECK_ISR),
        .dispatch = sim_opt(scenario, SIM_OPT_CHECK_DISPATCH),
        .max_pause = sim_opt(scenario, SIM_OPT_PORT_MAX_PAUSE),
        .unseen = sim_opt(scenario, SIM_OPT_CHECK_UNSEEN),
        .untold = sim_opt(scenario, SIM_OPT_CHECK_UNTOLD),
        .reset = sim_opt(scenario, SIM_OPT_CHECK_RESET),
        .recovery = sim_opt(scenario, SIM_OPT_CHECK_RECOVERY),
    };
}

/* The rules of this folder. */
static const enum sim_rule judged[] = {
    SIM_RULE_ADAPTER_STUCK,    SIM_RULE_DATA_INTEGRITY,     SIM_RULE_DMA_AFTER_COMPLETION,
    SIM_RULE_DPC_WATCHDOG,     SIM_RULE_IO_DURING_RESET,    SIM_RULE_LOCK_ORDER,
    SIM_RULE_NVME_PROTOCOL,    SIM_RULE_RESET_OUTSTANDING,  SIM_RULE_RESUME_TOO_EARLY,
    SIM_RULE_ROUTINE_TOO_LONG, SIM_RULE_SRB_COMPLETED_ONCE, SIM_RULE_SRB_LEAKED,
    SIM_RULE_STALL_TOO_LONG,
};

static bool wanted(const struct sim_scenario *scenario)
{
    for (unsigned i = 0; i < sizeof judged / sizeof judged[0]; i++)
        if (sim_opt_rule(scenario, judged[i]) != SIM_SEVERITY_OFF)
            return true;
    return false;
}

/* The load comes before: what the load looks like decides how much is remembered. With every rule
 * off there are no checkers, and no figures of theirs. */
/* Order is that of the option's list. The last one says nothing: anything goes. */
enum { DEALLOCATED_ZEROES, DEALLOCATED_ONES };

static int check_setup(struct sim_machine *machine, struct sim_error *error)
{
    struct check_config config = {.limits = read_limits(machine->scenario), .ask = machine_queries};
    int64_t deallocated = sim_opt(machine->scenario, SIM_OPT_CONTROLLER_DEALLOCATED);
    struct check *check;

    if (!wanted(machine->scenario))
        return 0;
    SIM_ASSERT(machine->part[MACHINE_LOAD]);
    config.ask.ctx = sim_world_alloc(sizeof machine->part, 8);
    for (unsigned i = 0; i < sizeof machine->part / sizeof machine->part[0]; i++)
        ((void **)config.ask.ctx)[i] = machine->part[i];
    load_get_geometry(machine->part[MACHINE_LOAD], &config.geometry);
    config.power_fails = nvme_power_fails(machine->part[MACHINE_NVME]);
    config.no_zeroes = deallocated == DEALLOCATED_ONES;
    config.no_ones = deallocated == DEALLOCATED_ZEROES;
    check = check__create(machine->sim, &config, error);
    if (!check)
        return -1;
    machine->part[MACHINE_CHECK] = check;
    return 0;
}

static void check_finish(struct sim_machine *machine)
{
    if (machine->part[MACHINE_CHECK])
        check__finish(machine->part[MACHINE_CHECK]);
}

const struct sim_model check_model = {
    .name = "check",
    .setup = check_setup,
    .finish = check_finish,
};
