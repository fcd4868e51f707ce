/* models/storport/debug.c - StorPortDebugPrint and DbgPrint: one line of text each.
 *
 * Text is dropped unless someone listens (sp_set_debug); it never decides anything.
 */
#include "models/storport/sp_private.h"

#define LINE_MAX_BYTES 512

/* Not part of the world, like a trace sink. */
static struct {
    sp_debug_fn fn;
    void *ctx;
} listener;

void sp_set_debug(sp_debug_fn fn, void *ctx)
{
    listener.fn = fn;
    listener.ctx = ctx;
}

/* No more arguments are read than the format takes. */
static void say(const char *format, __builtin_ms_va_list list)
{
    uint64_t args[SP_FORMAT_ARGS];
    uint32_t count = sp__format_slots(format);
    char line[LINE_MAX_BYTES];

    for (uint32_t i = 0; i < count; i++)
        args[i] = __builtin_va_arg(list, uint64_t);
    sp__format(line, sizeof line, format, args, count);
    listener.fn(line, listener.ctx);
}

/* A macro because va_start wants the variadic function's own last parameter. */
#define PRINT(format)                        \
    do {                                     \
        __builtin_ms_va_list list;           \
                                             \
        __builtin_ms_va_start(list, format); \
        say(format, list);                   \
        __builtin_ms_va_end(list);           \
    } while (0)

VOID SIM_API StorPortDebugPrint(ULONG DebugPrintLevel, PCSTR DebugMessage, ...)
{
    (void)DebugPrintLevel;
    sim_point(sp__present()->at.sim, SP_COST);
    if (!SP_NULL(sp__present(), DebugMessage) && listener.fn)
        PRINT(DebugMessage);
}

ULONG SIM_API DbgPrint(PCSTR Format, ...)
{
    sim_point(sp__present()->at.sim, SP_COST);
    if (!SP_NULL(sp__present(), Format) && listener.fn)
        PRINT(Format);
    return 0;
}

ULONG SIM_API DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    (void)ComponentId;
    (void)Level;
    sim_point(sp__present()->at.sim, SP_COST);
    if (!SP_NULL(sp__present(), Format) && listener.fn)
        PRINT(Format);
    return 0;
}

ULONG SIM_API vDbgPrintEx(ULONG ComponentId, ULONG Level, PCCH Format,
                          __builtin_ms_va_list Arguments)
{
    (void)ComponentId;
    (void)Level;
    sim_point(sp__present()->at.sim, SP_COST);
    if (!SP_NULL(sp__present(), Format) && listener.fn)
        say(Format, Arguments);
    return 0;
}
