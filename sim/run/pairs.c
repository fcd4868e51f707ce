/* sim/run/pairs.c - the pairs of a sweep, in a list with an open hash table beside it. */
#include "sim/run/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

struct sim_pairs {
    struct sim_pair_seen *list;
    uint32_t count, room;
    uint32_t *slot; /* index into list, plus 1; 0: empty */
    uint32_t slots; /* a power of two, at least twice count */
    struct sim_place_text *text;
    uint32_t texts, texts_room;
};

struct sim_pairs *sim_pairs_create(void)
{
    struct sim_pairs *p = calloc(1, sizeof(*p));

    SIM_ASSERT(p != NULL);
    return p;
}

void sim_pairs_free(struct sim_pairs *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; i < p->texts; i++) {
        free((void *)p->text[i].function);
        free((void *)p->text[i].file);
        free((void *)p->text[i].callback);
    }
    free(p->text);
    free(p->list);
    free(p->slot);
    free(p);
}

static uint32_t *slot_of(const struct sim_pairs *p, sim_pair pair)
{
    uint32_t i = (uint32_t)(pair * 0x9E3779B97F4A7C15u >> 32) & (p->slots - 1);

    while (p->slot[i] != 0 && p->list[p->slot[i] - 1].pair != pair)
        i = (i + 1) & (p->slots - 1);
    return &p->slot[i];
}

static void grow(struct sim_pairs *p)
{
    p->room = p->room > 0 ? p->room * 2 : 512;
    p->slots = p->room * 2;
    p->list = realloc(p->list, p->room * sizeof(*p->list));
    free(p->slot);
    p->slot = calloc(p->slots, sizeof(*p->slot));
    SIM_ASSERT(p->list != NULL && p->slot != NULL);
    for (uint32_t i = 0; i < p->count; i++)
        *slot_of(p, p->list[i].pair) = i + 1;
}

uint32_t sim_pairs_add(struct sim_pairs *p, uint64_t seed, const sim_pair *pair, uint32_t count)
{
    uint32_t before = p->count;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot;

        if (p->count == p->room)
            grow(p);
        slot = slot_of(p, pair[i]);
        if (*slot == 0) {
            p->list[p->count++] = (struct sim_pair_seen){.pair = pair[i], .first_seed = seed};
            *slot = p->count;
        }
        p->list[*slot - 1].seeds++;
    }
    return p->count - before;
}

uint32_t sim_pairs_list(const struct sim_pairs *p, const struct sim_pair_seen **out)
{
    *out = p->list;
    return p->count;
}

/* Places are few: a driver has some hundred lines that touch shared memory. */
static const struct sim_place_text *find(const struct sim_pairs *p, sim_place place)
{
    for (uint32_t i = 0; i < p->texts; i++) {
        if (p->text[i].place == place)
            return &p->text[i];
    }
    return NULL;
}

static const char *copy_of(const char *text)
{
    char *copy = strdup(text);

    SIM_ASSERT(copy != NULL);
    return copy;
}

void sim_pairs_describe(struct sim_pairs *p, const struct sim_place_text *text)
{
    if (find(p, text->place) != NULL)
        return;
    if (p->texts == p->texts_room) {
        p->texts_room = p->texts_room * 2 + 64;
        p->text = realloc(p->text, p->texts_room * sizeof(*p->text));
        SIM_ASSERT(p->text != NULL);
    }
    p->text[p->texts++] = (struct sim_place_text){.place = text->place,
                                                  .function = copy_of(text->function),
                                                  .file = copy_of(text->file),
                                                  .callback = copy_of(text->callback),
                                                  .line = text->line};
}

const struct sim_place_text *sim_pairs_text(const struct sim_pairs *p, sim_place place)
{
    static const struct sim_place_text unknown = {.function = "?", .file = "?", .callback = "?"};
    const struct sim_place_text *text = find(p, place);

    return text != NULL ? text : &unknown;
}
