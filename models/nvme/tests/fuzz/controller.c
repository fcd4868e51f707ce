/* models/nvme/tests/fuzz/controller.c - bytes become all that software can do to the hardware, and
 * all that can go wrong with it meanwhile.
 *
 * No driver and no processor: a controller, its interrupts, host memory behind an IOMMU, and the
 * fault engine, set up from a scenario that the first bytes choose (options of [controller] and
 * [machine], sections [fault NAME] with any action, trigger and keys). Each further statement is a
 * letter and its arguments: struct statement below lists them. Arguments count from the character
 * '0', so that inputs can be read and written by hand.
 *
 * What must hold, besides that nothing crashes, hangs or leaks: when all faults have ended, a
 * driver that does everything right finds a controller that works; and the same input gives the
 * same trace. With SHOW=1 in the environment the scenario and the trace of an input are printed.
 */
// runs: 20000
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/fault/fault_private.h"
#include "models/machine.h"
#include "models/nt/memory.h"
#include "models/nvme/nvme_private.h"
#include "models/pci/pci.h"
#include "sim/scenario/scenario_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGES 64u /* of host memory that the device may reach: rings first, then data */
#define DATA_PAGE 32u
#define RINGS 4u /* that the host keeps; queues beyond can be created and rung all the same */
#define RING_ENTRIES 32u
#define OPTIONS_MAX 6u
#define FAULTS_HERE_MAX 5u
#define EVENTS_MAX 20000u /* of one input, until the faults end */
#define STATEMENTS_MAX 400u

/* A queue pair as the host sees it. */
struct ring {
    uint32_t entries, tail, head;
    uint16_t phase, cid;
};

static struct host {
    struct sim *sim;
    struct sim_machine machine;
    struct nvme_ctrl *ctrl;
    uint8_t *memory;
    uint64_t phys;
    struct ring ring[RINGS];
} host;

/* --- input ------------------------------------------------------------------------------------ */

struct input {
    const uint8_t *at, *end;
};

static uint8_t byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : '0';
}

/* 0 .. n - 1 */
static uint32_t pick(struct input *in, uint32_t n)
{
    return (uint8_t)(byte(in) - '0') % n;
}

static uint64_t number(struct input *in, uint32_t bytes)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)(uint8_t)(byte(in) - '0') << i * 8;
    return value;
}

/* --- the scenario ----------------------------------------------------------------------------- */

static const char *const times[] = {"500ns", "1us", "5us", "20us", "100us",
                                    "400us", "1ms", "2ms", "30ms", "600ms"};
static const char *const sizes[] = {"512", "4k", "64k", "1m", "16m", "1g"};
static const char *const counts[] = {"1", "2", "3", "0", "7", "8", "9", "31", "63", "256"};
static const char *const shares[] = {"100%", "50%", "3%", "0%"};
static const char *const indices[] = {"any", "0", "1", "2", "63", "65535", "4294967295"};
static const char *const answers[] = {"yes", "no"};

#define CHOOSE(in, table) (table)[pick(in, sizeof(table) / sizeof((table)[0]))]

/* A value that the option allows, or NULL. word: room for one. */
static const char *value_of(struct input *in, enum sim_option option, char word[40])
{
    const struct sim_option_info *info = &sim_option_info[option];
    const char *text = NULL;
    struct sim_error error;
    int64_t value;

    switch (info->type) {
    case SIM_TIME:
        text = CHOOSE(in, times);
        break;
    case SIM_SIZE:
        text = CHOOSE(in, sizes);
        break;
    case SIM_COUNT:
        text = CHOOSE(in, counts);
        break;
    case SIM_PERCENT:
        text = CHOOSE(in, shares);
        break;
    case SIM_INDEX:
        text = CHOOSE(in, indices);
        break;
    case SIM_BOOL:
        text = CHOOSE(in, answers);
        break;
    case SIM_ENUM:
        sim_opt_word(option, pick(in, sim_opt_words(option)), word);
        text = word;
        break;
    default: /* the one text that counts here: another fault's name */
        snprintf(word, 40, "f%u", pick(in, FAULTS_HERE_MAX));
        text = option == SIM_OPT_FAULT_OF ? word : NULL;
    }
    if (text && info->type != SIM_TEXT && sim__option_parse(option, text, &value, &error) < 0)
        return NULL;
    return text;
}

