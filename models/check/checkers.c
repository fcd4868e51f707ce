/* models/check/checkers.c - all checkers together, whatever machine they watch. */
#include "models/check/check_private.h"

struct check *check__create(struct sim *sim, const struct check_config *config,
                            struct sim_error *error)
{
    struct check *check = sim_world_alloc(sizeof *check, 64);

    check->sim = sim;
    check->limits = config->limits;
    check->ask = config->ask;
    check->geometry = config->geometry;
    check->power_fails = config->power_fails;
    check->no_zeroes = config->no_zeroes;
    check->no_ones = config->no_ones;
    check__track_setup(check);
    check__commands_setup(check);
    check__completed_once_setup(check);
    check__leaked_setup(check);
    check__reset_outstanding_setup(check);
    check__io_during_reset_setup(check);
    check__resume_setup(check);
    check__stuck_setup(check);
    check__dma_setup(check);
    check__limits_setup(check);
    check__lock_order_setup(check);
    check__nvme_protocol_setup(check);
    if (check__integrity_setup(check, error) < 0)
        return NULL;
    check__recovery_setup(check);
    check__stale_completion_setup(check);
    check__lost_interrupt_setup(check);
    check__reset_hang_setup(check);
    check__not_recovered_setup(check);
    check__track_setup_last(check);
    return check;
}

void check__finish(struct check *check)
{
    check__limits_finish(check);
    check__leaked_finish(check);
}
