/* sim/explain/words.c - one trace record as a sentence for a driver author.
 *
 * One case for each event that people care about; any other is told by its text in
 * trace_events.def and its arguments, so that a new event is never silent.
 */
#include "sim/explain/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine/names.h"
#include "sim/engine/verdict.h"
#include "sim/explain/units.h"
#include "sim/scenario/faults.h"
#include "sim/scenario/scenario.h"

static const struct {
    enum sim_word_set set;
    uint32_t value;
    const char *text;
} words[] = {
#define SIM_WORD(set, value, text) {SIM_WORDS_##set, value, text},
#include "sim/explain/words.def"
#undef SIM_WORD
};

#define SRB_STATUS_FLAGS 0xC0u
#define ALL_LUNS UINT32_MAX

const char *sim_word(enum sim_word_set set, uint64_t value, char *room)
{
    if (set == SIM_WORDS_SRB_STATUS)
        value &= ~(uint64_t)SRB_STATUS_FLAGS;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].set == set && words[i].value == value)
            return words[i].text;
    }
    snprintf(room, SIM_WORD_BYTES, "0x%llx", (unsigned long long)value);
    return room;
}

char *sim_words_level(uint8_t level, char *room)
{
    static const char *const low[] = {"PASSIVE", "APC", "DISPATCH"};

    if (level < 3)
        snprintf(room, 16, "%s", low[level]);
    else
        snprintf(room, 16, "DIRQL %u", level);
    return room;
}

const char *sim_words_callback(uint64_t callback)
{
    const char *name = sim_name(SIM_NAME_CALLBACK, callback);

    if (name == NULL)
        return "the miniport";
    return strcmp(name, "synchronized-access routine") == 0 ? "HwStorSynchronizedAccess" : name;
}

bool sim_words_interrupts(uint64_t callback)
{
    const char *name = sim_words_callback(callback);

    return strstr(name, "Interrupt") != NULL || strstr(name, "Dpc") != NULL ||
           strncmp(name, "HwStorTimer", 11) == 0;
}

/* --- what is being written
 * --------------------------------------------------------------------- */

struct line {
    const struct sim_record *r;
    const struct sim_scenario *scenario;
    const char *routine;
    char *out;
    size_t bytes;
    char room[SIM_WORD_BYTES], more[SIM_WORD_BYTES], text[96];
};

__attribute__((format(printf, 2, 3))) static void say(struct line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(line->out, line->bytes, format, args);
    va_end(args);
}

static unsigned long long arg(const struct line *line, int i)
{
    return (unsigned long long)line->r->arg[i];
}

static const char *word(struct line *line, enum sim_word_set set, int i)
{
    return sim_word(set, line->r->arg[i], i % 2 ? line->more : line->room);
}

static const char *span(struct line *line, int i)
{
    return sim_text_span(line->more, (sim_ns)line->r->arg[i]);
}

static const char *plural(unsigned long long n)
{
    return n == 1 ? "" : "s";
}

/* "the StartIo lock". */
static const char *lock_name(struct line *line)
{
    const char *name = sim_name(SIM_NAME_LOCK, line->r->arg[0]);

    if (name != NULL)
        snprintf(line->room, sizeof(line->room), "the %s lock", name);
    else
        snprintf(line->room, sizeof(line->room), "lock %llu", arg(line, 0));
    return line->room;
}

static const char *dpc_name(struct line *line)
{
    const char *name = sim_name(SIM_NAME_DPC, line->r->arg[0]);

    return name != NULL ? name : "a DPC of the port driver";
}

/* --- by part of the machine ------------------------------------------------------------------- */

static void drawn_say(struct line *line)
{
    enum sim_option option = (enum sim_option)arg(line, 0);
    char chosen[32] = "?";

    if (option < SIM_OPT_COUNT && sim_option_info[option].type == SIM_ENUM &&
        arg(line, 1) < sim_opt_words(option))
        sim_opt_word(option, (uint32_t)arg(line, 1), chosen);
    say(line, "the seed draws %s = %s",
        option < SIM_OPT_COUNT ? sim_option_info[option].key : "an option", chosen);
}

