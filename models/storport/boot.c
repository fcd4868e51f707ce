/* models/storport/boot.c - start-up, by a system thread on CPU 0 (chapter 0.1), which then carries
 * out PnP and power requests.
 *
 * DriverEntry, HwStorFindAdapter (PASSIVE, interrupt not connected), HwStorInitialize (DIRQL,
 * interrupt lock), HwStorPassiveInitializeRoutine (PASSIVE, everything may run meanwhile),
 * HwStorAdapterControl query, scan, and the class driver's attach. The scan waits for passive
 * initialization (8.1-4 a). FALSE anywhere ends the start (8.1-3 a; init_false).
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/storport/sp_private.h"

#define WHY_PORT_CPU (SIM_MEM_CPU | SIM_WHY_PORT << SIM_MEM_WHY_SHIFT)

bool sp__start_failed(struct sp_port *port, const char *format, ...)
{
    char text[SIM_FINDING_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sim_find_at(port->at.sim, sp__left_routine(port), SIM_RULE_START_FAILED, 0, "%s", text);
    return false;
}

static bool step(struct sp_port *port, enum sp_boot_step which, uint32_t result, bool good)
{
    sim_trace(port->at.sim, SIM_EV_BOOT_STEP, which, result, 0, 0);
    sim_progress(port->at.sim);
    return good;
}

/* Memory of the port driver's that the miniport may look at. */
static void *shown(struct sp_port *port, size_t bytes)
{
    void *p = nt_pages_alloc(port->at.memory, bytes, NT_SCATTERED, 0);

    sim_world_shadow_set(p, bytes, WHY_PORT_CPU);
    return p;
}

static UNICODE_STRING *registry_path(struct sp_port *port)
{
    static const char path[] = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\miniport";
    UNICODE_STRING *string = shown(port, sizeof *string + 2 * sizeof path);

    string->Buffer = (WCHAR *)(void *)(string + 1);
    string->Length = (USHORT)(2 * (sizeof path - 1));
    string->MaximumLength = (USHORT)(2 * sizeof path);
    for (size_t i = 0; i < sizeof path; i++)
        string->Buffer[i] = (WCHAR)path[i];
    return string;
}

static bool driver_entry(struct sp_port *port)
{
    DRIVER_OBJECT *object = sp__driver_object(port);
    UNICODE_STRING *path = registry_path(port);
    uint32_t status;

    sp__enter(port, SP_CB_DRIVER_ENTRY);
    status = (uint32_t)port->config.driver_entry(object, path);
    sp__leave(port);
    if (!step(port, SP_BOOT_DRIVER_ENTRY, status, !(status >> 31)))
        return sp__start_failed(port, "DriverEntry returned 0x%08x", status);
    if (!port->registered)
        return sp__start_failed(
            port, "DriverEntry did not call StorPortInitialize for PCIBus%s",
            port->registered_virtual ? ", but as a virtual miniport (Internal, no HwInterrupt): "
                                       "storsim has an adapter on the PCI bus and no other"
            : port->registered_elsewhere
                ? ", but for another bus: storsim has an adapter on the PCI bus and no other"
                : "");
    return true;
}

/* Zeroed once (chapter 0). Exactly as large as asked for, so that a touch beyond it is seen. */
static bool device_extension(struct sp_port *port)
{
    size_t bytes = port->hw.DeviceExtensionSize ? port->hw.DeviceExtensionSize : 1;

    port->devext = nt_driver_pages_alloc(port->at.memory, bytes, NT_SCATTERED, 0);
    if (!port->devext)
        return sp__start_failed(port, "no memory for a device extension of %zu bytes", bytes);
    sim_world_shadow_set(port->devext, bytes, SIM_MEM_CPU | SIM_WHY_DEVEXT << SIM_MEM_WHY_SHIFT);
    return true;
}

bool sp__find_adapter(struct sp_port *port)
{
    size_t length = strlen(port->config.parameter) + 1;
    char *argument = shown(port, length + 1);
    BOOLEAN *reserved = shown(port, sizeof *reserved);
    uint32_t found;

    memcpy(argument, port->config.parameter, length);
    if (!port->devext && !device_extension(port))
        return false;
    sp__config_info_fill(port);
    sp__enter(port, SP_CB_FIND_ADAPTER);
    found = ((HW_FIND_ADAPTER *)port->hw.HwFindAdapter)(port->devext, NULL, NULL, argument,
                                                        port->info, reserved);
    sp__leave(port);
    if (!step(port, SP_BOOT_FIND_ADAPTER, found, found == SP_RETURN_FOUND))
        return sp__start_failed(
            port, "HwStorFindAdapter returned %u (0 not found, 1 found, 2 error, 3 bad config)%s",
            found,
            found == SP_RETURN_NOT_FOUND ? ": the adapter is NVMe, PCI 1B36:0010, class 01 08 02"
                                         : "");
    return sp__config_info_take(port);
}

static bool init_false(struct sp_port *port, const char *which)
{
    return sp__silent(port, SP_SILENT_INIT_FALSE) ||
           sp__start_failed(port, "%s returned FALSE", which);
}

