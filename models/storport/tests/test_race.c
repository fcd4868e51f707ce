/* models/storport/tests/test_race.c - each rule that orders a miniport's accesses, kept and broken.
 *
 * A rule is a pair of small miniports that differ in one thing. The one that keeps the rule must be
 * silent and the one that breaks it reported, in every run: whether two accesses are ordered does
 * not depend on how they fell out.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"
#include "sim/engine/race.h"

#define SEEDS 12

uint32_t SIM_API exchange4(volatile uint32_t *p, uint32_t v,
                           int order) __asm__("__tsan_atomic32_exchange");
uint32_t SIM_API load4(const volatile uint32_t *p, int order) __asm__("__tsan_atomic32_load");

static bool wrong; /* this run's miniport breaks the rule */

/* What the accesses are about: the first bytes of the device extension, and a flag behind them. */
static void touch(void)
{
    mini_write1(mini.devext);
}

static void look(void)
{
    mini_read4(mini.devext);
}

static volatile uint32_t *flag(void)
{
    return (volatile uint32_t *)mini.devext + 16;
}

/* --- things that happen ----------------------------------------------------------------------- */

static struct alarm {
    struct sim_event event;
    uint32_t cpu;
} alarms[16];
static uint32_t next_alarm;

static void ring(struct sim_event *event, void *ctx)
{
    struct alarm *alarm = ctx;

    (void)event;
    nt_interrupt_request(mini.nt, &mini.port->message[alarm->cpu].interrupt, alarm->cpu);
}

/* The message of this number comes in, on the CPU of the same number. */
static void interrupt_in(uint32_t cpu, sim_ns ns)
{
    struct alarm *alarm = &alarms[next_alarm++ % 16];

    *alarm = (struct alarm){.cpu = cpu};
    sim_event_in(mini.sim, &alarm->event, ns, ring, alarm);
}

static BOOLEAN SIM_API message_touches(PVOID devext, ULONG number)
{
    (void)devext;
    (void)number;
    touch();
    return TRUE;
}

static void touch_plainly(void *ctx)
{
    (void)ctx;
    touch();
}

static void with_lock(STOR_SPINLOCK type, void *context, void (*fn)(void))
{
    STOR_LOCK_HANDLE handle;

    StorPortAcquireSpinLock(mini.devext, type, context, &handle);
    fn();
    StorPortReleaseSpinLock(mini.devext, &handle);
}

/* --- locks ------------------------------------------------------------------------------------ */

static void touch_under_startio(void *ctx)
{
    (void)ctx;
    with_lock(StartIoLock, NULL, touch);
}

static void startio_lock(void)
{
    mini_queue_call(0, touch_under_startio, NULL);
    mini_queue_call(1, wrong ? touch_plainly : touch_under_startio, NULL);
}

static BOOLEAN SIM_API synchronized(PVOID devext, PVOID context)
{
    (void)devext;
    (void)context;
    touch();
    return TRUE;
}

static void touch_synchronized(void *ctx)
{
    (void)ctx;
    if (wrong)
        touch_under_startio(NULL);
    else
        StorPortSynchronizeAccess(mini.devext, synchronized, NULL);
}

static void synchronize_access(void)
{
    interrupt_in(1, SIM_US);
    mini_queue_call(0, touch_synchronized, NULL);
}

static void touch_under_message(void *ctx)
{
    ULONG old, number = wrong ? 2 : 1;

    (void)ctx;
    StorPortAcquireMSISpinLock(mini.devext, number, &old);
    touch();
    StorPortReleaseMSISpinLock(mini.devext, number, old);
}

static void message_lock(void)
{
    interrupt_in(1, SIM_US);
    mini_queue_call(0, touch_under_message, NULL);
}

/* On one CPU: the interrupt lands on top of the other, or might have. */
static void interrupt_over_the_same_cpu(void)
{
    interrupt_in(0, SIM_US);
    mini_queue_call(0, touch_synchronized, NULL);
}

/* --- IRQL on one CPU -------------------------------------------------------------------------- */

static STOR_DPC *dpc(void)
{
    return (STOR_DPC *)((char *)mini.devext + 128);
}

static void SIM_API dpc_touches(PSTOR_DPC d, PVOID devext, PVOID arg1, PVOID arg2)
{
    (void)devext;
    (void)arg1;
    (void)arg2;
    if (arg1)
        with_lock(DpcLock, d, touch);
    else
        touch();
}

