#!/usr/bin/python3
"""driver/tests/misbehave.py - every misdeed of driver/conformance/misbehave.c in every callback, a table with a verdict in
each cell.

A cell is a run with one seed. Its finding must be of the rule that misdeeds.def names, on the line that the source marks, with
the misdeed's function innermost and the callback's below it; its replay file must show the same finding with the same trace
hash. A cell with '-' must pass. Nothing may end storsim, or count as storsim's fault. Words choose cells whose name
(CALLBACK/MISDEED) holds one; -v tells each.
"""
# timeout: 900
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import conformance
from conformance import cc, folder, run, storsim

CHUNK = 30  # cells a process sweeps
SAMPLE = 8  # without --all: one cell of so many, along both sides of the table
SMALL = "[explore]\npoints_max = 100000\n"


def table(name, entries):
    rows = re.findall(rf"^{name}\((.*)\)$", (folder / f"{entries}.def").read_text(), re.M)
    return [[field.strip().strip('"') for field in re.split(r',\s*(?=(?:[^"]*"[^"]*")*[^"]*$)', row)] for row in rows]


def with_settings(text, setting):
    """A scenario's text with the sections and keys of callbacks.def."""
    for section, keys in re.findall(r"(\[[^]]*\])([^[]*)", setting):
        keys = "\n".join(keys.split()) + "\n"
        text = text.replace(f"{section}\n", f"{section}\n{keys}") if f"{section}\n" in text else f"{text}{section}\n{keys}"
    return text


class Cell:
    def __init__(self, callback, misdeed, work):
        (self.number, (self.callback, self.routine, self.level, self.setting)) = callback
        (self.misdeed_number, (self.misdeed, expected)) = misdeed
        self.name = f"{self.callback}/{self.misdeed}"
        self.stem = f"{self.callback}-{self.misdeed}"
        self.file = work / f"{self.stem}.ini"
        self.expected = self.choose(expected)
        self.module = work / "misbehave.so"
        if self.callback == "DriverEntry":
            self.module = work / f"entry-{self.misdeed}.so"

    def choose(self, expected):
        """Lists of rules for this callback, [['-']] or [['none']]: 'WHERE: rule+rule|rule; ...; rule', WHERE a callback or a word of
        its level; the first that fits."""
        for part in expected.split(";"):
            where, _, rule = part.rpartition(":")
            if not where or set(where.split()) & {self.callback, *self.level.split()}:
                return [sorted(one.split("+")) for one in rule.strip().split("|")]
        return [["none"]]

    def write(self):
        text = with_settings(conformance.LOAD + SMALL + f"[driver]\nmodule = {self.module}\n", self.setting)
        if self.callback != "DriverEntry":
            text = text.replace("[driver]\n", f"[driver]\nparameter = {self.number * 100 + self.misdeed_number}\n")
        self.file.write_text(text)

    def judge(self, result, lines):
        """None when the cell is as it should be."""
        rules = sorted({**result["violations"], **result["warnings"]})
        if (rules or ["-"]) not in self.expected:
            return f"found: {rules or '-'}, wanted: {self.expected}, {(result['first_failure'] or {}).get('message')}"
        if not result["violations"]:
            return None  # a warning has no replay file
        finding, complaint = replayed(result)
        if complaint:
            return complaint
        stack = finding["stack"]
        wanted = [f"{self.misdeed} (misbehave.c:{line})" for line in lines[self.misdeed]]
        if self.misdeed == "SmashStack" or self.expected == [["reset-hang"]]:
            return None  # the stack is not there any more; a clock saw it
        if rules == ["data-race"]:  # the stack is that of the access that came second; both are named
            wanted = stack if f"{self.misdeed} (misbehave.c:" in result["first_failure"]["message"] else wanted
        if not any(frame in wanted for frame in stack[:2]):
            return f"stack: {stack}, wanted {wanted}"
        return None


# --- cells of any table: driver/tests/garbage.py has them too ---