static bool engine_say(struct line *line)
{
    static const char *const phases[] = {"start-up", "the load begins",
                                         "the last I/O was submitted"};

    switch (line->r->event) {
    case SIM_EV_DRAWN:
        drawn_say(line);
        return true;
    case SIM_EV_PHASE:
        say(line, "%s", arg(line, 0) < 3 ? phases[arg(line, 0)] : "another phase");
        return true;
    case SIM_EV_DELAY:
        say(line, "CPU %llu goes on, %s late", arg(line, 0), span(line, 1));
        return true;
    case SIM_EV_FINDING:
        say(line, "VIOLATED: %s",
            arg(line, 0) < SIM_RULE_COUNT ? sim_rule_info[arg(line, 0)].name : "?");
        return true;
    default:
        return false;
    }
}

static bool nt_say(struct line *line)
{
    switch (line->r->event) {
    case SIM_EV_ISR_ENTER:
        say(line, "interrupt, vector %llu", arg(line, 0));
        return true;
    case SIM_EV_ISR_EXIT:
        say(line, "interrupt handled%s", arg(line, 1) ? "" : ": not claimed");
        return true;
    case SIM_EV_DPC_QUEUE:
        say(line, "%s is %s CPU %llu%s%s%s", dpc_name(line),
            arg(line, 1) ? "queued for" : "already queued for", arg(line, 2),
            line->routine ? " (" : "", line->routine ? line->routine : "",
            line->routine ? ")" : "");
        return true;
    case SIM_EV_DPC_ENTER:
        say(line, "%s begins", dpc_name(line));
        return true;
    case SIM_EV_DPC_EXIT:
        say(line, "%s ends after %s", dpc_name(line), span(line, 1));
        return true;
    case SIM_EV_LOCK_WAIT:
        say(line, "waits for %s, held by CPU %llu", lock_name(line), arg(line, 1));
        return true;
    case SIM_EV_LOCK_TAKE:
        if (arg(line, 1))
            say(line, "takes %s, after %s", lock_name(line), span(line, 1));
        else
            say(line, "takes %s", lock_name(line));
        return true;
    case SIM_EV_LOCK_DROP:
        say(line, "releases %s", lock_name(line));
        return true;
    case SIM_EV_TIMER_FIRE:
        say(line, "timer %llu expires", arg(line, 0));
        return true;
    case SIM_EV_EVENT_LOG:
        say(line, "event %llu in the system event log: %s", arg(line, 0),
            word(line, SIM_WORDS_EVENT, 0));
        return true;
    case SIM_EV_STALL:
        say(line, "stalls for %s (StorPortStallExecution)",
            sim_text_span(line->more, (sim_ns)line->r->arg[0]));
        return true;
    default:
        return false;
    }
}

static bool disk_say(struct line *line)
{
    switch (line->r->event) {
    case SIM_EV_IO_SUBMIT:
        say(line, "application: %s, block %llu (I/O %llu)", word(line, SIM_WORDS_IO, 1),
            arg(line, 2), arg(line, 0));
        return true;
    case SIM_EV_IO_DONE:
        if (arg(line, 1))
            say(line, "application: I/O %llu failed, %s", arg(line, 0),
                word(line, SIM_WORDS_SRB_STATUS, 1));
        else
            say(line, "application: I/O %llu done after %s", arg(line, 0), span(line, 2));
        return true;
    case SIM_EV_IO_FUA:
        say(line, "I/O %llu is to bypass the write cache (FUA)", arg(line, 0));
        return true;
    case SIM_EV_IO_SPLIT:
        say(line, "I/O %llu is split into %llu requests", arg(line, 0), arg(line, 1));
        return true;
    case SIM_EV_WORKER_STOP:
        say(line, "worker %llu of the load gives up: I/O %llu %s", arg(line, 0), arg(line, 2),
            arg(line, 1) == 1 ? "ended badly" : "took longer than max_latency");
        return true;
    case SIM_EV_THROTTLE:
        if (arg(line, 0))
            say(line,
                "class driver: %llu errors; new requests go untagged, errors freeze the queue%s",
                arg(line, 1), arg(line, 0) > 1 ? ", no disconnect" : "");
        else
            say(line, "class driver: new requests are tagged again");
        return true;
    case SIM_EV_IO_RETRY:
        say(line, "I/O %llu came back %s and is sent again", arg(line, 0),
            word(line, SIM_WORDS_SRB_STATUS, 1));
        return true;
    default:
        return false;
    }
}

