/* models/storport/channel.c - concurrent channels: tokens in place of the StartIo lock around
 * HwStorStartIo (chapters 1.1, 1.5).
 *
 * A token is a spin lock, taken at DISPATCH. A CPU takes the token of its own number if it is free,
 * else any that is free, else it waits for its own. So two calls with the same channel number are
 * ordered, also for the race detector, and two with different numbers are not.
 *
 * HwStorResetBus needs all tokens, lowest first, and then the StartIo lock: a miniport may take
 * that lock inside of HwStorStartIo, with a token held. HwStorTimer and the others that hold the
 * StartIo lock overlap HwStorStartIo (8.2-22). StorPortAcquireSpinLock(StartIoLock) excludes others
 * that hold it only; with channel_lock = drains it takes all tokens first, unless its caller has
 * one (8.2-23).
 */
#include "models/storport/sp_private.h"

/* 1 is no concurrency: the StartIo lock as ever (chapter 1.5). */
void sp__channels_set(struct sp_port *port, uint32_t channels)
{
    port->channels = channels < 2 ? 0 : channels < SP_CHANNELS_MAX ? channels : SP_CHANNELS_MAX;
    if (!port->channels || port->channel)
        return;
    port->channel = sim_world_alloc(SP_CHANNELS_MAX * sizeof *port->channel, 64);
    for (uint32_t i = 0; i < SP_CHANNELS_MAX; i++)
        nt_lock_init(port->at.nt, &port->channel[i], "channel");
}

static uint32_t choose(const struct sp_port *port)
{
    uint32_t own = nt_cpu(port->at.nt) % port->channels;

    for (uint32_t i = 0; i < port->channels; i++) {
        uint32_t channel = (own + i) % port->channels;

        if (!port->channel[channel].held)
            return channel;
    }
    return own;
}

/* One token, or all of them (SP_CHANNELS_ALL). Returns the IRQL before. */
uint8_t sp__channel_take(struct sp_port *port, uint32_t channel)
{
    uint8_t irql;

    if (channel != SP_CHANNELS_ALL)
        return nt_lock_acquire(port->at.nt, &port->channel[channel], NT_DISPATCH);
    irql = nt_lock_acquire(port->at.nt, &port->channel[0], NT_DISPATCH);
    for (uint32_t i = 1; i < port->channels; i++)
        nt_lock_acquire(port->at.nt, &port->channel[i], NT_DISPATCH);
    return irql;
}

void sp__channel_drop(struct sp_port *port, uint32_t channel, uint8_t irql)
{
    if (channel != SP_CHANNELS_ALL) {
        nt_lock_release(port->at.nt, &port->channel[channel], irql);
        return;
    }
    for (uint32_t i = port->channels; i-- > 1;)
        nt_lock_release(port->at.nt, &port->channel[i], NT_DISPATCH);
    nt_lock_release(port->at.nt, &port->channel[0], irql);
}

void sp__start_lock(struct sp_port *port)
{
    if (SIM_UNLIKELY(port->channels))
        sp__own_lock(port, SP_LOCK_CHANNEL, choose(port));
    else
        sp__startio_lock(port);
}

void sp__start_unlock(struct sp_port *port)
{
    if (SIM_UNLIKELY(port->channels) && sp__holds(port, SP_LOCK_CHANNEL))
        sp__own_unlock(port, SP_LOCK_CHANNEL);
    else
        sp__startio_unlock(port);
}

void sp__reset_lock(struct sp_port *port)
{
    if (port->channels)
        sp__own_lock(port, SP_LOCK_CHANNEL, SP_CHANNELS_ALL);
    sp__startio_lock(port);
}

void sp__reset_unlock(struct sp_port *port)
{
    sp__startio_unlock(port);
    if (port->channels)
        sp__own_unlock(port, SP_LOCK_CHANNEL);
}

uint32_t sp__channel(struct sp_port *port)
{
    const struct sp_cpu *cpu = sp__cpu(port);

    for (uint32_t i = 0; i < cpu->held; i++)
        if (cpu->hold[i].kind == SP_LOCK_CHANNEL && cpu->hold[i].index != SP_CHANNELS_ALL)
            return cpu->hold[i].index;
    return 0;
}
