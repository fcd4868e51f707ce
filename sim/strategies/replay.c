/* sim/strategies/replay.c - the default order, and what a schedule says against it.
 *
 * The schedule is given by sim_schedule_replay(); it is constant while a run goes on, so it lies
 * outside of the world. The run's own state is how far every agent and every kind of question has
 * come in it.
 */
#include <stdlib.h>

#include "sim/engine/schedule_record.h"
#include "sim/engine/sim.h"

static struct {
    struct sim_schedule schedule; /* sorted: by agent and ordinal, by kind and question */
    uint32_t first_delay[SIM_AGENTS_MAX + 1]; /* of each agent */
    uint32_t first_answer[SIM_CHOICE_COUNT + 1];
} plan;

struct replay_state {
    uint32_t delay[SIM_AGENTS_MAX]; /* the next one of each agent */
    uint32_t answer[SIM_CHOICE_COUNT];
    uint64_t question[SIM_CHOICE_COUNT];
};

static int by_position(const void *a, const void *b)
{
    const struct sim_delay *x = a, *y = b;

    if (x->agent != y->agent)
        return x->agent < y->agent ? -1 : 1;
    if (x->ordinal != y->ordinal)
        return x->ordinal < y->ordinal ? -1 : 1;
    return (x->ns < y->ns) - (x->ns > y->ns);
}

static int by_question(const void *a, const void *b)
{
    const struct sim_answer *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->question != y->question)
        return x->question < y->question ? -1 : 1;
    return (x->answer > y->answer) - (x->answer < y->answer);
}

void sim_schedule_replay(const struct sim_schedule *schedule)
{
    struct sim_schedule *s = &plan.schedule;
    uint32_t d = 0, n = 0;

    sim_schedule_clear(s);
    if (schedule)
        sim_schedule_copy(s, schedule);
    if (s->delays)
        qsort(s->delay, s->delays, sizeof *s->delay, by_position);
    if (s->answers)
        qsort(s->answer, s->answers, sizeof *s->answer, by_question);
    for (uint32_t agent = 0; agent <= SIM_AGENTS_MAX; agent++) {
        while (d < s->delays && s->delay[d].agent < agent)
            d++;
        plan.first_delay[agent] = d;
    }
    for (uint32_t kind = 0; kind <= SIM_CHOICE_COUNT; kind++) {
        while (n < s->answers && s->answer[n].kind < kind)
            n++;
        plan.first_answer[kind] = n;
    }
}

/* Where the agent is to be stopped next. */
static void ask_next(struct sim *sim, const struct replay_state *r, uint32_t agent)
{
    bool more = r->delay[agent] < plan.first_delay[agent + 1];

    sim_ask_ordinal(sim, agent, more ? plan.schedule.delay[r->delay[agent]].ordinal : UINT64_MAX);
}

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct replay_state *r = state;

    _Static_assert(sizeof *r <= SIM_STRATEGY_STATE_BYTES, "state fits");
    (void)seed;
    (void)steps;
    for (uint32_t kind = 0; kind < SIM_CHOICE_COUNT; kind++)
        r->answer[kind] = plan.first_answer[kind];
    for (uint32_t agent = 0; agent < sim_agents(sim); agent++) {
        r->delay[agent] = plan.first_delay[agent];
        ask_next(sim, r, agent);
    }
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct replay_state *r = state;
    uint64_t question = r->question[kind]++;
    uint32_t answer = 0, i;

    (void)sim;
    while ((i = r->answer[kind]) < plan.first_answer[kind + 1] &&
           plan.schedule.answer[i].question <= question) {
        if (!answer && plan.schedule.answer[i].question == question)
            answer = plan.schedule.answer[i].answer;
        r->answer[kind]++;
    }
    return answer < n ? answer : 0;
}

static sim_ns hold(struct sim *sim, void *state, uint32_t agent, uint64_t ordinal)
{
    struct replay_state *r = state;
    sim_ns ns = 0;
    uint32_t i;

    while ((i = r->delay[agent]) < plan.first_delay[agent + 1] &&
           plan.schedule.delay[i].ordinal <= ordinal) {
        if (!ns && plan.schedule.delay[i].ordinal == ordinal)
            ns = plan.schedule.delay[i].ns;
        r->delay[agent]++;
    }
    ask_next(sim, r, agent);
    return ns;
}

const struct sim_strategy sim_strategy_replay = {
    .name = "replay",
    .text = "the default order with a recorded schedule's delays and answers",
    .begin = begin,
    .choose = choose,
    .hold = hold,
};
