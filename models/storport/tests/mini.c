/* models/storport/tests/mini.c - the tests' miniport and class driver. */
#include "models/storport/tests/mini.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mini mini;

static struct sim_record last[SIM_EV_COUNT];
static uint32_t seen[SIM_EV_COUNT];

void mini_say(const char *format, ...)
{
    size_t n = strlen(mini.said);
    va_list args;

    va_start(args, format);
    vsnprintf(mini.said + n, sizeof mini.said - n, format, args);
    va_end(args);
}

/* --- the miniport ---------------------------------------------------------------------------- */

static void keep(SCSI_REQUEST_BLOCK *srb)
{
    struct mini_kept *kept = &mini.kept[mini.kept_count++];

    ck_assert_uint_le(mini.kept_count, 256);
    kept->srb = srb;
    kept->function = srb->Function;
    kept->lun = srb->Lun;
}

void mini_drop(uint32_t i)
{
    memmove(&mini.kept[i], &mini.kept[i + 1], (--mini.kept_count - i) * sizeof mini.kept[0]);
}

void mini_complete_here(SCSI_REQUEST_BLOCK *srb, uint8_t status)
{
    srb->SrbStatus = status;
    StorPortNotification(RequestComplete, mini.devext, srb);
}

static void fill_inquiry(SCSI_REQUEST_BLOCK *srb)
{
    uint8_t *data = srb->DataBuffer;

    memset(data, 0, srb->DataTransferLength);
    data[2] = 6;
}

static void fill_luns(SCSI_REQUEST_BLOCK *srb)
{
    uint8_t *data = srb->DataBuffer;

    memset(data, 0, srb->DataTransferLength);
    data[3] = (uint8_t)(mini.luns * 8);
    for (uint32_t i = 0; i < mini.luns; i++)
        data[8 + 8 * i + 1] = (uint8_t)i;
}

/* The scan's commands are answered at once. */
static bool answered(SCSI_REQUEST_BLOCK *srb)
{
    if (srb->Function != SRB_FUNCTION_EXECUTE_SCSI) {
        if (mini.answer_functions)
            mini_complete_here(srb, mini.answer_functions);
        return mini.answer_functions;
    }
    if (srb->Cdb[0] == SCSIOP_INQUIRY)
        fill_inquiry(srb);
    else if (srb->Cdb[0] == SCSIOP_REPORT_LUNS)
        fill_luns(srb);
    else
        return false;
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return true;
}

/* PnP, power and the like: no test's business but those that set the hook. */
static bool special(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    switch (mini_function(srb)) {
    case SRB_FUNCTION_FLUSH:
    case SRB_FUNCTION_SHUTDOWN:
    case SRB_FUNCTION_IO_CONTROL:
    case SRB_FUNCTION_ABORT_COMMAND:
    case SRB_FUNCTION_RESET_BUS:
    case SRB_FUNCTION_WMI:
    case SRB_FUNCTION_POWER:
    case SRB_FUNCTION_PNP:
    case SRB_FUNCTION_DUMP_POINTERS:
        break;
    default:
        return false;
    }
    if (mini.special)
        mini.special(devext, srb);
    else
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return true;
}

uint8_t mini_function(const SCSI_REQUEST_BLOCK *srb)
{
    return srb->Function == SRB_FUNCTION_STORAGE_REQUEST_BLOCK
               ? (uint8_t)((const STORAGE_REQUEST_BLOCK *)(const void *)srb)->SrbFunction
               : srb->Function;
}

static BOOLEAN SIM_API build_io(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (mini_function(srb) >= SRB_FUNCTION_POWER)
        return TRUE;
    mini.built++;
    return mini.build ? mini.build(devext, srb) : TRUE;
}

static BOOLEAN SIM_API start_io(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    ck_assert_ptr_eq(devext, mini.devext);
    if (special(devext, srb))
        return TRUE;
    if (mini.extended
            ? ((STORAGE_REQUEST_BLOCK *)(void *)srb)->SrbFunction == SRB_FUNCTION_EXECUTE_SCSI &&
                  mini.start
            : mini.start != NULL)
        return mini.start(devext, srb);
    if (mini.extended) {
        keep(srb);
        return TRUE;
    }
    if (!answered(srb)) {
        mini.started++;
        keep(srb);
    }
    return TRUE;
}

