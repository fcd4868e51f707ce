/* sim/run/store.c - results of sweeps in SQLite.
 *
 * Everything between two commits is one transaction, so a reader, and a power cut, sees whole
 * commits only.
 */
#include "sim/run/store.h"

#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generated/schema_sql.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/shrink.h"

#define APPLICATION_ID 0x73746f72 /* "stor": tells our databases from other programs' */
#define PATH_BYTES 4096

enum statement {
    PUT_RUN,
    PUT_FIGURE,
    PUT_DRAWN,
    PUT_FINDING,
    PUT_SAMPLE,
    PUT_LATENCY,
    PUT_IOMETER,
    PUT_PAIR,
    PUT_LOG,
    STATEMENTS
};

static const char *const statement_sql[STATEMENTS] = {
    [PUT_RUN] = "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [PUT_FIGURE] = "INSERT INTO figure VALUES (?,?,?,?)",
    [PUT_DRAWN] = "INSERT INTO drawn VALUES (?,?,?,?)",
    [PUT_FINDING] = "INSERT INTO finding VALUES (?,?,?,?,?,?,?,?,?,NULL)",
    [PUT_SAMPLE] = "INSERT INTO sample VALUES (?,?,?,?,?,?,?,?)",
    [PUT_PAIR] = "INSERT INTO pair VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [PUT_LOG] = "INSERT INTO event_log VALUES (?,?,?,?,?,?,?)",
    [PUT_LATENCY] = "INSERT INTO latency VALUES (?,?,?,?)",
    [PUT_IOMETER] = "INSERT INTO iometer VALUES (?,?,?,?)",
};

struct sim_store {
    sqlite3 *db;
    char dir[PATH_BYTES], path[PATH_BYTES + 16];
    bool in_transaction;
    sqlite3_stmt *statement[STATEMENTS];
};

static int db_error(const struct sim_store *store, struct sim_error *error)
{
    int reason = sqlite3_system_errno(store->db);

    if (sqlite3_errcode(store->db) == SQLITE_FULL || reason == ENOSPC)
        return sim_error_set(error, "%s: %s; what was finished before is kept", store->path,
                             strerror(ENOSPC));
    if (reason != 0 && sqlite3_errcode(store->db) != SQLITE_BUSY)
        return sim_error_set(error, "%s: %s (%s)", store->path, sqlite3_errmsg(store->db),
                             strerror(reason));
    return sim_error_set(error, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

static int run_sql(struct sim_store *store, const char *sql, struct sim_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_error(store, error);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int folder_make(const char *path, struct sim_error *error)
{
    char partial[PATH_BYTES];
    struct stat st;

    if (strlen(path) >= sizeof(partial))
        return sim_error_set(error, "%.60s...: the path is too long", path);
    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(partial, path, i);
        partial[i] = '\0';
        if (mkdir(partial, 0777) < 0 && errno != EEXIST)
            return sim_error_set(error, "%s: cannot make the results folder: %s", partial,
                                 strerror(errno));
    }
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return sim_error_set(error, "%s: not a folder; --out wants one for the results", path);
    if (access(path, W_OK | X_OK) < 0)
        return sim_error_set(error, "%s: cannot write results there: %s", path, strerror(errno));
    return 0;
}

/* Value of a pragma, or -1. */
static int64_t pragma_get(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* A look at what is there, through a connection that cannot write. */
static int existing_check(const char *path, struct sim_error *error)
{
    sqlite3 *db = NULL;
    int64_t version = -1, application = -1;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        sqlite3_busy_timeout(db, 10000);
        application = pragma_get(db, "PRAGMA application_id");
        version = pragma_get(db, "PRAGMA user_version");
    }
    sqlite3_close(db);
    if (version < 0 || application < 0)
        return sim_error_set(
            error, "%s: not a database; give another folder with --out, or remove it", path);
    if (application != APPLICATION_ID)
        return sim_error_set(
            error,
            "%s: a database of another program, not of storsim; give another folder with --out",
            path);
    if (version != SIM_STORE_VERSION)
        return sim_error_set(
            error,
            "%s: a database of version %lld; this storsim reads and writes version %d; give "
            "another folder with --out",
            path, (long long)version, SIM_STORE_VERSION);
    return 0;
}

/* A fresh database under a temporary name, then under its own. */
static int fresh_make(const char *path, struct sim_error *error)
{
    char temporary[PATH_BYTES + 64], pragmas[128];
    sqlite3 *db = NULL;
    int reason = 0;
    bool bad;

    snprintf(temporary, sizeof(temporary), "%s.new-%d", path, (int)getpid());
    snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
             APPLICATION_ID, SIM_STORE_VERSION);
    bad = sqlite3_open(temporary, &db) != SQLITE_OK ||
          sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
          sqlite3_exec(db, sim_schema_sql, NULL, NULL, NULL) != SQLITE_OK ||
          sqlite3_exec(db, pragmas, NULL, NULL, NULL) != SQLITE_OK;
    if (bad) {
        reason = sqlite3_system_errno(db);
        sim_error_set(error, "%s: %s%s%s", path, sqlite3_errmsg(db), reason ? ": " : "",
                      reason ? strerror(reason) : "");
    }
    sqlite3_close(db);
    if (!bad && rename(temporary, path) < 0) {
        sim_error_set(error, "%s: %s", path, strerror(errno));
        bad = true;
    }
    if (bad)
        unlink(temporary);
    return bad ? -1 : 0;
}

static int connection_open(struct sim_store *store, struct sim_error *error)
{
    if (sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return db_error(store, error);
    sqlite3_extended_result_codes(store->db, 0);
    sqlite3_busy_timeout(store->db, 10000);
    if (run_sql(store, "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000", error) < 0)
        return -1;
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(store->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statement[i], NULL) != SQLITE_OK)
            return db_error(store, error);
    }
    return 0;
}

