/* models/storport/control.c - HwStorAdapterControl: which types the miniport supports, and the
 * environment in which each is called (chapter 1.3).
 *
 * By the PnP thread only. Parameters lie in memory that is the miniport's for the length of the
 * call and exactly as large as they are.
 */
#include <string.h>

#include "models/storport/sp_private.h"

/* As a Windows that knows a few types more than these headers. The record ends on a grain of the
 * shadow, so that a write to the entry behind the last is seen. */
#define LISTED 36u

_Static_assert(ScsiAdapterControlMax <= LISTED && LISTED <= SP_CONTROLS_MAX &&
                   (sizeof(SCSI_SUPPORTED_CONTROL_TYPE_LIST) + LISTED) % SIM_SHADOW_GRAIN == 0,
               "all types are listed, and fit life.controls");

enum environment {
    AT_PASSIVE,
    AT_DISPATCH,       /* documents say at most DISPATCH: the strictest of it */
    AT_DISPATCH_POWER, /* likewise, and serialised with StartIo when the scenario says so (7) */
    AT_DIRQL,          /* interrupt lock (5 a) */
};

static const uint8_t environment[ScsiAdapterControlMax] = {
    [ScsiStopAdapter] = AT_DIRQL,
    [ScsiRestartAdapter] = AT_DIRQL,
    [ScsiAdapterPower] = AT_DISPATCH_POWER,
    [ScsiAdapterPoFxPowerRequired] = AT_DISPATCH_POWER,
    [ScsiAdapterPoFxPowerActive] = AT_DISPATCH_POWER,
    [ScsiAdapterPoFxPowerSetFState] = AT_DISPATCH_POWER,
    [ScsiAdapterPoFxPowerControl] = AT_DISPATCH_POWER,
    [ScsiAdapterPoFxSetPerfState] = AT_DISPATCH_POWER,
};

static enum environment enter(struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type)
{
    enum environment env = (enum environment)environment[type];

    if (env == AT_DIRQL && sp__silent(port, SP_SILENT_STOP_CONTEXT))
        env = AT_PASSIVE;
    if (env == AT_DISPATCH_POWER && !sp__silent(port, SP_SILENT_POWER_CONTEXT))
        env = AT_DISPATCH;
    if (env == AT_DIRQL)
        sp__interrupt_lock(port);
    else if (env == AT_DISPATCH_POWER)
        sp__startio_lock(port);
    else if (env == AT_DISPATCH)
        nt_raise_irql(port->at.nt, NT_DISPATCH);
    return env;
}

static void leave(struct sp_port *port, enum environment env)
{
    if (env == AT_DIRQL)
        sp__interrupt_unlock(port);
    else if (env == AT_DISPATCH_POWER)
        sp__startio_unlock(port);
    else if (env == AT_DISPATCH)
        nt_lower_irql(port->at.nt, NT_PASSIVE);
}

/* The miniport may keep no pointer to them: what was there for the call before is out of reach. */
void *sp__parameters(struct sp_port *port, size_t bytes)
{
    SIM_ASSERT(bytes <= NT_PAGE);
    sim_world_touch(port->life.page, NT_PAGE);
    memset(port->life.page, 0, NT_PAGE);
    sim_world_shadow_set(port->life.page, NT_PAGE, SIM_WHY_PORT << SIM_MEM_WHY_SHIFT);
    sim_world_shadow_set(port->life.page, bytes, SIM_MEM_CPU | SIM_WHY_PORT << SIM_MEM_WHY_SHIFT);
    return port->life.page;
}

static void parameters_end(struct sp_port *port)
{
    sim_world_shadow_set(port->life.page, NT_PAGE, SIM_WHY_PORT << SIM_MEM_WHY_SHIFT);
}

static uint32_t call(struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type, void *parameters)
{
    enum environment env = enter(port, type);
    uint32_t status;

    port->life.control = (uint8_t)type;
    sp__enter(port, SP_CB_ADAPTER_CONTROL);
    status = (uint32_t)port->hw.HwAdapterControl(port->devext, type, parameters);
    sp__leave(port);
    port->life.control = ScsiQuerySupportedControlTypes;
    leave(port, env);
    parameters_end(port);
    sim_trace(port->at.sim, SIM_EV_CONTROL, type, UINT32_MAX, status, 0);
    return status;
}

bool sp__control(struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type, void *parameters)
{
    return call(port, type, parameters) == ScsiAdapterControlSuccess;
}

bool sp__controls(const struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type)
{
    return port->life.controls >> type & 1;
}

/* The list ends where MaxControlType says; a miniport that knows more types, or fewer, has to look
 * there. */
bool sp__control_query(struct sp_port *port)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list =
        sp__parameters(port, sizeof(SCSI_SUPPORTED_CONTROL_TYPE_LIST) + LISTED);
    uint32_t status;

    list->MaxControlType = LISTED;
    status = call(port, ScsiQuerySupportedControlTypes, list);
    port->life.controls = 0;
    if (status != ScsiAdapterControlSuccess)
        return sp__start_failed(
            port, "HwStorAdapterControl(ScsiQuerySupportedControlTypes) returned %u", status);
    for (uint32_t i = 0; i < LISTED; i++)
        port->life.controls |= (uint64_t)(list->SupportedTypeList[i] != FALSE) << i;
    if (!sp__controls(port, ScsiStopAdapter) || !sp__controls(port, ScsiRestartAdapter))
        sp__usage(port,
                  "HwStorAdapterControl does not support ScsiStopAdapter and ScsiRestartAdapter");
    return true;
}