static BOOLEAN SIM_API interrupt(PVOID devext)
{
    return mini.line ? mini.line(devext) : FALSE;
}

static BOOLEAN SIM_API message(PVOID devext, ULONG number)
{
    return mini.message ? mini.message(devext, number) : TRUE;
}

static ULONG SIM_API find_adapter(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                  PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    mini.devext = devext;
    info->MaximumTransferLength = mini.transfer;
    info->NumberOfPhysicalBreaks = mini.transfer / 4096 + 1;
    info->SynchronizationModel = mini.model;
    info->SrbType = mini.extended ? SRB_TYPE_STORAGE_REQUEST_BLOCK : SRB_TYPE_SCSI_REQUEST_BLOCK;
    if (!mini.no_messages) {
        info->HwMSInterruptRoutine = message;
        info->InterruptSynchronizationMode = mini.interrupts;
    }
    info->CachesData = mini.caches;
    if (mini.hold_us)
        info->BusResetHoldTime = mini.hold_us;
    return mini.find ? mini.find(devext, context, bus, argument, info, reserved) : mini.found;
}

static BOOLEAN SIM_API passive(PVOID devext)
{
    return mini.passive ? mini.passive(devext) : TRUE;
}

static BOOLEAN SIM_API initialize(PVOID devext)
{
    StorPortEnablePassiveInitialization(devext, passive);
    return mini.initialize ? mini.initialize(devext) : TRUE;
}

static BOOLEAN SIM_API reset_bus(PVOID devext, ULONG path)
{
    mini.resets++;
    if (mini.reset)
        return mini.reset(devext, path);
    while (mini.kept_count) {
        SCSI_REQUEST_BLOCK *srb = mini.kept[0].srb;

        mini_drop(0);
        mini_complete_here(srb, SRB_STATUS_BUS_RESET);
    }
    return TRUE;
}

static SCSI_ADAPTER_CONTROL_STATUS SIM_API adapter_control(PVOID devext,
                                                           SCSI_ADAPTER_CONTROL_TYPE type,
                                                           PVOID parameters)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list = parameters;

    (void)devext;
    if (type != ScsiQuerySupportedControlTypes)
        return mini.control ? mini.control(devext, type, parameters) : ScsiAdapterControlSuccess;
    ck_assert_uint_gt(list->MaxControlType, ScsiRestartAdapter);
    for (uint32_t i = 0; i < list->MaxControlType; i++)
        list->SupportedTypeList[i] = mini.controls >> i & 1;
    return ScsiAdapterControlSuccess;
}

static SCSI_UNIT_CONTROL_STATUS SIM_API unit_control(PVOID devext, SCSI_UNIT_CONTROL_TYPE type,
                                                     PVOID parameters)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list = parameters;

    if (type != ScsiQuerySupportedUnitControlTypes)
        return mini.unit_control(devext, type, parameters);
    for (uint32_t i = 0; i < list->MaxControlType; i++)
        list->SupportedTypeList[i] = mini.unit_controls >> i & 1;
    return ScsiUnitControlSuccess;
}

NTSTATUS SIM_API mini_driver_entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    HW_INITIALIZATION_DATA hw;

    memset(&hw, 0, sizeof hw);
    hw.HwInitializationDataSize = mini.record_bytes ? mini.record_bytes : sizeof hw;
    hw.AdapterInterfaceType = mini.interface_type;
    hw.HwInitialize = initialize;
    hw.HwStartIo = start_io;
    hw.HwInterrupt = interrupt;
    hw.HwFindAdapter = (PVOID)find_adapter;
    hw.HwResetBus = reset_bus;
    hw.HwAdapterControl = adapter_control;
    hw.HwBuildIo = build_io;
    hw.HwUnitControl = mini.unit_control ? unit_control : NULL;
    hw.DeviceExtensionSize = 256;
    hw.SpecificLuExtensionSize = 64;
    hw.SrbExtensionSize = mini.extension_bytes;
    hw.NumberOfAccessRanges = 1;
    hw.MapBuffers = mini.map_buffers;
    hw.NeedPhysicalAddresses = hw.TaggedQueuing = hw.AutoRequestSense = hw.MultipleRequestPerLu =
        TRUE;
    hw.SrbTypeFlags = SRB_TYPE_FLAG_SCSI_REQUEST_BLOCK | SRB_TYPE_FLAG_STORAGE_REQUEST_BLOCK;
    if (mini.change_record)
        mini.change_record(&hw);
    return (NTSTATUS)StorPortInitialize(object, path, &hw, NULL);
}