int sim_store_open(const char *dir, struct sim_error *error, struct sim_store **out)
{
    struct sim_store *store;

    if (folder_make(dir, error) < 0)
        return -1;
    store = calloc(1, sizeof(*store));
    SIM_ASSERT(store != NULL);
    snprintf(store->dir, sizeof(store->dir), "%s", dir);
    snprintf(store->path, sizeof(store->path), "%s/results.db", dir);
    if ((access(store->path, F_OK) == 0 ? existing_check(store->path, error)
                                        : fresh_make(store->path, error)) < 0 ||
        connection_open(store, error) < 0) {
        sim_store_close(store);
        return -1;
    }
    *out = store;
    return 0;
}

void sim_store_close(struct sim_store *store)
{
    if (store == NULL)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statement[i]);
    sqlite3_close(store->db);
    free(store);
}

/* --- adding ----------------------------------------------------------------------------------- */

static int transaction_begin(struct sim_store *store, struct sim_error *error)
{
    if (store->in_transaction)
        return 0;
    if (run_sql(store, "BEGIN IMMEDIATE", error) < 0)
        return -1;
    store->in_transaction = true;
    return 0;
}

int sim_store_commit(struct sim_store *store, struct sim_error *error)
{
    if (!store->in_transaction)
        return 0;
    store->in_transaction = false;
    if (run_sql(store, "COMMIT", error) == 0)
        return 0;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

/* Binds by a format, runs to the end, and resets: i int64_t, d double, t text (NULL: NULL), n an
 * int64_t for which NULL is bound. */
static int step(struct sim_store *store, sqlite3_stmt *statement, struct sim_error *error,
                const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    for (int i = 0; format[i] != '\0'; i++) {
        if (format[i] == 'i')
            sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
        else if (format[i] == 'n')
            (void)va_arg(args, int64_t);
        else if (format[i] == 'd')
            sqlite3_bind_double(statement, i + 1, va_arg(args, double));
        else
            sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC);
    }
    va_end(args);
    result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW) {
        db_error(store, error);
        sqlite3_reset(statement);
        return -1;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return 0;
}

/* A statement used once; `one` is bound to every ?1. */
static int run_for(struct sim_store *store, const char *sql, int64_t one, struct sim_error *error)
{
    sqlite3_stmt *statement = NULL;
    int result;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return db_error(store, error);
    result = step(store, statement, error, "i", one);
    sqlite3_finalize(statement);
    return result;
}

/* --- sweeps ----------------------------------------------------------------------------------- */

