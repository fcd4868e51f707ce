/* sim/run/replay.c - reading and writing stored findings. */
#include "sim/run/replay.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/engine/sim.h"

#define FILE_MAX (64 * 1024 * 1024)
#define SCENARIO_LINE "--- scenario"
#define CHECKSUM "checksum: "

enum field_kind { FIELD_TEXT, FIELD_HEX, FIELD_NUMBER, FIELD_RULE };

static const struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
} fields[] = {
    {"scenario", FIELD_TEXT, offsetof(struct sim_replay, scenario)},
    {"path", FIELD_TEXT, offsetof(struct sim_replay, path)},
    {"scenario-hash", FIELD_HEX, offsetof(struct sim_replay, scenario_hash)},
    {"driver", FIELD_TEXT, offsetof(struct sim_replay, driver)},
    {"driver-build", FIELD_TEXT, offsetof(struct sim_replay, driver_build)},
    {"storsim", FIELD_TEXT, offsetof(struct sim_replay, storsim)},
    {"strategy", FIELD_TEXT, offsetof(struct sim_replay, strategy)},
    {"seed", FIELD_NUMBER, offsetof(struct sim_replay, seed)},
    {"rule", FIELD_RULE, offsetof(struct sim_replay, rule)},
    {"message", FIELD_TEXT, offsetof(struct sim_replay, message)},
    {"trace-hash", FIELD_HEX, offsetof(struct sim_replay, trace_hash)},
};
#define FIELDS ((int)(sizeof(fields) / sizeof(fields[0])))

/* Names of the questions that answers can be to. */
static const char *const kind_name[SIM_CHOICE_COUNT] = {
    [SIM_CHOICE_EVENT_TIE] = "event-tie",
    [SIM_CHOICE_INTERRUPT] = "interrupt",
};

/* --- writing ---------------------------------------------------------------------------------- */

static void field_write(FILE *file, const struct sim_replay *replay, const struct field *field)
{
    const char *at = (const char *)replay + field->offset;

    fprintf(file, "%s: ", field->name);
    if (field->kind == FIELD_TEXT)
        fprintf(file, "%s\n", *(const char *const *)(const void *)at);
    else if (field->kind == FIELD_HEX)
        fprintf(file, "%016llx\n", (unsigned long long)*(const uint64_t *)(const void *)at);
    else if (field->kind == FIELD_NUMBER)
        fprintf(file, "%llu\n", (unsigned long long)*(const uint64_t *)(const void *)at);
    else
        fprintf(file, "%s\n", sim_rule_info[replay->rule].name);
}

static void choices_write(FILE *file, const struct sim_replay *replay)
{
    const struct sim_schedule *s = &replay->schedule;

    if (!replay->scheduled) {
        fprintf(file, "choices: seed\n");
        return;
    }
    fprintf(file, "choices: %llu\n", (unsigned long long)s->delays + s->answers);
    for (uint32_t i = 0; i < s->delays; i++)
        fprintf(file, "delay %u %llu %lld\n", s->delay[i].agent,
                (unsigned long long)s->delay[i].ordinal, (long long)s->delay[i].ns);
    for (uint32_t i = 0; i < s->answers; i++)
        fprintf(file, "answer %s %llu %u\n", kind_name[s->answer[i].kind],
                (unsigned long long)s->answer[i].question, s->answer[i].answer);
}

/* --- the name of the file --------------------------------------------------------------------- */

#define NAME_DRIVER_MAX 80 /* characters of a driver's path that go into it: the last ones */

/* Appends text to a file name; what is awkward in one becomes '_'. */
static void name_add(char *out, size_t bytes, const char *text)
{
    size_t n = strlen(out);

    for (; *text != '\0' && n + 1 < bytes; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= '0' && *text <= '9') || *text == '-' || *text == '_' || *text == '.';
        out[n++] = plain ? *text : '_';
    }
    out[n] = '\0';
}

void sim_replay_name(const struct sim_replay *replay, uint64_t seed, char *out, size_t bytes)
{
    const char *driver = replay->driver;
    char number[96];

    if (strncmp(driver, "./", 2) == 0)
        driver += 2;
    if (strlen(driver) > NAME_DRIVER_MAX)
        driver += strlen(driver) - NAME_DRIVER_MAX;
    snprintf(number, sizeof(number), "-%s-%llu.replay", sim_rule_info[replay->rule].name,
             (unsigned long long)seed);
    snprintf(out, bytes, "failures/");
    name_add(out, bytes - sizeof(number), replay->scenario);
    name_add(out, bytes - sizeof(number), "-");
    name_add(out, bytes - sizeof(number), driver);
    name_add(out, bytes, number);
}

