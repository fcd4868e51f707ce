/* sim/engine/schedule_record.c - growing lists of delays and answers, and the recorder. */
#include "sim/engine/schedule_record.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_private.h"

static struct sim_schedule *recorder; /* no part of the world; NULL: nobody records */

/* Room for one more entry. */
static void *grown(void *list, uint32_t count, uint32_t *room, size_t bytes)
{
    if (count < *room)
        return list;
    *room = *room ? 2 * *room : 64;
    list = realloc(list, *room * bytes);
    SIM_ASSERT(list);
    return list;
}

void sim_schedule_add_delay(struct sim_schedule *schedule, struct sim_delay delay)
{
    schedule->delay = grown(schedule->delay, schedule->delays, &schedule->delay_room, sizeof delay);
    schedule->delay[schedule->delays++] = delay;
}

void sim_schedule_add_answer(struct sim_schedule *schedule, struct sim_answer answer)
{
    schedule->answer =
        grown(schedule->answer, schedule->answers, &schedule->answer_room, sizeof answer);
    schedule->answer[schedule->answers++] = answer;
}

void sim_schedule_clear(struct sim_schedule *schedule)
{
    schedule->delays = schedule->answers = 0;
}

void sim_schedule_copy(struct sim_schedule *to, const struct sim_schedule *from)
{
    sim_schedule_clear(to);
    for (uint32_t i = 0; i < from->delays; i++)
        sim_schedule_add_delay(to, from->delay[i]);
    for (uint32_t i = 0; i < from->answers; i++)
        sim_schedule_add_answer(to, from->answer[i]);
}

void sim_schedule_free(struct sim_schedule *schedule)
{
    free(schedule->delay);
    free(schedule->answer);
    memset(schedule, 0, sizeof *schedule);
}

void sim_schedule_record(struct sim_schedule *out)
{
    recorder = out;
}

void sim__record_delay(uint32_t agent, uint64_t ordinal, sim_ns ns)
{
    if (SIM_UNLIKELY(recorder != NULL))
        sim_schedule_add_delay(recorder,
                               (struct sim_delay){.agent = agent, .ordinal = ordinal, .ns = ns});
}

void sim__record_answer(enum sim_choice kind, uint64_t question, uint32_t answer)
{
    if (SIM_UNLIKELY(recorder != NULL))
        sim_schedule_add_answer(
            recorder, (struct sim_answer){.kind = kind, .question = question, .answer = answer});
}
