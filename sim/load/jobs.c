/* sim/load/jobs.c - what a load file of another program says: jobs, their settings, warnings. */
#include "sim/load/jobs.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

void sim_note(struct sim_notes *notes, const struct sim_load_place *place, int line,
              const char *format, ...)
{
    char what[170];
    va_list args;

    if (notes->count == SIM_NOTES_MAX)
        return;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    /* The same words are said once, whatever the line. */
    for (uint32_t i = 0; i < notes->count; i++) {
        const char *said = strstr(notes->text[i], ": ");

        if (said && strcmp(said + 2, what) == 0)
            return;
    }
    snprintf(notes->text[notes->count++], sizeof notes->text[0], "%.56s:%d: %s", place->name, line,
             what);
}

void sim_job_set(struct sim_job *job, const char *key, int line, const char *format, ...)
{
    struct sim_job_setting *setting = job->setting;
    char value[8192];
    va_list args;

    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    while (setting < job->setting + job->settings && strcmp(setting->key, key) != 0)
        setting++;
    if (setting == job->setting + job->settings) {
        SIM_ASSERT(job->settings < SIM_JOB_SETTINGS_MAX); /* there are not so many keys */
        job->settings++;
    } else {
        free(setting->value);
    }
    *setting = (struct sim_job_setting){.key = key, .value = strdup(value), .line = line};
    SIM_ASSERT(setting->value);
}

const char *sim_job_get(const struct sim_job *job, const char *key)
{
    for (uint32_t i = 0; i < job->settings; i++)
        if (strcmp(job->setting[i].key, key) == 0)
            return job->setting[i].value;
    return NULL;
}

void sim_job_name(char out[SIM_JOB_NAME_MAX], const char *name)
{
    size_t n = 0;

    for (; *name && n + 1 < SIM_JOB_NAME_MAX; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                     (*name >= '0' && *name <= '9') || *name == '-';

        out[n++] = plain ? *name : '_';
    }
    if (!n)
        out[n++] = '_';
    out[n] = '\0';
}

void sim_job_copy(struct sim_job *to, const struct sim_job *from)
{
    for (uint32_t i = 0; i < from->settings; i++)
        sim_job_set(to, from->setting[i].key, from->setting[i].line, "%s", from->setting[i].value);
}

void sim_jobs_free(struct sim_jobs *jobs)
{
    for (uint32_t i = 0; i < jobs->jobs; i++)
        for (uint32_t k = 0; k < jobs->job[i].settings; k++)
            free(jobs->job[i].setting[k].value);
    jobs->jobs = 0;
}
