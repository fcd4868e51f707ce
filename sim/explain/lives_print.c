/* sim/explain/lives_print.c - each request's life in one line, and the state at the end. */
#include <string.h>

#include "sim/engine/names.h"
#include "sim/explain/tale_private.h"
#include "sim/explain/units.h"
#include "sim/explain/words.h"
#include "sim/scenario/scenario.h"

#define LIVES_MAX 16 /* printed; the finding's own first */
#define OWN_MAX 2    /* of those that the port driver sends for itself and that came back */

static const char *const station_name[SIM_STATIONS] = {
    [SIM_AT_QUEUE] = "queued",
    [SIM_AT_BUILD] = "BuildIo",
    [SIM_AT_START] = "StartIo",
    [SIM_AT_DOORBELL] = "doorbell",
    [SIM_AT_FETCH] = "fetched",
    [SIM_AT_POST] = "CQE",
    [SIM_AT_LOST] = "dropped by the controller",
    [SIM_AT_TAKEN] = "entry released",
    [SIM_AT_DONE] = "completed",
    [SIM_AT_AGAIN] = "completed AGAIN",
    [SIM_AT_RETURN] = "returned",
};

static void life_head(const struct sim_life *life, FILE *out)
{
    char room[SIM_WORD_BYTES], block[40] = "";

    if (life->known_lba)
        snprintf(block, sizeof(block), ", block %llu", (unsigned long long)life->lba);
    fprintf(out, "  SRB %-4llu %s%s:", (unsigned long long)life->srb,
            life->function ? sim_word(SIM_WORDS_SRB_FUNCTION, life->function, room)
                           : sim_word(SIM_WORDS_CDB, life->cdb, room),
            block);
}

/* When the life came there, -1: not that it matters. Entries are often released after the SRB was
 * completed, and then who cares. */
static sim_ns at_of(const struct sim_life *life, int station)
{
    if (station == SIM_AT_TAKEN && !sim_life_outstanding(life))
        return -1;
    return life->station[station].at;
}

/* Stations in the order in which they were reached; equal times in their usual order. */
static void life_print(const struct sim_lives *lives, const struct sim_life *life, FILE *out)
{
    char where[SIM__WHERE_BYTES];
    char time[SIM_UNITS_BYTES], span[SIM_UNITS_BYTES], room[SIM_WORD_BYTES];
    sim_ns before = -1;

    life_head(life, out);
    for (;;) {
        int next = -1;
        static const sim_ns never = INT64_MAX;
        sim_ns soonest = never;

        for (int i = 0; i < SIM_STATIONS; i++) {
            sim_ns at = at_of(life, i);

            if (at >= 0 && at < soonest && (at > before || before < 0)) {
                soonest = at;
                next = i;
            }
        }
        if (next < 0)
            break;
        for (int i = 0; i < SIM_STATIONS; i++) {
            if (at_of(life, i) != soonest)
                continue;
            if (before < 0)
                fprintf(out, " %s %s", station_name[i], sim_text_time(time, soonest));
            else
                fprintf(out, ", %s +%s", station_name[i], sim_text_span(span, soonest - before));
            if (i == SIM_AT_DOORBELL)
                fprintf(out, " (SQ %u)", life->sq);
            if (i == SIM_AT_FETCH)
                fprintf(out, " (CID 0x%x)", life->cid);
            if (i == SIM_AT_DONE)
                fprintf(out, " %s", sim_word(SIM_WORDS_SRB_STATUS, life->status, room));
            before = soonest;
        }
    }
    if (sim_life_outstanding(life))
        fprintf(out, "; still outstanding, %s", sim__where_text(lives, life, where));
    fputc('\n', out);
}

static int pass_of(const struct sim_life *life)
{
    return sim_life_outstanding(life) ? 0 : life->function == 0 ? 1 : 2;
}

void sim__lives_print(const struct sim_tale *tale, const struct sim_finding *finding, FILE *out)
{
    const struct sim_lives *lives = &tale->lives;
    uint32_t told = 0;

    if (lives->lives == 0)
        return;
    fprintf(out, "\nThe life of each request (times since the station before)\n");
    if (finding->subject && sim_life(lives, finding->subject)) {
        life_print(lives, sim_life(lives, finding->subject), out);
        told++;
    }
    /* Outstanding ones first: they are what the reader looks for. The port driver's own last. */
    for (int pass = 0; pass < 3; pass++) {
        uint32_t end = pass < 2 || told + OWN_MAX > LIVES_MAX ? LIVES_MAX : told + OWN_MAX;

        for (uint32_t i = 0; i < lives->lives && told < end; i++) {
            const struct sim_life *life = &lives->life[i];

            if (life->srb == finding->subject || pass_of(life) != pass)
                continue;
            life_print(lives, life, out);
            told++;
        }
    }
    if (told < lives->lives)
        fprintf(out, "  and %u more\n", lives->lives - told);
}

/* --- state
 * ------------------------------------------------------------------------------------ */

