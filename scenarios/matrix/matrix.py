#!/usr/bin/python3
"""scenarios/matrix/matrix.py - every fault action in every phase of a run, as a table of cells and verdicts.

A cell is a scenario that this script writes: one [fault] with the action (as `storsim list faults` has it, so that a new
one is in the table by itself), struck in one phase, healed after HEAL; load before, during and after. Phases: boot
(HwStorFindAdapter), start (the start-up proper, while CSTS.RDY is awaited), idle
(nothing outstanding), load, reset (during a bus reset), reset2 (during a second one in the first), drain (after the last
I/O was submitted). Every cell must pass; one that no driver can pass is in expected.txt with its rules and the reason.

    matrix.py                                   2 seeds a cell, as ctest does
    long.py                                     1,000 seeds a cell
    matrix.py --action stop --phase reset -v    what was found, with the line that repeats it
    matrix.py --write DIR                       the scenarios only, to run or to change by hand
    matrix.py --driver deferred                 another miniport; expected.txt is then left aside
"""
# timeout: 300
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(os.environ.get("STORSIM_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
storsim = os.environ.get("STORSIM", str(root / "build/fast/storsim"))
PHASES = ["boot", "start", "idle", "load", "reset", "reset2", "drain"]
HEAL = "30s"

MACHINE = """[scenario]
title = {action} in phase {phase}
[machine]
cpus = 2
{machine}[controller]
queues = 2
{controller}[check]
heal = {heal}
"""
# 2 x 40 I/Os; another 2 x 20 come when all is healed and must work, unless the adapter was given up.
LOAD = """[workload before]
rw = randrw
bs = 4k
iodepth = 8
numjobs = 2
number_ios = 40
size = 1m
startdelay = {startdelay}
fsync = 10
[workload after]
rw = randrw
bs = 4k
iodepth = 4
numjobs = 2
number_ios = 20
offset = 1m
size = 1m
startdelay = {after}
"""
ASKED_RESET = "[fault asked]\naction = reset\nat = 100us\nspread = 200us\n"
ASKED_AGAIN = "[fault again]\naction = reset\non = reset\nphase = enter\nspread = 1ms\n"
# What an action needs beside its name and its moment, whatever the phase.
KEYS = {
    "delay-completion": "delay = 5ms", "stale-completion": "delay = 10us", "tear-completion": "delay = 3us",
    "stray-data": "delay = 100us", "slow-ready": "delay = 300ms", "flap-ready": "delay = 500us\ncount = 3",
    "delay-doorbell": "delay = 2ms", "delay-interrupt": "delay = 5ms", "duplicate-interrupt": "delay = 10us",
    "flood-events": "delay = 10us", "interrupt-storm": "delay = 5us", "foreign-interrupt": "delay = 50us",
}
# Not for 30 s: millions of interrupts while nothing else happens take a while.
BRIEF = {"interrupt-storm", "flood-events"}
# Occasions of an action that happens to one: the trigger, and which of them in service and during a (re-)start.
OCCASIONS = {
    "command": ("nth = {nth}", "queue = 0"),
    "data": ("nth = {nth}", "queue = 0"),
    "completion": ("nth = {nth}", "queue = 0"),
    "doorbell": ("nth = {nth}", "queue = 0"),
    "register-read": ("register = csts", "register = csts"),
    "register-write": ("register = cc", "register = cc"),
    "interrupt": ("nth = {nth}", "vector = 0"),
}


def trigger_of(action):
    """The occasion that the action happens to; None when it can strike at any time."""
    return None if "time" in action["on"] else next(name for name in OCCASIONS if name in action["on"])


def moment(action, phase, trigger):
    """Lines of [fault cell] that say when."""
    starting = phase in ("boot", "start", "reset", "reset2")
    if trigger is None:
        return {"boot": "from = boot\nat = 1us\nspread = 0ns",
                "start": "from = boot\nat = 11ms\nspread = 0ns",
                "idle": "at = 5ms\nspread = 20ms",
                "load": "at = 20us\nspread = 300us",
                "reset": "on = began\nof = asked\nspread = 4ms",
                "reset2": "on = began\nof = again\nspread = 1ms",
                "drain": "on = io\nnth = 76\nspread = 100us"}[phase]
    in_service, in_start = OCCASIONS[trigger]
    lines = [f"on = {trigger}"]
    if phase in ("boot", "start"):
        lines += ["from = boot", in_start, "nth = 2" if phase == "boot" else "nth = 5"]
    elif starting:
        # Which of them: the seed draws. In a start-up there are a dozen.
        lines += [in_start, "probability = 20%" if phase == "reset" else "nth = 3\nprobability = 20%"]
    else:
        nth = {"idle": 1, "load": 20, "drain": 76}[phase]
        lines += [in_service.format(nth=nth)] + (["probability = 50%", "times = 3"] if phase != "idle" else [])
    return "\n".join(lines)


def scenario(action, phase):
    """Text of a cell."""
    word, kind = action["action"], action["kind"]
    trigger = trigger_of(action)
    asked = kind == "asked"
    text = MACHINE.format(action=word, phase=phase, heal=HEAL,
                          machine="interrupts = intx\n" if word == "foreign-interrupt" else "",
                          # Quick, so that the second reset often meets the admin commands of the first.
                          controller="ready = 200us\ndisable = 200us\n" if phase == "reset2" else "")
    text += LOAD.format(startdelay="50ms" if phase == "idle" else "0s", after="31s")
    if phase in ("reset", "reset2"):
        text += ASKED_RESET
    if phase == "reset2":
        text += ASKED_AGAIN
    text += f"[fault cell]\naction = {word}\n{moment(word, phase, trigger)}\n"
    if word in KEYS:
        text += KEYS[word] + "\n"
    if kind == "lasting":
        brief = phase in ("boot", "start") or word in BRIEF
        text += "until = time\nduration = 20ms\n" if brief else "until = heal\n"
    return None if asked and phase in ("boot", "start") else text


def expected():
    """(action, phase) -> rules that are broken, and why no driver can help."""
    found = {}
    for line in (root / "scenarios/matrix/expected.txt").read_text().splitlines():
        fields = line.split(None, 3)
        if not line.startswith("#") and len(fields) == 4:
            for phase in PHASES if fields[1] == "*" else fields[1].split(","):
                found[fields[0], phase] = (set(fields[2].split(",")), fields[3])
    return found


def sweep(phase, files, arguments, work):
    """Results of storsim by the scenario's name."""
    words = [storsim, "sweep", *map(str, files), "--seeds", f"1-{arguments.seeds}", "--jobs", str(arguments.jobs),
             "--json", "--quiet", "--no-coverage", "--tries", "0", "--out", str(work / f"out-{phase}")]
    if arguments.driver:
        words += ["--driver", arguments.driver]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    results = {}
    for line in done.stdout.splitlines():
        result = json.loads(line)
        if "scenario" in result:
            results[result["scenario"]] = result
    if done.returncode not in (0, 1) or len(results) != len(files):
        sys.exit(f"storsim sweep exits with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return results


class Table:
    def __init__(self, arguments):
        self.arguments = arguments
        self.expected = {} if arguments.driver else expected()
        self.cell, self.bad, self.told, self.used = {}, 0, [], set()

    def judge(self, action, phase, result):
        rules = set(result["violations"])
        wanted, _ = self.expected.get((action, phase), (set(), ""))
        share = f"{result['failed']}/{result['seeds']}"
        self.cell[action, phase] = "." if not rules else share
        good = rules <= wanted and not result["lost"]
        # A few seeds need not meet what is expected of many.
        if wanted and not rules and result["seeds"] >= 200:
            good = False
            self.told.append(f"{action} {phase}: expected {', '.join(sorted(wanted))}, and nothing is found any more")
        if rules:
            self.used.add((action, phase))
            self.cell[action, phase] = (share if not good else "e:" + share)
        if not good:
            self.bad += 1
        if rules and (not good or self.arguments.verbose):
            first = result["first_failure"]
            self.told.append(f"{action} {phase}: {result['violations']}{' (expected)' if good else ''}\n"
                             f"    seed {first['seed']}, {first['rule']}: {first['message'][:240]}")

    def print(self, actions, phases):
        wide = max(len(action) for action in actions)
        print(f"{'':{wide}}  " + "".join(f"{phase:>10}" for phase in phases))
        for action in actions:
            print(f"{action:{wide}}  " + "".join(f"{self.cell.get((action, phase), '-'):>10}" for phase in phases))
        for line in self.told:
            print(line)
        for (action, phase), (rules, why) in sorted(self.expected.items()):
            if (action, phase) in self.used:
                print(f"  e: {action} {phase}: {', '.join(sorted(rules))}: {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--action", action="append", help="only this one; may be repeated")
    parser.add_argument("--phase", action="append", choices=PHASES)
    parser.add_argument("--driver")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", metavar="DIR", help="write the scenarios and do nothing else")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell what was found in expected cells too")
    arguments = parser.parse_args()
    listed = [json.loads(line) for line in subprocess.run([storsim, "list", "faults", "--json"], capture_output=True,
                                                          text=True, check=True).stdout.splitlines()]
    actions = {item["action"]: item for item in listed if "action" in item}
    unknown = set(arguments.action or []) - set(actions)
    if unknown:
        sys.exit(f"no such action: {', '.join(sorted(unknown))}; 'storsim list faults' has them")
    chosen = [word for word in actions if not arguments.action or word in arguments.action]
    phases = arguments.phase or PHASES
    table = Table(arguments)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for phase in phases:
            folder = pathlib.Path(arguments.write) if arguments.write else work / phase
            folder.mkdir(parents=True, exist_ok=True)
            files = {}
            for word in chosen:
                text = scenario(actions[word], phase)
                if text is not None:
                    files[word] = folder / f"{phase}-{word}.ini"
                    files[word].write_text(text)
            if arguments.write or not files:
                continue
            results = sweep(phase, files.values(), arguments, work)
            for word, file in files.items():
                table.judge(word, phase, results[file.stem])
    if arguments.write:
        return 0
    table.print(chosen, phases)
    print(f"{len(table.cell)} cells, {arguments.seeds} seeds each; {table.bad} not as they should be")
    return 1 if table.bad or not table.cell else 0


if __name__ == "__main__":
    sys.exit(main())
