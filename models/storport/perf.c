/* models/storport/perf.c - STOR_PERF_* options and what they change (chapter 2.2).
 *
 *   DPC_REDIRECTION              a completion goes on on the CPU its request came from
 *   ..._CURRENT_CPU              but not so: on the CPU of RequestComplete, as without
 *   CONCURRENT_CHANNELS          HwStorStartIo runs under a channel's token (channel.c)
 *   INTERRUPT_MESSAGE_RANGES     StorPortGetStartIoPerfParams proposes a message of the range
 *   ADV_CONFIG_LOCALITY          tells node and processor of each message of the range
 *   OPTIMIZE_FOR_COMPLETION_...  what HwStorStartIo completed goes on when it has returned, without
 * a DPC. The documents do not say what the port driver does: our reading NO_SGL
 * StorPortGetScatterGatherList gives none
 *
 * Setting replaces what was set before. Channels need full duplex, the message options messages.
 */
#include "models/storport/sp_private.h"

#define PERF_BY_MESSAGE (STOR_PERF_INTERRUPT_MESSAGE_RANGES | STOR_PERF_ADV_CONFIG_LOCALITY)

/* What each version of the record brought; 0 and 1 know nothing. */
static const struct {
    uint32_t flags, bytes;
} versions[STOR_PERF_VERSION + 1] = {
    [STOR_PERF_VERSION_2] = {STOR_PERF_DPC_REDIRECTION | STOR_PERF_CONCURRENT_CHANNELS |
                                 STOR_PERF_INTERRUPT_MESSAGE_RANGES,
                             offsetof(PERF_CONFIGURATION_DATA, DeviceNode)},
    [STOR_PERF_VERSION_3] = {STOR_PERF_ADV_CONFIG_LOCALITY |
                                 STOR_PERF_OPTIMIZE_FOR_COMPLETION_DURING_STARTIO,
                             sizeof(PERF_CONFIGURATION_DATA)},
    [STOR_PERF_VERSION_4] = {STOR_PERF_DPC_REDIRECTION_CURRENT_CPU,
                             sizeof(PERF_CONFIGURATION_DATA)},
    [STOR_PERF_VERSION_5] = {STOR_PERF_NO_SGL, sizeof(PERF_CONFIGURATION_DATA)},
};

static uint32_t offered(const struct sp_port *port, uint32_t version)
{
    uint32_t flags = 0;

    for (uint32_t i = 0; i <= version; i++)
        flags |= versions[i].flags;
    if (port->half_duplex)
        flags &= ~(uint32_t)STOR_PERF_CONCURRENT_CHANNELS;
    return port->messages ? flags : flags & ~(uint32_t)PERF_BY_MESSAGE;
}

/* What an option needs beside itself (chapter 2.2). */
static bool complete_set(uint32_t flags)
{
    const uint32_t with_redirection =
        STOR_PERF_INTERRUPT_MESSAGE_RANGES | STOR_PERF_OPTIMIZE_FOR_COMPLETION_DURING_STARTIO |
        STOR_PERF_DPC_REDIRECTION_CURRENT_CPU | STOR_PERF_ADV_CONFIG_LOCALITY;

    if (flags & with_redirection && !(flags & STOR_PERF_DPC_REDIRECTION))
        return false;
    return !(flags & STOR_PERF_ADV_CONFIG_LOCALITY) || flags & STOR_PERF_INTERRUPT_MESSAGE_RANGES;
}

static bool numbers_ok(const struct sp_port *port, const PERF_CONFIGURATION_DATA *data)
{
    if (data->Flags & STOR_PERF_CONCURRENT_CHANNELS && !data->ConcurrentChannels)
        return false;
    return !(data->Flags & STOR_PERF_INTERRUPT_MESSAGE_RANGES) ||
           (data->FirstRedirectionMessageNumber <= data->LastRedirectionMessageNumber &&
            data->LastRedirectionMessageNumber < port->messages);
}

