/* models/disk/disk_model.c - the class driver as a part of the machine. */
#include "models/disk/disk_private.h"
#include "sim/scenario/scenario.h"

uint64_t disk_blocks(const struct disk *disk)
{
    return disk->capacity_blocks;
}

uint32_t disk_block_bytes(const struct disk *disk)
{
    return disk->block_bytes;
}

bool disk_attached(const struct disk *disk)
{
    return disk->attached;
}

void disk_set_load(struct disk *disk, const struct disk_load *load)
{
    SIM_ASSERT(load->slots < SP_SLOTS_MAX);
    disk->load = *load;
    disk->probe.slot = load->slots;
}

static void read_options(struct disk *disk, const struct sim_scenario *scenario)
{
    int64_t timeout = sim_opt(scenario, SIM_OPT_PORT_IO_TIMEOUT);

    if (!timeout)
        timeout = sim_opt(scenario, SIM_OPT_PORT_TIMEOUT);
    disk->timeout_s = (uint32_t)(timeout / SIM_S);
    disk->legacy = sim_opt(scenario, SIM_OPT_PORT_LEGACY_ERRORS);
    disk->tries.left = (uint16_t)(sim_opt(scenario, SIM_OPT_PORT_RETRIES) * (disk->legacy ? 2 : 1));
    disk->tries.time_outs_left = disk->tries.left;
    disk->log_reset_retries = sim_opt(scenario, SIM_OPT_PORT_RESET_RETRY);
    disk->block_bytes = (uint32_t)sim_opt(scenario, SIM_OPT_CONTROLLER_BLOCK);
    disk__health_init(&disk->health, disk->sim, sim_opt(scenario, SIM_OPT_PORT_THROTTLE),
                      (uint32_t)sim_opt(scenario, SIM_OPT_PORT_RESTORE_PERF));
}

static int disk_setup(struct sim_machine *machine, struct sim_error *error)
{
    struct disk *disk = sim_world_alloc(sizeof *disk, 64);
    struct sp_class class_driver = {.attach = disk__attach, .detach = disk__detach, .ctx = disk};

    (void)error;
    machine->part[MACHINE_DISK] = disk;
    disk->sim = machine->sim;
    disk->nt = machine->part[MACHINE_NT];
    disk->port = machine->part[MACHINE_STORPORT];
    read_options(disk, machine->scenario);
    disk->probe_data = nt_pages_alloc(machine->part[MACHINE_MEMORY], NT_PAGE, NT_SCATTERED, 0);
    sp_set_class(disk->port, &class_driver);
    return 0;
}

const struct sim_model disk_model = {.name = "disk", .setup = disk_setup};
