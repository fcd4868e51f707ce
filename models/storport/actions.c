/* models/storport/actions.c - what a scenario can ask of the port driver: [fault NAME] with an
 * action of the PnP or power manager, an IOCTL, or a reset from above.
 *
 * They are events of the host, not faults. What is still under way from the strike before is not
 * asked for again.
 */
#include <string.h>

#include <ntddscsi.h>

#include "models/fault/fault.h"
#include "models/storport/sp_private.h"

#define ASLEEP SIM_S /* between sleep and wake, stop and restart */
#define STOPPED (100 * SIM_MS)
#define PAYLOAD 256
#define REQUEST_TIMEOUT_S 60

struct action {
    struct sp_port *port;
    enum sim_fault_action id;
    struct sp_task task[2]; /* and what follows it, for those that have an end */
    struct sim_event event;
    struct nt_work work;
    bool busy;
    void *page;
};

static const struct {
    enum sim_fault_action id;
    enum sp_task_kind kind;
    sim_ns after; /* 0: nothing follows */
    enum sp_task_kind then;
} tasks[] = {
    {SIM_FAULT_STOP_ADAPTER, SP_TASK_STOP, STOPPED, SP_TASK_RESTART},
    {SIM_FAULT_SLEEP, SP_TASK_SLEEP, ASLEEP, SP_TASK_WAKE},
    {SIM_FAULT_SHUTDOWN, SP_TASK_SHUTDOWN, 0, SP_TASK_SHUTDOWN},
    {SIM_FAULT_REMOVE, SP_TASK_REMOVE, 0, SP_TASK_REMOVE},
    {SIM_FAULT_SURPRISE_REMOVE, SP_TASK_SURPRISE_REMOVE, 0, SP_TASK_SURPRISE_REMOVE},
    {SIM_FAULT_RESCAN, SP_TASK_RESCAN, 0, SP_TASK_RESCAN},
    {SIM_FAULT_DEVICE_RESET, SP_TASK_DEVICE_RESET, 0, SP_TASK_DEVICE_RESET},
};

/* --- tasks ----------------------------------------------------------------------------------- */

static void over(struct sp_task *task, bool good, void *ctx)
{
    (void)task;
    (void)good;
    ((struct action *)ctx)->busy = false;
}

static void follow(struct sim_event *event, void *ctx)
{
    struct action *action = ctx;

    (void)event;
    sp_ask(action->port, &action->task[1]);
}

static sim_ns gap(enum sim_fault_action id)
{
    for (unsigned i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        if (tasks[i].id == id)
            return tasks[i].after;
    return 0;
}

static void first_over(struct sp_task *task, bool good, void *ctx)
{
    struct action *action = ctx;
    sim_ns after = gap(action->id);

    (void)task;
    if (!good || !after)
        action->busy = false;
    else
        sim_event_in(action->port->at.sim, &action->event, after, follow, action);
}

static void task_begin(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct action *action = ctx;

    (void)fault;
    (void)occasion;
    if (action->busy)
        return;
    action->busy = true;
    sp_ask(action->port, &action->task[0]);
}

/* --- requests -------------------------------------------------------------------------------- */

static void request_done(struct sp_request *request, void *ctx)
{
    sp__own_of(request)->used = false;
    ((struct action *)ctx)->busy = false;
}

static void fill_payload(struct action *action, struct sp_request *request)
{
    SRB_IO_CONTROL *control = action->page;

    sim_world_touch(control, PAYLOAD);
    memset(control, 0, PAYLOAD);
    control->HeaderLength = sizeof *control;
    memcpy(control->Signature, "STORSIM ", sizeof control->Signature);
    control->Timeout = REQUEST_TIMEOUT_S;
    control->ControlCode = 1;
    control->Length = PAYLOAD - sizeof *control;
    request->data = control;
    request->data_bytes = PAYLOAD;
    request->adapter = true;
    request->function = SP_FN_IO_CONTROL;
}

static void send(struct nt *nt, void *ctx)
{
    struct action *action = ctx;
    struct sp_own *own = sp__own_take(action->port);

    (void)nt;
    if (!own) {
        action->busy = false;
        return;
    }
    own->request.timeout_s = REQUEST_TIMEOUT_S;
    own->request.done = request_done;
    own->request.ctx = action;
    if (action->id == SIM_FAULT_IOCTL)
        fill_payload(action, &own->request);
    else
        own->request.function =
            action->id == SIM_FAULT_LUN_RESET ? SP_FN_RESET_LUN : SP_FN_RESET_TARGET;
    sp__submit_special(action->port, &own->request);
}

static void request_begin(void *ctx, const struct fault *fault,
                          const struct fault_occasion *occasion)
{
    struct action *action = ctx;

    (void)fault;
    (void)occasion;
    if (action->busy)
        return;
    action->busy = true;
    nt_work_queue(action->port->at.nt, &action->work, 0);
}

/* --- set-up ---------------------------------------------------------------------------------- */

static struct action *create(struct sp_port *port, enum sim_fault_action id)
{
    struct action *action = sim_world_alloc(sizeof *action, 8);

    action->port = port;
    action->id = id;
    nt_work_init(&action->work, send, action);
    return action;
}

static void serve_task(struct sp_port *port, struct faults *faults, unsigned i)
{
    struct action *action = create(port, tasks[i].id);

    action->task[0] = (struct sp_task){.kind = tasks[i].kind, .done = first_over, .ctx = action};
    action->task[1] = (struct sp_task){.kind = tasks[i].then, .done = over, .ctx = action};
    fault_serve(faults, tasks[i].id, &(struct fault_server){.begin = task_begin, .ctx = action});
}

void sp__actions_serve(struct sp_port *port, struct faults *faults)
{
    static const enum sim_fault_action requests[] = {SIM_FAULT_IOCTL, SIM_FAULT_LUN_RESET,
                                                     SIM_FAULT_TARGET_RESET};

    for (unsigned i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        serve_task(port, faults, i);
    for (unsigned i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct action *action = create(port, requests[i]);

        action->page = nt_pages_alloc(port->at.memory, NT_PAGE, NT_SCATTERED, 0);
        fault_serve(faults, requests[i],
                    &(struct fault_server){.begin = request_begin, .ctx = action});
    }
}