static bool srb_say(struct line *line)
{
    switch (line->r->event) {
    case SIM_EV_SRB_QUEUE:
        if (arg(line, 2))
            say(line, "the port driver sends %s to LUN %llu",
                sim_word(SIM_WORDS_SRB_FUNCTION, arg(line, 2), line->room), arg(line, 1));
        else
            say(line, "I/O %llu enters the queue of LUN %llu", arg(line, 0), arg(line, 1));
        return true;
    case SIM_EV_SRB_BUILD:
        say(line, "HwStorBuildIo(SRB %llu), %s", arg(line, 0),
            arg(line, 2) ? sim_word(SIM_WORDS_SRB_FUNCTION, arg(line, 2), line->room)
                         : sim_word(SIM_WORDS_CDB, arg(line, 3), line->room));
        return true;
    case SIM_EV_SRB_BUILT:
        say(line, "HwStorBuildIo(SRB %llu) returns %s", arg(line, 0),
            arg(line, 1) ? "TRUE" : "FALSE");
        return true;
    case SIM_EV_SRB_START:
        say(line, "HwStorStartIo(SRB %llu)", arg(line, 0));
        return true;
    case SIM_EV_SRB_STARTED:
        say(line, "HwStorStartIo(SRB %llu) returns %s", arg(line, 0),
            arg(line, 1) ? "TRUE" : "FALSE");
        return true;
    case SIM_EV_SRB_COMPLETE:
        say(line, "SRB %llu completed %s", arg(line, 0), word(line, SIM_WORDS_SRB_STATUS, 1));
        return true;
    case SIM_EV_SRB_TAKEN:
        say(line, "the port driver takes SRB %llu away from the miniport", arg(line, 0));
        return true;
    case SIM_EV_SRB_COMPLETE_AGAIN:
        say(line, "SRB %llu completed AGAIN, %s", arg(line, 0),
            word(line, SIM_WORDS_SRB_STATUS, 1));
        return true;
    case SIM_EV_SRB_COMPLETE_BAD:
        say(line, "RequestComplete for something that is no SRB");
        return true;
    case SIM_EV_SRB_RETURN:
        say(line, "SRB %llu goes back to the class driver, %s", arg(line, 0),
            word(line, SIM_WORDS_SRB_STATUS, 2));
        return true;
    default:
        return false;
    }
}

static bool life_say(struct line *line)
{
    static const char *const states[] = {"starting", "started", "stopped",
                                         "off",      "removed", "failed"};
    char room[SIM_WORD_BYTES];

    switch (line->r->event) {
    case SIM_EV_TASK:
        say(line, arg(line, 1) ? "%s%s" : "asked for: %s", word(line, SIM_WORDS_TASK, 0),
            !arg(line, 1)  ? ""
            : arg(line, 2) ? " is done"
                           : " was not possible");
        return true;
    case SIM_EV_ADAPTER_STATE:
        say(line, "the adapter is %s, %llu request%s outstanding",
            arg(line, 0) < 6 ? states[arg(line, 0)] : "?", arg(line, 1), plural(arg(line, 1)));
        return true;
    case SIM_EV_CONTROL:
        if ((uint32_t)arg(line, 1) == UINT32_MAX)
            say(line, "HwStorAdapterControl(%s) returned %s",
                sim_word(SIM_WORDS_CONTROL, arg(line, 0), room),
                arg(line, 2) ? "Unsuccessful" : "Success");
        else
            say(line, "HwStorUnitControl(%s) returned %s",
                sim_word(SIM_WORDS_UNIT_CONTROL, arg(line, 0), room),
                arg(line, 2) ? "Unsuccessful" : "Success");
        return true;
    default:
        return false;
    }
}