static int64_t sweep_find(struct sim_store *store, const struct sim_store_sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    int64_t id = 0;

    if (sqlite3_prepare_v2(store->db,
                           "SELECT id FROM sweep WHERE scenario=? AND driver=? AND strategy=?", -1,
                           &statement, NULL) != SQLITE_OK)
        return 0;
    sqlite3_bind_text(statement, 1, sim_scenario_name(sweep->scenario), -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, sweep->driver, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, sweep->strategy, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW)
        id = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return id;
}

/* With what was made of them: NAME-min.replay tells of a finding that is no longer here. */
static void replay_files_remove(struct sim_store *store, int64_t id)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(
            store->db, "SELECT DISTINCT replay FROM finding WHERE sweep=? AND replay IS NOT NULL",
            -1, &statement, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_int64(statement, 1, id);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        char path[PATH_BYTES * 2], minimal[PATH_BYTES * 2 + 8];

        snprintf(path, sizeof(path), "%s/%s", store->dir,
                 (const char *)sqlite3_column_text(statement, 0));
        unlink(path);
        sim_replay_minimal_path(path, minimal, sizeof(minimal));
        unlink(minimal);
    }
    sqlite3_finalize(statement);
}

static int sweep_remove(struct sim_store *store, int64_t id, struct sim_error *error)
{
    static const char *const sql[] = {
        "DELETE FROM run WHERE sweep=?1",     "DELETE FROM figure WHERE sweep=?1",
        "DELETE FROM drawn WHERE sweep=?1",   "DELETE FROM finding WHERE sweep=?1",
        "DELETE FROM latency WHERE sweep=?1", "DELETE FROM sample WHERE sweep=?1",
        "DELETE FROM pair WHERE sweep=?1",    "DELETE FROM event_log WHERE sweep=?1",
        "DELETE FROM iometer WHERE sweep=?1", "DELETE FROM sweep WHERE id=?1",
    };

    replay_files_remove(store, id);
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        if (run_for(store, sql[i], id, error) < 0)
            return -1;
    }
    return 0;
}

static char *settings_json(const struct sim_store_sweep *sweep)
{
    json_t *array = json_array();
    char *text;

    for (uint32_t i = 0; i < sweep->settings; i++)
        json_array_append_new(array,
                              json_pack("[ss]", sweep->setting[i].name, sweep->setting[i].value));
    text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    return text;
}

static int sweep_insert(struct sim_store *store, const struct sim_store_sweep *s,
                        struct sim_error *error)
{
    static const char sql[] = "INSERT INTO sweep (scenario, scenario_path, scenario_text, "
                              "scenario_hash, title, driver, driver_build, "
                              "storsim_version, strategy, settings, expect, seed_first, seed_last, "
                              "shard, guided) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    char hash[32], shard[32], *settings = settings_json(s);
    sqlite3_stmt *statement = NULL;
    int result = -1;

    snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)sim_scenario_hash(s->scenario));
    snprintf(shard, sizeof(shard), "%u/%u", s->shard, s->shards);
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        db_error(store, error);
    else
        result = step(store, statement, error, "tttttttttttiiti", sim_scenario_name(s->scenario),
                      sim_scenario_path(s->scenario), sim_scenario_text(s->scenario), hash,
                      sim_opt_text(s->scenario, SIM_OPT_SCENARIO_TITLE), s->driver, s->driver_build,
                      s->storsim_version, s->strategy, settings,
                      sim_opt_text(s->scenario, SIM_OPT_SCENARIO_EXPECT), (int64_t)s->seed_first,
                      (int64_t)s->seed_last, shard, (int64_t)s->guided);
    sqlite3_finalize(statement);
    free(settings);
    return result;
}

int sim_store_begin(struct sim_store *store, const struct sim_store_sweep *sweep,
                    struct sim_error *error, int64_t *id)
{
    int64_t old;

    if (transaction_begin(store, error) < 0)
        return -1;
    old = sweep_find(store, sweep);
    if (old != 0 && sweep_remove(store, old, error) < 0)
        return -1;
    if (sweep_insert(store, sweep, error) < 0)
        return -1;
    *id = sqlite3_last_insert_rowid(store->db);
    return 0;
}

/* --- results ---------------------------------------------------------------------------------- */

