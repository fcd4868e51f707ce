#!/usr/bin/python3
"""Writes a results database as a sweep would, with figures of the size seen in the founding report. For tests.

    analysis/tests/fake_results.py results.db

The schema is sim/run/schema.sql itself, so a change there is noticed here. The same call gives the same content.
"""

import os
import sqlite3
import sys
from dataclasses import dataclass

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
US, MS, S = 1_000, 1_000_000, 1_000_000_000
FAULT_AT = 5 * MS


@dataclass
class Story:
    """What one sweep looks like."""
    scenario: str
    driver: str = "nvme"
    runs: int = 300
    fails: float = 0.0        # share of runs that break a rule when HwStorResetBus returns
    ready_ns: int = 380 * MS  # how long the controller takes to CSTS.RDY=1
    hang_for_ever: bool = False
    fault: bool = True
    sampled: int = 2
    complete: int = 1
    pairs: int = 40           # interleavings there are to find


FOUNDING = (Story("01-device-stops-responding"),
            Story("01-device-stops-responding", "deferred", fails=1.0),
            Story("03-device-stops-for-ever", hang_for_ever=True),
            Story("04-slow-ready", ready_ns=27 * S),
            Story("06-no-fault", fault=False, runs=50))


# Lower edges of sim_latency_bin(): 0, then four to an octave from 64 ns.
BIN_EDGES = np.array([0] + [(64 << octave) // 4 * (4 + quarter) for octave in range(39) for quarter in range(4)])


def write(path, stories=FOUNDING, seed=1):
    """A database with one sweep for each story; an older file of the name is replaced."""
    if os.path.exists(path):
        os.remove(path)
    with sqlite3.connect(path) as db:
        with open(os.path.join(ROOT, "sim", "run", "schema.sql"), encoding="utf-8") as schema:
            db.executescript(schema.read())
        db.execute("PRAGMA user_version = 4")
        for number, story in enumerate(stories, 1):
            _sweep(db, number, story, np.random.default_rng((seed, number)))
    db.close()
    return path


def _sweep(db, number, story, rng):
    _insert(db, "sweep", (number, story.scenario, f"scenarios/{story.scenario}.ini", "", f"{number:016x}",
                          "the device stops responding", story.driver, "", "0.1", "pct", "[]", "pass", 1, story.runs,
                          1.5, story.complete, "1/1", 0))
    counts = {phase: np.zeros(157, dtype=np.int64) for phase in ("before", "during", "after")}
    shown = {}
    for seed in range(1, story.runs + 1):
        pairs, new = _pairs(story, seed, shown)
        _run(db, number, seed, story, rng, counts, pairs, new)
    for n, (pair, (first, seeds)) in enumerate(shown.items()):
        _insert(db, "pair", (number, n, 0x100 + pair, "NvmeSlotTake", "queue.c", 60 + pair, "HwStorStartIo", "write",
                             0x900 + pair, "NvmeQueueDrain", "queue.c", 100 + pair, "HwStorDpcRoutine", "read", first,
                             seeds))
    for phase, count in counts.items():
        for edge, n in zip(BIN_EDGES.tolist(), count.tolist()):
            if n:
                _insert(db, "latency", (number, phase, edge, n))


def _pairs(story, seed, shown):
    """(pairs of this seed, of these new): pair n is shown by every seed that n * n divides."""
    if not story.pairs:
        return None, None
    pairs = [n for n in range(1, story.pairs + 1) if seed % (n * n) == 0]
    new = [n for n in pairs if n not in shown]
    for n in pairs:
        first, seeds = shown.get(n, (seed, 0))
        shown[n] = (first, seeds + 1)
    return len(pairs), len(new)


def _run(db, number, seed, story, rng, counts, pairs, new):
    fails = rng.random() < story.fails
    figure = _figures(story, fails, rng)
    samples = _samples(story, figure, fails, rng)
    rule = None
    if fails:
        rule = "srb-completed-once" if rng.random() < 0.04 else "reset-outstanding"
        at = figure["reset_at"] + int(rng.integers(20, 60)) * US
        _insert(db, "finding", (number, seed, 0, rule, "error", at, 1, "64 requests are outstanding", "", None))
    end = max(s[0] + s[1] for s in samples)
    figure["latency_max_ns"] = max(s[1] for s in samples)
    _insert(db, "run", (number, seed, f"{seed:016x}", "finding" if rule else "done", int(bool(rule)), 0, end,
                        20000, 9000, 700, pairs, new, seed))
    for name, value in figure.items():
        _insert(db, "figure", (number, seed, name, int(value)))
    for phase, count in counts.items():
        latency = np.array([s[1] for s in samples if s[4] == phase], dtype=np.int64)
        np.add.at(count, np.searchsorted(BIN_EDGES, latency, side="right") - 1, 1)
    if seed <= story.sampled:
        for n, (start, latency, error, retries, _) in enumerate(samples):
            _insert(db, "sample", (number, seed, n, start, latency, int(rng.random() < 0.3), error, retries))


def _figures(story, fails, rng):
    if not story.fault:
        return {"ios": 4096, "resets": 0}
    reset_at = FAULT_AT + 10 * S + int(rng.integers(0, 900)) * MS
    figure = {"fault_at": FAULT_AT, "reset_at": reset_at, "detect_ns": reset_at - FAULT_AT, "resets": 1,
              "reset_outstanding": 64}
    if fails:
        return figure
    figure["quiesce_ns"] = int(rng.lognormal(np.log(38 * MS), 0.25))
    figure["complete_ns"] = int(rng.lognormal(np.log(34 * US), 0.12))
    if story.hang_for_ever:
        return figure
    figure["enable_ns"] = int(rng.lognormal(np.log(story.ready_ns), 0.08))
    figure["queues_ns"] = int(rng.lognormal(np.log(1.9 * MS), 0.15))
    figure["first_io_ns"] = int(rng.lognormal(np.log(95 * US), 0.3))
    figure["recovery_ns"] = sum(figure[k] for k in ("quiesce_ns", "complete_ns", "enable_ns", "queues_ns",
                                                    "first_io_ns"))
    figure["recovered_at"] = figure["reset_at"] + figure["recovery_ns"]
    return figure


def _load(begin, end, when, rng):
    """64 requests kept outstanding, about 80 us each."""
    out = []
    for _ in range(64):
        at = begin + int(rng.integers(0, 80 * US))
        while at < end:
            latency = int(rng.lognormal(np.log(80 * US), 0.11))
            if at + latency < end:
                out.append((at, latency, 0, 0, when))
            at += latency
    return out


def _samples(story, figure, fails, rng):
    samples = _load(0, FAULT_AT // 5 if story.sampled == 0 else FAULT_AT, "before", rng)
    if fails or not story.fault:
        return samples
    if story.hang_for_ever:
        last = figure["reset_at"] + figure["quiesce_ns"] + figure["complete_ns"]
        return samples + [(FAULT_AT - int(rng.integers(1, 70)) * US, last - FAULT_AT + 60 * US * n, 0x0E, 3, "during")
                          for n in range(1, 65)]
    at = figure["recovered_at"]
    back = []
    for n in range(64):
        start, late = FAULT_AT - int(rng.integers(1, 70)) * US, int(rng.lognormal(np.log(25 * US), 0.8))
        back.append((start, at - start + late, 0x0E if n == 17 else 0, 1, "during"))
    return samples + back + _load(at, at + 4 * MS, "after", rng)


def _insert(db, table, values):
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


if __name__ == "__main__":
    write(sys.argv[1])
