/* sim/engine/trace.c - names of events, and records told as JSON or in columns. */
#include "sim/engine/trace.h"

#include <inttypes.h>
#include <string.h>

const struct sim_event_info sim_event_info[SIM_EV_COUNT] = {
#define SIM_EVENT(name, group, a0, a1, a2, a3, text) \
    [SIM_EV_##name] = {#name, #group, {#a0, #a1, #a2, #a3}, text},
#include "sim/engine/trace_events.def"
#undef SIM_EVENT
};

static int ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);

    return n >= m && !strcmp(s + n - m, end);
}

static void put_lower(FILE *out, const char *s)
{
    for (; *s; s++)
        fputc(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s, out);
}

static void put_value(FILE *out, const char *name, uint64_t value, const char *quote)
{
    if (ends_with(name, "_x"))
        fprintf(out, "%s0x%" PRIx64 "%s", quote, value, quote);
    else
        fprintf(out, "%" PRId64, (int64_t)value);
}

void sim_record_json(FILE *out, const struct sim_record *r)
{
    const struct sim_event_info *info = &sim_event_info[r->event];

    fprintf(out, "{\"t\":%" PRId64 ",\"event\":\"", r->at);
    put_lower(out, info->name);
    fputc('"', out);
    if (r->cpu != SIM_CPU_NONE)
        fprintf(out, ",\"cpu\":%u,\"irql\":%u", r->cpu, r->level);
    for (int i = 0; i < 4; i++) {
        if (!strcmp(info->arg[i], "_"))
            continue;
        fprintf(out, ",\"%s\":", info->arg[i]);
        put_value(out, info->arg[i], r->arg[i], "\"");
    }
    fputs("}\n", out);
}

void sim_record_text(FILE *out, const struct sim_record *r)
{
    const struct sim_event_info *info = &sim_event_info[r->event];

    fprintf(out, "%4" PRId64 ".%03" PRId64 " %03" PRId64 " %03" PRId64, r->at / SIM_S,
            r->at / SIM_MS % 1000, r->at / SIM_US % 1000, r->at % 1000);
    if (r->cpu == SIM_CPU_NONE)
        fputs("   -   -  ", out);
    else
        fprintf(out, "  %2u  %2u  ", r->cpu, r->level);
    put_lower(out, info->name);
    for (int i = 0; i < 4; i++) {
        if (!strcmp(info->arg[i], "_"))
            continue;
        fprintf(out, " %s=", info->arg[i]);
        put_value(out, info->arg[i], r->arg[i], "");
    }
    fputc('\n', out);
}