def replayed(result):
    """A sweep's first failure once more, from its replay file: the finding, or None and what is wrong."""
    done = run(storsim, "replay", "--json", result["first_failure"]["replay"])
    if done.returncode != 1:
        return None, f"replay: exit status {done.returncode}: {done.stderr.strip()[-300:]}"
    again = json.loads(done.stdout)
    if not again["same_finding"] or not again["same_hash"]:
        return None, "another finding when replayed"
    return again["findings"][0], None


def read_options(about):
    arguments = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-v", dest="verbose", action="store_true")
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--all", action="store_true", help="every cell, not one of SAMPLE")
    return arguments.parse_args()


def is_chosen(options, name, place, sample):
    return any(word in name for word in options.words) if options.words else options.all or place % sample == 0


def sweep(cells, out):
    done = run(storsim, "sweep", *[str(cell.file) for cell in cells], "--seeds", "1", "--jobs", "1", "--json", "--tries", "0",
               "--no-coverage", "--out", str(out))
    results = {}
    for line in done.stdout.splitlines():
        result = json.loads(line)
        results[result["scenario"]] = result
    fault = None if done.returncode in (0, 1) else f"exit status {done.returncode}: {done.stderr.strip()[-600:]}"
    return results, fault


def run_cells(cells, chunk, work, judge, verbose):
    """Sweeps cells (name, stem, file), `chunk` in a process, and tells what judge(cell, result) says of each; the exit status."""
    bad = 0
    chunks = [cells[at:at + chunk] for at in range(0, len(cells), chunk)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        swept = list(pool.map(lambda at: sweep(chunks[at], work / f"out-{at}"), range(len(chunks))))
        results = {key: value for part, _ in swept for key, value in part.items()}
        def outcome_of(cell):
            return judge(cell, results[cell.stem]) if cell.stem in results else "no result"
        for cell, outcome in zip(cells, pool.map(outcome_of, cells)):
            bad += outcome is not None
            if outcome or verbose:
                print(f"{'FAIL' if outcome else 'ok':4} {cell.name}{': ' if outcome else ''}{outcome or ''}")
    faults = [fault for _, fault in swept if fault]
    for fault in faults:
        print("FAIL", fault)
    print(f"{len(cells)} cells, {bad} not as they should be")
    return 1 if bad or faults or not cells else 0


# --- this table ---

def build(modules):
    """modules: options of the compiler for each path."""
    def one(module):
        return run(cc, "-o", str(module), "-j", "1", "-Wall", "-Wextra", "-Werror", "-Wno-infinite-recursion", "-Wno-unused", "-I",
                   str(folder), *modules[module], str(folder / "misbehave.c"), str(folder / "ram.c"))
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for built in pool.map(one, modules):
            if built.returncode:
                sys.exit("misbehave.c does not build: " + built.stderr)


def main():
    options = read_options(__doc__)
    source = (folder / "misbehave.c").read_text().splitlines()
    callbacks, misdeeds = table("CALLBACK", "callbacks"), table("MISDEED", "misdeeds")
    lines = {name: [number for number, line in enumerate(source, 1) if f"/* {name} */" in line] for name, _ in misdeeds}
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        os.environ["XDG_STATE_HOME"] = name
        cells = [Cell(callback, misdeed, work) for callback in enumerate(callbacks, 1) for misdeed in enumerate(misdeeds, 1)]
        cells = [cell for cell in cells if cell.expected != [["none"]] and
                 is_chosen(options, cell.name, cell.number + cell.misdeed_number, SAMPLE)]
        modules = {cell.module: [] for cell in cells}
        for cell in cells:
            if cell.callback == "DriverEntry":
                modules[cell.module] = [f"-DENTRY={cell.misdeed_number}"]
            cell.write()
        build(modules)
        return run_cells(cells, CHUNK, work, lambda cell, result: cell.judge(result, lines), options.verbose)


if __name__ == "__main__":
    sys.exit(main())
