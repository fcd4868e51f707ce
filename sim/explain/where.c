/* sim/explain/where.c - where every request is that did not come back.
 *
 * A trace says what passed which edge: HwStorStartIo, doorbell, fetch, completion entry, its
 * release, RequestComplete. Between two of them a request is in somebody's hands; "with the driver
 * only" means that no queue holds it any more, whatever list the driver keeps it in.
 */
#include <string.h>

#include "sim/explain/tale_private.h"

#define LISTED_MAX 8 /* serial numbers in a line */

const char *sim__where_text(const struct sim_lives *lives, const struct sim_life *life, char *out)
{
    uint32_t cq = lives->ring[life->sq < SIM_STATE_QUEUES ? life->sq : SIM_STATE_QUEUES - 1].cqid;

    switch (sim_life_where(life)) {
    case SIM_IN_STARTIO:
        return "with the driver, no doorbell was rung for it";
    case SIM_IN_SQ:
        snprintf(out, SIM__WHERE_BYTES, "in SQ %u, not fetched by the controller", life->sq);
        return out;
    case SIM_IN_SQ_GONE:
        snprintf(out, SIM__WHERE_BYTES,
                 "with the driver only, SQ %u went before the controller fetched it", life->sq);
        return out;
    case SIM_IN_DEVICE:
        snprintf(out, SIM__WHERE_BYTES, "in the device, fetched from SQ %u and not answered",
                 life->sq);
        return out;
    case SIM_IN_NO_DEVICE:
        snprintf(out, SIM__WHERE_BYTES,
                 "with the driver only, the controller dropped its command of SQ %u", life->sq);
        return out;
    case SIM_IN_CQ:
        snprintf(out, SIM__WHERE_BYTES, "in CQ %u, its entry is posted and not released", cq);
        return out;
    case SIM_IN_CQ_GONE:
        snprintf(out, SIM__WHERE_BYTES,
                 "with the driver only, the completion queue went with its entry (SQ %u)",
                 life->sq);
        return out;
    default:
        snprintf(out, SIM__WHERE_BYTES,
                 "with the driver, which released its entry in CQ %u and did not complete it", cq);
        return out;
    }
}

/* One line: numbers, and what they have in common. */
struct list {
    FILE *out;
    const char *what;
    uint32_t count;
};

static void list_add(struct list *list, const char *number_of, uint64_t number)
{
    if (list->count == 0)
        fprintf(list->out, "    %s %llu", number_of, (unsigned long long)number);
    else if (list->count < LISTED_MAX)
        fprintf(list->out, ", %llu", (unsigned long long)number);
    list->count++;
}

static void list_end(struct list *list)
{
    if (list->count > LISTED_MAX)
        fprintf(list->out, " and %u more", list->count - LISTED_MAX);
    if (list->count > 0)
        fprintf(list->out, ": %s\n", list->what);
}

/* All SRBs that are outstanding at the same place as the i-th, which is the first of them. */
static void group_print(const struct sim_lives *lives, uint32_t i, FILE *out)
{
    char text[SIM__WHERE_BYTES], other[SIM__WHERE_BYTES];
    const char *what = sim__where_text(lives, &lives->life[i], text);
    struct list list = {.out = out, .what = what};

    for (uint32_t k = 0; k < lives->lives; k++) {
        const struct sim_life *life = &lives->life[k];

        if (!sim_life_outstanding(life) || strcmp(what, sim__where_text(lives, life, other)) != 0)
            continue;
        if (k < i)
            return;
        list_add(&list, "SRB", life->srb);
    }
    list_end(&list);
}

/* Completed by the driver, and still not with the class driver. */
static void returning_print(const struct sim_lives *lives, FILE *out)
{
    struct list list = {.out = out, .what = "completed, on the way back through the port driver"};

    for (uint32_t i = 0; i < lives->lives; i++) {
        const struct sim_life *life = &lives->life[i];

        if (life->station[SIM_AT_DONE].at >= 0 && life->station[SIM_AT_RETURN].at < 0)
            list_add(&list, "SRB", life->srb);
    }
    list_end(&list);
}

static void built_print(const struct sim_lives *lives, FILE *out)
{
    struct list list = {.out = out,
                        .what = "with the port driver, between HwStorBuildIo and HwStorStartIo"};

    for (uint32_t i = 0; i < lives->lives; i++) {
        const struct sim_life *life = &lives->life[i];

        if (life->station[SIM_AT_START].at < 0 && life->station[SIM_AT_DONE].at < 0)
            list_add(&list, "SRB", life->srb);
    }
    list_end(&list);
}

static const char *hold_text(const struct sim_lives *lives)
{
    if (lives->pauses > 0)
        return ", and the adapter is paused";
    if (lives->busy)
        return ", and the adapter is busy";
    return lives->in_reset ? ", and HwStorResetBus is running" : "";
}

static void ios_print(const struct sim_lives *lives, enum sim_io_at where, FILE *out)
{
    char what[96] = "with the class driver";
    struct list list = {.out = out, .what = what};

    if (where == SIM_IO_QUEUED)
        snprintf(what, sizeof(what), "in the port driver's queue%s", hold_text(lives));
    for (uint32_t i = 0; i < lives->ios; i++) {
        if (lives->io[i].where == where)
            list_add(&list, "I/O", lives->io[i].io);
    }
    list_end(&list);
}

void sim__where_print(const struct sim_lives *lives, FILE *out)
{
    for (uint32_t i = 0; i < lives->lives; i++) {
        if (sim_life_outstanding(&lives->life[i]))
            group_print(lives, i, out);
    }
    returning_print(lives, out);
    built_print(lives, out);
    ios_print(lives, SIM_IO_QUEUED, out);
    ios_print(lives, SIM_IO_CLASS, out);
}
