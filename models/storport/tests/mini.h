/* models/storport/tests/mini.h - private to these tests: a miniport of host functions over real
 * processors, and a class driver that submits by number.
 *
 * The miniport keeps every request it gets until the test completes it. What it does in each
 * callback is a hook that a test may set before mini_boot().
 */
#ifndef MODELS_STORPORT_TESTS_MINI_H
#define MODELS_STORPORT_TESTS_MINI_H

#include <check.h>

#include "models/storport/sp_private.h"

#define MINI_CPUS 4
#define MINI_SLOTS 64

struct mini_kept {
    SCSI_REQUEST_BLOCK *srb;
    uint8_t function, lun;
};

struct mini {
    /* knobs, before mini_boot() */
    struct sp_config config;
    STOR_SYNCHRONIZATION_MODEL model;
    INTERRUPT_SYNCHRONIZATION_MODE interrupts;
    bool extended;
    uint32_t extension_bytes, hold_us, luns, transfer;
    uint8_t map_buffers;
    uint8_t answer_functions; /* SrbStatus with which reset SRBs are completed at once; 0: kept */
    ULONG found;
    INTERFACE_TYPE interface_type; /* AdapterInterfaceType */
    ULONG record_bytes;            /* HwInitializationDataSize; 0: the whole record */
    bool no_messages;
    bool races; /* look for data races */
    struct sp_class class_driver;
    struct sim_config sim_config;
    uint32_t flags; /* of the requests mini_submit() makes */
    /* hooks: NULL for the default */
    void (*change_record)(HW_INITIALIZATION_DATA *hw); /* before StorPortInitialize */
    HW_FIND_ADAPTER *find;
    HW_INITIALIZE *initialize;
    HW_PASSIVE_INITIALIZE_ROUTINE *passive;
    HW_BUILDIO *build;
    HW_STARTIO *start;
    HW_RESET_BUS *reset;
    HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE *message;
    HW_INTERRUPT *line;
    HW_ADAPTER_CONTROL *control;   /* all but the query */
    HW_UNIT_CONTROL *unit_control; /* likewise; must be set when unit_controls is */
    void (*special)(PVOID devext, SCSI_REQUEST_BLOCK *srb); /* FLUSH, SHUTDOWN, IO_CONTROL, ABORT,
                                                               WMI, POWER, PNP: must complete it */
    uint64_t controls, unit_controls;                       /* supported types, a bit each */
    bool caches;                                            /* CachesData */
    /* the world */
    struct sim *sim;
    struct nt *nt;
    struct nt_memory *memory;
    struct sp_port *port;
    void *devext;
    /* what happened */
    char said[4096];
    struct mini_kept kept[256];
    uint32_t kept_count;
    struct sp_request request[MINI_SLOTS];
    void *data[MINI_SLOTS];
    uint32_t done_count;
    uint32_t done_order[256]; /* slot numbers */
    uint64_t register_value;
    uint32_t register_offset;
    uint32_t started, built, resets;
    enum sp_power power;
};
extern struct mini mini;

void mini_setup(void); /* defaults; a fixture */
void mini_teardown(void);
NTSTATUS SIM_API mini_driver_entry(PDRIVER_OBJECT object, PUNICODE_STRING path); /* the default */
void mini_build(void); /* builds the world, runs nothing */
void mini_boot(void);  /* builds the world, runs to the end of the start-up */
void mini_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Runs for ns more; the run must end by its time. */
void mini_run(sim_ns ns);
/* Runs until a finding of this rule; its text. */
const char *mini_finding(enum sim_rule rule);
/* Calls fn(ctx) as work at PASSIVE on a CPU and runs 10 us. */
void mini_call(uint32_t cpu, void (*fn)(void *ctx), void *ctx);
/* The same, without running. */
void mini_queue_call(uint32_t cpu, void (*fn)(void *ctx), void *ctx);
/* Submits request number slot to a LUN on a CPU, and runs 10 us. */
void mini_submit(uint32_t cpu, uint32_t slot, uint32_t lun);
/* The same from code that runs on a CPU. */
void mini_submit_here(uint32_t slot, uint32_t lun);
/* Completes kept request i with a status, on a CPU, and runs 10 us. */
void mini_complete(uint32_t cpu, uint32_t i, uint8_t status);
void mini_complete_here(SCSI_REQUEST_BLOCK *srb, uint8_t status);
/* Asks for a PnP or power task and runs so long: 'g' when it was carried out, 'b' when it was not
 * possible, '-' when it is not over. */
char mini_task(enum sp_task_kind kind, sim_ns ns);
/* Sends request number slot with a function, from a CPU, and runs 10 us. */
void mini_function_send(uint32_t cpu, uint32_t slot, enum sp_function function, uint8_t action);
/* The function of an SRB of either layout. */
uint8_t mini_function(const SCSI_REQUEST_BLOCK *srb);
/* The kept requests forget the first. */
void mini_drop(uint32_t i);
/* Number of trace events of a name since the boot, and the latest one. */
uint32_t mini_events(enum sim_event_id event);
const struct sim_record *mini_event(enum sim_event_id event);

/* The instrumented driver's accesses, as the engine sees them (named so, because compilers know the
 * real names). */
void SIM_API mini_write1(void *p) __asm__("__tsan_write1");
void SIM_API mini_read4(void *p) __asm__("__tsan_read4");

#endif