/* --- the world ------------------------------------------------------------------------------- */

static uint64_t read_register(void *ctx, uint32_t offset, uint32_t bytes)
{
    (void)ctx;
    (void)bytes;
    mini.register_offset = offset;
    return mini.register_value;
}

static void write_register(void *ctx, uint32_t offset, uint32_t bytes, uint64_t value)
{
    (void)ctx;
    (void)bytes;
    mini.register_offset = offset;
    mini.register_value = value;
}

static void set_power(void *ctx, enum sp_power power)
{
    (void)ctx;
    mini.power = power;
}

static void record(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)ctx;
    last[r->event] = *r;
    seen[r->event]++;
}

uint32_t mini_events(enum sim_event_id event)
{
    return seen[event];
}

const struct sim_record *mini_event(enum sim_event_id event)
{
    return &last[event];
}

void mini_setup(void)
{
    memset(&mini, 0, sizeof mini);
    sp__config_defaults(&mini.config);
    mini.config.driver_entry = mini_driver_entry;
    mini.interface_type = PCIBus;
    mini.config.registers = (struct sp_registers){
        .bytes = 8192, .read = read_register, .write = write_register, .power = set_power};
    mini.config.vectors = MINI_CPUS;
    mini.model = StorSynchronizeFullDuplex;
    mini.interrupts = InterruptSynchronizePerMessage;
    mini.extension_bytes = 200;
    mini.luns = 1;
    mini.transfer = 65536;
    mini.map_buffers = STOR_MAP_NON_READ_WRITE_BUFFERS;
    mini.answer_functions = SRB_STATUS_INVALID_REQUEST;
    mini.found = SP_RETURN_FOUND;
    mini.controls = 1 << ScsiStopAdapter | 1 << ScsiRestartAdapter;
    mini.flags = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE;
    sim_config_defaults(&mini.sim_config);
    for (int i = 0; i < SIM_RULE_COUNT;
         i++) /* warnings are asked for by the tests that are about them */
        if (mini.sim_config.severity[i] == SIM_SEVERITY_WARN)
            mini.sim_config.severity[i] = SIM_SEVERITY_OFF;
    mini.sim_config.explore.jitter_ns = 0;
}

void mini_build(void)
{
    struct sp_parts parts;

    ck_assert_int_eq(sim_world_create(), 0);
    mini.sim = sim_create(&mini.sim_config);
    if (mini.races)
        ck_assert_int_eq(sim_race_enable(mini.sim, NULL), 0);
    mini.nt = nt_create(mini.sim, MINI_CPUS);
    mini.memory = nt_memory_create(mini.sim);
    parts = (struct sp_parts){.sim = mini.sim, .nt = mini.nt, .memory = mini.memory};
    mini.port = sp__create(&parts, &mini.config);
    sp_set_class(mini.port, &mini.class_driver);
    for (uint32_t i = 0; i < MINI_SLOTS; i++)
        mini.data[i] = nt_pages_alloc(mini.memory, 65536, NT_SCATTERED, 0);
    memset(seen, 0, sizeof seen);
    sim_trace_set_sink(mini.sim, record, NULL);
    sim_begin(mini.sim, 1, &sim_strategy_time, 0);
    sp__boot(mini.port);
}

void mini_boot(void)
{
    mini_build();
    ck_assert_int_eq(sim_run(mini.sim, SIM_NEVER), SIM_STOP_DONE);
    ck_assert_uint_eq(sim_findings(mini.sim), 0);
    memset(seen, 0, sizeof seen);
    mini.built = 0;
}

void mini_teardown(void)
{
    if (mini.sim) {
        sim_destroy(mini.sim);
        sim_world_destroy();
    }
}

static void nothing(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
}

/* The event keeps time going where nothing else would happen. */
void mini_run(sim_ns ns)
{
    struct sim_event end = {0};
    sim_ns limit = sim_now(mini.sim) + ns;
    enum sim_stop stop;

    sim_event_at(mini.sim, &end, limit, nothing, NULL);
    stop = sim_run(mini.sim, limit);
    if (sim_findings(mini.sim))
        ck_abort_msg("finding: %s", sim_finding(mini.sim, 0)->text);
    ck_assert(stop == SIM_STOP_TIME || stop == SIM_STOP_IDLE);
}

