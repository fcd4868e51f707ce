/* models/storport/port.c - the port driver as a whole: its creation, and what others may ask of it.
 *
 * Models storport.sys of Windows 10 between DriverEntry and HwStorResetBus for one adapter with one
 * bus and one target of up to eight LUNs. Leaves out runtime power management, WMI and
 * virtual miniports. Source: the reference; numbers such as 8.3-35 in this folder name
 * its silent points.
 */
#include <stdarg.h>
#include <stdio.h>

#include "models/storport/sp_private.h"

/* Routines such as StorPortStallExecution get no argument that leads here. Set once when a world is
 * built and constant for its life; core zone addresses do not change. */
static struct sp_port *present;

const char *const sp_callback_name[SP_CB_COUNT] = {
    [SP_CB_DRIVER_ENTRY] = "DriverEntry",
    [SP_CB_FIND_ADAPTER] = "HwStorFindAdapter",
    [SP_CB_INITIALIZE] = "HwStorInitialize",
    [SP_CB_PASSIVE_INITIALIZE] = "HwStorPassiveInitializeRoutine",
    [SP_CB_ADAPTER_CONTROL] = "HwStorAdapterControl",
    [SP_CB_UNIT_CONTROL] = "HwStorUnitControl",
    [SP_CB_BUILD_IO] = "HwStorBuildIo",
    [SP_CB_START_IO] = "HwStorStartIo",
    [SP_CB_INTERRUPT] = "HwStorInterrupt",
    [SP_CB_MSI] = "HwMSInterruptRoutine",
    [SP_CB_DPC] = "HwStorDpcRoutine",
    [SP_CB_TIMER] = "HwStorTimer",
    [SP_CB_TIMER_EX] = "HwStorTimerEx",
    [SP_CB_RESET_BUS] = "HwStorResetBus",
    [SP_CB_SYNCHRONIZED] = "synchronized-access routine",
    [SP_CB_WORK_ITEM] = "HwStorWorkItem",
    [SP_CB_STATE_CHANGE] = "HwStorStateChange",
    [SP_CB_THREAD] = "system thread",
    [SP_CB_SG_LIST] = "scatter/gather routine",
    [SP_CB_TRACING] = "HwStorTracingEnabled",
    [SP_CB_UNLOAD] = "DriverUnload",
};

struct sp_port *sp__present(void)
{
    SIM_ASSERT(present);
    return present;
}

void sp__present_set(struct sp_port *port)
{
    present = port;
}

void sp__config_defaults(struct sp_config *config)
{
    *config = (struct sp_config){
        .register_read_ns = 900,
        .register_write_ns = 60,
        .timer_grain_ns = 10 * SIM_MS,
        .reset_timeout_ns = 30 * SIM_S,
        .notice_ns = 10 * SIM_MS,
        .queue_depth = 20,
        .busy_pause_ns = 250 * SIM_MS,
        .busy_retries = 20,
        .full_ppm = 250000,
        .link_down_ns = 30 * SIM_S,
        .vectors = 9,
        .slots_expected = SP_CHUNK_SLOTS,
        .parameter = "",
        .service = "miniport",
    };
}

static void cpus_create(struct sp_port *port)
{
    port->cpus = nt_cpus(port->at.nt);
    port->cpu = sim_world_alloc(port->cpus * sizeof *port->cpu, 64);
    for (uint32_t i = 0; i < port->cpus; i++) {
        port->cpu[i].port = port;
        port->cpu[i].number = i;
        nt_dpc_init(port->at.nt, &port->cpu[i].dpc, sp__completed_drain, &port->cpu[i]);
    }
}

static void luns_create(struct sp_port *port)
{
    sp__gate_init(port, &port->gate, SP_ADAPTER);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        struct sp_lun *lun = &port->lun[i];

        lun->port = port;
        lun->number = i;
        lun->timer = -1;
        lun->depth = port->config.queue_depth;
        sp__gate_init(port, &lun->gate, i);
    }
}