static void options_write(struct input *in, FILE *out)
{
    uint32_t count = pick(in, OPTIONS_MAX + 1);

    for (uint32_t i = 0; i < count; i++) {
        enum sim_option option =
            pick(in, SIM_OPT_COUNT - SIM_OPT_CONTROLLER_NAMESPACE) + SIM_OPT_CONTROLLER_NAMESPACE;
        char word[40];
        const char *text;

        if (strcmp(sim_option_info[option].section, "controller"))
            option = pick(in, 2) ? SIM_OPT_MACHINE_VECTORS : SIM_OPT_MACHINE_INTERRUPTS;
        text = value_of(in, option, word);
        if (text)
            fprintf(out, "[%s]\n%s = %s\n", sim_option_info[option].section,
                    sim_option_info[option].key, text);
    }
}

/* A line for each of these keys, which stand between blanks. */
static void keys_write(struct input *in, FILE *out, const char *keys)
{
    for (uint32_t i = 0; i < SIM_OPT_COUNT; i++) {
        char key[48], word[40];
        const char *text;

        snprintf(key, sizeof key, " %s ", sim_option_info[i].key);
        if (strcmp(sim_option_info[i].section, "fault") || !strstr(keys, key) || !pick(in, 2))
            continue;
        text = value_of(in, (enum sim_option)i, word);
        if (text)
            fprintf(out, "%s = %s\n", sim_option_info[i].key, text);
    }
}

static void faults_write(struct input *in, FILE *out)
{
    uint32_t count = pick(in, FAULTS_HERE_MAX + 1);

    for (uint32_t i = 0; i < count; i++) {
        const struct sim_fault_action_info *action =
            &sim_fault_action_info[pick(in, SIM_FAULT_ACTIONS)];
        uint32_t on = pick(in, SIM_FAULT_TRIGGERS);

        while (!(action->triggers >> on & 1))
            on = (on + 1) % SIM_FAULT_TRIGGERS;
        fprintf(out, "[fault f%u]\naction = %s\non = %s\n", i, action->word,
                sim_fault_trigger_info[on].word);
        keys_write(in, out, action->keys);
        keys_write(in, out, sim_fault_trigger_info[on].keys);
        keys_write(in, out,
                   on == SIM_FAULT_ON_TIME ? " at times " : " nth every probability times ");
        if (action->kind == SIM_FAULT_LASTING)
            keys_write(in, out, " until duration uses ");
    }
}

#define BASE                                                                          \
    "[controller]\nentries = 256\nready = 20us\ndisable = 10us\n[check]\nheal = 1h\n" \
    "[workload w]\nnumber_ios = 1\n"

static struct sim_scenario *parse(const char *text)
{
    struct sim_scenario *scenario = NULL;
    struct sim_error error;

    return sim_scenario_parse("fuzz.ini", text, NULL, 0, &error, &scenario) < 0 ? NULL : scenario;
}

/* What the bytes ask for, or as much of it as goes together. */
static struct sim_scenario *scenario_read(struct input *in)
{
    struct sim_scenario *scenario;
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    SIM_ASSERT(out);
    fputs(BASE, out);
    options_write(in, out);
    faults_write(in, out);
    fclose(out);
    if (getenv("SHOW"))
        fputs(text, stderr);
    scenario = parse(text);
    free(text);
    return scenario ? scenario : parse(BASE);
}

/* --- the machine ------------------------------------------------------------------------------ */

static void power_off(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    const struct faults *faults = host.machine.part[MACHINE_FAULTS];

    (void)fault;
    (void)occasion;
    if (!faults->healed)
        nvme_power_off(ctx);
}

/* What a port driver would do when asked: here it takes the power away. No healing undoes that, so
 * it ends here. */
static void serve_the_rest(struct faults *faults)
{
    for (uint32_t i = 0; i < SIM_FAULT_ACTIONS; i++)
        if (!faults->server[i].begin)
            fault_serve(faults, i, &(struct fault_server){.begin = power_off, .ctx = host.ctrl});
}