/* Everything between the checksums and the scenario; malloc()ed. */
static char *head_text(const struct sim_replay *replay, size_t *bytes)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, bytes);

    SIM_ASSERT(file != NULL);
    for (int i = 0; i < FIELDS; i++)
        field_write(file, replay, &fields[i]);
    for (uint32_t i = 0; i < replay->settings; i++)
        fprintf(file, "set: %s=%s\n", replay->setting[i].name, replay->setting[i].value);
    choices_write(file, replay);
    fclose(file);
    SIM_ASSERT(text != NULL);
    return text;
}

int sim_replay_write(const char *path, const struct sim_replay *replay, struct sim_error *error)
{
    char temporary[4096], *head;
    size_t bytes;
    FILE *file;
    bool bad;

    snprintf(temporary, sizeof(temporary), "%s.new-%d", path, (int)getpid());
    file = fopen(temporary, "w");
    if (file == NULL)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    head = head_text(replay, &bytes);
    fprintf(file, "storsim-replay %d\n" CHECKSUM "%016llx %016llx\n%s%s\n%s", SIM_REPLAY_VERSION,
            (unsigned long long)XXH64(head, bytes, 0),
            (unsigned long long)XXH64(replay->scenario_text, strlen(replay->scenario_text), 0),
            head, SCENARIO_LINE, replay->scenario_text);
    free(head);
    bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad || rename(temporary, path) != 0) {
        int reason = errno;

        unlink(temporary);
        return sim_error_set(error, "%s: %s", path, strerror(reason));
    }
    return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    const char *path;
    int line;
    bool seen[FIELDS];
    bool counted;                      /* the line 'choices' was there */
    uint64_t choices_left;             /* lines of it to come */
    unsigned long long said[2], is[2]; /* checksums: head and scenario */
    struct sim_replay *out;
    struct sim_error *error;
};

static int number_read(const char *text, int base, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, base);
    return *text == '\0' || *text == '-' || *end != '\0' || errno != 0 ? -1 : 0;
}

static int value_read(struct reading *r, const struct field *field, char *value)
{
    char *at = (char *)r->out + field->offset;
    int rule;

    if (field->kind == FIELD_TEXT) {
        *(const char **)(void *)at = value;
        return 0;
    }
    if (field->kind == FIELD_RULE) {
        rule = sim_rule_by_name(value);
        if (rule < 0)
            return sim_error_set(r->error, "%s:%d: rule: this storsim has no rule '%.60s'", r->path,
                                 r->line, value);
        r->out->rule = (enum sim_rule)rule;
        return 0;
    }
    if (number_read(value, field->kind == FIELD_HEX ? 16 : 10, (uint64_t *)(void *)at) < 0)
        return sim_error_set(r->error, "%s:%d: %s: '%.60s' is not a%s number", r->path, r->line,
                             field->name, value, field->kind == FIELD_HEX ? " hexadecimal" : "");
    return 0;
}

static int setting_read(struct reading *r, char *value)
{
    char *equals = strchr(value, '=');

    if (equals == NULL)
        return sim_error_set(r->error, "%s:%d: set: '%.60s' is not section.key=value", r->path,
                             r->line, value);
    if (r->out->settings == SIM_REPLAY_SETTINGS_MAX)
        return sim_error_set(r->error, "%s:%d: more than %d settings", r->path, r->line,
                             SIM_REPLAY_SETTINGS_MAX);
    *equals = '\0';
    r->out->setting[r->out->settings++] = (struct sim_setting){.name = value, .value = equals + 1};
    return 0;
}

static int choices_read(struct reading *r, const char *value)
{
    if (r->counted)
        return sim_error_set(r->error, "%s:%d: 'choices' is given twice", r->path, r->line);
    r->counted = true;
    r->out->scheduled = strcmp(value, "seed") != 0;
    if (r->out->scheduled &&
        (number_read(value, 10, &r->choices_left) < 0 || r->choices_left > SIM_REPLAY_CHOICES_MAX))
        return sim_error_set(r->error,
                             "%s:%d: choices: '%.60s' is neither 'seed' nor a number up to %d",
                             r->path, r->line, value, SIM_REPLAY_CHOICES_MAX);
    return 0;
}