static void outstanding_print(const struct sim_lives *lives, FILE *out)
{
    uint32_t srbs = 0, ios = 0;

    for (uint32_t i = 0; i < lives->lives; i++)
        srbs += sim_life_outstanding(&lives->life[i]);
    for (uint32_t i = 0; i < lives->ios; i++)
        ios += lives->io[i].where != SIM_IO_DONE;
    fprintf(out, "  %-12s %u I/O%s under way, %u SRB%s outstanding in the miniport\n", "requests",
            ios, ios == 1 ? "" : "s", srbs, srbs == 1 ? "" : "s");
    sim__where_print(lives, out);
}

static void queues_print(const struct sim_lives *lives, FILE *out)
{
    for (uint32_t i = 0; i < SIM_STATE_QUEUES; i++) {
        const struct sim_ring *ring = &lives->ring[i];
        uint64_t waiting = ring->posted - ring->released;

        if (!ring->used)
            continue;
        fprintf(out,
                "  queue %-6u SQ tail %u, head %u as last reported; CQ head %u, %llu entr%s not "
                "released\n",
                i, ring->tail, ring->head, ring->cq_head, (unsigned long long)waiting,
                waiting == 1 ? "y" : "ies");
    }
}

static void dpcs_print(const struct sim_lives *lives, FILE *out)
{
    fprintf(out, "  %-12s", "DPC queues");
    for (uint32_t i = 0; i < lives->queueds; i++) {
        const char *name = sim_name(SIM_NAME_DPC, lives->queued[i].dpc);

        fprintf(out, "%s %s (CPU %u)", i ? "," : "", name ? name : "the port driver's",
                lives->queued[i].cpu);
    }
    fprintf(out, "%s\n", lives->queueds ? "" : " empty");
}

static void locks_print(const struct sim_lives *lives, FILE *out)
{
    fprintf(out, "  %-12s", "locks held");
    for (uint32_t i = 0; i < lives->helds; i++) {
        const char *name = sim_name(SIM_NAME_LOCK, lives->held[i].lock);

        fprintf(out, "%s %s (CPU %u)", i ? "," : "", name ? name : "?", lives->held[i].cpu);
    }
    fprintf(out, "%s\n", lives->helds ? "" : " none");
}

static void controller_print(const struct sim_tale *tale, FILE *out)
{
    const struct sim_lives *lives = &tale->lives;
    uint32_t faults = tale->scenario ? sim_sections(tale->scenario, "fault") : 0;

    fprintf(out, "  %-12s", "controller");
    if (lives->enabled < 0 && lives->ready < 0)
        fprintf(out, " neither CC.EN nor CSTS.RDY changed");
    else
        fprintf(out, " CC.EN=%d CSTS.RDY=%d", lives->enabled < 0 ? 1 : lives->enabled,
                lives->ready < 0 ? 1 : lives->ready);
    for (uint32_t i = 0; i < faults && i < 32; i++) {
        if (lives->faults_on & 1u << i)
            fprintf(out, ", fault '%s' is on",
                    sim_section_name(sim_section(tale->scenario, "fault", i)));
    }
    fputc('\n', out);
}

/* Where every CPU is that is inside of the miniport. */
static void cpus_print(const struct sim_tale *tale, FILE *out)
{
    for (uint32_t i = 0; i < SIM_AGENTS_MAX; i++) {
        const struct sim__cpu *cpu = &tale->cpu[i];
        const struct sim__line *last = NULL;
        const struct sim_place *place = &cpu->left;
        char where[64];

        for (uint32_t k = tale->lines; k > 0 && last == NULL; k--) {
            if (tale->line[k - 1].r.cpu == i && !tale->line[k - 1].held)
                last = &tale->line[k - 1];
        }
        if (cpu->depth == 0)
            continue;
        if (i == tale->running && last != NULL)
            place = &last->place;
        fprintf(out, "  CPU %-8u", i);
        for (uint32_t k = cpu->depth; k > 0; k--)
            fprintf(out, "%s%s", k == cpu->depth ? " in " : " over ",
                    cpu->inside[k - 1].event == SIM_EV_CALLBACK_ENTER
                        ? sim_words_callback(cpu->inside[k - 1].callback)
                    : cpu->inside[k - 1].event == SIM_EV_ISR_ENTER ? "an interrupt"
                                                                   : "a DPC");
        if (place->frames > 0) {
            sim__source_text(tale, place->frame[0], where, sizeof(where));
            fprintf(out, ": %s (%s)", sim__function(tale, place->frame[0]), where);
        }
        fputc('\n', out);
    }
}

void sim__state_print(const struct sim_tale *tale, FILE *out)
{
    const struct sim_lives *lives = &tale->lives;

    fprintf(out, "\nState at the end\n");
    outstanding_print(lives, out);
    queues_print(lives, out);
    dpcs_print(lives, out);
    locks_print(lives, out);
    fprintf(out, "  %-12s pauses: %llu%s%s\n", "adapter", (unsigned long long)lives->pauses,
            lives->busy ? ", busy" : "", lives->in_reset ? ", HwStorResetBus is running" : "");
    controller_print(tale, out);
    cpus_print(tale, out);
}
