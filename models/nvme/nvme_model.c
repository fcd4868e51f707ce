/* models/nvme/nvme_model.c - the controller as a part of the machine: options, memory, interrupts.
 *
 * Every access to host memory is traced. One that the host refuses is DMA_BAD with what the memory
 * is or last was and where, so that a checker can name its owner; what it means is not judged here.
 */
#include "models/machine.h"
#include "models/nt/memory.h"
#include "models/nvme/nvme_private.h"
#include "models/pci/pci.h"
#include "sim/engine/names.h"
#include "sim/load/workload.h"
#include "sim/scenario/scenario.h"

/* The controller's way to the rest of the machine; its host context. In the core zone. */
struct bus {
    struct sim *sim;
    struct nt_memory *memory;
    struct pci_function *pci;
};

enum direction { FROM_HOST, TO_HOST };

static int dma_done(struct bus *bus, enum nt_dma result, size_t bytes, enum direction direction,
                    const struct nt_dma_error *bad)
{
    if (SIM_LIKELY(result == NT_DMA_OK)) {
        sim_trace(bus->sim, SIM_EV_DMA, bytes, direction, 0, 0);
        return 0;
    }
    sim_trace(bus->sim, SIM_EV_DMA_BAD, bytes, direction,
              result == NT_DMA_NO_MEMORY ? SIM_WHY_NOTHING : bad->why,
              result == NT_DMA_NO_MEMORY ? UINT64_MAX : bad->address - SIM_PAGES_BASE);
    return -1;
}

static int bus_read(void *ctx, uint64_t phys, void *to, size_t bytes)
{
    struct bus *bus = ctx;
    struct nt_dma_error bad = {0};
    enum nt_dma result = nt_dma_read(bus->memory, phys, to, bytes, &bad);

    return dma_done(bus, result, bytes, FROM_HOST, &bad);
}

static int bus_write(void *ctx, uint64_t phys, const void *from, size_t bytes)
{
    struct bus *bus = ctx;
    struct nt_dma_error bad = {0};
    enum nt_dma result = nt_dma_write(bus->memory, phys, from, bytes, &bad);

    return dma_done(bus, result, bytes, TO_HOST, &bad);
}

static void bus_message(void *ctx, uint32_t vector)
{
    pci_msix_raise(((struct bus *)ctx)->pci, vector);
}

static void bus_line(void *ctx, bool asserted)
{
    pci_intx_set(((struct bus *)ctx)->pci, asserted);
}

static bool bus_msix(void *ctx)
{
    const struct pci_function *pci = ((struct bus *)ctx)->pci;

    return pci_msix_enabled(pci) && pci_kind(pci) == PCI_MSIX;
}

static bool bus_msi(void *ctx)
{
    const struct pci_function *pci = ((struct bus *)ctx)->pci;

    return pci_msix_enabled(pci) && pci_kind(pci) == PCI_MSI;
}

/* --- set-up ----------------------------------------------------------------------------------- */

static uint16_t optional_commands(const struct sim_scenario *s)
{
    return (uint16_t)((sim_opt(s, SIM_OPT_CONTROLLER_DEALLOCATE) ? NVME_ONCS_DATASET : 0) |
                      (sim_opt(s, SIM_OPT_CONTROLLER_WRITE_ZEROES) ? NVME_ONCS_WRITE_ZEROES : 0) |
                      (sim_opt(s, SIM_OPT_CONTROLLER_WRITE_UNCORRECTABLE)
                           ? NVME_ONCS_WRITE_UNCORRECTABLE
                           : 0) |
                      (sim_opt(s, SIM_OPT_CONTROLLER_COMPARE) ? NVME_ONCS_COMPARE : 0) |
                      (sim_opt(s, SIM_OPT_CONTROLLER_VERIFY) ? NVME_ONCS_VERIFY : 0));
}

/* Something in the scenario cuts the controller's power. */
static bool power_fails(const struct sim_scenario *s)
{
    for (uint32_t i = 0; i < sim_sections(s, "fault"); i++) {
        int64_t action = sim_section_opt(sim_section(s, "fault", i), SIM_OPT_FAULT_ACTION);

        if (action == SIM_FAULT_POWER_LOSS || action == SIM_FAULT_SLEEP)
            return true;
    }
    return false;
}

/* In blocks. */
static uint32_t granule_of(const struct sim_scenario *s)
{
    int64_t granule =
        sim_opt(s, SIM_OPT_CONTROLLER_GRANULARITY) / sim_opt(s, SIM_OPT_CONTROLLER_BLOCK);

    return granule ? (uint32_t)granule : 1;
}

