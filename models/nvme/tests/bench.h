/* models/nvme/tests/bench.h - a controller on a test bench: an array of bytes as host memory,
 * recorded interrupts, rings that are driven entry by entry, virtual time that is stepped. No
 * driver, no CPU.
 */
#ifndef MODELS_NVME_TESTS_BENCH_H
#define MODELS_NVME_TESTS_BENCH_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/fault/fault_private.h"
#include "models/nvme/nvme_private.h"

#define BENCH_MEMORY ((size_t)16 << 20)
#define BENCH_BASE UINT64_C(0x100000000) /* physical address of its first byte */
#define BENCH_PAGE 4096u

extern struct bench {
    struct sim *sim;
    struct nvme_ctrl *ctrl;
    struct faults *faults;
    struct sim_scenario *scenario;
    struct nvme_options options; /* change before bench_open() */
    uint8_t *memory;
    uint64_t used;                      /* bump allocator over memory */
    uint64_t refuse_from, refuse_to;    /* physical addresses that answer -1 */
    uint32_t messages[NVME_QUEUES_MAX]; /* by vector */
    bool msix, msi, line;
    uint32_t line_changes;
    uint32_t events[SIM_EV_COUNT];        /* traced, by name */
    struct sim_record last[SIM_EV_COUNT]; /* the latest of each */
    uint32_t guest_errors[NVME_GUEST_COUNT];
    uint32_t guest_error_count;
    uint64_t reads, writes; /* host accesses */
} bench;

/* A queue pair as a driver sees it. */
struct ring {
    uint32_t qid, entries;
    uint64_t sq, cq;
    uint32_t tail, head;
    uint16_t phase, cid;
};

/* Fixture: options are reset to plain values (fixed latencies, 4 queues of 16 entries, MSI-X). */
void bench_setup(void);
void bench_teardown(void);
/* Creates simulation and controller and begins a run. bench_setup() calls it; call it again after
 * changing options: everything starts anew. */
void bench_open(void);
void bench_reopen(void);

/* All kinds of commands scatter like this ("uniform"), from the next bench_open() on. */
void bench_spread(const char *text);

/* Arms these sections "[fault NAME]\n..." from now on, in place of those before. */
void bench_faults(const char *sections);

/* Lets so much virtual time pass. */
void bench_run(sim_ns ns);
/* Fresh bytes of host memory: their physical address, aligned to `align`. */
uint64_t bench_alloc(size_t bytes, size_t align);
void *bench_at(uint64_t phys);

uint32_t bench_read(uint32_t offset);
void bench_write(uint32_t offset, uint32_t value);
uint32_t bench_csts(void);
/* Writes AQA, ASQ and ACQ for a fresh admin ring, and CC with EN, and waits for RDY. */
void bench_enable(struct ring *admin);
/* The CC value that bench_enable() writes. */
uint32_t bench_cc(void);
/* Everything that happened was according to the rules. */
void bench_no_mistakes(void);
/* Exactly this mistake was made since the last call, once. */
void bench_one_mistake(enum nvme_guest_error error);

/* Puts a command with a fresh identifier at the tail; returns the identifier. */
uint16_t bench_put(struct ring *ring, struct nvme_sqe sqe);
void bench_ring(const struct ring *ring); /* submission doorbell */
uint16_t bench_submit(struct ring *ring, struct nvme_sqe sqe);
/* Takes the next completion entry if there is one. */
bool bench_reap(struct ring *ring, struct nvme_cqe *cqe);
void bench_release(const struct ring *ring); /* completion doorbell */
/* Submits, waits, releases. Returns the status without Do Not Retry. */
uint16_t bench_do(struct ring *ring, struct nvme_sqe sqe, uint32_t *dw0);
/* Status of an entry, without phase and Do Not Retry. */
uint16_t bench_status(const struct nvme_cqe *cqe);

/* Creates an I/O queue pair; interrupts on vector qid (0 without MSI-X). */
void bench_create(struct ring *admin, struct ring *ring, uint32_t qid, uint32_t entries);
/* Enabled, with I/O queue pairs 1 .. n of 16 entries. */
void bench_bring_up(struct ring *admin, struct ring *rings, uint32_t n);

struct nvme_sqe bench_io(enum nvme_io_opcode opcode, uint64_t lba, uint32_t blocks, uint64_t prp1,
                         uint64_t prp2);
struct nvme_sqe bench_create_cq(uint32_t qid, uint32_t entries, uint64_t base, uint32_t vector);
struct nvme_sqe bench_create_sq(uint32_t qid, uint32_t entries, uint64_t base, uint32_t cqid);

/* A main() for tests: bench_main("nvme", "area", tests, count of them). Loop tests have a range. */
struct bench_test {
    const TTest *const *test;
    int loop; /* cases; 0: not a loop test */
};
int bench_main(const char *name, const struct bench_test *tests, size_t count);

#define BENCH_MAIN(name, ...)                                             \
    int main(void)                                                        \
    {                                                                     \
        const struct bench_test tests[] = {__VA_ARGS__};                  \
                                                                          \
        return bench_main(name, tests, sizeof(tests) / sizeof(tests[0])); \
    }
#define T(test)    \
    {              \
        &(test), 0 \
    }
#define LOOP(test, cases)     \
    {                         \
        &(test), (int)(cases) \
    }

#endif