static bool flow_say(struct line *line)
{
    static const char *const resumed[] = {"StorPortResume", "the pause timed out",
                                          "the port driver resumes"};

    switch (line->r->event) {
    case SIM_EV_PAUSE:
        say(line, "adapter paused for %llu s by %s (pauses: %llu)", arg(line, 1),
            arg(line, 2) ? "the port driver" : "StorPortPause", arg(line, 0));
        return true;
    case SIM_EV_RESUME:
        say(line, "adapter resumed: %s (pauses left: %llu)",
            arg(line, 1) < 3 ? resumed[arg(line, 1)] : "?", arg(line, 0));
        return true;
    case SIM_EV_BUSY:
        if ((uint32_t)arg(line, 1) == ALL_LUNS && (uint32_t)arg(line, 0) == UINT32_MAX)
            say(line, "adapter busy until StorPortReady (StorPortBusy)");
        else
            say(line, "%s busy until %llu request%s complete%s",
                (uint32_t)arg(line, 1) == ALL_LUNS ? "adapter" : "LUN", arg(line, 0),
                plural(arg(line, 0)), arg(line, 0) == 1 ? "s" : "");
        return true;
    case SIM_EV_READY:
        say(line, "no longer busy (%s)", arg(line, 0) ? "enough completions" : "StorPortReady");
        return true;
    case SIM_EV_LUN_TIMEOUT:
        say(line, "time-out: LUN %llu had %llu request%s outstanding for too long (event 129)",
            arg(line, 0), arg(line, 1), plural(arg(line, 1)));
        return true;
    case SIM_EV_TIER:
        say(line, "Storport's recovery: %s", word(line, SIM_WORDS_TIER, 0));
        return true;
    case SIM_EV_HOLD_END:
        say(line, "hold time after the bus reset is over, %llu SRB%s outstanding", arg(line, 0),
            plural(arg(line, 0)));
        return true;
    default:
        return false;
    }
}

static bool call_say(struct line *line)
{
    const char *routine;

    switch (line->r->event) {
    case SIM_EV_RESET_ENTER:
        say(line, "HwStorResetBus(path %llu) is called, %llu SRB%s outstanding", arg(line, 0),
            arg(line, 1), plural(arg(line, 1)));
        return true;
    case SIM_EV_RESET_RETURN:
        say(line, "HwStorResetBus returns %s after %s, %llu SRB%s outstanding",
            arg(line, 1) ? "TRUE" : "FALSE", span(line, 3), arg(line, 2), plural(arg(line, 2)));
        return true;
    case SIM_EV_RESET_DETECTED:
        say(line, "the miniport reports ResetDetected");
        return true;
    case SIM_EV_CALLBACK_ENTER:
        say(line, "%s is called", sim_words_callback(arg(line, 0)));
        return true;
    case SIM_EV_CALLBACK_EXIT:
        say(line, "%s returns after %s", sim_words_callback(arg(line, 0)), span(line, 1));
        return true;
    case SIM_EV_POLITE_STUB:
        routine = sim_name(SIM_NAME_ROUTINE, arg(line, 0));
        say(line, "calls %s, which is not modelled", routine != NULL ? routine : "a routine");
        return true;
    default:
        return false;
    }
}

static const char *fault_name(const struct line *line)
{
    uint64_t i = line->r->arg[0];

    if (line->scenario == NULL || i >= sim_sections(line->scenario, "fault"))
        return "?";
    return sim_section_name(sim_section(line->scenario, "fault", (uint32_t)i));
}

/* "fault 'hang' (stop)". */
static const char *fault_text(struct line *line)
{
    uint64_t i = line->r->arg[0];
    int64_t action;

    if (line->scenario == NULL || i >= sim_sections(line->scenario, "fault"))
        return "fault '?'";
    action =
        sim_section_opt(sim_section(line->scenario, "fault", (uint32_t)i), SIM_OPT_FAULT_ACTION);
    snprintf(line->text, sizeof(line->text), "fault '%s' (%s)", fault_name(line),
             sim_fault_action_info[action].word);
    return line->text;
}