static int delay_read(struct reading *r, const char *text)
{
    struct sim_schedule *s = &r->out->schedule;
    unsigned long long agent, ordinal;
    long long ns;
    int end = 0;

    if (sscanf(text, "delay %19llu %19llu %18lld%n", &agent, &ordinal, &ns, &end) != 3 ||
        text[end] != '\0' || strchr(text, '-') != NULL || agent >= SIM_AGENTS_MAX || ns <= 0)
        return sim_error_set(r->error, "%s:%d: '%.60s' is not 'delay CPU ORDINAL NS'", r->path,
                             r->line, text);
    for (uint32_t i = s->delays; i-- > 0;) {
        if (s->delay[i].agent != agent)
            continue;
        if (s->delay[i].ordinal >= ordinal)
            return sim_error_set(r->error,
                                 "%s:%d: delay: CPU %llu was at %llu already; these are in order",
                                 r->path, r->line, agent, (unsigned long long)s->delay[i].ordinal);
        break;
    }
    sim_schedule_add_delay(
        s, (struct sim_delay){.agent = (uint32_t)agent, .ordinal = ordinal, .ns = ns});
    return 0;
}

static int answer_read(struct reading *r, const char *text)
{
    unsigned long long question;
    unsigned answer;
    char name[32];
    int end = 0;

    if (sscanf(text, "answer %31s %19llu %9u%n", name, &question, &answer, &end) == 3 &&
        text[end] == '\0' && strchr(text + strlen("answer ") + strlen(name), '-') == NULL &&
        answer > 0) {
        for (int kind = 0; kind < SIM_CHOICE_COUNT; kind++) {
            if (kind_name[kind] == NULL || strcmp(kind_name[kind], name) != 0)
                continue;
            sim_schedule_add_answer(&r->out->schedule,
                                    (struct sim_answer){.kind = (enum sim_choice)kind,
                                                        .question = question,
                                                        .answer = answer});
            return 0;
        }
        return sim_error_set(r->error, "%s:%d: answer: this storsim asks nothing called '%s'",
                             r->path, r->line, name);
    }
    return sim_error_set(r->error, "%s:%d: '%.60s' is not 'answer KIND QUESTION ANSWER'", r->path,
                         r->line, text);
}

static int choice_read(struct reading *r, const char *text)
{
    r->choices_left--;
    if (strncmp(text, "delay ", 6) == 0)
        return delay_read(r, text);
    if (strncmp(text, "answer ", 7) == 0)
        return answer_read(r, text);
    return sim_error_set(r->error, "%s:%d: '%.40s' is no choice, and 'choices' promised %llu more",
                         r->path, r->line, text, (unsigned long long)r->choices_left + 1);
}

static int field_unknown(struct reading *r, const char *name)
{
    const char *words[FIELDS + 2] = {"set", "choices"}, *near;

    for (int i = 0; i < FIELDS; i++)
        words[i + 2] = fields[i].name;
    near = sim_nearest(name, words, FIELDS + 2);
    return sim_error_set(r->error, "%s:%d: there is no field '%.40s'%s%s%s", r->path, r->line, name,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int line_read(struct reading *r, char *text)
{
    char *value = strstr(text, ": ");

    if (value == NULL)
        return sim_error_set(r->error, "%s:%d: '%.40s' is not 'field: value', nor '%s'", r->path,
                             r->line, text, SCENARIO_LINE);
    *value = '\0';
    value += 2;
    if (r->line == 2 && strcmp(text, "checksum") == 0 && !r->out->by_hand)
        return 0;
    if (strcmp(text, "set") == 0)
        return setting_read(r, value);
    if (strcmp(text, "choices") == 0)
        return choices_read(r, value);
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(text, fields[i].name) != 0)
            continue;
        if (r->seen[i])
            return sim_error_set(r->error, "%s:%d: '%s' is given twice", r->path, r->line, text);
        r->seen[i] = true;
        return value_read(r, &fields[i], value);
    }
    return field_unknown(r, text);
}

static int first_line_check(const char *path, const char *text, struct sim_error *error)
{
    int version;

    if (sscanf(text, "storsim-replay %d", &version) != 1)
        return sim_error_set(error,
                             "%s:1: not a replay file: its first line is not 'storsim-replay %d'",
                             path, SIM_REPLAY_VERSION);
    if (version != SIM_REPLAY_VERSION)
        return sim_error_set(error,
                             "%s:1: replay file of version %d; this storsim reads version %d", path,
                             version, SIM_REPLAY_VERSION);
    return 0;
}

static int fields_check(const struct reading *r)
{
    for (int i = 0; i < FIELDS; i++) {
        if (!r->seen[i])
            return sim_error_set(r->error, "%s:%d: no '%s' before '%s'", r->path, r->line,
                                 fields[i].name, SCENARIO_LINE);
    }
    if (!r->counted)
        return sim_error_set(r->error, "%s:%d: no 'choices' before '%s'", r->path, r->line,
                             SCENARIO_LINE);
    return 0;
}

