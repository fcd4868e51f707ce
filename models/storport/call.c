/* models/storport/call.c - every entry into the miniport, and what must be true when it comes back.
 *
 * A CPU's callbacks nest as calls do: an interrupt routine over HwStorStartIo, a
 * synchronized-access routine inside HwStorResetBus. Each entry is a frame; on return IRQL and
 * locks must be as they were (SpChangeIrql, StorPortSpinLock of chapter 5.2). How long it took is
 * judged by a checker, from CALLBACK_EXIT.
 */
#include "models/storport/sp_private.h"

struct sp_cpu *sp__cpu(struct sp_port *port)
{
    return &port->cpu[nt_cpu(port->at.nt)];
}

void sp__enter(struct sp_port *port, enum sp_callback callback)
{
    struct sp_cpu *cpu = sp__cpu(port);
    struct sp_frame *frame = &cpu->frame[cpu->frames];

    SIM_ASSERT(cpu->frames < SP_FRAMES_MAX);
    sim_trace(port->at.sim, SIM_EV_CALLBACK_ENTER, callback, 0, 0, 0);
    cpu->frames++;
    frame->callback = (uint8_t)callback;
    frame->irql = nt_irql(port->at.nt);
    frame->held = (uint8_t)cpu->held;
    frame->since = sim_now(port->at.sim);
    sim_enter_driver(port->at.sim, callback);
}

bool sp__may_nest(struct sp_port *port, const char *name)
{
    if (sp__cpu(port)->frames < SP_NEST_MAX)
        return true;
    sp__usage(port, "%s: the miniport's routines call each other %d deep", name, SP_NEST_MAX);
    return false;
}

/* With the rule's severity below error the run goes on: put right what the miniport left wrong. */
static void check_irql(struct sp_port *port, const struct sp_frame *frame)
{
    uint8_t irql = nt_irql(port->at.nt);

    if (irql == frame->irql)
        return;
    sim_find(port->at.sim, SIM_RULE_IRQL, 0, "%s was entered at IRQL %u and returned at IRQL %u",
             sp_callback_name[frame->callback], frame->irql, irql);
    if (irql < frame->irql)
        nt_raise_irql(port->at.nt, frame->irql);
    else
        nt_lower_irql(port->at.nt, frame->irql);
}

static void check_locks(struct sp_port *port, struct sp_cpu *cpu, const struct sp_frame *frame)
{
    if (cpu->held <= frame->held)
        return;
    sim_find_at(port->at.sim, cpu->hold[cpu->held - 1].pc, SIM_RULE_LOCK_RULE, 0,
                "%s returned without releasing the %s lock", sp_callback_name[frame->callback],
                sp__lock_name(cpu->hold[cpu->held - 1].kind));
    sp__held_drop_above(port, frame->held);
}

/* Of the callbacks under way on a CPU, none that a start elsewhere must wait for (8.3-32). */
bool sp__restart_waits(const struct sp_cpu *cpu)
{
    for (uint32_t i = 0; i < cpu->frames; i++)
        switch ((enum sp_callback)cpu->frame[i].callback) {
        case SP_CB_START_IO:
        case SP_CB_RESET_BUS:
        case SP_CB_INTERRUPT:
        case SP_CB_MSI:
            return true;
        default:
            break;
        }
    return false;
}

static void restart(struct sp_port *port, struct sp_cpu *cpu)
{
    if (sp__restart_waits(cpu))
        return;
    cpu->restart_held = false;
    sp__unhold(&port->gate);
}

void sp__leave(struct sp_port *port)
{
    struct sp_cpu *cpu = sp__cpu(port);
    struct sp_frame *frame;

    SIM_ASSERT(cpu->frames);
    frame = &cpu->frame[cpu->frames - 1];
    check_locks(port, cpu, frame);
    check_irql(port, frame);
    sim_leave_driver(port->at.sim);
    cpu->frames--;
    cpu->left = frame->callback;
    if (SIM_UNLIKELY(cpu->restart_held))
        restart(port, cpu);
    sim_trace(port->at.sim, SIM_EV_CALLBACK_EXIT, frame->callback,
              (uint64_t)(sim_now(port->at.sim) - frame->since), 0, 0);
}

uintptr_t sp__left_routine(struct sp_port *port)
{
    const struct sp_cpu *cpu = nt_on_cpu(port->at.nt) ? sp__cpu(port) : NULL;

    if (!cpu || cpu->frames)
        return 0;
    switch ((enum sp_callback)cpu->left) {
    case SP_CB_FIND_ADAPTER:
        return (uintptr_t)port->hw.HwFindAdapter;
    case SP_CB_INITIALIZE:
        return (uintptr_t)port->hw.HwInitialize;
    case SP_CB_ADAPTER_CONTROL:
        return (uintptr_t)port->hw.HwAdapterControl;
    case SP_CB_UNIT_CONTROL:
        return (uintptr_t)port->hw.HwUnitControl;
    case SP_CB_BUILD_IO:
        return (uintptr_t)port->hw.HwBuildIo;
    case SP_CB_START_IO:
        return (uintptr_t)port->hw.HwStartIo;
    default:
        return 0;
    }
}

enum sp_callback sp__callback(struct sp_port *port)
{
    const struct sp_cpu *cpu = sp__cpu(port);

    return cpu->frames ? (enum sp_callback)cpu->frame[cpu->frames - 1].callback : SP_CB_COUNT;
}
