/* models/storport/model.c - the port driver as a part of a scenario's machine. */
#include <stdio.h>
#include <string.h>

#include "models/fault/fault.h"
#include "models/nvme/nvme.h"
#include "models/storport/sp_private.h"
#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/scenario/scenario.h"

enum { SILENT_DEFAULT, SILENT_RANDOM };                    /* of port.silent */
enum { INTERRUPTS_MSIX, INTERRUPTS_INTX, INTERRUPTS_MSI }; /* of machine.interrupts */

static uint64_t read_controller(void *ctx, uint32_t offset, uint32_t bytes)
{
    return nvme_reg_read(ctx, offset, bytes);
}

static void write_controller(void *ctx, uint32_t offset, uint32_t bytes, uint64_t value)
{
    nvme_reg_write(ctx, offset, bytes, value);
}

/* On, it is as it was left when it went off. */
static void power_controller(void *ctx, enum sp_power power)
{
    if (power != SP_POWER_ON)
        nvme_power_off(ctx);
}

/* As many requests as the load keeps in flight, so that none is made during a run. */
static uint32_t slots_expected(const struct sim_scenario *scenario)
{
    uint64_t slots = SP_CHUNK_SLOTS;

    for (uint32_t i = 0; i < sim_sections(scenario, "workload"); i++) {
        const struct sim_section *section = sim_section(scenario, "workload", i);

        slots += (uint64_t)sim_section_opt(section, SIM_OPT_WORKLOAD_IODEPTH) *
                 (uint64_t)sim_section_opt(section, SIM_OPT_WORKLOAD_NUMJOBS);
    }
    return slots < SP_SLOTS_MAX ? (uint32_t)slots : SP_SLOTS_MAX;
}

static void read_options(const struct sim_scenario *scenario, struct sp_config *config)
{
    config->register_read_ns = sim_opt(scenario, SIM_OPT_MACHINE_REGISTER_READ);
    config->register_write_ns = sim_opt(scenario, SIM_OPT_MACHINE_REGISTER_WRITE);
    config->timer_grain_ns = sim_opt(scenario, SIM_OPT_PORT_TIMER_GRAIN);
    config->reset_timeout_ns = sim_opt(scenario, SIM_OPT_PORT_RESET_TIMEOUT);
    config->reset_hold_ns = sim_opt(scenario, SIM_OPT_PORT_RESET_HOLD);
    config->queue_depth = (uint32_t)sim_opt(scenario, SIM_OPT_PORT_QUEUE_DEPTH);
    config->busy_pause_ns = sim_opt(scenario, SIM_OPT_PORT_BUSY_PAUSE);
    config->busy_retries = (uint32_t)sim_opt(scenario, SIM_OPT_PORT_BUSY_RETRIES);
    config->full_ppm = (uint32_t)sim_opt(scenario, SIM_OPT_PORT_QUEUE_FULL_WAIT);
    config->link_down_ns = sim_opt(scenario, SIM_OPT_PORT_LINK_DOWN);
    sp__silent_read(scenario, config->silent);
    config->parameter = sim_opt_text(scenario, SIM_OPT_DRIVER_PARAMETER);
    config->slots_expected = slots_expected(scenario);
    config->vectors = 0;
    config->msi = sim_opt(scenario, SIM_OPT_MACHINE_INTERRUPTS) == INTERRUPTS_MSI;
    config->msi_mask = sim_opt(scenario, SIM_OPT_MACHINE_MSI_MASK);
    if (sim_opt(scenario, SIM_OPT_MACHINE_INTERRUPTS) != INTERRUPTS_INTX)
        config->vectors = pci_grant(config->msi ? PCI_MSI : PCI_MSIX,
                                    (uint32_t)sim_opt(scenario, SIM_OPT_MACHINE_VECTORS));
}

/* The service is called as the module's file is: "nvme" for .../nvme.so. */
static const char *service_name(const struct sim_scenario *scenario)
{
    const char *module = sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE);
    const char *slash = strrchr(module, '/'), *base = slash ? slash + 1 : module;
    char *name = sim_world_alloc(SP_SERVICE_NAME, 1);

    snprintf(name, SP_SERVICE_NAME, "%.*s", (int)strcspn(base, "."), base);
    return name;
}

static void fill_registry(const struct sim_scenario *scenario, struct sp_port *port)
{
    for (uint32_t i = 0; i < sim_registry_values(scenario); i++)
        sp__registry_add(port, sim_registry_value(scenario, i));
}

static int setup(struct sim_machine *machine, struct sim_error *error)
{
    struct nvme_ctrl *controller = machine->part[MACHINE_NVME];
    struct sp_parts parts = {.sim = machine->sim,
                             .nt = machine->part[MACHINE_NT],
                             .memory = machine->part[MACHINE_MEMORY],
                             .pci = machine->part[MACHINE_PCI]};
    struct sp_config config;

    sp__config_defaults(&config);
    read_options(machine->scenario, &config);
    config.service = service_name(machine->scenario);
    config.driver_entry = (DRIVER_INITIALIZE *)sim_module_symbol(machine->module, "DriverEntry");
    if (!config.driver_entry)
        return sim_error_set(error, "%s: the module has no DriverEntry",
                             sim_module_path(machine->module));
    config.registers = (struct sp_registers){.bytes = nvme_bar_bytes(controller),
                                             .read = read_controller,
                                             .write = write_controller,
                                             .power = power_controller,
                                             .ctx = controller};
    for (uint32_t i = 0; i < SP_CB_COUNT; i++)
        sim_name_set(SIM_NAME_CALLBACK, i, sp_callback_name[i]);
    sp__polite_names();
    machine->part[MACHINE_STORPORT] = sp__create(&parts, &config);
    fill_registry(machine->scenario, machine->part[MACHINE_STORPORT]);
    sp__actions_serve(machine->part[MACHINE_STORPORT], faults_of(machine));
    sp__boot(machine->part[MACHINE_STORPORT]);
    return 0;
}

static void start(struct sim_machine *machine)
{
    if (sim_opt(machine->scenario, SIM_OPT_PORT_SILENT) == SILENT_RANDOM)
        sp__silent_draw(machine->part[MACHINE_STORPORT], machine->scenario);
}

const struct sim_model storport_model = {.name = "storport", .setup = setup, .start = start};
