/* models/nvme/fault_controller.c - CSTS.RDY that does not do as it should, fatal status, resets of
 * the controller's own, the link, floods of events.
 *
 * RDY that flaps is a matter of what a read gives; the controller itself is ready or not, as
 * traced. A controller that resets itself forgets all that a reset would clear, and CC, AQA, ASQ
 * and ACQ as well. Until CC is written again it takes doorbells for noise, not for mistakes: the
 * driver cannot know.
 */
#include "models/nvme/nvme_private.h"

static bool has_edge(const struct fault *fault, enum sim_fault_edge edge)
{
    int64_t of = sim_section_opt(fault->section, SIM_OPT_FAULT_EDGE);

    return of == SIM_FAULT_EDGE_BOTH || of == (int64_t)edge;
}

static sim_ns delay_of(const struct fault *fault)
{
    return sim_section_opt(fault->section, SIM_OPT_FAULT_DELAY);
}

/* --- CSTS.RDY --------------------------------------------------------------------------------- */

static void stick(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.stuck_up += has_edge(fault, SIM_FAULT_EDGE_UP);
    ctrl->faulty.stuck_down += has_edge(fault, SIM_FAULT_EDGE_DOWN);
}

static void unstick(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    ctrl->faulty.stuck_up -= has_edge(fault, SIM_FAULT_EDGE_UP);
    ctrl->faulty.stuck_down -= has_edge(fault, SIM_FAULT_EDGE_DOWN);
    nvme__follow_enable(ctrl);
}

static void slow(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.slow_up += has_edge(fault, SIM_FAULT_EDGE_UP) ? delay_of(fault) : 0;
    ctrl->faulty.slow_down += has_edge(fault, SIM_FAULT_EDGE_DOWN) ? delay_of(fault) : 0;
}

static void quicken(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    ctrl->faulty.slow_up -= has_edge(fault, SIM_FAULT_EDGE_UP) ? delay_of(fault) : 0;
    ctrl->faulty.slow_down -= has_edge(fault, SIM_FAULT_EDGE_DOWN) ? delay_of(fault) : 0;
}

/* One at a time: a second one takes the place of the first. */
static void flap(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.flap = fault;
    ctrl->faulty.flap_from = SIM_NEVER; /* not for a change that is behind us */
    nvme__fault_registers(ctrl);
}

static void unflap(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    if (ctrl->faulty.flap == fault)
        ctrl->faulty.flap = NULL;
    nvme__fault_registers(ctrl);
}

/* --- CSTS.CFS, resets, the link --------------------------------------------------------------- */

static void fatal(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)fault;
    (void)occasion;
    ctrl->faulty.fatals++;
    nvme__fatal(ctrl);
}

static void unfatal(void *ctx, const struct fault *fault)
{
    (void)fault;
    ((struct nvme_ctrl *)ctx)->faulty.fatals--;
}

static void self_reset(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)fault;
    (void)occasion;
    nvme__self_reset(ctrl);
    faults_reset_done(ctrl->faults);
}

static void link_down(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)fault;
    (void)occasion;
    nvme__self_reset(ctrl);
    ctrl->faulty.down++;
    nvme__fault_registers(ctrl);
}

static void link_up(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)fault;
    ctrl->faulty.down--;
    nvme__fault_registers(ctrl);
}

/* --- asynchronous events ---------------------------------------------------------------------- */

static void flood_event(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;

    if (!ctrl->faulty.flood)
        return;
    nvme__event_flood(ctrl);
    sim_event_in(ctrl->sim, event, delay_of(ctrl->faulty.flood), flood_event, ctrl);
}

static void flood(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.flood = fault;
    if (!sim_event_pending(&ctrl->faulty.flood_event))
        sim_event_in(ctrl->sim, &ctrl->faulty.flood_event, 0, flood_event, ctrl);
}

static void dry(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    if (ctrl->faulty.flood == fault)
        ctrl->faulty.flood = NULL;
}

/* --- who does what ---------------------------------------------------------------------------- */

void nvme__fault_controllers_serve(struct nvme_ctrl *ctrl)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_NO_READY, {.begin = stick, .end = unstick}},
        {SIM_FAULT_SLOW_READY, {.begin = slow, .end = quicken}},
        {SIM_FAULT_FLAP_READY, {.begin = flap, .end = unflap}},
        {SIM_FAULT_FATAL, {.begin = fatal, .end = unfatal}},
        {SIM_FAULT_SELF_RESET, {.begin = self_reset}},
        {SIM_FAULT_LINK_DOWN, {.begin = link_down, .end = link_up}},
        {SIM_FAULT_FLOOD_EVENTS, {.begin = flood, .end = dry}},
    };

    fault_serve_all(ctrl->faults, table, sizeof table / sizeof table[0], ctrl);
}
