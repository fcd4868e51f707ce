/* models/storport/interrupt.c - interrupts from the bus to the miniport, and messages
 * (chapters 1.1, 1.5, 2.9).
 *
 * Message i goes to CPU i modulo the number of CPUs, with MSI all go to CPU 0; all at one DIRQL
 * (8.1-11 a). The service routine runs under its message's lock (PerMessage) or the interrupt lock,
 * so interrupts that come before HwStorInitialize is over wait for it (8.1-13 a).
 */
#include "models/storport/sp_private.h"

#define UNCLAIMED_MAX 1000 /* isr_unclaimed = disabled */
#define MSI_ADDRESS 0xFEE00000ull
#define MSI_VECTOR_FIRST 0x50u

/* --- service --------------------------------------------------------------------------------- */

static bool message_service(void *ctx)
{
    struct sp_message *message = ctx;
    struct sp_port *port = message->port;
    BOOLEAN claimed = FALSE;

    message->inside++;
    message->cpu = nt_cpu(port->at.nt);
    sp__message_lock(port, message->number);
    if (SIM_LIKELY(port->life.connected)) {
        sp__enter(port, SP_CB_MSI);
        claimed = port->info->HwMSInterruptRoutine(port->devext, message->number);
        sp__leave(port);
    }
    sp__message_unlock(port, message->number);
    message->inside--;
    return claimed;
}

/* A line that stays asserted and is nobody's comes again and again, unless it is shut off
 * (8.1-10). */
static void judge_line(struct sp_message *line, BOOLEAN claimed)
{
    line->unclaimed = claimed ? 0 : line->unclaimed + 1;
    if (line->unclaimed < UNCLAIMED_MAX || !sp__silent(line->port, SP_SILENT_ISR_UNCLAIMED))
        return;
    nt_interrupt_clear(line->port->at.nt, &line->interrupt);
    line->off = true;
}

static bool line_service(void *ctx)
{
    struct sp_message *line = ctx;
    struct sp_port *port = line->port;
    BOOLEAN claimed = FALSE;

    sp__interrupt_lock(port);
    if (SIM_LIKELY(port->life.connected)) {
        sp__enter(port, SP_CB_INTERRUPT);
        claimed = port->hw.HwInterrupt(port->devext);
        sp__leave(port);
    }
    sp__interrupt_unlock(port);
    judge_line(line, claimed);
    return claimed;
}

/* --- from the bus ---------------------------------------------------------------------------- */

/* While its routine runs, a message waits on that CPU (8.1-12 a), or another CPU takes it and waits
 * for the lock. */
void sp__message_arrived(void *ctx, uint32_t vector, uint32_t cpu)
{
    struct sp_port *port = ctx;
    struct sp_message *message;

    if (vector >= port->messages || !port->life.connected)
        return;
    message = &port->message[vector];
    if (message->inside && message->cpu == cpu && sp__silent(port, SP_SILENT_MESSAGE_AGAIN))
        cpu = (cpu + 1) % port->cpus;
    nt_interrupt_request(port->at.nt, &message->interrupt, cpu);
}

static void line_changed(void *ctx, bool asserted)
{
    struct sp_port *port = ctx;

    port->life.line = asserted;
    if (port->messages || !port->life.connected || port->message[0].off)
        return;
    if (asserted)
        nt_interrupt_request(port->at.nt, &port->message[0].interrupt, 0);
    else
        nt_interrupt_clear(port->at.nt, &port->message[0].interrupt);
}

void sp__interrupts_create(struct sp_port *port)
{
    uint32_t n = port->config.vectors ? port->config.vectors : 1;
    struct pci_sink sink = {.message = sp__message_arrived, .line = line_changed, .ctx = port};

    port->message = sim_world_alloc(n * sizeof *port->message, 64);
    for (uint32_t i = 0; i < n; i++) {
        port->message[i].port = port;
        port->message[i].number = i;
        nt_lock_init(port->at.nt, &port->message[i].lock, "message");
    }
    if (port->at.pci)
        pci_set_sink(port->at.pci, &sink);
}

