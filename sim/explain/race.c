/* sim/explain/race.c - the two accesses of a data race, as lines of its story.
 *
 * The detector knows of the earlier access where it stands in the driver and what ran, not when. So
 * the run is listened to with a witness, and the last access that fits before the race was found is
 * the one.
 */
#include <string.h>

#include "sim/engine/names.h"
#include "sim/engine/race.h"
#include "sim/explain/tale_private.h"

static bool fits(const struct sim_race_access *a, const struct sim__line *line)
{
    bool device = line->r.arg[0] == UINT64_MAX;

    if (device != (a->cpu == SIM_CPU_NONE))
        return false;
    return device || (a->frame.offset == line->r.arg[0] && a->cpu == line->r.cpu);
}

void sim__race_listen(struct sim_tale *tale, const struct sim__line *line)
{
    if (!tale->racing || tale->access_seen[1] || !fits(&tale->race.before, line))
        return;
    tale->access[0] = *line;
    tale->access[0].access = 1;
    tale->access_seen[0] = true;
}

/* The second access is at this very moment: the run ends before it happens. */
void sim__race_found_at(struct sim_tale *tale, const struct sim__line *line)
{
    if (!tale->racing || tale->access_seen[1] || line->r.arg[0] != SIM_RULE_DATA_RACE)
        return;
    tale->access[1] = *line;
    tale->access[1].access = 2;
    tale->access[1].order = tale->next_order++;
    tale->access_seen[1] = true;
}

static void locks_text(const struct sim_race_access *a, char *out, size_t bytes)
{
    size_t n = 0;

    *out = '\0';
    for (int i = 0; i < 4 && a->lock[i] != 0 && n < bytes; i++) {
        const char *name = sim_name(SIM_NAME_LOCK, a->lock[i]);

        n += (size_t)snprintf(out + n, bytes - n, "%s%s", i > 0 ? " and the " : "the ",
                              name != NULL ? name : "?");
    }
    if (n < bytes)
        snprintf(out + n, bytes - n, "%s", n > 0 ? " lock held" : "no lock held");
}

void sim__race_text(const struct sim_tale *tale, const struct sim__line *line, char *out,
                    size_t bytes)
{
    static const char *const does[] = {"reads", "writes", "reads (interlocked)",
                                       "writes (interlocked)"};
    const struct sim_race *race = &tale->race;
    const struct sim_race_access *a = line->access == 1 ? &race->before : &race->now;
    char memory[SIM_RACE_MEMORY], locks[96];

    locks_text(a, locks, sizeof(locks));
    snprintf(out, bytes, "RACE, access %u: %s %s%s%s, %s", line->access,
             line->access == 2 && race->hand_back ? "gives back" : does[a->kind & 3],
             sim_race_memory(race, tale->module, memory), a->frame.in_module ? " in " : "",
             a->frame.in_module ? sim__function(tale, a->frame.offset) : "",
             a->cpu == SIM_CPU_NONE ? "by the device" : locks);
}
