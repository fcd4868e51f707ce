/* models/check/nvme_protocol.c - the rule nvme-protocol.
 *
 * Verifies: the driver does nothing that the controller model knows to be against NVM Express 1.4:
 * CC.EN and CSTS.RDY handshake, queue creation, doorbell values, reserved fields
 * (models/nvme/guest_errors.def is the list). Judged at the access. A submission doorbell rung on a
 * controller that a reset has taken down is left to io-during-reset, which tells more; refused DMA
 * is judged in dma_after_completion.c.
 * Not verified: what the model does not look at.
 */
#include "models/check/check_private.h"

#include "models/nvme/nvme.h"

struct check_protocol {
    bool put_off; /* until the doorbell's own event tells whose it was */
    uint64_t error, qid, value;
};

static void find(const struct check *check, uint64_t error, uint64_t qid, uint64_t value)
{
    sim_find(check->sim, SIM_RULE_NVME_PROTOCOL, 0, "%s (queue %" PRIu64 ", value 0x%" PRIx64 ")",
             check->ask.guest_error((uint32_t)error), qid, value);
}

static bool of_a_doorbell(uint64_t error)
{
    return error == NVME_GUEST_DOORBELL_NOT_READY || error == NVME_GUEST_DOORBELL_NO_QUEUE;
}

static void guest_error(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;

    (void)sim;
    if (of_a_doorbell(r->arg[0]) && r->arg[1] && check__reset_open(check))
        *check->protocol = (struct check_protocol){true, r->arg[0], r->arg[1], r->arg[2]};
    else
        find(check, r->arg[0], r->arg[1], r->arg[2]);
}

/* Follows the error. When it was a submission doorbell, io-during-reset has had its say. */
static void doorbell(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_protocol *protocol = ((struct check *)ctx)->protocol;

    (void)sim;
    if (SIM_LIKELY(!protocol->put_off))
        return;
    protocol->put_off = false;
    if (r->arg[1])
        find(ctx, protocol->error, protocol->qid, protocol->value);
}

void check__nvme_protocol_setup(struct check *check)
{
    check->protocol = sim_world_alloc(sizeof *check->protocol, 8);
    sim_trace_subscribe(check->sim, SIM_EV_GUEST_ERROR, guest_error, check);
    sim_trace_subscribe(check->sim, SIM_EV_DOORBELL, doorbell, check);
}