/* MSI has one address for all of its messages, and so one CPU. */
static uint32_t cpu_of(const struct sp_port *port, uint32_t message)
{
    return port->config.msi ? 0 : message % port->cpus;
}

static void connect_messages(struct sp_port *port)
{
    for (uint32_t i = 0; i < port->messages; i++) {
        nt_interrupt_connect(port->at.nt, &port->message[i].interrupt, i, SP_DIRQL, false,
                             message_service, &port->message[i]);
        if (port->at.pci)
            pci_msix_aim(port->at.pci, i, cpu_of(port, i));
    }
    sp__messages_level(port);
}

/* message_levels = different (8.1-11 b): the higher preempts the lower. The interrupt lock, and
 * every lock of more than one message, is for the highest (8.2-29 a). */
void sp__messages_level(struct sp_port *port)
{
    bool differ = sp__silent(port, SP_SILENT_MESSAGE_LEVELS);

    for (uint32_t i = 0; i < port->messages; i++) {
        uint32_t level =
            differ ? NT_DIRQL_FIRST + i % (SP_DIRQL_TOP - NT_DIRQL_FIRST + 1) : SP_DIRQL;

        nt_interrupt_level(port->at.nt, &port->message[i].interrupt, (uint8_t)level);
    }
    port->dirql = differ ? SP_DIRQL_TOP : SP_DIRQL;
}

/* After HwStorFindAdapter, which said what the miniport can do. */
void sp__interrupts_connect(struct sp_port *port)
{
    const PORT_CONFIGURATION_INFORMATION *info = port->info;

    if (info->HwMSInterruptRoutine && info->InterruptSynchronizationMode != InterruptSupportNone)
        port->messages = port->config.vectors;
    port->per_message =
        port->messages && info->InterruptSynchronizationMode == InterruptSynchronizePerMessage;
    if (port->at.pci)
        pci_msix_enable(port->at.pci, port->messages > 0);
    if (port->messages)
        connect_messages(port);
    else
        nt_interrupt_connect(port->at.nt, &port->message[0].interrupt, 0, SP_DIRQL, true,
                             line_service, &port->message[0]);
    port->life.connected = true;
}

/* What is pending is dropped; a routine that waits for its lock finds out when it has it. */
void sp__interrupts_disconnect(struct sp_port *port)
{
    port->life.connected = false;
    for (uint32_t i = 0; i < (port->messages ? port->messages : 1); i++)
        nt_interrupt_clear(port->at.nt, &port->message[i].interrupt);
}

/* The bus driver has restored the function's message table, if it was off. */
void sp__interrupts_reconnect(struct sp_port *port)
{
    port->life.connected = true;
    if (!port->messages && port->life.line)
        nt_interrupt_request(port->at.nt, &port->message[0].interrupt, 0);
}

/* --- what the miniport may know -------------------------------------------------------------- */

ULONG SIM_API StorPortGetMSIInfo(PVOID HwDeviceExtension, ULONG MessageId,
                                 PMESSAGE_INTERRUPT_INFORMATION InterruptInfo)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetMSIInfo");

    if (sp__callback(port) == SP_CB_MSI)
        sp__usage(port, "StorPortGetMSIInfo inside of HwMSInterruptRoutine");
    if (!port->messages)
        return STOR_STATUS_INVALID_DEVICE_REQUEST;
    if (SP_NULL(port, InterruptInfo) || MessageId >= port->messages)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(InterruptInfo, sizeof *InterruptInfo);
    InterruptInfo->MessageId = MessageId;
    InterruptInfo->MessageData = MSI_VECTOR_FIRST + MessageId;
    InterruptInfo->MessageAddress.QuadPart =
        (LONGLONG)(MSI_ADDRESS | (uint64_t)cpu_of(port, MessageId) << 12);
    InterruptInfo->InterruptVector = MSI_VECTOR_FIRST + MessageId;
    InterruptInfo->InterruptLevel = port->message[MessageId].interrupt.irql;
    InterruptInfo->InterruptMode = Latched;
    return STOR_STATUS_SUCCESS;
}
