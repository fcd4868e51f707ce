/* sim/engine/crash.c - a crash in the driver is a finding, not the end.
 *
 * Signals that code under test can raise are caught on a stack of their own. With the driver on the
 * current agent's stack they become the finding driver-fault (or driver-hang, when the watchdog saw
 * no point for a second of processor time) and the run is left at once. Without, they are ours, and
 * end the process as usual.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include "sim/engine/debug.h"
#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/engine/watch_private.h"

static struct sim_module *module;
static struct {
    uint64_t points, events, ticks;
    enum sim_watchdog kind;
} watchdog;

/* Ticks of processor time without a point or an event. */
static const struct {
    uint32_t tick_us, ticks;
} watchdog_of[] = {[SIM_WATCHDOG_PATIENT] = {100000, 10}, [SIM_WATCHDOG_QUICK] = {10000, 3}};
static _Alignas(16) unsigned char signal_stack[64 << 10];
static bool installed;

void sim_set_module(struct sim_module *m)
{
    module = m;
    sim__watched.module = m ? sim_module_base(m) : 0;
}

struct sim_module *sim_module_present(void)
{
    return module;
}

static bool in_module(uintptr_t pc, uint64_t *offset)
{
    return module && sim_module_offset(module, pc, offset);
}

/* Storsim's own routines are shown only where the driver called them by name. */
static const char *routine_name(uintptr_t pc)
{
    Dl_info info;
    static const char *const shown[] = {"StorPort", "Ke", "Srb", "Interlocked", "Rtl", "Mm", "Dbg"};

    if (!dladdr((void *)pc, &info) || !info.dli_sname)
        return NULL;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (!strncmp(info.dli_sname, shown[i], strlen(shown[i])))
            return info.dli_sname;
    return NULL;
}

static void add_frame(struct sim_finding *f, uintptr_t pc)
{
    struct sim_frame frame = {0};

    if (f->frames == SIM_FINDING_FRAMES)
        return;
    frame.in_module = in_module(pc, &frame.offset);
    if (!frame.in_module) {
        frame.engine_name = routine_name(pc);
        if (!frame.engine_name)
            return;
    }
    f->frame[f->frames++] = frame;
}

/* Everything that runs on a fiber keeps frame pointers; a chain that leaves the stack ends the
 * walk. */
void sim__finding_stack(struct sim *s, struct sim_finding *f, uintptr_t pc, uintptr_t frame)
{
    uintptr_t lo = s->fiber->stack_lo, hi = lo + s->fiber->stack_bytes;

    if (pc)
        add_frame(f, pc);
    for (int depth = 0; depth < 256 && frame >= lo && frame + 16 <= hi && !(frame & 7); depth++) {
        uintptr_t next = ((const uintptr_t *)frame)[0], ret = ((const uintptr_t *)frame)[1];

        if (ret)
            add_frame(f, ret - 1);
        if (next <= frame)
            break;
        frame = next;
    }
}

static const char *what(int signal)
{
    switch (signal) {
    case SIGSEGV:
    case SIGBUS:
        return "access to an address where nothing is";
    case SIGFPE:
        return "division by zero";
    case SIGILL:
        return "illegal instruction";
    case SIGTRAP:
        return "breakpoint instruction";
    default:
        return "exception";
    }
}

static void describe_fault(struct sim_finding *f, int signal, const siginfo_t *info,
                           const struct sim *s)
{
    uintptr_t addr = (uintptr_t)info->si_addr;

    if (signal != SIGSEGV && signal != SIGBUS)
        snprintf(f->text, sizeof f->text, "%s", what(signal));
    else if (signal == SIGSEGV && info->si_code == SI_KERNEL) /* the processor does not say which */
        snprintf(f->text, sizeof f->text, "access to an address that no memory can have");
    else if (addr < SIM_PAGE_SIZE)
        snprintf(f->text, sizeof f->text, "access through a NULL pointer (offset %llu)",
                 (unsigned long long)addr);
    else if (addr - (s->fiber->stack_lo - SIM_PAGE_SIZE) < SIM_PAGE_SIZE)
        snprintf(f->text, sizeof f->text, "stack overflow");
    else
        snprintf(f->text, sizeof f->text, "%s", what(signal));
}