static void open_machine(const struct sim_scenario *scenario)
{
    struct sim_error error;
    int failed;

    sim_restore(host.sim);
    host.machine = (struct sim_machine){.sim = host.sim, .scenario = scenario};
    host.machine.part[MACHINE_MEMORY] = nt_memory_create(host.sim);
    failed = pci_model.setup(&host.machine, &error) || nvme_model.setup(&host.machine, &error);
    SIM_ASSERT(!failed);
    host.ctrl = host.machine.part[MACHINE_NVME];
    host.memory = nt_pages_alloc(host.machine.part[MACHINE_MEMORY], PAGES * NT_PAGE, NT_CONTIGUOUS,
                                 SIM_MEM_CPU | SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE |
                                     SIM_WHY_COMMON << SIM_MEM_WHY_SHIFT);
    host.phys = nt_phys(host.machine.part[MACHINE_MEMORY], host.memory);
    sim_world_touch(host.memory, PAGES * NT_PAGE);
    memset(host.ring, 0, sizeof host.ring);
    serve_the_rest(host.machine.part[MACHINE_FAULTS]);
    failed = fault_model.setup(&host.machine, &error);
    SIM_ASSERT(!failed);
    if (pci_vectors(host.machine.part[MACHINE_PCI]))
        pci_msix_enable(host.machine.part[MACHINE_PCI], true);
    sim_begin(host.sim, 1, &sim_strategy_time, 0);
    fault_model.start(&host.machine);
}

/* --- time ------------------------------------------------------------------------------------- */

static void wake(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
}

static void pass_at_once(sim_ns ns)
{
    sim_ns until = sim_now(host.sim) + ns;
    struct sim_event event = {0};

    sim_event_at(host.sim, &event, until, wake, NULL);
    sim_run(host.sim, until);
    SIM_ASSERT(sim_now(host.sim) == until);
}

/* In pieces, so that faults without end cannot make it long. */
static void pass(sim_ns ns)
{
    while (ns > 0 && sim_events_run(host.sim) < EVENTS_MAX) {
        sim_ns piece = ns < SIM_MS ? ns : SIM_MS;

        pass_at_once(piece);
        ns -= piece;
    }
}

/* --- rings ------------------------------------------------------------------------------------ */

/* Two pages for each pair: submission entries, completion entries. */
static uint64_t page_phys(uint32_t page)
{
    return host.phys + (uint64_t)(page % PAGES) * NT_PAGE;
}

static void *sq_entry(uint32_t qid, uint32_t i)
{
    return host.memory + (size_t)qid * 2 * NT_PAGE + (size_t)i * sizeof(struct nvme_sqe);
}

static struct nvme_cqe cq_entry(uint32_t qid, uint32_t i)
{
    struct nvme_cqe cqe;

    memcpy(&cqe, host.memory + ((size_t)qid * 2 + 1) * NT_PAGE + (size_t)i * sizeof cqe,
           sizeof cqe);
    return cqe;
}

static void ring_new(uint32_t qid, uint32_t entries)
{
    host.ring[qid] = (struct ring){.entries = entries, .phase = 1, .cid = host.ring[qid].cid};
    memset(host.memory + (size_t)qid * 2 * NT_PAGE, 0, 2 * NT_PAGE);
}

static void put(uint32_t qid, struct nvme_sqe sqe)
{
    struct ring *ring = &host.ring[qid];

    if (!ring->entries)
        return;
    memcpy(sq_entry(qid, ring->tail), &sqe, sizeof sqe);
    ring->tail = (ring->tail + 1) % ring->entries;
}

static void ring_doorbell(uint32_t qid)
{
    nvme_reg_write(host.ctrl, NVME_DOORBELLS + qid * 8, 4, host.ring[qid].tail);
}

/* Takes what was completed. True when it saw an entry with this identifier. */
static bool reap(uint32_t qid, uint16_t cid, struct nvme_cqe *found)
{
    struct ring *ring = &host.ring[qid];
    bool any = false, seen = false;

    for (uint32_t i = 0; i < ring->entries; i++) {
        struct nvme_cqe cqe = cq_entry(qid, ring->head);

        if ((cqe.status & 1) != ring->phase)
            break;
        any = true;
        if (cqe.cid == cid) {
            seen = true;
            *found = cqe;
        }
        ring->head = (ring->head + 1) % ring->entries;
        ring->phase ^= !ring->head;
    }
    if (any)
        nvme_reg_write(host.ctrl, NVME_DOORBELLS + qid * 8 + 4, 4, ring->head);
    return seen;
}

