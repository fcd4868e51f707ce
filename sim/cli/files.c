/* sim/cli/files.c - finding scenarios, settings of the command line, and the seed that was used
 * last. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "sim/run/drivers.h"

int sim_settings_fill(const struct sim_arguments *arguments, const char *driver,
                      struct sim_settings *out, struct sim_error *error)
{
    out->count = 0;
    for (uint32_t i = 0; i < arguments->set.count; i++) {
        const char *text = arguments->set.item[i], *equals = strchr(text, '=');

        if (equals == NULL || equals == text)
            return sim_error_set(
                error, "--set %.120s: allowed is section.key=value, such as port.timeout=5s", text);
        if ((size_t)(equals - text) >= sizeof(out->text[0]))
            return sim_error_set(error, "--set %.60s...: the name is too long", text);
        snprintf(out->text[i], sizeof(out->text[i]), "%.*s", (int)(equals - text), text);
        out->item[out->count++] = (struct sim_setting){.name = out->text[i], .value = equals + 1};
    }
    if (driver != NULL)
        out->item[out->count++] = (struct sim_setting){.name = "driver.module", .value = driver};
    if (arguments->strategy != NULL)
        out->item[out->count++] =
            (struct sim_setting){.name = "explore.strategy", .value = arguments->strategy};
    return 0;
}

/* --- scenarios -------------------------------------------------------------------------------- */

/* Where storsim is installed, or else was built; relative to the program's folder. */
static const char *const folders[] = {"../share/storsim/scenarios", "../../scenarios"};

uint32_t sim_scenario_dirs(const char *out[SIM_SCENARIO_DIRS])
{
    static char dir[PATH_MAX + 64];
    uint32_t n = 0;

    if (access("scenarios", R_OK | X_OK) == 0)
        out[n++] = "scenarios";
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(dir, sizeof(dir), "%s/%s", sim_executable_dir(), folders[i]);
        if (access(dir, R_OK | X_OK) != 0)
            continue;
        out[n++] = dir;
        break;
    }
    return n;
}

/* The nearest name to `bare` in a folder, as a path; false when there is none. */
static bool nearest_in(const char *folder, const char *bare, char *out, size_t bytes)
{
    char **names = sim_names_in(folder, ".ini");
    const char *near = sim_nearest(bare, (const char *const *)names, sim_names_count(names));

    if (near != NULL)
        snprintf(out, bytes, "%s/%s.ini", folder, near);
    sim_names_free(names);
    return near != NULL;
}

static int not_found(const char *name, struct sim_error *error)
{
    const char *slash = strrchr(name, '/'), *dir[SIM_SCENARIO_DIRS];
    char folder[PATH_MAX], near[PATH_MAX + 320], bare[256];
    uint32_t dirs = 1;
    bool found = false;

    snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - name) : 0, name);
    dir[0] = folder;
    if (slash == NULL)
        dirs = sim_scenario_dirs(dir);
    snprintf(bare, sizeof(bare), "%s", slash != NULL ? slash + 1 : name);
    if (strlen(bare) > 4 && strcmp(bare + strlen(bare) - 4, ".ini") == 0)
        bare[strlen(bare) - 4] = '\0';
    for (uint32_t i = 0; i < dirs && !found; i++)
        found = nearest_in(dir[i], bare, near, sizeof(near));
    if (found)
        return sim_error_set(error, "%s: %s; did you mean %s?", name, strerror(ENOENT), near);
    return sim_error_set(error, "%s: %s; 'storsim list scenarios' has those there are", name,
                         strerror(ENOENT));
}

int sim_scenario_find(const char *name, char *out, size_t bytes, struct sim_error *error)
{
    static const char *const endings[] = {"", ".ini"};
    const char *dir[SIM_SCENARIO_DIRS];
    uint32_t dirs = strchr(name, '/') == NULL ? sim_scenario_dirs(dir) : 0;

    if (strlen(name) + 1 > bytes)
        return sim_error_set(error, "%.60s...: the path is too long", name);
    snprintf(out, bytes, "%s", name);
    if (access(out, F_OK) == 0)
        return 0;
    for (uint32_t d = 0; d < dirs; d++)
        for (int i = 0; i < 2; i++) {
            snprintf(out, bytes, "%s/%s%s", dir[d], name, endings[i]);
            if (access(out, F_OK) == 0)
                return 0;
        }
    return not_found(name, error);
}

/* --- seeds ------------------------------------------------------------------------------------ */

int sim_seed_parse(const char *text, uint64_t *out, struct sim_error *error)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    char *end;

    errno = 0;
    *out = strtoull(text, &end, hex ? 16 : 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || *out >= (uint64_t)INT64_MAX)
        return sim_error_set(
            error, "'%.60s' is not a seed: a number from 0 to 2^63 - 2, or 'last' for run", text);
    return 0;
}

/* File that holds a scenario's last seed; NULL when there is no place for it. Its folders are made.
 */
static const char *last_seed_path(const char *scenario)
{
    static char path[PATH_MAX];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    size_t start;

    if (state != NULL && *state == '/')
        snprintf(path, sizeof(path), "%s/storsim/last-seed/", state);
    else if (home != NULL && *home == '/')
        snprintf(path, sizeof(path), "%s/.local/state/storsim/last-seed/", home);
    else
        return NULL;
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    start = strlen(path);
    snprintf(path + start, sizeof(path) - start, "%s", scenario);
    return path;
}

void sim_last_seed_note(const char *scenario, uint64_t seed)
{
    const char *path = last_seed_path(scenario);
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file == NULL)
        return;
    fprintf(file, "%llu\n", (unsigned long long)seed);
    fclose(file);
}

int sim_last_seed_get(const char *scenario, uint64_t *out, struct sim_error *error)
{
    const char *path = last_seed_path(scenario);
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    unsigned long long seed = 0;
    int found = file != NULL ? fscanf(file, "%llu", &seed) : 0;

    if (file != NULL)
        fclose(file);
    if (found != 1)
        return sim_error_set(
            error,
            "--seed last: no seed is known for '%s'; it is noted by run and by a sweep that fails",
            scenario);
    *out = seed;
    return 0;
}