static struct nvme_options read_options(const struct sim_scenario *s, uint32_t vectors)
{
    return (struct nvme_options){
        .namespace_bytes = (uint64_t)sim_opt(s, SIM_OPT_CONTROLLER_NAMESPACE),
        .namespaces = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_NAMESPACES),
        .block_bytes = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_BLOCK),
        .queues = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_QUEUES),
        .entries = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_ENTRIES),
        .vectors = vectors,
        .mdts = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_MDTS),
        .timeout_ns = sim_opt(s, SIM_OPT_CONTROLLER_TIMEOUT),
        .ready_ns = sim_opt(s, SIM_OPT_CONTROLLER_READY),
        .disable_ns = sim_opt(s, SIM_OPT_CONTROLLER_DISABLE),
        .fetch_ns = sim_opt(s, SIM_OPT_CONTROLLER_FETCH),
        .read_ns = sim_opt(s, SIM_OPT_CONTROLLER_READ),
        .write_ns = sim_opt(s, SIM_OPT_CONTROLLER_WRITE),
        .flush_ns = sim_opt(s, SIM_OPT_CONTROLLER_FLUSH),
        .admin_ns = sim_opt(s, SIM_OPT_CONTROLLER_ADMIN),
        .trim_ns = sim_opt(s, SIM_OPT_CONTROLLER_TRIM),
        .deallocated = (enum nvme_deallocated)sim_opt(s, SIM_OPT_CONTROLLER_DEALLOCATED),
        .granule = granule_of(s),
        .dulbe = sim_opt(s, SIM_OPT_CONTROLLER_DULBE),
        .subsystem_reset = sim_opt(s, SIM_OPT_CONTROLLER_SUBSYSTEM_RESET),
        .oncs = optional_commands(s),
        .sgls = sim_opt(s, SIM_OPT_CONTROLLER_SGLS),
        .weighted = sim_opt(s, SIM_OPT_CONTROLLER_WEIGHTED),
        .doorbell_buffer = sim_opt(s, SIM_OPT_CONTROLLER_DOORBELL_BUFFER),
        .stride = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_DOORBELL_STRIDE),
        .cache_bytes = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_WRITE_CACHE),
        .power_fails = power_fails(s),
    };
}

/* In the core zone; text was checked when it was read. */
static const struct sim_spread *spread_read(const struct sim_scenario *s, enum sim_option option)
{
    struct sim_spread *spread = sim_world_alloc(sizeof *spread, 64);
    int bad = sim_opt_spread(s, option, spread, NULL);

    SIM_ASSERT(!bad);
    return spread;
}

static void read_spreads(const struct sim_scenario *s, struct nvme_options *options)
{
    static const enum sim_option of[NVME_TIMED_COUNT] = {
        [NVME_TIMED_READ] = SIM_OPT_CONTROLLER_READ_SPREAD,
        [NVME_TIMED_WRITE] = SIM_OPT_CONTROLLER_WRITE_SPREAD,
        [NVME_TIMED_FLUSH] = SIM_OPT_CONTROLLER_FLUSH_SPREAD,
        [NVME_TIMED_TRIM] = SIM_OPT_CONTROLLER_TRIM_SPREAD,
        [NVME_TIMED_ADMIN] = SIM_OPT_CONTROLLER_ADMIN_SPREAD,
    };
    const struct sim_spread *all = spread_read(s, SIM_OPT_CONTROLLER_SPREAD);

    for (uint32_t i = 0; i < NVME_TIMED_COUNT; i++) {
        options->spread[i] = *sim_opt_text(s, of[i]) ? spread_read(s, of[i]) : all;
    }
}

static void read_timing(const struct sim_scenario *s, struct nvme_options *options)
{
    uint32_t entries = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_COALESCE_ENTRIES);
    sim_ns time_ns = sim_opt(s, SIM_OPT_CONTROLLER_COALESCE_TIME);

    options->posted_ns = sim_opt(s, SIM_OPT_MACHINE_POSTED);
    options->coalescing = (entries - 1) | (uint32_t)(time_ns / (100 * SIM_US)) << 8;
    options->flash = (struct nvme_flash_options){
        .channels = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_CHANNELS),
        .dies = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_DIES),
        .stripe_bytes = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_STRIPE),
        .channel_rate = (uint64_t)sim_opt(s, SIM_OPT_CONTROLLER_CHANNEL_RATE),
        .link_rate = (uint64_t)sim_opt(s, SIM_OPT_CONTROLLER_LINK_RATE),
        .gc_interval_ns = sim_opt(s, SIM_OPT_CONTROLLER_GC_INTERVAL),
        .gc_pause_ns = sim_opt(s, SIM_OPT_CONTROLLER_GC_PAUSE),
        .gc_spread = spread_read(s, SIM_OPT_CONTROLLER_GC_SPREAD),
    };
}

static int check_options(const struct sim_scenario *s, struct sim_error *error)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < sim_sections(s, "workload"); i++)
        bytes += sim_section_workload(sim_section(s, "workload", i))->written_max;
    if (bytes > NVME_MEDIA_BYTES_MAX)
        return sim_error_set(error,
                             "%s: the workloads can write %llu MiB in different places; the medium "
                             "keeps at most %llu MiB of one run: lower their size or number_ios",
                             sim_scenario_path(s), (unsigned long long)(bytes >> 20),
                             (unsigned long long)(NVME_MEDIA_BYTES_MAX >> 20));
    return 0;
}

static int setup(struct sim_machine *machine, struct sim_error *error)
{
    struct bus *bus;
    struct nvme_options options;

    SIM_ASSERT(machine->part[MACHINE_MEMORY] && machine->part[MACHINE_PCI]);
    options = read_options(machine->scenario, pci_vectors(machine->part[MACHINE_PCI]));
    read_spreads(machine->scenario, &options);
    read_timing(machine->scenario, &options);
    if (check_options(machine->scenario, error))
        return -1;
    bus = sim_world_alloc(sizeof(*bus), 64);
    bus->sim = machine->sim;
    bus->memory = machine->part[MACHINE_MEMORY];
    bus->pci = machine->part[MACHINE_PCI];
    machine->part[MACHINE_NVME] = nvme_create(machine->sim, &options,
                                              &(struct nvme_host){.read = bus_read,
                                                                  .write = bus_write,
                                                                  .message = bus_message,
                                                                  .line = bus_line,
                                                                  .msix = bus_msix,
                                                                  .msi = bus_msi,
                                                                  .ctx = bus},
                                              faults_of(machine));
    for (uint32_t i = 0; i < NVME_GUEST_COUNT; i++)
        sim_name_set(SIM_NAME_ERROR, i, nvme_guest_error_text[i]);
    return 0;
}

const struct sim_model nvme_model = {.name = "nvme", .setup = setup};