/* --- statements ------------------------------------------------------------------------------- */

static uint32_t cc_right(void)
{
    return (uint32_t)(nvme_cc_en_put(1) | nvme_cc_iosqes_put(NVME_SQE_SHIFT) |
                      nvme_cc_iocqes_put(NVME_CQE_SHIFT));
}

static void enable(uint32_t entries)
{
    ring_new(0, entries);
    nvme_reg_write(host.ctrl, NVME_REG_AQA, 4,
                   nvme_aqa_asqs_put(entries - 1) | nvme_aqa_acqs_put(entries - 1));
    nvme_reg_write(host.ctrl, NVME_REG_ASQ, 8, page_phys(0));
    nvme_reg_write(host.ctrl, NVME_REG_ACQ, 8, page_phys(1));
    nvme_reg_write(host.ctrl, NVME_REG_CC, 4, cc_right());
}

static void do_enable(struct input *in)
{
    enable(2 + pick(in, RING_ENTRIES - 1));
}

static void do_disable(struct input *in)
{
    (void)in;
    nvme_reg_write(host.ctrl, NVME_REG_CC, 4, cc_right() & ~1u);
}

static void do_cc(struct input *in)
{
    nvme_reg_write(host.ctrl, NVME_REG_CC, 4, cc_right() ^ UINT64_C(1) << pick(in, 32));
}

static void do_shutdown(struct input *in)
{
    nvme_reg_write(host.ctrl, NVME_REG_CC, 4, cc_right() | nvme_cc_shn_put(1 + pick(in, 3)));
}

static uint32_t any_offset(struct input *in)
{
    static const uint32_t known[] = {
#define NVME_REGISTER(name, offset, bytes, access, text) offset,
        NVME_REGISTERS(NVME_REGISTER)
#undef NVME_REGISTER
    };
    uint32_t how = pick(in, 4);

    if (how == 3)
        return (uint32_t)number(in, 2);
    return CHOOSE(in, known) + (how == 2 ? pick(in, 16) : how * 4);
}

static uint64_t any_value(struct input *in)
{
    switch (pick(in, 4)) {
    case 0:
        return pick(in, 256);
    case 1:
        return page_phys(pick(in, PAGES)) + pick(in, 8);
    case 2:
        return UINT64_MAX;
    default:
        return number(in, 8);
    }
}

static uint32_t any_width(struct input *in)
{
    static const uint8_t widths[] = {4, 8, 4, 1, 2, 16, 3, 0};

    return CHOOSE(in, widths);
}

static void do_read(struct input *in)
{
    uint32_t offset = any_offset(in);

    nvme_reg_read(host.ctrl, offset, any_width(in));
}

static void do_write(struct input *in)
{
    uint32_t offset = any_offset(in), width = any_width(in);

    nvme_reg_write(host.ctrl, offset, width, any_value(in));
}

static void do_doorbell(struct input *in)
{
    uint32_t index = pick(in, 140);

    nvme_reg_write(host.ctrl, NVME_DOORBELLS + index * 4, 4, number(in, 2));
}

static struct nvme_sqe create(uint32_t qid, uint32_t entries, bool cq)
{
    struct nvme_sqe sqe = {.opcode = cq ? NVME_ADMIN_CREATE_CQ : NVME_ADMIN_CREATE_SQ,
                           .cid = host.ring[0].cid++,
                           .prp1 = page_phys(qid * 2 + cq),
                           .cdw10 = qid | (entries - 1) << 16};

    sqe.cdw11 = NVME_CREATE_CONTIGUOUS | (cq ? NVME_CREATE_IEN : qid << 16);
    return sqe;
}

/* A pair on its own pages, interrupting on vector 0 or on its own. */
static void do_create(struct input *in)
{
    uint32_t qid = 1 + pick(in, RINGS - 1), entries = 2 + pick(in, RING_ENTRIES - 1);
    struct nvme_sqe cq = create(qid, entries, true);

    cq.cdw11 |= pick(in, 2) ? qid << 16 : 0;
    ring_new(qid, entries);
    put(0, cq);
    put(0, create(qid, entries, false));
    ring_doorbell(0);
}

