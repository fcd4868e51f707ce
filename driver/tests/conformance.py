#!/usr/bin/python3
"""driver/tests/conformance.py - small miniports, each about one rule or one topic of Storport's contract.

driver/conformance/rules/NAME.c names a rule in its head comment. Built with -DVIOLATE it breaks that rule and
nothing may be found before it; built without it must pass. driver/conformance/topics/NAME.c must pass a sweep.
Head comment lines: `rule: NAME`, `windows: ...`, `scenario: load|reset|FILE`, `set: section.key=value`,
`fault: key=value ...` (a [fault] section), `seeds: N`, `reach: N` (places 1 to N of RAM_REACHED() are reached). What must
be silent is swept a second time with `port.silent = random`. Words on the command line choose files by name; -v tells each;
--seeds N: more of them.
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
    found = {"set": [], "fault": []}
    for key, value in re.findall(r"^ \* (\w+): (.+)$", head, re.M):
        if key in ("set", "fault"):
            found[key].append(value.strip())
        else:
            found[key] = value.strip()
    return found


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


class Case:
    def __init__(self, path, violate, work, seeds):
        self.path, self.violate, self.work = path, violate, work
        self.facts = facts(path)
        self.seeds = self.facts.get("seeds", "4" if violate else str(seeds))
        self.name = f"{path.parent.name}/{path.stem}" + ("" if violate is None else " wrong" if violate else " right")
        self.module = work / (path.stem + ("-wrong" if violate else "-right") + ".so")

    def scenario(self):
        """The scenario's file: one of ours with this source's faults, or the one that it names."""
        scenario = self.facts.get("scenario", "load")
        if scenario not in ("load", "reset"):
            return str(root / scenario)
        faults = [f"[fault {number}]\n" + "\n".join(fault.split()) + "\n"
                  for number, fault in enumerate(self.facts["fault"])]
        file = self.work / (self.module.stem + ".ini")
        file.write_text((LOAD if scenario == "load" else RESET) + "".join(faults))
        return str(file)

    def sweep(self, seeds, *words):
        """The result of a sweep, or what went wrong."""
        done = run(storsim, "sweep", self.scenario(), "--driver", str(self.module), "--seeds", f"1-{seeds}", "--jobs", "1",
                   "--json", "--tries", "0", *[word for setting in self.facts["set"] for word in ("--set", setting)],
                   *[word for setting in words for word in ("--set", setting)],
                   "--out", str(self.work / ("out-" + self.module.stem)))
        if done.returncode not in (0, 1):
            return None, f"exit status {done.returncode}: {done.stderr.strip()[-600:]}"
        return json.loads(done.stdout.splitlines()[0]), None

    def outcome(self):
        """None when all is as it should be, else what is not."""
        define = ["-DVIOLATE"] if self.violate else []
        # A line that is there in one of the two may leave the other with something unused.
        built = run(cc, "-o", str(self.module), "-j", "1", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-parameter",
                    "-I", str(folder), *define, str(self.path), str(self.work / "ram.o"))
        if built.returncode:
            return "does not build: " + built.stderr.strip()[-600:]
        result, bad = self.sweep(self.seeds)
        bad = bad or self.judge(result)
        if bad or self.violate:
            return bad
        result, bad = self.sweep(self.seeds, "port.silent=random")
        bad = bad or self.judge(result)
        if bad:
            return "with port.silent=random: " + bad
        return next((bad for place in range(int(self.facts.get("reach", "0"))) if (bad := self.unreached(place + 1))), None)

    def unreached(self, place):
        result, bad = self.sweep(self.seeds, f"driver.parameter={place}")
        if bad or not result["violations"].get("driver-assert"):
            return bad or f"place {place} is never reached"
        return None

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


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-v", dest="verbose", action="store_true")
    arguments.add_argument("--seeds", type=int, default=60)
    arguments.add_argument("words", nargs="*")
    options = arguments.parse_args()
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
            cases += [Case(path, violate, work, options.seeds) for violate in (True, False)]
        cases += [Case(path, None, work, options.seeds) for path in sorted(folder.glob("topics/*.c"))]
        if options.words:
            cases = [case for case in cases if any(word in case.name for word in options.words)]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for case, outcome in zip(cases, pool.map(lambda case: case.outcome(), cases)):
                bad += outcome is not None
                if outcome or options.verbose:
                    print(f"{'FAIL' if outcome else 'ok':4} {case.name}{': ' if outcome else ''}{outcome or ''}")
    print(f"{len(cases)} miniports, {bad} not as they should be")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