/* With a lock for each message the interrupt lock keeps them all away until the routine is over, or
 * none (8.1-13). */
static bool early_messages(const struct sp_port *port)
{
    return port->per_message && sp__silent(port, SP_SILENT_EARLY_ISR);
}

static void initialize_enter(struct sp_port *port, uint8_t *irql)
{
    if (early_messages(port))
        *irql = nt_raise_irql(port->at.nt, NT_DIRQL_FIRST);
    else
        sp__interrupt_lock(port);
}

static void initialize_leave(struct sp_port *port, uint8_t irql)
{
    if (early_messages(port))
        nt_lower_irql(port->at.nt, irql);
    else
        sp__interrupt_unlock(port);
}

bool sp__initialize(struct sp_port *port)
{
    uint8_t irql = NT_PASSIVE;
    BOOLEAN good;

    initialize_enter(port, &irql);
    sp__enter(port, SP_CB_INITIALIZE);
    good = port->hw.HwInitialize(port->devext);
    sp__leave(port);
    initialize_leave(port, irql);
    if (!step(port, SP_BOOT_INITIALIZE, good, good))
        return init_false(port, "HwStorInitialize");
    return true;
}

static bool call_passive(struct sp_port *port)
{
    BOOLEAN good;

    sp__enter(port, SP_CB_PASSIVE_INITIALIZE);
    good = port->passive_init(port->devext);
    sp__leave(port);
    if (!step(port, SP_BOOT_PASSIVE_INITIALIZE, good, good))
        return init_false(port, "HwStorPassiveInitializeRoutine");
    return true;
}

static void passive_thread(struct nt *nt, void *ctx)
{
    struct sp_port *port = ctx;

    port->life.passive_failed = !call_passive(port);
    port->life.passive_over = true;
    nt_signal(nt);
}

/* The scan waits for its end (8.1-4 a), or goes on beside it. */
static bool passive_initialize(struct sp_port *port)
{
    if (!port->passive_init)
        return true;
    if (!sp__silent(port, SP_SILENT_SCAN_WAITS))
        return call_passive(port);
    nt_thread_create(port->at.nt, port->cpus - 1, "passive initialization", passive_thread, port);
    return true;
}

static bool passive_end(struct sp_port *port)
{
    if (!port->passive_init || !sp__silent(port, SP_SILENT_SCAN_WAITS))
        return true;
    nt_wait(port->at.nt, &port->life.passive_over, SIM_NEVER);
    return !port->life.passive_failed;
}

static bool control_query(struct sp_port *port)
{
    return step(port, SP_BOOT_CONTROL, 0, sp__control_query(port) && sp__unit_query(port));
}

/* Nobody listens to ETW. */
static void tell_tracing(struct sp_port *port)
{
    if (!port->hw.HwTracingEnabled)
        return;
    sp__enter(port, SP_CB_TRACING);
    port->hw.HwTracingEnabled(port->devext, FALSE);
    sp__leave(port);
}

static bool connect(struct sp_port *port)
{
    sp__interrupts_connect(port);
    return step(port, SP_BOOT_CONNECT, port->messages, true);
}

static bool scan(struct sp_port *port)
{
    return sp__scan(port) && step(port, SP_BOOT_SCAN, 0, true);
}

static bool start_units(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present && !sp__unit_start(port, &port->lun[i]))
            return sp__start_failed(port, "LUN %u could not be started", i);
    return true;
}

static bool attach(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX && port->class_driver.attach; i++)
        if (port->lun[i].present && !port->class_driver.attach(port->class_driver.ctx, port, i))
            return sp__start_failed(port, "the class driver could not start LUN %u", i);
    return step(port, SP_BOOT_ATTACH, 0, true);
}

static void start_up(struct nt *nt, void *ctx)
{
    struct sp_port *port = ctx;
    bool good = driver_entry(port) && sp__find_adapter(port) && connect(port) &&
                sp__initialize(port) && passive_initialize(port) && control_query(port) &&
                scan(port) && start_units(port) && attach(port) && passive_end(port);

    (void)nt;
    if (good) {
        sp__state_set(port, SP_IS_STARTED);
        tell_tracing(port);
        sp__power_settings_tell(port);
    } else {
        sp__fail(port);
    }
    step(port, SP_BOOT_DONE, good, good);
    sim_stop(port->at.sim, SIM_STOP_DONE);
    sp__tasks_run(port);
}

void sp__boot(struct sp_port *port)
{
    nt_thread_create(port->at.nt, 0, "start-up", start_up, port);
}

/* Only in HwStorInitialize; elsewhere FALSE, and the routine never runs (chapter 2.2). */
BOOLEAN SIM_API StorPortEnablePassiveInitialization(PVOID DeviceExtension,
                                                    PHW_PASSIVE_INITIALIZE_ROUTINE Routine)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortEnablePassiveInitialization");

    if (sp__callback(port) != SP_CB_INITIALIZE || !Routine) {
        sp__usage(port, "StorPortEnablePassiveInitialization outside of HwStorInitialize, or "
                        "without a routine");
        return FALSE;
    }
    port->passive_init = Routine;
    return TRUE;
}
