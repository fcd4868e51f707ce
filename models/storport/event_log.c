/* models/storport/event_log.c - what the port driver and the miniport write to the system event
 * log (chapters 2.10, 3.7, 4.6).
 *
 * Both appear under the name of the miniport's service. The port driver writes 129 when a LUN's
 * timer reached zero; StorPortLogError's codes become the events of the IO_ERR_* they stand for.
 */
#include "models/nt/event_log.h"
#include "models/storport/sp_private.h"

static const struct {
    uint32_t code, event;
    const char *what;
} errors[] = {
    {SP_BUS_PARITY_ERROR, NT_EVENT_PARITY, "parity error"},
    {SP_UNEXPECTED_DISCONNECT, NT_EVENT_CONTROLLER_ERROR, "unexpected disconnect"},
    {SP_INVALID_RESELECTION, NT_EVENT_CONTROLLER_ERROR, "invalid reselection"},
    {SP_BUS_TIME_OUT, NT_EVENT_TIMEOUT, "bus time-out"},
    {SP_PROTOCOL_ERROR, NT_EVENT_CONTROLLER_ERROR, "protocol error"},
    {SP_INTERNAL_ADAPTER_ERROR, NT_EVENT_CONTROLLER_ERROR, "internal error of the adapter"},
    {SP_REQUEST_TIMEOUT, NT_EVENT_TIMEOUT, "a request timed out"},
    {SP_IRQ_NOT_RESPONDING, NT_EVENT_INCORRECT_IRQL, "the interrupt does not respond"},
    {SP_BAD_FW_WARNING, NT_EVENT_OLD_FIRMWARE, "the firmware is out of date"},
    {SP_BAD_FW_ERROR, NT_EVENT_BAD_FIRMWARE, "the firmware cannot be used"},
};

void sp__log_reset(const struct sp_lun *lun)
{
    const struct sp_port *port = lun->port;
    const struct nt_log_entry entry = {.by = NT_LOG_PORT,
                                       .source = port->config.service,
                                       .id = NT_EVENT_RESET,
                                       .about = lun->number};

    nt_log(port->at.nt, &entry, "a reset of \\Device\\RaidPort0 was issued (LUN %u timed out)",
           lun->number);
}

void sp__log_error(const struct sp_port *port, const struct sp_slot *slot, uint32_t code,
                   uint32_t unique)
{
    struct nt_log_entry entry = {.by = NT_LOG_MINIPORT,
                                 .source = port->config.service,
                                 .id = NT_EVENT_CONTROLLER_ERROR,
                                 .about = slot ? slot->serial : 0,
                                 .detail = code};
    const char *what = "unknown error code";

    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code) {
            entry.id = errors[i].event;
            what = errors[i].what;
        }
    nt_log(port->at.nt, &entry, "%s (StorPortLogError code 0x%02x, UniqueId 0x%x)", what, code,
           unique);
}

/* With a code of Storport's it is as if by StorPortLogError, else the code names the event. */
void sp__log_event(const struct sp_port *port, const STOR_LOG_EVENT_DETAILS *details)
{
    const struct nt_log_entry entry = {.by = NT_LOG_MINIPORT,
                                       .source = port->config.service,
                                       .id = details->ErrorCode & 0xFFFF,
                                       .about = details->LunId,
                                       .detail = details->ErrorCode};

    if (details->StorportSpecificErrorCode)
        sp__log_error(port, NULL, details->ErrorCode, details->UniqueId);
    else
        nt_log(port->at.nt, &entry, "StorPortLogSystemEvent code 0x%08x, UniqueId 0x%x",
               details->ErrorCode, details->UniqueId);
}

void sp__log_failed(const struct sp_port *port, uint32_t lun, uint32_t code)
{
    const struct nt_log_entry entry = {.by = NT_LOG_MINIPORT,
                                       .source = port->config.service,
                                       .id = NT_EVENT_CONTROLLER_ERROR,
                                       .about = lun,
                                       .detail = code};

    if (lun == SP_ADAPTER)
        nt_log(port->at.nt, &entry, "the miniport says that the adapter has failed (0x%x)", code);
    else
        nt_log(port->at.nt, &entry, "the miniport says that LUN %u has failed (0x%x)", lun, code);
}