/* Called was what is no code: where from. */
static uintptr_t caller(const struct sim *s, const ucontext_t *uc)
{
    uintptr_t sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP], lo = s->fiber->stack_lo;

    return sp - lo <= s->fiber->stack_bytes - 8 && !(sp & 7) ? *(const uintptr_t *)sp - 1 : 0;
}

/* Nothing of the driver's is on the stack: it is the routine itself that is none. */
static void name_routine(const struct sim *s, struct sim_finding *f, bool called)
{
    const char *name = sim_name(SIM_NAME_CALLBACK, s->agent->callback[s->agent->driver_depth]);
    size_t used = strlen(f->text);

    if (name)
        snprintf(f->text + used, sizeof f->text - used, called ? ": %s is no code" : ", for %s",
                 name);
}

static void finding(struct sim *s, enum sim_rule rule, int signal, const siginfo_t *info,
                    const ucontext_t *uc)
{
    struct sim_finding *f = sim__finding_new(s, rule, 0);
    uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP],
              frame = (uintptr_t)uc->uc_mcontext.gregs[REG_RBP];

    bool called = signal == SIGSEGV && pc == (uintptr_t)info->si_addr;

    if (called)
        pc = caller(s, uc);

    if (rule == SIM_RULE_DRIVER_HANG)
        snprintf(f->text, sizeof f->text, "endless loop that touches no shared memory");
    else
        describe_fault(f, signal, info, s);
    sim__finding_stack(s, f, pc, frame);
    if (!f->frames)
        name_routine(s, f, called);
    sim_trace(s, SIM_EV_FINDING, rule, 0, 0, 0);
    sim_debug_found(s, f->text, pc);
    sim__escape(s, SIM_STOP_CRASH);
}

static bool driver_runs(const struct sim *s)
{
    return s && s->running && s->agent && s->agent->driver_depth;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    struct sim *s = sim_current();

    if (driver_runs(s))
        finding(s, SIM_RULE_DRIVER_FAULT, signal, info, context);
    /* Ours: let the default action, a sanitizer or a debugger have it. */
    sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    fprintf(stderr, "storsim: internal error: signal %d outside of the driver\n", signal);
    raise(signal);
}

static void on_watchdog(int signal, siginfo_t *info, void *context)
{
    struct sim *s = sim_current();
    uint64_t offset;
    const ucontext_t *uc = context;

    if (!driver_runs(s))
        return;
    if (s->hot.points != watchdog.points || s->events_run != watchdog.events) {
        watchdog.points = s->hot.points;
        watchdog.events = s->events_run;
        watchdog.ticks = 0;
        return;
    }
    if (++watchdog.ticks >= watchdog_of[watchdog.kind].ticks &&
        in_module((uintptr_t)uc->uc_mcontext.gregs[REG_RIP], &offset)) {
        watchdog.ticks = 0;
        finding(s, SIM_RULE_DRIVER_HANG, signal, info, context);
    }
}

void sim_watchdog_set(enum sim_watchdog kind)
{
    struct itimerval every = {.it_interval.tv_usec = watchdog_of[kind].tick_us,
                              .it_value.tv_usec = watchdog_of[kind].tick_us};

    watchdog.kind = kind;
    watchdog.ticks = 0;
    if (installed)
        setitimer(ITIMER_VIRTUAL, &every, NULL);
}

void sim__crash_install(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    struct sigaction fault = {.sa_sigaction = on_fault,
                              .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct sigaction tick = {.sa_sigaction = on_watchdog,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART};
    stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    if (installed)
        return;
    installed = true;
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &fault, NULL);
    sigaction(SIGVTALRM, &tick, NULL);
    sim_watchdog_set(SIM_WATCHDOG_PATIENT);
}
