/* models/disk/throttle.c - the class driver's error count and what it takes away from new requests.
 *
 * From 4 counted errors on, requests go untagged, without synchronous transfer, and their errors
 * freeze the LUN's queue, so that it runs one request at a time; from 8 on they may not disconnect
 * either. A run of good I/Os takes one error back (reference chapter 4.5: RestorePerfAtCount,
 * ClasspPerfIncrementErrorCount). Requests that are under way keep what they have.
 */
#include "models/disk/disk_private.h"

#define LEVEL_1 4
#define LEVEL_2 8

static uint32_t level_of(const struct disk_health *health)
{
    if (!health->throttle || health->errors < LEVEL_1)
        return 0;
    return health->errors < LEVEL_2 ? 1 : 2;
}

static void set_flags(struct disk_health *health)
{
    static const uint32_t flags[] = {
        SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE,
        SP_FLAG_DISABLE_SYNCH_TRANSFER,
        SP_FLAG_DISABLE_SYNCH_TRANSFER | SP_FLAG_DISABLE_DISCONNECT,
    };
    uint32_t level = level_of(health);

    health->flags = flags[level];
    if (level == health->level)
        return;
    health->level = level;
    sim_trace(health->sim, SIM_EV_THROTTLE, level, health->errors, 0, 0);
}

void disk__health_init(struct disk_health *health, struct sim *sim, bool throttle,
                       uint32_t restore_at)
{
    *health = (struct disk_health){.sim = sim, .throttle = throttle, .restore_at = restore_at};
    set_flags(health);
}

void disk__health_error(struct disk_health *health)
{
    health->good = 0;
    health->errors++;
    set_flags(health);
}

void disk__health_good(struct disk_health *health)
{
    if (!health->errors || !health->restore_at || ++health->good < health->restore_at)
        return;
    health->good = 0;
    health->errors--;
    set_flags(health);
}