static BOOLEAN SIM_API prepare_dpc(PVOID devext)
{
    StorPortInitializeDpc(devext, dpc(), dpc_touches);
    return TRUE;
}

static BOOLEAN SIM_API message_issues(PVOID devext, ULONG number)
{
    (void)number;
    StorPortIssueDpc(devext, dpc(), NULL, NULL);
    return TRUE;
}

/* Code at DISPATCH, whatever raised it, is ordered with the DPCs of its CPU; code at PASSIVE is
 * not. */
static void dispatch_against_dpc(void)
{
    interrupt_in(0, SIM_US);
    mini_queue_call(0, wrong ? touch_plainly : touch_under_startio, NULL);
}

/* --- DPCs ------------------------------------------------------------------------------------- */

static void issue_dpc(void *ctx)
{
    StorPortIssueDpc(mini.devext, dpc(), ctx, NULL);
}

/* One DPC may run on two CPUs at once. */
static void dpc_lock(void)
{
    static int locked;
    void *ctx = wrong ? NULL : &locked;

    mini_queue_call(0, issue_dpc, ctx);
    mini_run(5 * SIM_US);
    mini_queue_call(1, issue_dpc, ctx);
}

static void touch_and_issue(void *ctx)
{
    (void)ctx;
    if (!wrong)
        touch();
    StorPortIssueDpc(mini.devext, dpc(), NULL, NULL);
    if (wrong)
        touch();
}

static void hold_dispatch(void *ctx)
{
    uint8_t old = nt_raise_irql(mini.nt, NT_DISPATCH);

    (void)ctx;
    StorPortIssueDpc(mini.devext, dpc(), NULL, NULL);
    nt_stall(mini.nt, 200 * SIM_US);
    nt_lower_irql(mini.nt, old);
}

/* The DPC is queued on another CPU already: asking once more is enough, it has not begun. */
static void dpc_queued_already(void)
{
    mini_queue_call(0, hold_dispatch, NULL);
    mini_run(5 * SIM_US);
    mini_queue_call(1, touch_and_issue, NULL);
}

/* --- timers and work items -------------------------------------------------------------------- */

static void SIM_API timer_touches(PVOID devext)
{
    (void)devext;
    touch();
}

static void arm_timer(void *ctx)
{
    (void)ctx;
    if (!wrong)
        touch();
    StorPortNotification(RequestTimerCall, mini.devext, timer_touches, 10);
    if (wrong)
        touch();
}

static void timer(void)
{
    mini_queue_call(0, arm_timer, NULL);
}

static void SIM_API timer_ex_touches(PVOID devext, PVOID context)
{
    (void)devext;
    (void)context;
    touch();
}

static void arm_timer_ex(void *ctx)
{
    static void *handle;

    (void)ctx;
    StorPortInitializeTimer(mini.devext, &handle);
    if (!wrong)
        touch();
    StorPortRequestTimer(mini.devext, handle, timer_ex_touches, NULL, 10, 0);
    if (wrong)
        touch();
}

static void timer_ex(void)
{
    mini_queue_call(0, arm_timer_ex, NULL);
}

static void SIM_API work_touches(PVOID devext, PVOID context, PVOID worker)
{
    (void)devext;
    (void)context;
    (void)worker;
    touch();
}

static void queue_work(void *ctx)
{
    static void *worker;

    (void)ctx;
    StorPortInitializeWorker(mini.devext, &worker);
    if (!wrong)
        touch();
    StorPortQueueWorkItem(mini.devext, work_touches, worker, NULL);
    if (wrong)
        touch();
}

static void work_item(void)
{
    mini_queue_call(0, queue_work, NULL);
}

/* --- requests --------------------------------------------------------------------------------- */

static struct submission {
    uint32_t slot;
} submissions[] = {{0}, {1}, {2}, {3}};

static void submit(void *ctx)
{
    mini_submit_here(((const struct submission *)ctx)->slot, 0);
}

static BOOLEAN SIM_API build_touches_extension(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    mini_write1(srb->SrbExtension);
    if (wrong && srb->Cdb[0] == SCSIOP_READ)
        touch();
    return TRUE;
}

