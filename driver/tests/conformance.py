#!/usr/bin/python3
"""driver/tests/conformance.py - small miniports, each about one rule or one topic of Storport's contract.

driver/conformance/rules/NAME.c names a rule in its head comment. Built with -DVIOLATE it breaks that rule and
nothing may be found before it; built without it must pass. driver/conformance/topics/NAME.c must pass a sweep.
Head comment lines: `rule: NAME`, `windows: ...`, `scenario: load|reset|FILE`, `set: section.key=value`,
`seeds: N`. Words on the command line choose files by name; -v tells each.
"""
# timeout: 600
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(os.environ.get("STORSIM_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
storsim = os.environ.get("STORSIM", str(root / "build/fast/storsim"))
cc = os.environ.get("STORSIM_CC", str(root / "driver/storsim-cc"))
folder = root / "driver/conformance"

LOAD = """; A disk in the driver's memory; the controller is not used.
[scenario]
title = conformance
[machine]
cpus = 2
[controller]
namespace = 1m
[port]
queue_depth = 32
[workload main]
rw = randrw
bs = 4k
iodepth = 4
numjobs = 2
number_ios = 40
"""
RESET = LOAD + """[fault ioctl]
action = reset
at = 5us
spread = 50us
"""


def facts(path):
    """The `key: value` lines of a source's head comment."""
    head = path.read_text().split("*/", 1)[0]
    found = {"set": []}
    for key, value in re.findall(r"^ \* (\w+): (.+)$", head, re.M):
        if key == "set":
            found["set"].append(value.strip())
        else:
            found[key] = value.strip()
    return found


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


class Case:
    def __init__(self, path, violate, work):
        self.path, self.violate, self.work = path, violate, work
        self.facts = facts(path)
        self.name = f"{path.parent.name}/{path.stem}" + ("" if violate is None else " wrong" if violate else " right")

    def outcome(self):
        """None when all is as it should be, else what is not."""
        module = self.work / (self.path.stem + ("-wrong" if self.violate else "-right") + ".so")
        define = ["-DVIOLATE"] if self.violate else []
        # A line that is there in one of the two may leave the other with something unused.
        built = run(cc, "-o", str(module), "-j", "1", "-Wall", "-Wextra", "-Werror", "-Wno-unused",
                    "-I", str(folder), *define, str(self.path), str(self.work / "ram.o"))
        if built.returncode:
            return "does not build: " + built.stderr.strip()[-600:]
        scenario = self.facts.get("scenario", "load")
        file = self.work / f"{scenario}.ini" if scenario in ("load", "reset") else root / scenario
        words = [word for setting in self.facts["set"] for word in ("--set", setting)]
        done = run(storsim, "sweep", str(file), "--driver", str(module), "--seeds",
                   f"1-{self.facts.get('seeds', '4')}", "--jobs", "1", "--json", "--tries", "0", *words,
                   "--out", str(self.work / ("out-" + module.stem)))
        if done.returncode not in (0, 1):
            return f"exit status {done.returncode}: {done.stderr.strip()[-600:]}"
        result = json.loads(done.stdout.splitlines()[0])
        return self.judge(result)

    def judge(self, result):
        rule = self.facts.get("rule")
        broken = {**result.get("violations", {}), **result.get("warnings", {})}
        first = (result.get("first_failure") or {})
        said = f"{broken}, first {first.get('message')}"
        if not self.violate:
            if result["failed"] or (rule and rule in broken):
                return "is not silent: " + said
            return None
        if rule not in broken:
            return f"{rule} is not found: {said}"
        others = set(result.get("violations", {})) - {rule}
        if others:
            return f"something else is found: {said}"
        return None


CALLBACKS = ["FindAdapter", "Initialize", "PassiveInitialize", "BuildIo", "StartIo", "Dpc", "ResetBus", "Control", "Timer"]
MISDEEDS = ["null", "divide", "call", "loop", "stack", "freed", "garbage", "no-lock", "assert", "smash", "wild", "devext"]


class Misdeed:
    """One of the misdeeds of driver/conformance/misbehave.c, in one callback."""

    def __init__(self, where, what, work):
        self.argument, self.work = (where + 1) * 100 + what + 1, work
        self.name = f"misbehave/{CALLBACKS[where]} {MISDEEDS[what]}"

    def outcome(self):
        done = run(storsim, "run", str(self.work / "reset.ini"), "--driver", str(self.work / "misbehave.so"),
                   "--seed", "1", "--json", "--tries", "0", "--set", f"driver.parameter={self.argument}",
                   "--set", "explore.points_max=100000", "--out", str(self.work / f"misbehave-{self.argument}"))
        if done.returncode != 1:
            return f"exit status {done.returncode}: {done.stdout[-300:]} {done.stderr.strip()[-300:]}"
        if "misbehave.c:" not in done.stdout:
            return "no source line: " + done.stdout[:600]
        return None


def main():
    words = [word for word in sys.argv[1:] if word != "-v"]
    verbose = "-v" in sys.argv
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        os.environ["XDG_STATE_HOME"] = name
        (work / "load.ini").write_text(LOAD)
        (work / "reset.ini").write_text(RESET)
        built = run(cc, "-c", "-o", str(work / "ram.o"), "-Wall", "-Wextra", "-Werror", str(folder / "ram.c"))
        if built.returncode:
            sys.exit("ram.c does not build: " + built.stderr)
        cases = []
        for path in sorted(folder.glob("rules/*.c")):
            cases += [Case(path, violate, work) for violate in (True, False)]
        cases += [Case(path, None, work) for path in sorted(folder.glob("topics/*.c"))]
        built = run(cc, "-o", str(work / "misbehave.so"), "-Wall", "-Wextra", "-Werror", "-Wno-infinite-recursion",
                    "-I", str(folder), str(folder / "misbehave.c"), str(work / "ram.o"))
        if built.returncode:
            sys.exit("misbehave.c does not build: " + built.stderr)
        cases += [Misdeed(where, what, work) for where in range(len(CALLBACKS)) for what in range(len(MISDEEDS))]
        if words:
            cases = [case for case in cases if any(word in case.name for word in words)]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for case, outcome in zip(cases, pool.map(lambda case: case.outcome(), cases)):
                bad += outcome is not None
                if outcome or verbose:
                    print(f"{'FAIL' if outcome else 'ok':4} {case.name}{': ' if outcome else ''}{outcome or ''}")
    print(f"{len(cases)} miniports, {bad} not as they should be")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
