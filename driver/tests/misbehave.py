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
        done = run(storsim, "replay", "--json", result["first_failure"]["replay"])
        if done.returncode != 1:
            return f"replay: exit status {done.returncode}: {done.stderr.strip()[-300:]}"
        again = json.loads(done.stdout)
        if not again["same_finding"] or not again["same_hash"]:
            return "another finding when replayed"
        stack = again["findings"][0]["stack"]
        wanted = [f"{self.misdeed} (misbehave.c:{line})" for line in lines[self.misdeed]]
        if self.misdeed == "SmashStack" or self.expected == [["reset-hang"]]:
            return None  # the stack is not there any more; a clock saw it
        if rules == ["data-race"]:  # the stack is that of the access that came second; both are named
            wanted = stack if f"{self.misdeed} (misbehave.c:" in result["first_failure"]["message"] else wanted
        if not any(frame in wanted for frame in stack[:2]):
            return f"stack: {stack}, wanted {wanted}"
        return None


def sweep(cells, out):
    done = run(storsim, "sweep", *[str(cell.file) for cell in cells], "--seeds", "1", "--jobs", "1", "--json", "--tries", "0",
               "--no-coverage", "--out", str(out))
    results = {}
    for line in done.stdout.splitlines():
        result = json.loads(line)
        results[result["scenario"]] = result
    if done.returncode not in (0, 1):
        results[None] = f"exit status {done.returncode}: {done.stderr.strip()[-500:]}"
    return results


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-v", dest="verbose", action="store_true")
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--all", action="store_true", help="every cell, not one of SAMPLE")
    options = arguments.parse_args()
    source = (folder / "misbehave.c").read_text().splitlines()
    callbacks, misdeeds = table("CALLBACK", "callbacks"), table("MISDEED", "misdeeds")
    lines = {name: [number for number, line in enumerate(source, 1) if f"/* {name} */" in line] for name, _ in misdeeds}
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        os.environ["XDG_STATE_HOME"] = name
        cells = [Cell(callback, misdeed, work) for callback in enumerate(callbacks, 1) for misdeed in enumerate(misdeeds, 1)]
        cells = [cell for cell in cells
                 if cell.expected != [["none"]] and (any(word in cell.name for word in options.words) if options.words else
                                                   options.all or (cell.number + cell.misdeed_number) % SAMPLE == 0)]
        def build(module, *define):
            return run(cc, "-o", str(module), "-j", "1", "-Wall", "-Wextra", "-Werror", "-Wno-infinite-recursion", "-Wno-unused", "-I",
                       str(folder), *define, str(folder / "misbehave.c"), str(folder / "ram.c"))
        modules = {cell.module: [] for cell in cells}
        for cell in cells:
            if cell.callback == "DriverEntry":
                modules[cell.module] = [f"-DENTRY={cell.misdeed_number}"]
            cell.write()
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for built in pool.map(lambda module: build(module, *modules[module]), modules):
                if built.returncode:
                    sys.exit("misbehave.c does not build: " + built.stderr)
            chunks = [cells[at:at + CHUNK] for at in range(0, len(cells), CHUNK)]
            swept = list(pool.map(lambda at: sweep(chunks[at], work / f"out-{at}"), range(len(chunks))))
            results = {key: value for part in swept for key, value in part.items() if key}
            faults = [part[None] for part in swept if None in part]
            def judge(cell):
                result = results.get(cell.stem)
                return cell.judge(result, lines) if result else "no result"
            for cell, outcome in zip(cells, pool.map(judge, cells)):
                bad += outcome is not None
                if outcome or options.verbose:
                    print(f"{'FAIL' if outcome else 'ok':4} {cell.name}{': ' if outcome else ''}{outcome or ''}")
    for fault in faults:
        print("FAIL", fault)
    print(f"{len(cells)} cells, {bad} not as they should be")
    return 1 if bad or faults or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
