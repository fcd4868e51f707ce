/* sim/run/drivers.c - built-in miniport modules: where they are and what they are called. */
#include "sim/run/drivers.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/engine/sim_assert.h"
#include "sim/scenario/scenario.h"

static const char *const folders[] = {"drivers", "../lib/storsim/drivers"};
#define FOLDERS 2

const char *sim_executable_dir(void)
{
    static char dir[PATH_MAX];
    ssize_t n;

    if (dir[0] != '\0')
        return dir;
    n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    if (n <= 0)
        return strcpy(dir, ".");
    dir[n] = '\0';
    *strrchr(dir, '/') = '\0';
    return dir;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the names found in folder to the list, without those it holds already. */
static char **names_add(char **names, uint32_t *count, const char *folder, const char *ending)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name), m = strlen(ending);
        bool known = false;

        if (n <= m || strcmp(entry->d_name + n - m, ending) != 0)
            continue;
        entry->d_name[n - m] = '\0';
        for (uint32_t i = 0; i < *count; i++)
            known |= strcmp(names[i], entry->d_name) == 0;
        if (known)
            continue;
        names = realloc(names, (*count + 2) * sizeof(*names));
        SIM_ASSERT(names != NULL);
        names[(*count)++] = strdup(entry->d_name);
        names[*count] = NULL;
    }
    if (dir != NULL)
        closedir(dir);
    return names;
}

static char **names_new(void)
{
    char **names = calloc(1, sizeof(*names));

    SIM_ASSERT(names != NULL);
    return names;
}

char **sim_names_in(const char *folder, const char *ending)
{
    uint32_t count = 0;
    char **names = names_add(names_new(), &count, folder, ending);

    qsort(names, count, sizeof(*names), by_name);
    return names;
}

char **sim_driver_names(void)
{
    char **names = names_new();
    uint32_t count = 0;

    for (int i = 0; i < FOLDERS; i++) {
        char folder[PATH_MAX + 64];

        snprintf(folder, sizeof(folder), "%s/%s", sim_executable_dir(), folders[i]);
        names = names_add(names, &count, folder, ".so");
    }
    qsort(names, count, sizeof(*names), by_name);
    return names;
}

uint32_t sim_names_count(char *const *names)
{
    uint32_t n = 0;

    while (names[n] != NULL)
        n++;
    return n;
}

void sim_names_free(char **names)
{
    for (char **name = names; *name != NULL; name++)
        free(*name);
    free(names);
}

static int unknown_driver(const char *name, struct sim_error *error)
{
    char **names = sim_driver_names();
    uint32_t count = sim_names_count(names);
    const char *near = sim_nearest(name, (const char *const *)names, count);
    char list[256] = "";

    for (uint32_t i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i > 0 ? ", " : "",
                 names[i]);
    if (access(name, F_OK) == 0)
        sim_error_set(error, "there is no built-in driver '%.60s'; for the file say ./%.60s", name,
                      name);
    else if (count == 0)
        sim_error_set(error,
                      "there is no built-in driver '%.60s': no modules in %.150s/drivers or "
                      "../lib/storsim/drivers",
                      name, sim_executable_dir());
    else
        sim_error_set(
            error,
            "there is no built-in driver '%.60s'%s%s%s; there are %s, or give the path of a module",
            name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", list);
    sim_names_free(names);
    return -1;
}

int sim_driver_path(const char *name, char *out, size_t bytes, struct sim_error *error)
{
    size_t n = strlen(name);

    if (strchr(name, '/') != NULL || (n > 3 && strcmp(name + n - 3, ".so") == 0)) {
        /* dlopen() searches the system's folders for a name without a slash. */
        int used = snprintf(out, bytes, "%s%s", strchr(name, '/') != NULL ? "" : "./", name);
        return (size_t)used < bytes ? 0
                                    : sim_error_set(error, "%.60s...: the path is too long", name);
    }
    for (int i = 0; i < FOLDERS; i++) {
        int used = snprintf(out, bytes, "%s/%s/%s.so", sim_executable_dir(), folders[i], name);

        if ((size_t)used < bytes && access(out, F_OK) == 0)
            return 0;
    }
    return unknown_driver(name, error);
}