/* The scan's commands: one LUN is there. */
static BOOLEAN scanned(PSCSI_REQUEST_BLOCK srb)
{
    uint8_t *data = srb->DataBuffer;

    memset(data, 0, srb->DataTransferLength);
    if (srb->Cdb[0] == SCSIOP_INQUIRY)
        data[2] = 6;
    else
        data[3] = 8;
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

static BOOLEAN SIM_API start_looks_at_extension(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return scanned(srb);
    mini_read4(srb->SrbExtension);
    touch();
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

/* BuildIo and StartIo of one request are in order; BuildIo has no lock for anything else. */
static void build_and_start(void)
{
    for (uint32_t i = 0; i < 4; i++)
        mini_queue_call(i, submit, &submissions[i]);
}

static BOOLEAN SIM_API start_keeps_touching(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STOR_LOCK_HANDLE handle;

    if (srb->Cdb[0] != SCSIOP_READ)
        return scanned(srb);
    mini_read4(srb->SrbExtension);
    StorPortAcquireSpinLock(devext, InterruptLock, NULL, &handle);
    mini.kept[mini.kept_count++].srb = srb;
    StorPortReleaseSpinLock(devext, &handle);
    if (wrong)
        mini_read4(srb->SrbExtension);
    return TRUE;
}

/* The service routine holds its message's lock, which the interrupt lock includes. */
static BOOLEAN SIM_API message_completes(PVOID devext, ULONG number)
{
    (void)devext;
    (void)number;
    if (mini.kept_count) {
        SCSI_REQUEST_BLOCK *srb = mini.kept[0].srb;

        mini_drop(0);
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
    }
    return TRUE;
}

/* Once it is where another CPU may complete it, it must be let alone, even if it was not completed
 * yet. */
static void request_handed_on(void)
{
    mini_queue_call(0, submit, &submissions[0]);
    interrupt_in(1, 50 * SIM_US);
}

static BOOLEAN SIM_API start_looks(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return scanned(srb);
    look();
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

static void pause_and_resume(void *ctx)
{
    (void)ctx;
    StorPortPause(mini.devext, 60);
    nt_stall(mini.nt, 20 * SIM_US);
    if (!wrong)
        touch();
    StorPortResume(mini.devext);
    if (wrong)
        touch();
}

/* What was done before StorPortResume is done for the requests it lets through. */
static void resume(void)
{
    mini_queue_call(0, pause_and_resume, NULL);
    mini_run(5 * SIM_US);
    mini_queue_call(1, submit, &submissions[1]);
}

/* In half duplex StartIo holds the interrupt lock as well. */
static void duplex(void)
{
    mini_queue_call(0, submit, &submissions[0]);
    interrupt_in(1, SIM_US);
}

/* --- interlocked operations and memory -------------------------------------------------------- */

static void publish(void *ctx)
{
    (void)ctx;
    touch();
    if (wrong) {
        mini_write1((void *)(uintptr_t)flag());
        *flag() = 1;
    } else {
        exchange4(flag(), 1, 5);
    }
}

static void consume(void *ctx)
{
    (void)ctx;
    while (!load4(flag(), 5))
        nt_stall(mini.nt, 100);
    look();
}

static void interlocked(void)
{
    mini_queue_call(0, publish, NULL);
    mini_queue_call(1, consume, NULL);
}

static void *block;

static void use_block(void *ctx)
{
    (void)ctx;
    mini_write1(block);
    if (!wrong)
        with_lock(StartIoLock, NULL, touch);
}

static void free_block(void *ctx)
{
    (void)ctx;
    with_lock(StartIoLock, NULL, touch);
    StorPortFreePool(mini.devext, block);
}

static void allocate_block(void *ctx)
{
    (void)ctx;
    StorPortAllocatePool(mini.devext, 64, 1, &block);
}

/* Who frees must come after everybody who used it. */
static void free_pool(void)
{
    mini_call(0, allocate_block, NULL);
    mini_queue_call(1, use_block, NULL);
    mini_run(20 * SIM_US);
    mini_queue_call(2, free_block, NULL);
}

/* --- threads ---------------------------------------------------------------------------------- */

static bool go;

static void waiter(struct nt *nt, void *ctx)
{
    (void)ctx;
    nt_wait(nt, &go, SIM_NEVER);
    touch();
}

static void signaller(void *ctx)
{
    (void)ctx;
    if (!wrong)
        touch();
    go = true;
    nt_signal(mini.nt);
    if (wrong)
        touch();
}

static void signal_and_wait(void)
{
    go = false;
    nt_thread_create(mini.nt, 1, "waiter", waiter, NULL);
    mini_run(5 * SIM_US);
    mini_queue_call(0, signaller, NULL);
}

static void creator(void *ctx)
{
    (void)ctx;
    go = true;
    if (!wrong)
        touch();
    nt_thread_create(mini.nt, 1, "created", waiter, NULL);
    if (wrong)
        touch();
}

static void create_thread(void)
{
    mini_queue_call(0, creator, NULL);
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct rule {
    const char *name;
    void (*act)(void);
    HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE *message;
    HW_PASSIVE_INITIALIZE_ROUTINE *passive;
    HW_BUILDIO *build;
    HW_STARTIO *start;
} rules[] = {
    {.name = "StartIo lock", .act = startio_lock},
    {.name = "StorPortSynchronizeAccess", .act = synchronize_access, .message = message_touches},
    {.name = "message lock", .act = message_lock, .message = message_touches},
    {.name = "interrupt on the same CPU",
     .act = interrupt_over_the_same_cpu,
     .message = message_touches},
    {.name = "DISPATCH against a DPC",
     .act = dispatch_against_dpc,
     .message = message_issues,
     .passive = prepare_dpc},
    {.name = "DPC on two CPUs", .act = dpc_lock, .passive = prepare_dpc},
    {.name = "DPC queued already", .act = dpc_queued_already, .passive = prepare_dpc},
    {.name = "timer", .act = timer},
    {.name = "StorPortRequestTimer", .act = timer_ex},
    {.name = "work item", .act = work_item},
    {.name = "BuildIo and StartIo",
     .act = build_and_start,
     .build = build_touches_extension,
     .start = start_looks_at_extension},
    {.name = "request handed on",
     .act = request_handed_on,
     .message = message_completes,
     .start = start_keeps_touching},
    {.name = "StorPortResume", .act = resume, .start = start_looks},
    {.name = "half duplex", .act = duplex, .message = message_touches, .start = start_looks},
    {.name = "interlocked", .act = interlocked},
    {.name = "free pool", .act = free_pool},
    {.name = "signal and wait", .act = signal_and_wait},
    {.name = "create a thread", .act = create_thread},
};

static void prepare(const struct rule *rule)
{
    mini_setup();
    mini.races = true;
    mini.sim_config.severity[SIM_RULE_DATA_RACE] = SIM_SEVERITY_WARN;
    mini.message = rule->message;
    mini.passive = rule->passive;
    mini.build = rule->build;
    mini.start = rule->start;
    if (rule->act == duplex && !wrong)
        mini.model = StorSynchronizeHalfDuplex;
    if (rule->start)
        mini.map_buffers = STOR_MAP_ALL_BUFFERS_INCLUDING_READ_WRITE;
}

static uint32_t run(const struct rule *rule, const struct sim_strategy *strategy, uint64_t seed)
{
    uint32_t found;

    prepare(rule);
    mini_boot();
    sim_begin(mini.sim, seed, strategy, 200);
    rule->act();
    sim_run(mini.sim, sim_now(mini.sim) + 30 * SIM_MS);
    found = sim_findings(mini.sim);
    for (uint32_t i = 0; i < found; i++)
        ck_assert_str_eq(sim_rule_info[sim_finding(mini.sim, i)->rule].name, "data-race");
    if (!wrong && found)
        ck_abort_msg("%s, kept, %s, seed %u: %s", rule->name, strategy->name, (unsigned)seed,
                     sim_finding(mini.sim, 0)->text);
    mini_teardown();
    return found;
}

static const struct sim_strategy *const strategies[] = {&sim_strategy_time, &sim_strategy_random,
                                                        &sim_strategy_pct};

static void run_all(const struct rule *rule, bool broken)
{
    wrong = broken;
    for (uint32_t s = 0; s < sizeof strategies / sizeof strategies[0]; s++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            if (!run(rule, strategies[s], seed) && wrong)
                ck_abort_msg("%s, broken, %s, seed %u: no race", rule->name, strategies[s]->name,
                             (unsigned)seed);
}

START_TEST(a_miniport_that_keeps_the_rule_is_silent)
{
    run_all(&rules[_i], false);
}
END_TEST

START_TEST(a_miniport_that_breaks_the_rule_is_reported)
{
    run_all(&rules[_i], true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storport.race");
    TCase *tc = tcase_create("race");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tc, a_miniport_that_keeps_the_rule_is_silent, 0,
                        sizeof rules / sizeof rules[0]);
    tcase_add_loop_test(tc, a_miniport_that_breaks_the_rule_is_reported, 0,
                        sizeof rules / sizeof rules[0]);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