struct sp_port *sp__create(const struct sp_parts *parts, const struct sp_config *config)
{
    struct sp_port *port = sim_world_alloc(sizeof *port, 64);

    SIM_ASSERT(config->driver_entry && config->registers.read && config->registers.write);
    SIM_ASSERT(config->timer_grain_ns > 0 && config->vectors <= PCI_VECTORS_MAX);
    port->at = *parts;
    port->config = *config;
    present = port;
    cpus_create(port);
    luns_create(port);
    sp__queues_init(port);
    nt_lock_init(parts->nt, &port->startio_lock, "StartIo");
    nt_lock_init(parts->nt, &port->interrupt_lock, "Interrupt");
    port->dpc = sim_world_alloc(SP_DPCS_MAX * sizeof *port->dpc, 64);
    port->block = sim_world_alloc(SP_BLOCKS_MAX * sizeof *port->block, 64);
    sp__timers_init(port);
    sp__workers_init(port);
    sp__registry_init(port);
    sp__mdls_init(port);
    sp__timeouts_init(port);
    sp__recovery_init(port);
    sp__interrupts_create(port);
    sim_stream_register(parts->sim, &port->odd_stream, "storport.silent");
    sp__silent_set(port, config->silent);
    sp__pci_config_init(port);
    sp__life_init(port);
    sp__bar_map(port);
    sp__access_init(port);
    return port;
}

struct sp_port *sp__routine(const void *devext, const char *name)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    if (devext != port->devext)
        sp__usage(port, "%s: the first argument is not the device extension", name);
    return port;
}

void sp__usage(struct sp_port *port, const char *format, ...)
{
    char text[SIM_FINDING_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sim_find_at(port->at.sim, sp__left_routine(port), SIM_RULE_STORPORT_USAGE, 0, "%s", text);
}

bool sp__null(struct sp_port *port, const volatile void *pointer, const char *routine,
              const char *argument)
{
    if (pointer)
        return false;
    sp__usage(port, "%s: %s is NULL", routine, argument);
    return true;
}

bool sp__irql_at_most(struct sp_port *port, uint8_t irql, const char *name)
{
    uint8_t now = nt_irql(port->at.nt);

    if (now <= irql)
        return true;
    sim_find(port->at.sim, SIM_RULE_IRQL, 0, "%s at IRQL %u; it is allowed up to %u", name, now,
             irql);
    return false;
}

void sp_set_class(struct sp_port *port, const struct sp_class *class_driver)
{
    port->class_driver = *class_driver;
}

uint32_t sp_max_transfer(const struct sp_port *port)
{
    return port->max_transfer;
}

uint32_t sp_outstanding(const struct sp_port *port)
{
    return port->outstanding;
}

uint32_t sp_started(const struct sp_port *port)
{
    return port->started;
}

uint32_t sp_queued(const struct sp_port *port)
{
    return port->queued;
}

bool sp_paused(const struct sp_port *port)
{
    return port->gate.pauses > 0;
}

bool sp_recovering(const struct sp_port *port)
{
    return port->recovering > 0;
}

bool sp_in_reset(const struct sp_port *port)
{
    return port->in_reset;
}

bool sp_frozen(const struct sp_port *port, uint32_t lun)
{
    return port->lun[lun].frozen;
}

uint64_t sp_owner_of(const struct sp_port *port, uintptr_t addr)
{
    const struct sp_slot *slot = sp__slot_owning(port, addr);

    return slot ? slot->serial : 0;
}

uint32_t sp_pieces_of(const struct sp_port *port, uint64_t serial,
                      struct sp_piece out[SP_PIECES_MAX])
{
    const struct sp_slot *slot = port->completing;

    return slot && slot->serial == serial ? sp__slot_pieces(port, slot, out) : 0;
}

void sp__no_wait(struct sp_port *port, const char *name)
{
    if (sp__callback(port) == SP_CB_START_IO)
        sim_find(port->at.sim, SIM_RULE_WAIT_IN_STARTIO, 0, "%s inside of HwStorStartIo", name);
}
