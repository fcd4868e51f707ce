/* models/check/commands.c - where the controller's latest commands are, for reports about stuck
 * requests.
 *
 * No rule by itself. A small table of the last commands fetched, by queue and identifier: one that
 * falls on the place of another replaces it, which costs a report a detail and nothing else. A
 * request is matched with its command by block address and operation.
 */
#include <stdio.h>

#include "models/check/check_private.h"

#define COMMANDS 256 /* a power of two */

enum { INSIDE, POSTED, LOST };

struct command {
    uint64_t lba;
    uint64_t order;
    uint16_t qid, cid;
    uint8_t opcode, state;
};

struct check_commands {
    uint64_t order;
    struct command command[COMMANDS];
};

/* NVM commands: NVM Express 1.4, figure 346. Index: enum sp_op. */
static const uint8_t opcode_of[] = {[SP_READ] = 0x02, [SP_WRITE] = 0x01, [SP_FLUSH] = 0x00};

static struct command *place_of(struct check *check, const struct sim_record *r)
{
    return &check->commands->command[(r->arg[0] * 61 + r->arg[1]) % COMMANDS];
}

static void fetched(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (!r->arg[0]) /* admin queue */
        return;
    *place_of(check, r) = (struct command){
        .lba = r->arg[3],
        .order = ++check->commands->order,
        .qid = (uint16_t)r->arg[0],
        .cid = (uint16_t)r->arg[1],
        .opcode = (uint8_t)r->arg[2],
        .state = INSIDE,
    };
}

static void left(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct command *command = place_of(ctx, r);

    (void)sim;
    if (command->order && command->qid == r->arg[0] && command->cid == r->arg[1])
        command->state = r->event == SIM_EV_CQE_POST ? POSTED : LOST;
}

static const struct command *latest(const struct check_commands *commands,
                                    const struct check_io *io)
{
    const struct command *best = NULL;

    for (uint32_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands->command[i];

        if (!c->order || c->opcode != opcode_of[io->op] ||
            (io->op != SP_FLUSH && c->lba != io->lba))
            continue;
        if (!best || c->order > best->order)
            best = c;
    }
    return best;
}

const char *check__command_of(const struct check *check, const struct check_io *io,
                              struct check_text *out)
{
    static const char *const where[] = {
        [INSIDE] = "inside the controller",
        [POSTED] = "completed by the controller",
        [LOST] = "dropped by the controller",
    };
    const struct command *c = io->op <= SP_FLUSH ? latest(check->commands, io) : NULL;

    out->text[0] = '\0';
    if (c)
        snprintf(out->text, sizeof out->text, " (queue %u, command %u: %s)", c->qid, c->cid,
                 where[c->state]);
    return out->text;
}

void check__commands_setup(struct check *check)
{
    check->commands = sim_world_alloc(sizeof *check->commands, 64);
    sim_trace_subscribe(check->sim, SIM_EV_CMD_FETCH, fetched, check);
    sim_trace_subscribe(check->sim, SIM_EV_CQE_POST, left, check);
    sim_trace_subscribe(check->sim, SIM_EV_CMD_LOST, left, check);
}