/* PRPs: right ones, a list, ones that are nowhere or not mapped. */
static void point(struct input *in, struct nvme_sqe *sqe)
{
    uint32_t page = DATA_PAGE + pick(in, PAGES - DATA_PAGE - 1), how = pick(in, 6);

    sqe->prp1 = page_phys(page) + (how == 1 ? pick(in, 8) * 512 : 0);
    sqe->prp2 = page_phys(page + 1);
    if (how == 2)
        sqe->prp2 = page_phys(DATA_PAGE - 1) + pick(in, 8) * 8; /* a list: what 'm' wrote there */
    else if (how == 3)
        sqe->prp1 = any_value(in);
    else if (how == 4)
        sqe->prp2 = any_value(in);
}

static void submit(struct input *in, uint32_t qid, struct nvme_sqe sqe)
{
    put(qid, sqe);
    if (pick(in, 4))
        ring_doorbell(qid);
}

static void do_io(struct input *in)
{
    static const uint8_t opcodes[] = {NVME_IO_READ, NVME_IO_WRITE, NVME_IO_FLUSH, 0x04, 0x05, 0x08,
                                      0x09,         0x0C,          0x0D,          0x11, 0x15, 0xFF};
    uint32_t qid = 1 + pick(in, RINGS - 1);
    struct nvme_sqe sqe = {.opcode = CHOOSE(in, opcodes), .nsid = 1, .cid = host.ring[qid].cid++};

    point(in, &sqe);
    sqe.cdw10 = pick(in, 64);
    sqe.cdw12 = pick(in, 128);
    submit(in, qid, sqe);
}

static void do_admin(struct input *in)
{
    struct nvme_sqe sqe = {.opcode = (uint8_t)pick(in, 0x20), .cid = host.ring[0].cid++};

    sqe.nsid = pick(in, 3);
    point(in, &sqe);
    sqe.cdw10 = (uint32_t)number(in, 2) | pick(in, 32) << 16;
    sqe.cdw11 = (uint32_t)number(in, 2) | pick(in, 8) << 16;
    submit(in, 0, sqe);
}

/* An entry with any bytes. */
static void do_raw(struct input *in)
{
    uint32_t qid = pick(in, RINGS), n = pick(in, sizeof(struct nvme_sqe) + 1);
    uint8_t bytes[sizeof(struct nvme_sqe)] = {0};
    struct nvme_sqe sqe;

    for (uint32_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(byte(in) - '0');
    memcpy(&sqe, bytes, sizeof sqe);
    submit(in, qid, sqe);
}

static void do_reap(struct input *in)
{
    struct nvme_cqe cqe;

    reap(pick(in, RINGS), 0, &cqe);
}

static void do_time(struct input *in)
{
    static const sim_ns span[] = {1,          100,         SIM_US,       10 * SIM_US, 100 * SIM_US,
                                  1 * SIM_MS, 10 * SIM_MS, 100 * SIM_MS, 1 * SIM_S,   10 * SIM_S};

    pass(CHOOSE(in, span));
}

static void do_memory(struct input *in)
{
    uint32_t at = pick(in, PAGES) * NT_PAGE + pick(in, 8) * 8;
    uint64_t value = any_value(in);

    memcpy(host.memory + at, &value, sizeof value);
}

/* A page is taken from the device, or given to it. */
static void do_map(struct input *in)
{
    uint32_t page = pick(in, PAGES);
    uint8_t state = SIM_MEM_CPU | SIM_WHY_DATA << SIM_MEM_WHY_SHIFT;

    state |= (uint8_t)(pick(in, 4) << 1); /* SIM_MEM_DEV_READ, SIM_MEM_DEV_WRITE */
    sim_world_shadow_set(host.memory + (size_t)page * NT_PAGE, NT_PAGE, state);
}

static void do_vector(struct input *in)
{
    struct pci_function *pci = host.machine.part[MACHINE_PCI];
    uint32_t what = pick(in, 5), vectors = pci_vectors(pci);

    if (!vectors)
        return;
    if (what < 2)
        pci_msix_enable(pci, what);
    else if (what == 4)
        pci_msix_aim(pci, pick(in, vectors), pick(in, 4));
    else
        pci_msix_mask(pci, pick(in, vectors), what == 2 ? PCI_MASKED : PCI_UNMASKED);
}

static void do_power(struct input *in)
{
    (void)in;
    nvme_power_off(host.ctrl);
}

static void do_heal(struct input *in)
{
    (void)in;
    faults_heal(host.machine.part[MACHINE_FAULTS]);
}

static const struct statement {
    char letter;
    void (*fn)(struct input *in);
} statements[] = {
    {'e', do_enable},   /* AQA, ASQ, ACQ and CC as a driver writes them: entries */
    {'d', do_disable},  /* CC.EN=0 */
    {'c', do_cc},       /* CC with one bit wrong */
    {'s', do_shutdown}, /* CC.SHN */
    {'r', do_read},     /* any register, any width */
    {'w', do_write},    /* the same, any value */
    {'b', do_doorbell}, /* any doorbell, any value */
    {'q', do_create},   /* Create I/O Completion Queue and Submission Queue, right */
    {'i', do_io},       /* a command of the I/O set */
    {'a', do_admin},    /* a command of the admin set */
    {'x', do_raw},      /* an entry of any bytes */
    {'h', do_reap},     /* the host takes completions and releases them */
    {'t', do_time},     /* time passes */
    {'m', do_memory},   /* host memory changes */
    {'u', do_map},      /* a page is mapped for the device, or no longer */
    {'v', do_vector},   /* MSI-X is enabled, masked, aimed */
    {'p', do_power},    /* power goes and comes */
    {'l', do_heal},     /* all faults end */
};
#define STATEMENTS (sizeof statements / sizeof statements[0])

static const struct statement *statement_of(uint8_t letter)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (statements[i].letter == letter)
            return &statements[i];
    return &statements[letter % STATEMENTS];
}