static int text_read(struct reading *r, char *text)
{
    char *end;

    for (; *text != '\0'; text = end) {
        end = text + strcspn(text, "\n");
        if (*end == '\n')
            *end++ = '\0';
        r->line++;
        if (r->line == 1) {
            if (first_line_check(r->path, text, r->error) < 0)
                return -1;
            continue;
        }
        if (r->choices_left > 0) {
            if (choice_read(r, text) < 0)
                return -1;
            continue;
        }
        if (strcmp(text, SCENARIO_LINE) == 0) {
            r->out->scenario_text = end;
            return fields_check(r);
        }
        if (line_read(r, text) < 0)
            return -1;
    }
    if (r->line == 0)
        return first_line_check(r->path, "", r->error);
    return sim_error_set(r->error, "%s:%d: cut short: no line '%s'", r->path, r->line,
                         SCENARIO_LINE);
}

/* Takes the checksums of a text that is still whole; line 2 says what they should be. */
static void checksums_take(struct reading *r, const char *text)
{
    const char *second = strchr(text, '\n'), *head, *scenario;

    r->out->by_hand = true;
    if (second == NULL ||
        sscanf(second + 1, CHECKSUM "%16llx %16llx", &r->said[0], &r->said[1]) != 2)
        return;
    r->out->by_hand = false;
    head = strchr(second + 1, '\n');
    scenario = head != NULL ? strstr(head, "\n" SCENARIO_LINE "\n") : NULL;
    if (scenario == NULL) /* cut short, which is found elsewhere */
        return;
    r->is[0] = XXH64(head + 1, (size_t)(scenario - head), 0);
    scenario += strlen("\n" SCENARIO_LINE "\n");
    r->is[1] = XXH64(scenario, strlen(scenario), 0);
}

static int checksums_check(const struct reading *r)
{
    if (r->out->by_hand)
        return 0;
    if (r->said[0] != r->is[0])
        return sim_error_set(r->error,
                             "%s:3: lines 3 to %d were edited; to use them as they are, take out "
                             "line 2, the checksum",
                             r->path, r->line - 1);
    if (r->said[1] != r->is[1])
        return sim_error_set(r->error,
                             "%s:%d: the scenario from here on was edited or cut short; to use it "
                             "as it is, take out line 2, the checksum",
                             r->path, r->line + 1);
    return 0;
}

/* The text of a file, at most FILE_MAX of it; malloc()ed. bad: errno of what went wrong, or 0. */
static char *file_text(FILE *file, int *bad)
{
    size_t room = 16 * 1024, n = 0, got;
    char *text = malloc(room + 1), *larger;

    SIM_ASSERT(text != NULL);
    while ((got = fread(text + n, 1, room - n, file)) > 0) {
        n += got;
        if (n < room || room == FILE_MAX)
            continue;
        room = room * 2 < FILE_MAX ? room * 2 : FILE_MAX;
        larger = realloc(text, room + 1);
        SIM_ASSERT(larger != NULL);
        text = larger;
    }
    *bad = ferror(file) != 0 ? errno : 0;
    text[n] = '\0';
    return text;
}

int sim_replay_read(const char *path, struct sim_error *error, struct sim_replay *out)
{
    struct reading r = {.path = path, .out = out, .error = error};
    FILE *file = fopen(path, "r");
    int bad;

    *out = (struct sim_replay){0};
    if (file == NULL)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    out->storage = file_text(file, &bad);
    fclose(file);
    checksums_take(&r, out->storage);
    if (bad == 0 && text_read(&r, out->storage) == 0 && checksums_check(&r) == 0)
        return 0;
    if (bad != 0)
        sim_error_set(error, "%s: %s", path, strerror(bad));
    sim_replay_free(out);
    return -1;
}

void sim_replay_free(struct sim_replay *replay)
{
    sim_schedule_free(&replay->schedule);
    free(replay->storage);
    replay->storage = NULL;
}

void sim_replay_minimal_path(const char *path, char *out, size_t bytes)
{
    static const char ending[] = ".replay", min[] = "-min";
    size_t n = strlen(path), e = sizeof ending - 1, m = sizeof min - 1;

    if (n >= e && !strcmp(path + n - e, ending))
        n -= e;
    if (n >= m && !strncmp(path + n - m, min, m))
        n -= m;
    snprintf(out, bytes, "%.*s-min.replay", (int)n, path);
}
