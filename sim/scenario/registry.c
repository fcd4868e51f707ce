/* sim/scenario/registry.c - [registry]: values that a driver finds in its registry key.
 *
 * Keys are the user's own: value names, or Device0\NAME for those of one adapter. A value says its
 * type: dword:5, sz:text, multi_sz:one;two, binary:00 1f a0.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/engine/sim_assert.h"
#include "sim/scenario/scenario_private.h"

static const struct {
    const char *word, *form;
} types[] = {
    [SIM_REG_DWORD] = {"dword", "dword:5 or dword:0x10"},
    [SIM_REG_SZ] = {"sz", "sz:text"},
    [SIM_REG_MULTI_SZ] = {"multi_sz", "multi_sz:one;two"},
    [SIM_REG_BINARY] = {"binary", "binary:00 1f a0"},
};
#define TYPES (sizeof types / sizeof types[0])

static int dword_parse(const char *text, struct sim_registry_value *out)
{
    unsigned long long number;
    char *end;

    errno = 0;
    number = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || number > UINT32_MAX)
        return -1;
    for (uint32_t i = 0; i < 4; i++)
        out->data[i] = (uint8_t)(number >> 8 * i);
    out->bytes = 4;
    return 0;
}

static int text_parse(const char *text, struct sim_registry_value *out)
{
    out->bytes = (uint32_t)strlen(text) + 1;
    memcpy(out->data, text, out->bytes);
    return 0;
}

/* Strings one after the other, each with its end, and an empty one. */
static int texts_parse(const char *text, struct sim_registry_value *out)
{
    while (*text != '\0') {
        size_t n = strcspn(text, ";");

        if (n == 0)
            return -1;
        memcpy(out->data + out->bytes, text, n);
        out->bytes += (uint32_t)n;
        out->data[out->bytes++] = 0;
        text += n + (text[n] == ';');
    }
    out->data[out->bytes++] = 0;
    return 0;
}

static int hex(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

static int bytes_parse(const char *text, struct sim_registry_value *out)
{
    while (*text != '\0') {
        int high = hex(text[0]), low = high < 0 ? -1 : hex(text[1]);

        if (low < 0)
            return -1;
        out->data[out->bytes++] = (uint8_t)(high << 4 | low);
        text += 2;
        text += strspn(text, " ,");
    }
    return 0;
}

static int value_parse(enum sim_registry_type type, const char *text,
                       struct sim_registry_value *out)
{
    switch (type) {
    case SIM_REG_DWORD:
        return dword_parse(text, out);
    case SIM_REG_SZ:
        return text_parse(text, out);
    case SIM_REG_MULTI_SZ:
        return texts_parse(text, out);
    default:
        return bytes_parse(text, out);
    }
}

/* "type:rest": the number of the type, and *rest; TYPES when it is none. */
static size_t type_find(const char *text, const char **rest)
{
    size_t n = strcspn(text, ":");

    for (size_t i = 0; i < TYPES; i++)
        if (text[n] == ':' && strlen(types[i].word) == n &&
            strncasecmp(types[i].word, text, n) == 0) {
            *rest = text + n + 1;
            return i;
        }
    return TYPES;
}

static int type_unknown(const char *text, struct sim_error *error)
{
    const char *words[TYPES], *near;
    char word[32];

    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ":"), text);
    for (size_t i = 0; i < TYPES; i++)
        words[i] = types[i].word;
    near = strchr(text, ':') != NULL ? sim_nearest(word, words, TYPES) : NULL;
    return sim_error_set(error, "'%.60s' does not say its type; %s%s%s", text,
                         near ? "did you mean '"
                              : "such as dword:5, sz:text, multi_sz:one;two or "
                                "binary:00 1f a0",
                         near ? near : "", near ? ":'?" : "");
}

static int parse(const char *text, struct sim_registry_value *out, struct sim_error *error)
{
    const char *rest = text;
    size_t type = type_find(text, &rest);

    if (type == TYPES)
        return type_unknown(text, error);
    out->type = (enum sim_registry_type)type;
    if (value_parse(out->type, rest, out) < 0)
        return sim_error_set(error, "'%.60s' is not of the form %s", text, types[type].form);
    return 0;
}

static struct sim__registry_entry *entry_find(struct sim_scenario *scenario, const char *name)
{
    for (uint32_t i = 0; i < scenario->registry_values; i++)
        if (strcasecmp(scenario->registry[i].value.name, name) == 0)
            return &scenario->registry[i];
    return NULL;
}

/* What the port driver itself reads there has options of its own. */
static const char *option_of(const char *name)
{
    static const struct {
        const char *name, *option;
    } own[] = {{"DriverParameter", "driver.parameter"},
               {"LinkDownTimeoutValue", "port.link_down"},
               {"IoTimeoutValue", "port.io_timeout"}};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcasecmp(own[i].name, name) == 0)
            return own[i].option;
    return NULL;
}

/* NAME, Device\NAME or Device0\NAME. */
static int check_name(const char *name, struct sim_error *error)
{
    const char *slash = strchr(name, '\\'), *value = slash ? slash + 1 : name;
    size_t digits =
        slash && strncasecmp(name, "Device", 6) == 0 ? strspn(name + 6, "0123456789") : 0;

    if (slash && (strncasecmp(name, "Device", 6) != 0 || name + 6 + digits != slash))
        return sim_error_set(error, "'%.60s': a value's place is Device\\ or Device0\\", name);
    if (*value == '\0' || strchr(value, '\\') || strlen(name) >= SIM_REGISTRY_NAME)
        return sim_error_set(error, "'%.60s' is no name of a value: up to %d characters", name,
                             SIM_REGISTRY_NAME - 1);
    if (option_of(value))
        return sim_error_set(error, "%s is option %s", value, option_of(value));
    return 0;
}

int sim__registry_assign(struct sim_scenario *scenario, const char *name, const char *text,
                         int line, struct sim_error *error)
{
    struct sim__registry_entry *entry = entry_find(scenario, name);
    struct sim__registry_entry new = {.line = line};
    struct sim_error why;

    if (entry != NULL && line > 0 && entry->line > 0)
        return sim_error_set(error, "'%.60s' is given twice, first in line %d", name, entry->line);
    if (entry == NULL && scenario->registry_values == SIM__REGISTRY_MAX)
        return sim_error_set(error, "more than %d values in [registry]", SIM__REGISTRY_MAX);
    if (check_name(name, error) < 0)
        return -1;
    if (strlen(text) + 2 > sizeof new.value.data)
        return sim_error_set(error, "%s: the value is too long", name);
    snprintf(new.value.name, sizeof new.value.name, "%s", name);
    if (parse(text, &new.value, &why) < 0)
        return sim_error_set(error, "%s: %s", name, why.text);
    if (entry == NULL)
        entry = &scenario->registry[scenario->registry_values++];
    *entry = new;
    return 0;
}

uint32_t sim_registry_values(const struct sim_scenario *scenario)
{
    return scenario->registry_values;
}

const struct sim_registry_value *sim_registry_value(const struct sim_scenario *scenario, uint32_t i)
{
    SIM_ASSERT(i < scenario->registry_values);
    return &scenario->registry[i].value;
}