static int run_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                   uint32_t new_pairs, struct sim_error *error)
{
    const struct sim_report_finding *f = sim_report_error(r);
    bool hung = r->stop == SIM_STOP_NONE && f != NULL;
    char hash[32] = "";

    if (!r->lost && !hung)
        snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)r->hash);
    return step(store, store->statement[PUT_RUN], error,
                r->covered ? "iittiiiiiiiii" : "iittiiiiiinni", id, (int64_t)r->seed, hash,
                r->lost ? "lost"
                : hung  ? "hung"
                        : sim_stop_name(r->stop),
                (int64_t)r->errors, (int64_t)r->warnings, (int64_t)r->virtual_ns,
                (int64_t)r->points, (int64_t)r->events, (int64_t)r->switches, (int64_t)r->pairs,
                (int64_t)new_pairs, (int64_t)r->load_seed);
}

static int figures_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                       struct sim_error *error)
{
    for (int i = 0; i < SIM_FIG_COUNT; i++) {
        if (r->figure[i] >= 0 && step(store, store->statement[PUT_FIGURE], error, "iiti", id,
                                      (int64_t)r->seed, sim_figure_info[i].name, r->figure[i]) < 0)
            return -1;
    }
    return 0;
}

static int drawn_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                     struct sim_error *error)
{
    for (uint32_t i = 0; i < r->drawn; i++) {
        const struct sim_option_info *info = &sim_option_info[r->draw[i].option];
        char name[96], word[32];

        snprintf(name, sizeof(name), "%s.%s", info->section, info->key);
        sim_opt_word((enum sim_option)r->draw[i].option, r->draw[i].value, word);
        if (step(store, store->statement[PUT_DRAWN], error, "iitt", id, (int64_t)r->seed, name,
                 word) < 0)
            return -1;
    }
    return 0;
}