/* --- what must hold --------------------------------------------------------------------------- */

static uint32_t csts(void)
{
    return (uint32_t)nvme_reg_read(host.ctrl, NVME_REG_CSTS, 4);
}

static void wait_ready(uint32_t ready)
{
    for (uint32_t i = 0; i < 1000 && nvme_csts_rdy(csts()) != ready; i++)
        pass_at_once(SIM_S);
    SIM_ASSERT(nvme_csts_rdy(csts()) == ready);
}

/* With nothing wrong any more, a reset by the book brings it back, and Identify works. */
static void must_work(void)
{
    const struct nvme_sqe identify = {
        .opcode = NVME_ADMIN_IDENTIFY, .cid = 0xBEEF, .prp1 = page_phys(DATA_PAGE), .cdw10 = 1};
    struct nvme_cqe cqe = {0};
    bool seen = false;

    faults_heal(host.machine.part[MACHINE_FAULTS]);
    sim_world_shadow_set(host.memory, PAGES * NT_PAGE,
                         SIM_MEM_CPU | SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE |
                             SIM_WHY_COMMON << SIM_MEM_WHY_SHIFT);
    nvme_reg_write(host.ctrl, NVME_REG_CC, 4, 0);
    wait_ready(0);
    SIM_ASSERT(!nvme_commands_inside(host.ctrl));
    enable(16);
    wait_ready(1);
    SIM_ASSERT(!nvme_csts_cfs(csts()));
    put(0, identify);
    ring_doorbell(0);
    for (uint32_t i = 0; i < 1000 && !seen; i++) {
        pass_at_once(SIM_S);
        seen = reap(0, 0xBEEF, &cqe);
    }
    SIM_ASSERT(seen);
    SIM_ASSERT(!(cqe.status >> 1));
}

static uint64_t run(const struct sim_scenario *scenario, struct input in)
{
    open_machine(scenario);
    for (uint32_t i = 0; i < STATEMENTS_MAX && in.at < in.end; i++)
        statement_of(byte(&in))->fn(&in);
    must_work();
    return sim_trace_hash(host.sim);
}

static void show(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    sim_record_text(stderr, record);
}

static void begin(void)
{
    struct sim_config config;
    int failed = sim_world_create();

    SIM_ASSERT(!failed);
    sim_config_defaults(&config);
    host.sim = sim_create(&config);
    if (getenv("SHOW"))
        sim_trace_set_sink(host.sim, show, NULL);
    sim_image(host.sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct sim_scenario *scenario = scenario_read(&in);
    uint64_t hash;

    SIM_ASSERT(scenario);
    if (!host.sim)
        begin();
    hash = run(scenario, in);
    /* Every second input once more. */
    if (size & 1)
        SIM_ASSERT(run(scenario, in) == hash);
    sim_scenario_free(scenario);
    return 0;
}