static void queue_say(struct line *line)
{
    if (line->r->event == SIM_EV_QUEUE_CREATE)
        say(line, "I/O %s %llu created, %llu entries", arg(line, 1) ? "CQ" : "SQ", arg(line, 0),
            arg(line, 2));
    else if (line->r->event == SIM_EV_QUEUE_DELETE)
        say(line, "I/O %s %llu deleted", arg(line, 1) ? "CQ" : "SQ", arg(line, 0));
    else
        say(line, "%s: %s %llu %s = %llu%s",
            line->r->event == SIM_EV_DOORBELL_LATE ? "a delayed doorbell arrives" : "doorbell",
            arg(line, 1) ? "CQ" : "SQ", arg(line, 0), arg(line, 1) ? "head" : "tail", arg(line, 2),
            arg(line, 3) ? "" : ", which the controller ignores");
}

static bool register_say(struct line *line)
{
    switch (line->r->event) {
    case SIM_EV_REG_READ:
        say(line, "reads %s: 0x%llx", word(line, SIM_WORDS_REGISTER, 0), arg(line, 1));
        return true;
    case SIM_EV_REG_WRITE:
        say(line, "writes %s = 0x%llx", word(line, SIM_WORDS_REGISTER, 0), arg(line, 1));
        return true;
    case SIM_EV_CTRL_STATE:
        say(line, "controller: %s", word(line, SIM_WORDS_STATE, 1));
        return true;
    case SIM_EV_CC_EN:
        say(line, "CC.EN = %llu", arg(line, 0));
        return true;
    case SIM_EV_CSTS_RDY:
        say(line, "CSTS.RDY = %llu", arg(line, 0));
        return true;
    case SIM_EV_CSTS_CFS:
        say(line, "CSTS.CFS = 1: the controller failed for good");
        return true;
    case SIM_EV_QUEUE_CREATE:
    case SIM_EV_QUEUE_DELETE:
    case SIM_EV_DOORBELL:
    case SIM_EV_DOORBELL_LATE:
        queue_say(line);
        return true;
    default:
        return false;
    }
}

static void command_say(struct line *line)
{
    char at[SIM_WORD_BYTES];

    snprintf(at, sizeof(at), "CID 0x%llx of SQ %llu", arg(line, 1), arg(line, 0));
    if (line->r->event == SIM_EV_CMD_FETCH)
        say(line, "controller fetches %s (%s)",
            sim_word(arg(line, 0) ? SIM_WORDS_NVM : SIM_WORDS_ADMIN, arg(line, 2), line->room), at);
    else if (line->r->event == SIM_EV_CMD_DATA)
        say(line, "controller moves %llu bytes %s memory (%s)", arg(line, 2),
            arg(line, 3) ? "to" : "from", at);
    else if (line->r->event == SIM_EV_CMD_LOST)
        say(line, "the controller forgets a command (%s)", at);
    else
        say(line, "controller posts a completion (%s%s)", at, arg(line, 2) ? ", an error" : "");
}

static bool device_say(struct line *line)
{
    const char *error = sim_name(SIM_NAME_ERROR, line->r->arg[0]);

    switch (line->r->event) {
    case SIM_EV_CMD_FETCH:
    case SIM_EV_CMD_DATA:
    case SIM_EV_CMD_LOST:
    case SIM_EV_CQE_POST:
        command_say(line);
        return true;
    case SIM_EV_MSI_RAISE:
        say(line, "interrupt message %llu %s", arg(line, 0),
            arg(line, 1) ? "sent" : "kept pending (masked)");
        return true;
    case SIM_EV_GUEST_ERROR:
        if (error == NULL)
            return false;
        say(line, "NVMe: %s (queue %llu)", error, arg(line, 1));
        return true;
    case SIM_EV_DMA_BAD:
        say(line, "the controller %s %s, which it has no right to",
            arg(line, 1) ? "writes into" : "reads", word(line, SIM_WORDS_MEMORY, 2));
        return true;
    case SIM_EV_FAULT_ON:
        say(line, "%s begins", fault_text(line));
        return true;
    case SIM_EV_FAULT_OFF:
        say(line, "%s ends", fault_text(line));
        return true;
    case SIM_EV_FAULT_HIT:
        say(line, "%s strikes", fault_text(line));
        return true;
    case SIM_EV_FAULT_DRAWN:
        say(line, arg(line, 1) ? "this seed can meet fault '%s'" : "no fault '%s' for this seed",
            fault_name(line));
        return true;
    case SIM_EV_CQE_FORGED:
        say(line, "a completion entry that no command earned: queue %llu, command %llu",
            arg(line, 0), arg(line, 1));
        return true;
    case SIM_EV_FLASH_PAUSE:
        say(line, "garbage collection: die %llu pauses for %s", arg(line, 0), span(line, 2));
        return true;
    case SIM_EV_HEALED:
        say(line, "all faults are healed");
        return true;
    default:
        return false;
    }
}

