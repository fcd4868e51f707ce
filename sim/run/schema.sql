-- sim/run/schema.sql - results of a sweep: DIR/results.db (SQLite). analysis/ reads only this.
-- Version 4, kept in PRAGMA user_version (SIM_STORE_VERSION in store.h). Times are ns of virtual
-- time unless the name says otherwise.
CREATE TABLE sweep (            -- one row for each scenario and driver that was swept
    id INTEGER PRIMARY KEY,
    scenario TEXT NOT NULL,     -- base name without .ini
    scenario_path TEXT NOT NULL,
    scenario_text TEXT NOT NULL,
    scenario_hash TEXT NOT NULL, -- hexadecimal
    title TEXT NOT NULL,
    driver TEXT NOT NULL,       -- driver.module as given
    driver_build TEXT NOT NULL,
    storsim_version TEXT NOT NULL,
    strategy TEXT NOT NULL,
    settings TEXT NOT NULL,     -- JSON array of [name, value] from the command line
    expect TEXT NOT NULL,
    seed_first INTEGER NOT NULL,
    seed_last INTEGER NOT NULL,
    elapsed_s REAL,             -- wall clock; NULL while running
    complete INTEGER NOT NULL DEFAULT 0, -- 1 when every seed of the range (of this shard) has its row
    shard TEXT NOT NULL,        -- "1/1", or the I/N of --shard
    guided INTEGER NOT NULL DEFAULT 0, -- 1: seeds that found new pairs were tried with other schedules (--guided)
    UNIQUE (scenario, driver, strategy) -- sweeping them again replaces the row and all that belongs to it
);
CREATE TABLE run (              -- one row for each seed
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    hash TEXT NOT NULL,         -- trace hash, hexadecimal
    stop TEXT NOT NULL,         -- done, finding, time, idle, crash; hung: killed, it gave no sign of life;
                                -- lost: storsim itself failed on this seed, nothing else in the row is known
    errors INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    virtual_ns INTEGER NOT NULL,
    points INTEGER NOT NULL,
    events INTEGER NOT NULL,
    switches INTEGER NOT NULL,
    pairs INTEGER,              -- distinct pairs of conflicting accesses (sim/engine/coverage.h); NULL: not collected
    new_pairs INTEGER,          -- of these, those that no lower seed of the sweep had shown
    load_seed INTEGER NOT NULL, -- seed of load and device; another one than `seed` in a guided sweep, where the row
                                -- repeats with that --seed and --set explore.schedule_seed=<seed>
    PRIMARY KEY (sweep, seed)
) WITHOUT ROWID;
CREATE TABLE figure (           -- figures of sim/run/figures.def that the run produced
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (sweep, seed, name)
) WITHOUT ROWID;
CREATE TABLE drawn (            -- options that the run drew from its seed ([port] silent = random): those that are
                                -- not the default
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    option TEXT NOT NULL,       -- section.key
    value TEXT NOT NULL,
    PRIMARY KEY (sweep, seed, option)
) WITHOUT ROWID;
CREATE TABLE finding (
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    n INTEGER NOT NULL,         -- order within the run
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,     -- error, warn
    at_ns INTEGER NOT NULL,
    cpu INTEGER,                -- NULL: none
    text TEXT NOT NULL,
    stack TEXT NOT NULL,        -- one frame a line
    replay TEXT,                -- path of the replay file, relative to DIR
    PRIMARY KEY (sweep, seed, n)
) WITHOUT ROWID;
CREATE TABLE event_log (        -- what each run's system event log would hold: its first 64 entries
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    n INTEGER NOT NULL,         -- order within the run
    at_ns INTEGER NOT NULL,
    source TEXT NOT NULL,       -- the driver that wrote it
    id INTEGER NOT NULL,        -- event identifier: 129, 153, ...
    text TEXT NOT NULL,
    PRIMARY KEY (sweep, seed, n)
) WITHOUT ROWID;
CREATE TABLE latency (          -- histogram over all runs: bins of sim_latency_bin()
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    phase TEXT NOT NULL,        -- before, during, after
    bin_ns INTEGER NOT NULL,    -- lower edge
    count INTEGER NOT NULL,
    PRIMARY KEY (sweep, phase, bin_ns)
) WITHOUT ROWID;
CREATE TABLE iometer (          -- the same in Iometer's bins, as in its results.csv; all phases, all 21 bins
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    bin INTEGER NOT NULL,       -- 0 to 20
    end_ns INTEGER,             -- upper edge: 50 us ... 10 s; NULL: the last one has none
    count INTEGER NOT NULL,
    PRIMARY KEY (sweep, bin)
) WITHOUT ROWID;
CREATE TABLE sample (           -- single I/Os, of the first seeds only (sweep --samples N)
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    n INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    latency_ns INTEGER NOT NULL,
    op INTEGER NOT NULL,        -- 0 read, 1 write, 2 flush, 4 trim
    error INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (sweep, seed, n)
) WITHOUT ROWID;
CREATE TABLE pair (             -- interleavings: two accesses to the same 8 bytes, one after the other, from different
                                -- contexts, at least one writes; in the order in which they were first seen
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    n INTEGER NOT NULL,
    from_offset INTEGER NOT NULL, -- of the earlier access in the driver's module
    from_function TEXT NOT NULL,  -- "?" when unknown
    from_file TEXT NOT NULL,
    from_line INTEGER NOT NULL,   -- 0 when unknown
    from_callback TEXT NOT NULL,  -- which entry point of the driver it belongs to
    from_access TEXT NOT NULL,    -- read, write
    to_offset INTEGER NOT NULL,   -- the later access
    to_function TEXT NOT NULL,
    to_file TEXT NOT NULL,
    to_line INTEGER NOT NULL,
    to_callback TEXT NOT NULL,
    to_access TEXT NOT NULL,
    first_seed INTEGER NOT NULL,
    seeds INTEGER NOT NULL,       -- how many seeds showed it
    PRIMARY KEY (sweep, n)
) WITHOUT ROWID;
