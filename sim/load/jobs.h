/* sim/load/jobs.h - what a load file of another program says, in our words: jobs, each a list of
 * [workload] keys with their values.
 *
 * The readers are pure functions of (bytes, length). They know their format and translate; whether
 * a value makes sense is seen when the scenario takes it over, with the line it came from.
 */
#ifndef SIM_LOAD_JOBS_H
#define SIM_LOAD_JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

#define SIM_JOBS_MAX 48
#define SIM_JOB_SETTINGS_MAX 48
#define SIM_JOB_NAME_MAX 20
#define SIM_NOTES_MAX 64

/* Where the file is read, and what its percentages are of. */
struct sim_load_place {
    const char *name;     /* of the file, for messages */
    uint64_t space;       /* bytes of the namespace */
    uint32_t block, cpus; /* bytes of a logical block; processors */
};

/* Warnings: what the file says and has no meaning here, "NAME:LINE: word: what"; one for each word.
 */
struct sim_notes {
    uint32_t count;
    char text[SIM_NOTES_MAX][240];
};
__attribute__((format(printf, 4, 5))) void sim_note(struct sim_notes *notes,
                                                    const struct sim_load_place *place, int line,
                                                    const char *format, ...);

struct sim_job_setting {
    const char *key; /* of [workload] */
    char *value;
    int line;
};

struct sim_job {
    char name[SIM_JOB_NAME_MAX]; /* letters, digits, '-' and '_' */
    int line;
    uint32_t settings;
    struct sim_job_setting setting[SIM_JOB_SETTINGS_MAX];
};

struct sim_jobs {
    uint32_t jobs;
    struct sim_job job[SIM_JOBS_MAX];
};

/* A fio job file: [global], [NAME], inline comments, fio's units. */
int sim_fio_read(const struct sim_load_place *place, const char *bytes, size_t length,
                 struct sim_jobs *out, struct sim_notes *notes, struct sim_error *error);
/* An Iometer configuration (.icf), of version 1998.05.21 or later. */
int sim_icf_read(const struct sim_load_place *place, const char *bytes, size_t length,
                 struct sim_jobs *out, struct sim_notes *notes, struct sim_error *error);
/* What a reader filled; also after an error. */
void sim_jobs_free(struct sim_jobs *jobs);

/* For readers. Sets a key, in place of an earlier value. */
__attribute__((format(printf, 4, 5))) void sim_job_set(struct sim_job *job, const char *key,
                                                       int line, const char *format, ...);
/* NULL: not set. */
const char *sim_job_get(const struct sim_job *job, const char *key);
/* The name as far as it can be one. */
void sim_job_name(char out[SIM_JOB_NAME_MAX], const char *name);
/* Settings of one are copied into another. */
void sim_job_copy(struct sim_job *to, const struct sim_job *from);

#endif