/* --- any other
 * --------------------------------------------------------------------------------- */

/* Length of a text without brackets at its end: there the table explains its arguments, which are
 * printed anyway. */
static size_t words_of(const char *text)
{
    size_t n = strlen(text);
    const char *bracket = strrchr(text, '(');

    if (n == 0 || text[n - 1] != ')' || bracket == NULL || bracket == text)
        return n;
    return (size_t)(bracket - text) - 1;
}

static void argument_say(const struct line *line, int i, char *out, size_t bytes)
{
    const char *name = sim_event_info[line->r->event].arg[i];
    size_t n = strlen(name);
    char text[SIM_UNITS_BYTES];

    if (n > 2 && strcmp(name + n - 2, "_x") == 0)
        snprintf(out, bytes, "%.*s 0x%llx", (int)n - 2, name, arg(line, i));
    else if (n > 3 && strcmp(name + n - 3, "_ns") == 0)
        snprintf(out, bytes, "%.*s %s", (int)n - 3, name,
                 sim_text_span(text, (sim_ns)line->r->arg[i]));
    else
        snprintf(out, bytes, "%s %lld", name, (long long)arg(line, i));
}

static void other_say(struct line *line)
{
    const struct sim_event_info *info = &sim_event_info[line->r->event];
    size_t used = 0, n = words_of(info->text);
    const char *between = " (";

    say(line, "%.*s", (int)n, info->text);
    for (int i = 0; i < 4; i++) {
        char one[64];

        used = strlen(line->out);
        if (info->arg[i] == NULL || strcmp(info->arg[i], "_") == 0)
            continue;
        argument_say(line, i, one, sizeof(one));
        snprintf(line->out + used, line->bytes - used, "%s%s", between, one);
        between = ", ";
    }
    used = strlen(line->out);
    if (*between == ',')
        snprintf(line->out + used, line->bytes - used, ")");
}

void sim_words(const struct sim_record *record, const struct sim_scenario *scenario,
               const char *routine, char *out, size_t bytes)
{
    struct line line = {
        .r = record, .scenario = scenario, .routine = routine, .out = out, .bytes = bytes};

    if (!engine_say(&line) && !nt_say(&line) && !disk_say(&line) && !srb_say(&line) &&
        !flow_say(&line) && !life_say(&line) && !call_say(&line) && !register_say(&line) &&
        !device_say(&line))
        other_say(&line);
}

void sim_words_many(const struct sim_record *record, uint64_t count, char *out, size_t bytes)
{
    char number[SIM_UNITS_BYTES], room[SIM_WORD_BYTES];
    const char *text = sim_event_info[record->event].text;

    sim_text_count(number, count);
    switch (record->event) {
    case SIM_EV_SRB_COMPLETE:
        snprintf(out, bytes, "%s SRBs completed %s", number,
                 sim_word(SIM_WORDS_SRB_STATUS, record->arg[1], room));
        break;
    case SIM_EV_IO_RETRY:
        snprintf(out, bytes, "%s I/Os came back %s and are sent again", number,
                 sim_word(SIM_WORDS_SRB_STATUS, record->arg[1], room));
        break;
    case SIM_EV_SRB_START:
        snprintf(out, bytes, "%s SRBs enter HwStorStartIo", number);
        break;
    case SIM_EV_CMD_LOST:
        snprintf(out, bytes, "the controller forgets %s commands", number);
        break;
    case SIM_EV_DPC_QUEUE:
        snprintf(out, bytes, "%s DPCs queued", number);
        break;
    case SIM_EV_QUEUE_CREATE:
        snprintf(out, bytes, "%s I/O queues created", number);
        break;
    default:
        snprintf(out, bytes, "%s times: %.*s", number, (int)words_of(text), text);
        break;
    }
}