const char *mini_finding(enum sim_rule rule)
{
    if (!mini.sim)
        mini_build();
    ck_assert_int_eq(sim_run(mini.sim, sim_now(mini.sim) + 100 * SIM_S), SIM_STOP_FINDING);
    ck_assert_uint_eq(sim_findings(mini.sim), 1);
    ck_assert_str_eq(sim_rule_info[sim_finding(mini.sim, 0)->rule].name, sim_rule_info[rule].name);
    return sim_finding(mini.sim, 0)->text;
}

/* --- work on a CPU --------------------------------------------------------------------------- */

static struct call {
    struct nt_work work;
    void (*fn)(void *ctx);
    void *ctx;
} calls[64];
static uint32_t next_call;

static void do_call(struct nt *nt, void *ctx)
{
    struct call *call = ctx;

    (void)nt;
    call->fn(call->ctx);
}

void mini_queue_call(uint32_t cpu, void (*fn)(void *ctx), void *ctx)
{
    struct call *call = &calls[next_call++ % 64];

    memset(call, 0, sizeof *call);
    call->fn = fn;
    call->ctx = ctx;
    nt_work_init(&call->work, do_call, call);
    ck_assert(nt_work_queue(mini.nt, &call->work, cpu));
}

void mini_call(uint32_t cpu, void (*fn)(void *ctx), void *ctx)
{
    mini_queue_call(cpu, fn, ctx);
    mini_run(10 * SIM_US);
}

/* --- the class driver ------------------------------------------------------------------------ */

static void done(struct sp_request *request, void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    mini.done_order[mini.done_count++] = request->slot;
}

void mini_submit_here(uint32_t slot, uint32_t lun)
{
    struct sp_request *request = &mini.request[slot];

    memset(request, 0, sizeof *request);
    request->io = slot;
    request->slot = slot;
    request->lun = lun;
    request->op = SP_READ;
    request->cdb[0] = SCSIOP_READ;
    request->cdb_bytes = 10;
    request->data = mini.data[slot];
    request->data_bytes = 8192;
    request->timeout_s = 10;
    request->flags = mini.flags;
    request->done = done;
    sp_submit(mini.port, request);
}

struct submission {
    uint32_t slot, lun;
};

static void submit_call(void *ctx)
{
    const struct submission *s = ctx;

    mini_submit_here(s->slot, s->lun);
}

void mini_submit(uint32_t cpu, uint32_t slot, uint32_t lun)
{
    struct submission submission = {slot, lun};

    mini_call(cpu, submit_call, &submission);
}

struct completion {
    SCSI_REQUEST_BLOCK *srb;
    uint8_t status;
};

static void complete_call(void *ctx)
{
    const struct completion *c = ctx;

    mini_complete_here(c->srb, c->status);
}

void mini_complete(uint32_t cpu, uint32_t i, uint8_t status)
{
    struct completion completion = {mini.kept[i].srb, status};

    mini_drop(i);
    mini_call(cpu, complete_call, &completion);
}

/* --- functions, PnP and power ----------------------------------------------------------------- */

static void send_call(void *ctx)
{
    sp_submit(mini.port, ctx);
}

/* What the test filled in before (data, adapter, victim) stays. */
void mini_function_send(uint32_t cpu, uint32_t slot, enum sp_function function, uint8_t action)
{
    struct sp_request *request = &mini.request[slot];

    request->slot = slot;
    request->op = SP_OTHER;
    request->function = (uint8_t)function;
    request->action = action;
    request->timeout_s = 10;
    request->done = done;
    mini_call(cpu, send_call, request);
}

static void task_done(struct sp_task *task, bool good, void *ctx)
{
    (void)task;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
    *(char *)ctx = good ? 'g' : 'b';
}

char mini_task(enum sp_task_kind kind, sim_ns ns)
{
    static struct sp_task tasks[16];
    static char results[16];
    static uint32_t next;
    uint32_t i = next++ % 16;

    results[i] = '-';
    tasks[i] = (struct sp_task){.kind = kind, .done = task_done, .ctx = &results[i]};
    sp_ask(mini.port, &tasks[i]);
    mini_run(ns);
    return results[i];
}