static void tell_locality(struct sp_port *port, PERF_CONFIGURATION_DATA *data)
{
    sp__touch(data, sizeof *data);
    data->DeviceNode = 0;
    for (uint32_t i = data->FirstRedirectionMessageNumber; i <= data->LastRedirectionMessageNumber;
         i++) {
        GROUP_AFFINITY *target = &data->MessageTargets[i - data->FirstRedirectionMessageNumber];

        SP_PUT(target, (GROUP_AFFINITY){.Mask = (KAFFINITY)1 << (i % port->cpus)});
    }
}

static void apply(struct sp_port *port, PERF_CONFIGURATION_DATA *data)
{
    port->perf_flags = data->Flags;
    port->perf_first = data->FirstRedirectionMessageNumber;
    port->perf_last = data->LastRedirectionMessageNumber;
    port->redirects = data->Flags & STOR_PERF_DPC_REDIRECTION &&
                      !(data->Flags & STOR_PERF_DPC_REDIRECTION_CURRENT_CPU);
    sp__channels_set(port,
                     data->Flags & STOR_PERF_CONCURRENT_CHANNELS ? data->ConcurrentChannels : 0);
    if (data->Flags & STOR_PERF_ADV_CONFIG_LOCALITY && data->MessageTargets)
        tell_locality(port, data);
}

static ULONG set(struct sp_port *port, PERF_CONFIGURATION_DATA *data)
{
    if (data->Version < STOR_PERF_VERSION_2 || data->Version > STOR_PERF_VERSION ||
        data->Size < versions[data->Version].bytes)
        return STOR_STATUS_INVALID_PARAMETER;
    if (data->Flags & ~offered(port, data->Version))
        return STOR_STATUS_UNSUCCESSFUL;
    if (!complete_set(data->Flags) || !numbers_ok(port, data))
        return STOR_STATUS_INVALID_PARAMETER;
    apply(port, data);
    return STOR_STATUS_SUCCESS;
}

/* A query with Version and Size 0 is answered too: real miniports ask that way (chapter 7). */
ULONG SIM_API StorPortInitializePerfOpts(PVOID HwDeviceExtension, BOOLEAN Query,
                                         PPERF_CONFIGURATION_DATA PerfConfigData)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortInitializePerfOpts");
    enum sp_callback callback = sp__callback(port);

    if (!PerfConfigData) {
        sp__usage(port, "StorPortInitializePerfOpts: no configuration");
        return STOR_STATUS_INVALID_PARAMETER;
    }
    if (callback != SP_CB_INITIALIZE && callback != SP_CB_PASSIVE_INITIALIZE)
        return STOR_STATUS_UNSUCCESSFUL;
    if (!Query)
        return set(port, PerfConfigData);
    if (PerfConfigData->Version > STOR_PERF_VERSION)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(&PerfConfigData->Flags, sizeof PerfConfigData->Flags);
    PerfConfigData->Flags =
        offered(port, PerfConfigData->Version ? PerfConfigData->Version : STOR_PERF_VERSION);
    return STOR_STATUS_SUCCESS;
}

/* The first message of the range that is aimed at this CPU. */
static uint32_t best_message(const struct sp_port *port, uint32_t cpu)
{
    uint32_t count = port->perf_last - port->perf_first + 1;

    if (!port->messages || !(port->perf_flags & STOR_PERF_INTERRUPT_MESSAGE_RANGES))
        return 0;
    for (uint32_t i = port->perf_first; i <= port->perf_last; i++)
        if (i % port->cpus == cpu)
            return i;
    return port->perf_first + cpu % count;
}

/* From HwStorStartIo. The channel is the one whose token the CPU holds: no other HwStorStartIo has
 * the same number at the same time. */
ULONG SIM_API StorPortGetStartIoPerfParams(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                           PSTARTIO_PERFORMANCE_PARAMETERS StartIoPerfParams)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetStartIoPerfParams");

    if (SP_NULL(port, StartIoPerfParams) || StartIoPerfParams->Size < sizeof *StartIoPerfParams ||
        !sp__owned(port, Srb, "StorPortGetStartIoPerfParams"))
        return STOR_STATUS_INVALID_PARAMETER;
    sp__touch(StartIoPerfParams, sizeof *StartIoPerfParams);
    StartIoPerfParams->MessageNumber = best_message(port, nt_cpu(port->at.nt));
    StartIoPerfParams->ChannelNumber = sp__channel(port);
    return STOR_STATUS_SUCCESS;
}
