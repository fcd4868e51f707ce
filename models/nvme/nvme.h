/* models/nvme/nvme.h - the NVMe controller, register by register, on virtual time.
 *
 * Models NVM Express 1.4 for what this project's issue needs so far: registers, admin queue, Identify, Set/Get
 * Features, queue creation and deletion, Abort, Asynchronous Event Request, Read, Write, Flush over PRP lists, phase tags, a medium that
 * holds data, and faults. Clearing CC.EN takes time: until CSTS.RDY is 0 commands in flight may still move data.
 * It needs neither processors nor a driver: host memory and interrupts are the functions of struct nvme_host.
 */
#ifndef MODELS_NVME_NVME_H
#define MODELS_NVME_NVME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/sim.h"

/* The side of the host that the controller sees. Called from events and from register writes. */
struct nvme_host {
    /* Moves bytes of host memory. 0; or -1 when refused: then nothing was moved (it was traced by the callee).
     * The controller treats -1 as a data transfer error of the command, or as fatal (CSTS.CFS) for a queue. */
    int (*read)(void *ctx, uint64_t phys, void *to, size_t bytes);
    int (*write)(void *ctx, uint64_t phys, const void *from, size_t bytes);
    void (*message)(void *ctx, uint32_t vector); /* MSI-X */
    void (*line)(void *ctx, bool asserted);      /* INTx level, after INTMS/INTMC */
    bool (*msix)(void *ctx);                     /* MSI-X enabled? else INTx is driven */
    void *ctx;
};

enum nvme_spread { NVME_FIXED, NVME_UNIFORM, NVME_EXPONENTIAL };

struct nvme_options {
    uint64_t namespace_bytes;
    uint32_t block_bytes; /* 512 or 4096 */
    uint32_t queues;      /* I/O queue pairs granted */
    uint32_t entries;     /* CAP.MQES + 1 */
    sim_ns timeout_ns;    /* CAP.TO, rounded up to 500 ms */
    uint32_t mdts;        /* 0: no limit */
    sim_ns ready_ns, disable_ns;
    sim_ns read_ns, write_ns, flush_ns, admin_ns, fetch_ns;
    enum nvme_spread spread;
};

/* A fault: the controller stops responding. While it lasts no command is fetched or completed. Registers read
 * as before. until_forever: CSTS.RDY does not follow CC.EN any more. data: commands being worked on when it
 * began (and when CC.EN is cleared) may still move data until CSTS.RDY is 0. */
struct nvme_fault {
    sim_ns at_ns;      /* after nvme_start(); used when after_commands is 0 */
    uint64_t after_commands; /* begin when so many I/O commands were fetched since nvme_start() */
    bool until_forever;
    bool data;
};
#define NVME_FAULTS_MAX 16

/* What the driver did against the specification; argument `error` of the event GUEST_ERROR. */
enum nvme_guest_error {
#define NVME_GUEST_ERROR(id, text) NVME_GUEST_##id,
#include "models/nvme/guest_errors.def"
#undef NVME_GUEST_ERROR
    NVME_GUEST_COUNT
};
extern const char *const nvme_guest_error_text[NVME_GUEST_COUNT];

struct nvme_ctrl;
struct nvme_ctrl *nvme_create(struct sim *sim, const struct nvme_options *options, const struct nvme_host *host);

/* Arms the faults of a run, whose times count from now. */
void nvme_start(struct nvme_ctrl *ctrl, const struct nvme_fault *faults, uint32_t count);

/* Size of BAR 0 in bytes: registers and doorbells. */
uint32_t nvme_bar_bytes(const struct nvme_ctrl *ctrl);

/* A register access of 4 or 8 bytes at an offset into BAR 0, aligned to its size. Anything else is a traced
 * guest error; reads of what does not exist give 0. Takes effect at once (the cost is charged by the CPU). */
uint64_t nvme_reg_read(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes);
void nvme_reg_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);

/* For checkers and reports. */
bool nvme_ready(const struct nvme_ctrl *ctrl);    /* CSTS.RDY */
bool nvme_enabled(const struct nvme_ctrl *ctrl);  /* CC.EN */
uint32_t nvme_io_queues(const struct nvme_ctrl *ctrl);  /* submission queues that exist, without the admin queue */
uint32_t nvme_commands_inside(const struct nvme_ctrl *ctrl); /* fetched, not completed */
uint64_t nvme_namespace_blocks(const struct nvme_ctrl *ctrl);

#endif
