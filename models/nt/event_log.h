/* models/nt/event_log.h - the system event log, as drivers write to it with IoWriteErrorLogEntry.
 *
 * Output only: nothing reads it back. An entry is traced (EVENT_LOG) and kept with the run's
 * result.
 */
#ifndef MODELS_NT_EVENT_LOG_H
#define MODELS_NT_EVENT_LOG_H

#include "models/nt/nt.h"

/* Event identifiers: the low 16 bits of the IO_ERR_* and IO_WARNING_* codes of ntiologc.h. */
enum {
    NT_EVENT_PARITY = 5,
    NT_EVENT_SEEK_ERROR = 6,
    NT_EVENT_BAD_BLOCK = 7,
    NT_EVENT_TIMEOUT = 9,
    NT_EVENT_CONTROLLER_ERROR = 11,
    NT_EVENT_INCORRECT_IRQL = 13,
    NT_EVENT_NOT_READY = 15,
    NT_EVENT_BAD_FIRMWARE = 25,
    NT_EVENT_OLD_FIRMWARE = 26,
    NT_EVENT_RECOVERED_ECC = 33,
    NT_EVENT_FAILURE_PREDICTED = 52,
    NT_EVENT_RESET = 129,
    NT_EVENT_RETRIED = 153,
    NT_EVENT_HARDWARE_ERROR = 154,
    NT_EVENT_SURPRISE_REMOVED = 157,
};

enum nt_log_source {
    NT_LOG_DISK,     /* the class driver: "disk" */
    NT_LOG_PORT,     /* Storport, under the name of the miniport's service */
    NT_LOG_MINIPORT, /* the miniport, through StorPortLogError */
};

struct nt_log_entry {
    enum nt_log_source by;
    const char *source; /* service name, as the event viewer shows it */
    uint32_t id;        /* NT_EVENT_* */
    uint64_t about;     /* for the trace: I/O, SRB or LUN; 0: none */
    uint64_t detail;    /* for the trace */
};

/* Callable from events and CPUs at any IRQL. */
void nt_log(struct nt *nt, const struct nt_log_entry *entry, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
