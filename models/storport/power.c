/* models/storport/power.c - sleep, wake, shutdown, and the device's power (chapters 0.1, 1.3, 3.2).
 *
 * Down: hints, queues locked and everything back, FLUSH (and SHUTDOWN) for each unit, units to D3,
 * adapter to D3, boot configuration, interrupts off, power off. The adapter's power SRB and
 * ScsiStopAdapter, or in place of both ScsiAdapterPower where the miniport has it. Up: power on,
 * running configuration, interrupts on, ScsiRestartAdapter and the power SRB or ScsiAdapterPower,
 * units to D0. Between D3 and D0 the device loses its state.
 */
#include "models/storport/sp_private.h"

void sp__power_set(struct sp_port *port, enum sp_power power)
{
    const struct sp_registers *registers = &port->config.registers;

    if (port->life.powered && power == SP_POWER_ON)
        return;
    port->life.powered = power == SP_POWER_ON && !port->life.surprised;
    if (registers->power && (power == SP_POWER_GONE || !port->life.surprised))
        registers->power(registers->ctx, power);
}

static void units_power(struct sp_port *port, STOR_DEVICE_POWER_STATE state,
                        STOR_POWER_ACTION action)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present)
            sp__unit_power(port, &port->lun[i], state, action);
}

static void adapter_power(struct sp_port *port, STOR_DEVICE_POWER_STATE state,
                          STOR_POWER_ACTION action)
{
    STOR_ADAPTER_CONTROL_POWER *power = sp__parameters(port, sizeof *power);

    power->Header.Version = 1;
    power->Header.Size = sizeof *power;
    power->PowerAction = action;
    power->PowerState = state;
    sp__control(port, ScsiAdapterPower, power);
}

static void hints(struct sp_port *port)
{
    /* STOR_SYSTEM_POWER_HINTS */
    struct {
        ULONG version, size, system_power, resume_latency_ms;
    } * record;

    if (!sp__controls(port, ScsiAdapterSystemPowerHints))
        return;
    record = sp__parameters(port, sizeof *record);
    record->version = 1;
    record->size = sizeof *record;
    record->system_power = 2; /* RaidSystemPowerLow */
    record->resume_latency_ms = 100;
    sp__control(port, ScsiAdapterSystemPowerHints, record);
}

static void adapter_down(struct sp_port *port, STOR_POWER_ACTION action)
{
    if (sp__controls(port, ScsiAdapterPower)) {
        sp__wait_quiet(port);
        port->life.resets_off = true;
        adapter_power(port, StorPowerDeviceD3, action);
        sp__interrupts_disconnect(port);
        sp__timers_check_stopped(port);
    } else {
        sp__send_simple(port, NULL, SP_FN_POWER, action, StorPowerDeviceD3);
        sp__adapter_stop(port);
    }
    if (sp__controls(port, ScsiSetBootConfig))
        sp__control(port, ScsiSetBootConfig, NULL);
    sp__power_set(port, SP_POWER_OFF);
    sp__state_set(port, SP_IS_OFF);
}

bool sp__sleep(struct sp_port *port)
{
    if (port->life.state != SP_IS_STARTED)
        return false;
    hints(port);
    sp__keeper_set(port, SP_CLOSED);
    sp__quiesce(port);
    sp__flush_units(port);
    units_power(port, StorPowerDeviceD3, StorPowerActionSleep);
    adapter_down(port, StorPowerActionSleep);
    return true;
}

static bool adapter_up(struct sp_port *port)
{
    if (!sp__controls(port, ScsiAdapterPower))
        return sp__adapter_restart(port);
    if (sp__controls(port, ScsiSetRunningConfig))
        sp__control(port, ScsiSetRunningConfig, NULL);
    sp__interrupts_reconnect(port);
    adapter_power(port, StorPowerDeviceD0, StorPowerActionNone);
    return true;
}

/* The power SRBs go to an adapter that is started, ahead of what waits in queues. */
bool sp__wake(struct sp_port *port)
{
    if (port->life.state != SP_IS_OFF || port->life.final)
        return false;
    sp__power_set(port, SP_POWER_ON);
    if (!adapter_up(port)) {
        sp__fail(port);
        return false;
    }
    port->life.resets_off = false;
    if (!sp__controls(port, ScsiAdapterPower))
        sp__send_simple(port, NULL, SP_FN_POWER, StorPowerActionNone, StorPowerDeviceD0);
    units_power(port, StorPowerDeviceD0, StorPowerActionNone);
    sp__open(port);
    return true;
}

/* The class driver's SHUTDOWN comes after the last request of its own (chapter 3.2). */
bool sp__shut_down(struct sp_port *port)
{
    if (port->life.state != SP_IS_STARTED)
        return false;
    sp__keeper_set(port, SP_GONE);
    sp__drain_queues(port);
    sp__quiesce(port);
    sp__flush_units(port);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present)
            sp__send_simple(port, &port->lun[i], SP_FN_SHUTDOWN, 0, 0);
    units_power(port, StorPowerDeviceD3, StorPowerActionShutdownOff);
    adapter_down(port, StorPowerActionShutdownOff);
    port->life.final = true;
    return true;
}

/* --- power settings -------------------------------------------------------------------------- */

/* The miniport hears of each setting that it named once the adapter is started: a value of four
 * bytes, 0. None changes afterwards. */
void sp__power_settings_tell(struct sp_port *port)
{
    struct {
        STOR_POWER_SETTING_INFO info;
        ULONG value;
    } * record;

    for (uint32_t i = 0;
         i < port->power_settings && sp__controls(port, ScsiPowerSettingNotification); i++) {
        record = sp__parameters(port, sizeof *record);
        record->info.PowerSettingGuid = port->power_setting[i];
        record->info.Value = &record->value;
        record->info.ValueLength = sizeof record->value;
        sp__control(port, ScsiPowerSettingNotification, record);
    }
}

ULONG SIM_API StorPortSetPowerSettingNotificationGuids(PVOID HwDeviceExtension, ULONG GuidCount,
                                                       LPGUID Guid)
{
    struct sp_port *port =
        sp__routine(HwDeviceExtension, "StorPortSetPowerSettingNotificationGuids");

    if (!GuidCount || SP_NULL(port, Guid) || GuidCount > SP_POWER_SETTINGS_MAX)
        return STOR_STATUS_INVALID_PARAMETER;
    if (sp__callback(port) != SP_CB_FIND_ADAPTER)
        return STOR_STATUS_UNSUCCESSFUL;
    for (ULONG i = 0; i < GuidCount; i++)
        port->power_setting[i] = Guid[i];
    port->power_settings = GuidCount;
    return STOR_STATUS_SUCCESS;
}
