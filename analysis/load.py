"""Results database -> numpy arrays. Reads what sim/run/schema.sql describes and nothing else; draws nothing.

A figure that a run did not produce has no row (or -1): it is NaN here. All times are nanoseconds of virtual time.
"""

import os
import sqlite3
import urllib.parse
from dataclasses import dataclass

import numpy as np

VERSION = 4  # PRAGMA user_version of the databases this program reads

FIGURES = ("fault_at", "reset_at", "recovered_at", "detect_ns", "quiesce_ns", "complete_ns", "enable_ns",
           "queues_ns", "first_io_ns", "recovery_ns", "resets", "reset_outstanding",
           "latency_max_ns")
LATENCY_PHASES = ("before", "during", "after")


class LoadError(Exception):
    """The file is no results database that we can read; the text is one line for the user."""


@dataclass(frozen=True)
class Samples:
    """The I/Os of one run, in the order in which they ended."""
    start: np.ndarray
    end: np.ndarray
    latency: np.ndarray
    error: np.ndarray    # 0 or the SRB status
    retries: np.ndarray


@dataclass(frozen=True)
class Finding:
    seed: int
    rule: str
    severity: str        # error, warn
    at_ns: int


@dataclass(frozen=True)
class Pairs:
    """Interleavings of a sweep (sim/engine/coverage.h), in the order in which they were first seen."""
    place: list          # ((offset, callback, access), (offset, callback, access)): what makes a pair that pair
    words: list          # the same for people: (from, to)
    first: np.ndarray    # seed that showed it first
    seeds: np.ndarray    # how many did
    covered: np.ndarray  # seeds that were watched, ascending


@dataclass(frozen=True)
class Sweep:
    path: str            # of the database
    id: int
    scenario: str
    title: str
    driver: str          # as given; driver_name is for people
    strategy: str
    complete: bool       # every seed of the range has its row
    seed: np.ndarray     # one element a run, ascending; the arrays below are aligned with it
    stop: np.ndarray     # done, finding, time, idle, crash, hung, lost
    errors: np.ndarray
    figure: dict         # name -> float array, NaN: not produced
    findings: tuple      # of Finding, by seed, then in the order of the run
    latency: dict        # phase -> (lower edges of bins, counts), both int arrays, ascending
    sample_seeds: np.ndarray
    build: str           # of the driver
    guided: bool
    seed_first: int      # of the range, whatever the shard
    seed_last: int
    pairs: Pairs

    @property
    def driver_name(self):
        """A built-in driver's name as it is; the stem of a module given by its path."""
        return os.path.splitext(os.path.basename(self.driver))[0]

    @property
    def label(self):
        return f"{self.scenario}, {self.driver_name}"


def load(path):
    """Every sweep of the database at `path`, by scenario and driver. Raises LoadError."""
    with _connect(path) as db:
        ids = [row[0] for row in db.rows("SELECT id FROM sweep ORDER BY scenario, driver, strategy, id")]
        return [_sweep(db, path, number) for number in ids]


def load_samples(sweep, seed):
    """The samples of one run, possibly none. Raises LoadError."""
    with _connect(sweep.path) as db:
        rows = db.rows("SELECT start_ns, latency_ns, error, retries FROM sample WHERE sweep = ? AND seed = ?"
                       " ORDER BY start_ns + latency_ns, n", sweep.id, seed)
    start, latency, error, retries = _columns(rows, 4)
    return Samples(start, start + latency, latency, error, retries)


class _connect:
    """A read-only connection that turns every SQLite error into a LoadError."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        if os.path.isdir(self.path):
            raise LoadError(f"{self.path}: is a directory; give the database in it, usually "
                            f"{os.path.join(self.path, 'results.db')}")
        if not os.path.exists(self.path):
            raise LoadError(f"{self.path}: no such file; `storsim sweep --out DIR` writes DIR/results.db")
        uri = "file:" + urllib.parse.quote(os.path.abspath(self.path)) + "?mode=ro"
        try:
            self.db = sqlite3.connect(uri, uri=True)
        except sqlite3.Error as error:
            raise LoadError(f"{self.path}: cannot be opened: {error}") from error
        try:
            self._check_version()
        except LoadError:
            self.db.close()
            raise
        return self

    def __exit__(self, *_):
        self.db.close()

    def rows(self, sql, *arguments):
        try:
            return self.db.execute(sql, arguments).fetchall()
        except sqlite3.Error as error:
            raise LoadError(f"{self.path}: cannot be read as a results database: {error}") from error

    def _check_version(self):
        version = self.rows("PRAGMA user_version")[0][0]
        if version != VERSION:
            raise LoadError(f"{self.path}: database version {version}; this program reads version {VERSION}")


def _sweep(db, path, number):
    head = db.rows("SELECT scenario, title, driver, strategy, complete, driver_build, guided, seed_first, seed_last"
                   " FROM sweep WHERE id = ?", number)[0]
    runs = db.rows("SELECT seed, stop, errors FROM run WHERE sweep = ? ORDER BY seed", number)
    seed = np.array([row[0] for row in runs], dtype=np.int64)
    findings = db.rows("SELECT seed, rule, severity, at_ns FROM finding WHERE sweep = ? ORDER BY seed, n", number)
    sampled = db.rows("SELECT DISTINCT seed FROM sample WHERE sweep = ? ORDER BY seed", number)
    return Sweep(path, number, *head[:4], bool(head[4]), seed,
                 stop=np.array([row[1] for row in runs], dtype=str),
                 errors=np.array([row[2] for row in runs], dtype=np.int64),
                 figure=_figures(db, number, seed),
                 findings=tuple(Finding(*row) for row in findings),
                 latency={phase: _histogram(db, number, phase) for phase in LATENCY_PHASES},
                 sample_seeds=np.array([row[0] for row in sampled], dtype=np.int64),
                 build=head[5], guided=bool(head[6]), seed_first=head[7], seed_last=head[8], pairs=_pairs(db, number))


def _figures(db, number, seed):
    figure = {name: np.full(len(seed), np.nan) for name in FIGURES}
    for name, values in figure.items():
        at, value = _columns(db.rows("SELECT seed, value FROM figure WHERE sweep = ? AND name = ? AND value >= 0"
                                     " AND seed IN (SELECT seed FROM run WHERE sweep = ?)", number, name, number), 2)
        values[np.searchsorted(seed, at)] = value
    return figure


def _histogram(db, number, phase):
    return tuple(_columns(db.rows("SELECT bin_ns, count FROM latency WHERE sweep = ? AND phase = ? AND count > 0"
                                  " ORDER BY bin_ns", number, phase), 2))


def _pairs(db, number):
    rows = db.rows("SELECT from_offset, from_callback, from_access, to_offset, to_callback, to_access, first_seed, seeds,"
                   " from_function, from_file, from_line, to_function, to_file, to_line"
                   " FROM pair WHERE sweep = ? ORDER BY n", number)
    covered = db.rows("SELECT seed FROM run WHERE sweep = ? AND pairs IS NOT NULL ORDER BY seed", number)
    return Pairs(place=[(row[0:3], row[3:6]) for row in rows],
                 words=[(f"{row[8]} ({row[9]}:{row[10]}) {row[2]} in {row[1]}",
                         f"{row[11]} ({row[12]}:{row[13]}) {row[5]} in {row[4]}") for row in rows],
                 first=np.array([row[6] for row in rows], dtype=np.int64),
                 seeds=np.array([row[7] for row in rows], dtype=np.int64),
                 covered=np.array([row[0] for row in covered], dtype=np.int64))


def _columns(rows, width):
    return np.array(rows, dtype=np.int64).reshape(-1, width).T