static int findings_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                        struct sim_error *error)
{
    for (uint32_t i = 0; i < r->findings; i++) {
        const struct sim_report_finding *f = &r->finding[i];
        sqlite3_stmt *statement = store->statement[PUT_FINDING];
        const char *severity = f->severity == SIM_SEVERITY_ERROR ? "error" : "warn";
        int result;

        if (f->cpu == SIM_CPU_NONE) /* "t" with NULL binds NULL */
            result = step(store, statement, error, "iiittittt", id, (int64_t)r->seed, (int64_t)i,
                          sim_rule_info[f->rule].name, severity, f->at, NULL, f->text, f->stack);
        else
            result = step(store, statement, error, "iiittiitt", id, (int64_t)r->seed, (int64_t)i,
                          sim_rule_info[f->rule].name, severity, f->at, (int64_t)f->cpu, f->text,
                          f->stack);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int samples_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                       struct sim_error *error)
{
    for (uint32_t i = 0; i < r->samples; i++) {
        const struct sim_sample *s = &r->sample[i];

        if (step(store, store->statement[PUT_SAMPLE], error, "iiiiiiii", id, (int64_t)r->seed,
                 (int64_t)i, s->start, s->latency_ns, (int64_t)s->op, (int64_t)s->error,
                 (int64_t)s->retries) < 0)
            return -1;
    }
    return 0;
}

static int log_put(struct sim_store *store, int64_t id, const struct sim_report *r,
                   struct sim_error *error)
{
    for (uint32_t i = 0; i < sim_log_kept(r->logged); i++) {
        const struct sim_log_entry *e = &r->entry[i];

        if (step(store, store->statement[PUT_LOG], error, "iiiitit", id, (int64_t)r->seed,
                 (int64_t)i, e->at, e->source, (int64_t)e->id, e->text) < 0)
            return -1;
    }
    return 0;
}

int sim_store_put(struct sim_store *store, int64_t id, const struct sim_report *report,
                  uint32_t new_pairs, struct sim_error *error)
{
    if (transaction_begin(store, error) < 0 || run_put(store, id, report, new_pairs, error) < 0)
        return -1;
    if (!report->lost &&
        (figures_put(store, id, report, error) < 0 || drawn_put(store, id, report, error) < 0))
        return -1;
    if (findings_put(store, id, report, error) < 0 || log_put(store, id, report, error) < 0)
        return -1;
    return samples_put(store, id, report, error);
}

int sim_store_replay(struct sim_store *store, int64_t id, uint64_t seed, enum sim_rule rule,
                     const char *path, struct sim_error *error)
{
    sqlite3_stmt *statement = NULL;
    int result;

    if (transaction_begin(store, error) < 0)
        return -1;
    if (sqlite3_prepare_v2(store->db,
                           "UPDATE finding SET replay=? WHERE sweep=? AND seed=? AND rule=?", -1,
                           &statement, NULL) != SQLITE_OK)
        return db_error(store, error);
    result =
        step(store, statement, error, "tiit", path, id, (int64_t)seed, sim_rule_info[rule].name);
    sqlite3_finalize(statement);
    return result;
}

static int latency_put(struct sim_store *store, int64_t id, uint64_t (*latency)[SIM_LATENCY_BINS],
                       struct sim_error *error)
{
    static const char *const phase[SIM_WHEN_COUNT] = {"before", "during", "after"};

    if (run_for(store, "DELETE FROM latency WHERE sweep=?1", id, error) < 0)
        return -1;
    for (int when = 0; when < SIM_WHEN_COUNT; when++) {
        for (uint32_t bin = 0; bin < SIM_LATENCY_BINS; bin++) {
            if (latency[when][bin] != 0 &&
                step(store, store->statement[PUT_LATENCY], error, "itii", id, phase[when],
                     sim_latency_bin_edge(bin), (int64_t)latency[when][bin]) < 0)
                return -1;
        }
    }
    return 0;
}

static int iometer_put(struct sim_store *store, int64_t id,
                       const uint64_t iometer[SIM_IOMETER_BINS], struct sim_error *error)
{
    if (run_for(store, "DELETE FROM iometer WHERE sweep=?1", id, error) < 0)
        return -1;
    for (uint32_t bin = 0; bin < SIM_IOMETER_BINS; bin++) {
        sim_ns end = sim_iometer_bin_end(bin);

        if (step(store, store->statement[PUT_IOMETER], error, end == SIM_NEVER ? "iini" : "iiii",
                 id, (int64_t)bin, end, (int64_t)iometer[bin]) < 0)
            return -1;
    }
    return 0;
}

static const char *access_name(sim_place place)
{
    return sim_place_writes(place) ? "write" : "read";
}

int sim_store_pairs(struct sim_store *store, int64_t id, const struct sim_pairs *pairs,
                    struct sim_error *error)
{
    const struct sim_pair_seen *list;
    uint32_t count = sim_pairs_list(pairs, &list);

    if (transaction_begin(store, error) < 0 ||
        run_for(store, "DELETE FROM pair WHERE sweep=?1", id, error) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        sim_place from = sim_pair_from(list[i].pair), to = sim_pair_to(list[i].pair);
        const struct sim_place_text *f = sim_pairs_text(pairs, from),
                                    *t = sim_pairs_text(pairs, to);

        if (step(store, store->statement[PUT_PAIR], error, "iiittittittittii", id, (int64_t)i,
                 (int64_t)sim_place_offset(from), f->function, f->file, (int64_t)f->line,
                 f->callback, access_name(from), (int64_t)sim_place_offset(to), t->function,
                 t->file, (int64_t)t->line, t->callback, access_name(to),
                 (int64_t)list[i].first_seed, (int64_t)list[i].seeds) < 0)
            return -1;
    }
    return 0;
}

int sim_store_end(struct sim_store *store, int64_t id, uint64_t (*latency)[SIM_LATENCY_BINS],
                  const uint64_t iometer[SIM_IOMETER_BINS], double elapsed_s,
                  enum sim_store_state state, struct sim_error *error)
{
    sqlite3_stmt *statement = NULL;
    int result;

    if (transaction_begin(store, error) < 0 || latency_put(store, id, latency, error) < 0 ||
        iometer_put(store, id, iometer, error) < 0)
        return -1;
    if (sqlite3_prepare_v2(store->db, "UPDATE sweep SET elapsed_s=?, complete=? WHERE id=?", -1,
                           &statement, NULL) != SQLITE_OK)
        return db_error(store, error);
    result =
        step(store, statement, error, "dii", elapsed_s, (int64_t)(state == SIM_STORE_COMPLETE), id);
    sqlite3_finalize(statement);
    return result;
}
