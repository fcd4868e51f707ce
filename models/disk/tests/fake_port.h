/* models/disk/tests/fake_port.h - a port driver that a test can bend: link seam of the disk model.
 *
 * Requests end after a delay, in a DPC, with the status the test says; data moves to and from a
 * small medium. The processors and memory are the real models.
 */
#ifndef MODELS_DISK_TESTS_FAKE_PORT_H
#define MODELS_DISK_TESTS_FAKE_PORT_H

#include "models/disk/disk_private.h"
#include "models/load/load_private.h"

#define FAKE_BLOCKS 8192u /* of 512 bytes */
#define FAKE_LOG_MAX 4096

/* How the n-th hand-over (from 0) of a request ends; NULL: all well. */
typedef void (*fake_end_fn)(struct sp_request *request, uint32_t n);

struct fake_port {
    sim_ns delay_ns;
    fake_end_fn end;
    uint64_t blocks; /* told by READ CAPACITY */
    uint32_t block_bytes;
    uint32_t max_transfer;
    bool refuses_16;   /* READ CAPACITY(16) is not known */
    bool move_nothing; /* requests succeed without data */
    bool paused;
    bool surprised; /* the device is gone */
    /* what happened */
    uint32_t submitted, in_flight, in_flight_max, probes, bus_resets, releases;
    struct {
        uint64_t io;
        enum sp_op op;
        uint8_t cdb[SP_CDB_BYTES];
        uint8_t irql, cpu;
        uint32_t slot, timeout_s, data_bytes, flags;
        sim_ns at;
    } log[FAKE_LOG_MAX];
};
extern struct fake_port fake_port;
extern struct sim *fake_sim;
extern struct nt *fake_nt;
extern struct disk *fake_disk;
extern struct load *fake_load;

/* Traced, with time: what the application and others saw. */
struct fake_seen {
    sim_ns at;
    enum sim_event_id event;
    uint64_t arg[4];
};
extern struct fake_seen fake_seen[FAKE_LOG_MAX];
extern uint32_t fake_seen_count;

/* Fixtures: nothing but the world. */
void fake_setup(void);
void fake_teardown(void);

/* Builds disk and load from a scenario's text, with 4 CPUs. Returns what set-up returned; error
 * text in fake_error. */
int fake_build(const char *scenario);
extern struct sim_error fake_error;
/* Runs the start-up thread; what attach said. */
bool fake_attach(void);
void fake_detach(void);
/* Starts the load and runs it until it stops or until `limit`. */
enum sim_stop fake_run(sim_ns limit);
/* All three, where no error is expected. */
enum sim_stop fake_all(const char *scenario, sim_ns limit);

/* The n-th (from 0) event of this name; NULL when there are not so many. */
const struct fake_seen *fake_event(enum sim_event_id event, uint32_t n);
uint32_t fake_count(enum sim_event_id event);

#endif
