/* models/storport/silent.c - where the documents are silent: what the scenario decides, and what
 * each seed draws (reference, chapter 8; SILENT.md).
 *
 * Each point is drawn from a stream of its own name, so that a point that the scenario sets, or one
 * that is new, changes no other's: the default half of the time, else one of the other candidates.
 */
#include <stdio.h>
#include <string.h>

#include "models/storport/sp_private.h"
#include "sim/run/result.h"

enum when { WHEN_RUN, WHEN_BOOT };

static const struct {
    enum sim_option option;
    enum when when;
} points[SP_SILENT_COUNT] = {
#define SP_SILENT(id, when) [SP_SILENT_##id] = {SIM_OPT_PORT_##id, WHEN_##when},
#include "models/storport/silent.def"
#undef SP_SILENT
};

void sp__silent_read(const struct sim_scenario *scenario, uint8_t out[SP_SILENT_COUNT])
{
    for (int i = 0; i < SP_SILENT_COUNT; i++)
        out[i] = (uint8_t)sim_opt(scenario, points[i].option);
}

void sp__silent_set(struct sp_port *port, const uint8_t candidate[SP_SILENT_COUNT])
{
    static const uint8_t none[SP_SILENT_COUNT];

    memcpy(port->silent, candidate, sizeof port->silent);
    port->odd = memcmp(candidate, none, sizeof none) != 0;
    nt_locks_queue(port->at.nt,
                   sp__silent(port, SP_SILENT_LOCK_QUEUE) ? NT_LOCKS_FIFO : NT_LOCKS_ANY);
    sp__messages_level(port);
}

static uint8_t draw(uint64_t seed, enum sim_option option)
{
    uint32_t words = sim_opt_words(option);
    struct sim_stream stream;
    char name[64];

    snprintf(name, sizeof name, "silent.%s", sim_option_info[option].key);
    sim_stream_seed(&stream, seed, name);
    if (sim_stream_below(&stream, 2))
        return 0;
    return (uint8_t)(1 + sim_stream_below(&stream, words - 1));
}

void sp__silent_draw(struct sp_port *port, const struct sim_scenario *scenario)
{
    uint8_t candidate[SP_SILENT_COUNT];

    memcpy(candidate, port->silent, sizeof candidate);
    for (int i = 0; i < SP_SILENT_COUNT; i++) {
        if (points[i].when == WHEN_BOOT || sim_opt_given(scenario, points[i].option))
            continue;
        candidate[i] = draw(sim_seed(port->at.sim), points[i].option);
        if (candidate[i])
            sim_drawn_add(port->at.sim, points[i].option, candidate[i]);
    }
    sp__silent_set(port, candidate);
}
