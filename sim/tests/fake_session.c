/* sim/tests/fake_session.c - a session without a machine: results made up from the seed, the same
 * in every process.
 *
 * What the driver's name and [driver] parameter ask for:
 *   driver *rare*      seeds 1, 7, 13 ... violate it
 *   driver deferred    every seed whose number is not divisible by 3 violates reset-outstanding, at
 * two places crash=N            seed N kills its process, every time crash-once=FILE    a seed
 * kills its process when FILE does not exist yet, and makes it hang=N             seed N never ends
 *   refuse             the module is unusable
 *   die                opening kills the process
 *   slow=N             every seed takes N ms
 *   drift              the trace hash differs from process to process
 * Every seed shows pair 1; pair n those whose load and schedule together are divisible by n
 * squared.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/engine/trace.h"
#include "sim/engine/watch_private.h"
#include "sim/run/session.h"

struct sim_session {
    const struct sim_scenario *scenario;
    const char *parameter;
    bool deferred, rare;
    uint64_t schedule;
    sim_trace_fn sink;
    void *ctx;
};

static struct sim_sample sample[16];

/* Number behind "name=" in the parameter, or -1. */
static long asked(const struct sim_session *s, const char *name)
{
    const char *at = strstr(s->parameter, name);

    return at != NULL ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void die(void)
{
    signal(SIGSEGV, SIG_DFL);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void misbehave(const struct sim_session *s, uint64_t seed)
{
    const char *once = strstr(s->parameter, "crash-once=");

    if (asked(s, "slow=") > 0)
        nanosleep(&(struct timespec){.tv_nsec = asked(s, "slow=") * 1000000}, NULL);
    if (asked(s, "crash=") == (long)seed)
        die();
    while (asked(s, "hang=") == (long)seed)
        pause();
    if (once != NULL && seed == 5) {
        int fd = open(once + strlen("crash-once="), O_CREAT | O_EXCL, 0600);

        if (fd >= 0)
            die();
    }
}

int sim_session_open(const struct sim_scenario *scenario, struct sim_error *error,
                     struct sim_session **out)
{
    struct sim_session *s = calloc(1, sizeof(*s));
    const char *driver;

    if (s == NULL)
        return -1;
    s->scenario = scenario;
    s->parameter = sim_opt_text(scenario, SIM_OPT_DRIVER_PARAMETER);
    driver = sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE);
    s->deferred = strcmp(driver, "deferred") == 0 || strstr(driver, "bad") != NULL;
    s->rare = strstr(driver, "rare") != NULL;
    if (strstr(s->parameter, "refuse") != NULL) {
        free(s);
        return sim_error_set(error, "fake.so: no DriverEntry in this module");
    }
    if (strstr(s->parameter, "die") != NULL)
        die();
    *out = s;
    return 0;
}

void sim_session_close(struct sim_session *session)
{
    free(session);
}

void sim_session_set_sink(struct sim_session *session, sim_trace_fn fn, void *ctx)
{
    session->sink = fn;
    session->ctx = ctx;
}

struct sim_module *sim_session_module(const struct sim_session *session)
{
    (void)session;
    return NULL;
}

int sim_session_stack(struct sim_session *session, const struct sim_finding *finding,
                      char (*out)[160], int max)
{
    (void)session;
    if (finding->frames == 0 || max < 2)
        return 0;
    strcpy(out[0], "HwStorResetBus (reset.c:42)");
    strcpy(out[1], "StorPortNotification");
    return 2;
}

static void event(struct sim_session *s, sim_ns at, enum sim_event_id id, uint64_t a0, uint64_t a1)
{
    struct sim_record record = {
        .at = at, .event = (uint16_t)id, .cpu = 1, .level = 2, .arg = {a0, a1}};

    if (s->sink != NULL)
        s->sink(NULL, &record, s->ctx);
}

static void story(struct sim_session *s, bool bad)
{
    event(s, 0, SIM_EV_PHASE, 1, 0);
    for (uint64_t i = 0; i < 100; i++)
        event(s, (sim_ns)i * SIM_MS, SIM_EV_SRB_START, i, 0);
    event(s, 5 * SIM_S, SIM_EV_FAULT_ON, 0, 0);
    event(s, 15 * SIM_S, SIM_EV_LUN_TIMEOUT, 0, 32);
    event(s, 15 * SIM_S, SIM_EV_RESET_ENTER, 0, 32);
    for (uint64_t i = 0; i < 32; i++)
        event(s, 15 * SIM_S + (sim_ns)i * SIM_US, SIM_EV_SRB_COMPLETE, i, 0xe);
    if (bad)
        event(s, 15 * SIM_S + SIM_MS, SIM_EV_FINDING, SIM_RULE_RESET_OUTSTANDING, 0);
    else
        event(s, 15 * SIM_S + SIM_MS, SIM_EV_RESET_RETURN, 0, 1);
}

static void find(struct sim_result *r, uint64_t seed)
{
    struct sim_finding *f = &r->finding[0];

    *f = (struct sim_finding){.rule = SIM_RULE_RESET_OUTSTANDING,
                              .severity = SIM_SEVERITY_ERROR,
                              .at = 15 * SIM_S + SIM_MS,
                              .cpu = 1,
                              .level = 2,
                              .frames = 1};
    f->frame[0].in_module = 1;
    f->frame[0].offset = seed % 2 == 0 ? 0x100 : 0x200;
    snprintf(f->text, sizeof(f->text), "HwStorResetBus returned with %llu requests outstanding",
             (unsigned long long)(seed % 32 + 1));
    r->findings = r->errors = 1;
    r->stop = SIM_STOP_FINDING;
}

static void pairs_show(uint64_t seed)
{
    for (uint64_t n = 1; n <= 40; n++) {
        if (sim__watch & SIM__WATCH_COVERAGE && seed % (n * n) == 0)
            sim__coverage_conflict(sim__watched.run | SIM__WRITES | n, sim__watched.run | 2 * n);
    }
}

void sim_session_set_schedule(struct sim_session *session, uint64_t schedule_seed)
{
    session->schedule = schedule_seed;
}

void sim_session_run_strategy(struct sim_session *session, uint64_t seed,
                              const struct sim_strategy *strategy, struct sim_result *result)
{
    (void)strategy;
    sim_session_run(session, seed, result);
}

void sim_session_run_schedule(struct sim_session *session, uint64_t seed,
                              const struct sim_schedule *schedule, struct sim_result *result)
{
    (void)schedule;
    sim_session_run(session, seed, result);
}

void sim_session_record(struct sim_session *session, uint64_t seed, struct sim_schedule *out,
                        struct sim_result *result)
{
    memset(out, 0, sizeof(*out));
    sim_session_run(session, seed, result);
}

void sim_session_run(struct sim_session *session, uint64_t seed, struct sim_result *r)
{
    bool bad = (session->deferred && seed % 3 != 0) || (session->rare && seed % 6 == 1);

    misbehave(session, seed);
    pairs_show(session->schedule != 0 ? seed * session->schedule : seed);
    memset(r, 0, sizeof(*r));
    for (int i = 0; i < SIM_FIG_COUNT; i++)
        r->figure[i] = -1;
    r->seed = seed;
    r->stop = SIM_STOP_DONE;
    r->virtual_ns = 20 * SIM_S;
    r->points = 1000 + seed;
    r->events = 200;
    r->hash = (seed + 1) * 0x9E3779B97F4A7C15u ^ sim_scenario_hash(session->scenario);
    if (strstr(session->parameter, "drift") != NULL)
        r->hash ^= (uint64_t)getpid();
    r->figure[SIM_FIG_RESET_AT] = 15 * SIM_S;
    r->figure[SIM_FIG_RECOVERY] = (sim_ns)(seed % 100 + 1) * SIM_MS;
    r->figure[SIM_FIG_IOS] = 5000;
    for (uint32_t i = 0; i < 16; i++)
        sample[i] = (struct sim_sample){
            .start = (sim_ns)i * SIM_MS, .latency_ns = 80 * SIM_US, .op = (uint8_t)(i % 2)};
    r->sample = sample;
    r->samples = 16;
    r->latency[SIM_BEFORE][40] = 16;
    r->iometer[1] = 16; /* as those of 80 us */
    if (bad)
        find(r, seed);
    story(session, bad);
}
