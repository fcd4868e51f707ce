/* sim/run/repeat.c - command lines that a person can paste to see something again. */
#include "sim/run/repeat.h"

#include <string.h>

/* Appends a blank and text, quoted when a shell would not take it as it is. */
static void word_add(char *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,%+@";
    size_t n = strlen(out);
    bool quote = *text == '\0' || text[strspn(text, plain)] != '\0';

    if (n + 4 * strlen(text) + 4 > SIM_REPEAT_BYTES)
        return;
    if (n > 0)
        out[n++] = ' ';
    if (quote)
        out[n++] = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out + n, "'\\''", 4);
            n += 4;
        } else {
            out[n++] = *text;
        }
    }
    if (quote)
        out[n++] = '\'';
    out[n] = '\0';
}

char *sim_repeat_run(char *out, const char *path, const struct sim_setting *settings,
                     uint32_t count, uint64_t seed)
{
    char number[32], set[512];

    *out = '\0';
    word_add(out, "storsim");
    word_add(out, "run");
    word_add(out, path);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(settings[i].name, "driver.module") == 0) {
            word_add(out, "--driver");
            word_add(out, settings[i].value);
            continue;
        }
        snprintf(set, sizeof(set), "%s=%s", settings[i].name, settings[i].value);
        word_add(out, "--set");
        word_add(out, set);
    }
    snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
    word_add(out, "--seed");
    word_add(out, number);
    return out;
}

static char *with_file(char *out, const char *verb, const char *path)
{
    *out = '\0';
    word_add(out, "storsim");
    word_add(out, verb);
    word_add(out, path);
    return out;
}

char *sim_repeat_replay(char *out, const char *path)
{
    return with_file(out, "replay", path);
}

char *sim_repeat_explain(char *out, const char *path)
{
    return with_file(out, "explain", path);
}
