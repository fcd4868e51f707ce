/* models/check/recovery.c - figures of the first bus reset: how long each phase of the recovery
 * took.
 *
 * No rule. The phases follow one another as sim/run/figures.def says; a driver that does things in
 * another order (resumes before the controller is ready, completes after it is) gets 0 for what had
 * happened already. A reset that never clears CC.EN has no phases, only its begin and its first
 * good I/O.
 */
#include "models/check/check_private.h"

#include "sim/run/result.h"

enum phase {
    BEFORE,  /* no reset yet */
    QUIESCE, /* HwStorResetBus was entered: until CSTS.RDY = 0 */
    DOWN,    /* until CSTS.RDY = 1 */
    UP,      /* until the adapter is resumed */
    RESUMED, /* until an I/O succeeds */
    OVER
};

struct check_recovery {
    enum phase phase;
    sim_ns fault_at, reset_at, quiet_at, given_back_at, ready_at, resumed_at;
};

static void set_span(enum sim_figure figure, sim_ns from, sim_ns to)
{
    sim_figure_set(figure, to > from ? to - from : 0);
}

static void fault_on(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_recovery *rec = ((struct check *)ctx)->recovery;

    (void)sim;
    if (rec->fault_at != SIM_NEVER)
        return;
    rec->fault_at = r->at;
    sim_figure_set(SIM_FIG_FAULT_AT, r->at);
}

static void entered(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_recovery *rec = check->recovery;

    (void)sim;
    sim_figure_set(SIM_FIG_RESETS, check->track.resets);
    if (rec->phase != BEFORE)
        return;
    rec->phase = QUIESCE;
    rec->reset_at = r->at;
    sim_figure_set(SIM_FIG_RESET_AT, r->at);
    sim_figure_set(SIM_FIG_RESET_OUTSTANDING, (int64_t)r->arg[1]);
    if (rec->fault_at != SIM_NEVER)
        set_span(SIM_FIG_DETECT, rec->fault_at, r->at);
}

static void completed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_recovery *rec = ((struct check *)ctx)->recovery;

    (void)sim;
    if (SIM_UNLIKELY(rec->phase == QUIESCE || rec->phase == DOWN) &&
        CHECK_STATUS(r->arg[1]) == CHECK_SRB_BUS_RESET)
        rec->given_back_at = r->at;
}

static void resumed_at(struct check_recovery *rec, sim_ns at)
{
    rec->phase = RESUMED;
    rec->resumed_at = at;
}

static void returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_recovery *rec = check->recovery;

    (void)sim;
    if (rec->given_back_at == SIM_NEVER)
        rec->given_back_at = r->at;
    if (rec->phase == QUIESCE && check->track.enabled && check->track.ready)
        resumed_at(rec, r->at); /* the controller was never taken down */
}

static void down(struct check_recovery *rec, sim_ns at)
{
    rec->phase = DOWN;
    rec->quiet_at = at;
    set_span(SIM_FIG_QUIESCE, rec->reset_at, at);
}

static void up(const struct check *check, struct check_recovery *rec, sim_ns at)
{
    sim_ns given_back = rec->given_back_at;

    if (given_back == SIM_NEVER || given_back < rec->quiet_at)
        given_back = rec->quiet_at;
    rec->phase = UP;
    rec->ready_at = at;
    set_span(SIM_FIG_COMPLETE, rec->quiet_at, given_back);
    set_span(SIM_FIG_ENABLE, given_back, at);
    if (!check->track.paused) { /* it was never held, or no longer is */
        sim_figure_set(SIM_FIG_QUEUES, 0);
        resumed_at(rec, at);
    }
}

static void ready_changed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    struct check_recovery *rec = check->recovery;

    (void)sim;
    if (rec->phase == QUIESCE && !r->arg[0])
        down(rec, r->at);
    else if (rec->phase == DOWN && r->arg[0])
        up(check, rec, r->at);
}

static void resumed(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_recovery *rec = ((struct check *)ctx)->recovery;

    (void)sim;
    if (rec->phase != UP || r->arg[0])
        return;
    set_span(SIM_FIG_QUEUES, rec->ready_at, r->at);
    resumed_at(rec, r->at);
}

static void io_done(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check_recovery *rec = ((struct check *)ctx)->recovery;

    (void)sim;
    if (SIM_LIKELY(rec->phase != RESUMED) || r->arg[1])
        return;
    rec->phase = OVER;
    set_span(SIM_FIG_FIRST_IO, rec->resumed_at, r->at);
    set_span(SIM_FIG_RECOVERY, rec->reset_at, r->at);
    sim_figure_set(SIM_FIG_RECOVERED_AT, r->at);
}

void check__recovery_setup(struct check *check)
{
    struct sim *sim = check->sim;

    check->recovery = sim_world_alloc(sizeof *check->recovery, 8);
    check->recovery->fault_at = SIM_NEVER;
    check->recovery->given_back_at = SIM_NEVER;
    sim_trace_subscribe(sim, SIM_EV_FAULT_ON, fault_on, check);
    sim_trace_subscribe(sim, SIM_EV_FAULT_HIT, fault_on, check);
    sim_trace_subscribe(sim, SIM_EV_RESET_ENTER, entered, check);
    sim_trace_subscribe(sim, SIM_EV_SRB_COMPLETE, completed, check);
    sim_trace_subscribe(sim, SIM_EV_RESET_RETURN, returned, check);
    sim_trace_subscribe(sim, SIM_EV_CSTS_RDY, ready_changed, check);
    sim_trace_subscribe(sim, SIM_EV_RESUME, resumed, check);
    sim_trace_subscribe(sim, SIM_EV_IO_DONE, io_done, check);
}
