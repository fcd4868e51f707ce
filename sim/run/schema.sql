-- sim/run/schema.sql - results of a sweep: DIR/results.db (SQLite). analysis/ reads only this.
-- Version 1, kept in PRAGMA user_version (SIM_STORE_VERSION in store.h). Times are ns of virtual
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
    PRIMARY KEY (sweep, seed)
) WITHOUT ROWID;
CREATE TABLE figure (           -- figures of sim/run/figures.def that the run produced
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (sweep, seed, name)
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
CREATE TABLE latency (          -- histogram over all runs: bins of sim_latency_bin()
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    phase TEXT NOT NULL,        -- before, during, after
    bin_ns INTEGER NOT NULL,    -- lower edge
    count INTEGER NOT NULL,
    PRIMARY KEY (sweep, phase, bin_ns)
) WITHOUT ROWID;
CREATE TABLE sample (           -- single I/Os, of the first seeds only (sweep --samples N)
    sweep INTEGER NOT NULL REFERENCES sweep (id),
    seed INTEGER NOT NULL,
    n INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    latency_ns INTEGER NOT NULL,
    op INTEGER NOT NULL,        -- 0 read, 1 write, 2 flush
    error INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (sweep, seed, n)
) WITHOUT ROWID;
