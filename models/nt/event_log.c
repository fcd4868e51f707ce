/* models/nt/event_log.c - the system event log. */
#include "models/nt/event_log.h"

#include <stdarg.h>
#include <stdio.h>

#include "models/nt/nt_private.h"
#include "sim/run/result.h"

void nt_log(struct nt *nt, const struct nt_log_entry *entry, const char *format, ...)
{
    char text[sizeof((struct sim_log_entry *)NULL)->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sim_trace(nt->sim, SIM_EV_EVENT_LOG, entry->id, entry->by, entry->about, entry->detail);
    sim_log_add(sim_now(nt->sim), entry->id, entry->source, text);
}
