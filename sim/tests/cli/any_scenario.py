#!/usr/bin/python3
"""sim/tests/cli/any_scenario.py - scenarios that nobody would write, run with a driver: whatever is asked for, storsim ends.

Sections and keys are drawn from `storsim list options` and `list faults`, with values from within their bounds, at them and
now and then beyond; or a scenario of the folder scenarios/ is changed in a few lines. A line that is refused is taken out, so
that most are run in the end, for a bounded virtual time and number of points. It may pass, find something, or be refused with a place in the file; it may not crash, assert, hang, or
differ between two runs.

    any_scenario.py                 as ctest does, the same ones every time
    any_scenario.py SECONDS [SEED]  for longer, others
    any_scenario.py FILE...         these files, such as the corpus of the fuzzer `scenario`
"""
# timeout: 300
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(os.environ.get("STORSIM_SOURCE", pathlib.Path(__file__).resolve().parents[3]))
storsim = os.environ.get("STORSIM", str(root / "build/fast/storsim"))
RUNS = 150
WALL = 120  # seconds that one run may take
REPAIRS = 12  # lines that are refused and taken out, of one scenario
DRIVERS = ["nvme", "nvme", "nvme", "vintage", "deferred", "no-sync", "trusting"]
# A run stays small whatever else is asked for.
BOUNDS = ["--set", "explore.limit=12s", "--set", "explore.points_max=300000"]
ALWAYS = "from at spread times nth every probability"  # keys of any fault
# What makes a run long, and is tried elsewhere; files that are not there.
LEFT_OUT = {"explore.limit", "explore.points_max", "workload.icf", "workload.fio", "workload.trace", "driver.module",
            "registry.NAME"}
DEPTH = {"iodepth": (1, 64), "numjobs": (1, 6), "number_ios": (1, 200), "loops": (1, 3)}


def options():
    """section -> keys, with their kinds and bounds."""
    listed = {}
    words = subprocess.run([storsim, "list", "options", "--json"], capture_output=True, text=True, check=True).stdout
    for line in words.splitlines():
        option = json.loads(line)
        if "key" in option and f"{option['section']}.{option['key']}" not in LEFT_OUT:
            listed.setdefault(option["section"], []).append(option)
    return listed


UNITS = {"ns": 1, "us": 1000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def number(text, otherwise, kind=""):
    """A bound as the listing prints it, in its smallest unit."""
    match = re.fullmatch(r"(-?[\d.]+)\s*(ns|us|ms|s|m|h|k|g|%)?", str(text or ""))
    if not match:
        return otherwise
    scale = {"k": 1024, "g": 1024**3}.get(match[2]) or (1024**2 if match[2] == "m" and "size" in kind else 0)
    scale = scale or UNITS.get(match[2], 1)
    return int(float(match[1]) * scale)


def value(option, draw):
    """Something for this key: mostly sensible."""
    kind, default = option["type"], option.get("default") or ""
    if draw.random() < 0.01:
        return draw.choice(["", "0", "-1", "99999999999999999999", "yes", "%", "4k/", "\x7f", default + "x"])
    if kind == "yes/no":
        return draw.choice(["yes", "no"])
    if option.get("words"):
        return draw.choice(option["words"].split("|"))
    least, most = (number(option.get(bound), otherwise, kind) for bound, otherwise in
                   (("minimum", 0), ("maximum", 1 << 20)))
    if option["key"] in DEPTH:
        least, most = DEPTH[option["key"]]
    if kind == "time":
        most = min(most, 2 * 10**9)
        at = draw.choice([least, min(most, least + draw.randrange(1, 1000)), draw.randrange(least, most + 1),
                          min(most, 10**draw.randrange(0, 10))])
        return f"{max(at, least)}ns"
    if kind in ("size", "sizes"):
        most = min(most, 1 << (18 if kind == "sizes" else 27))
        return str(max(least, min(most, 512 << draw.randrange(0, 18))))
    if kind == "percent":
        return f"{draw.choice([0, 1, 50, 99, 100])}%"
    if kind in ("count", "index"):
        return str(draw.choice([least, min(most, least + 1), draw.randrange(least, max(least, most) + 1),
                                min(most, least + draw.randrange(0, 20))]))
    return default


def drawn(listed, faults, triggers, draw):
    """Lines of a scenario."""
    lines = []
    for section, keys in listed.items():
        times = {"workload": draw.choice([1, 1, 2, 3]), "fault": draw.choice([0, 1, 1, 2, 4])}.get(section, 1)
        for i in range(times):
            lines.append(f"[{section} {section[0]}{i}]" if section in ("workload", "fault") else f"[{section}]")
            some = draw.sample(keys, min(len(keys), draw.choice([0, 1, 2, 4, 8])))
            if section == "fault":
                action = draw.choice(faults)
                on = draw.choice(action["on"])
                lines += [f"action = {action['action']}", f"on = {on}"]
                if on in ("began", "ended"):
                    lines.append(f"of = f{draw.randrange(max(times, 1))}")
                read = set(f"{action['keys']} {triggers[on]} {ALWAYS}".split()) - {"of"}
                some = draw.sample(all_of := [key for key in keys if key["key"] in read],
                                   draw.randrange(len(all_of) + 1))
            if section == "workload" and not any(key["key"] == "number_ios" for key in some):
                lines.append(f"number_ios = {draw.randrange(1, 100)}")
            lines += [f"{key['key']} = {value(key, draw)}" for key in some]
    return lines


def changed(listed, draw):
    """A scenario that is there, with a few lines more, fewer, or from another one."""
    files = sorted((root / "scenarios").glob("*.ini"))
    lines = draw.choice(files).read_text().splitlines()
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(lines))
        what = draw.randrange(4)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, draw.choice(draw.choice(files).read_text().splitlines()))
        elif what == 2:
            lines[at] = re.sub(r"\d+", lambda _: str(draw.choice([0, 1, 2, 7, 63, 64, 100, 4096])), lines[at], count=1)
        else:
            key = draw.choice(draw.choice(list(listed.values())))
            lines.insert(at, f"{key['key']} = {value(key, draw)}")
        lines = lines or ["[scenario]"]
    return lines


def run(file, words):
    """Its exit status and what it said; None: it did not end."""
    try:
        done = subprocess.run([storsim, "run", str(file), "--seed", "7", *words, *BOUNDS, "--json"], capture_output=True,
                              cwd=file.parent, timeout=WALL, check=False, errors="replace", text=True)
    except subprocess.TimeoutExpired:
        return None, f"does not end within {WALL} s"
    return done.returncode, done.stdout + done.stderr


def judge(file, words, twice):
    """What is wrong with how it ended, if anything; and whether it was refused to the end."""
    for _ in range(REPAIRS):
        status, said = run(file, words)
        if status not in (0, 1, 2):
            return f"exit status {status}: {said.strip()[-600:]}", False
        if status != 2:
            break
        place = re.search(re.escape(file.name) + r":(\d+):", said)
        if not place and file.name not in said:
            return f"refused without a place: {said.strip()[-300:]}", False
        if not place:
            return None, True
        # The line that it does not like goes, and so the rest comes to be run.
        lines = file.read_text(errors="replace").split("\n")
        del lines[int(place[1]) - 1]
        file.write_text("\n".join(lines))
    if twice and status != 2:
        again, says = run(file, words)
        if (again, figure(says)) != (status, figure(said)):
            return "another run of the same seed differs", False
    return None, status == 2


def figure(said):
    """The verdict of a run, without what takes wall-clock time."""
    for line in said.splitlines():
        if line.startswith("{"):
            result = json.loads(line)
            return [result.get(key) for key in ("passed", "failed", "violations", "points", "virtual_s")]
    return said


def main():
    args = sys.argv[1:]
    files = [pathlib.Path(arg).resolve() for arg in args if pathlib.Path(arg).is_file()]
    seconds = float(args[0]) if args and not files else None
    seed = int(args[1]) if len(args) > 1 and not files else 1
    draw = random.Random(seed)
    listed = options()
    listing = subprocess.run([storsim, "list", "faults", "--json"], capture_output=True, text=True, check=True).stdout
    items = [json.loads(line) for line in listing.splitlines()]
    faults = [item for item in items if "action" in item]
    triggers = {item["trigger"]: item["keys"] for item in items if "trigger" in item}
    bad = runs = refused = 0
    end = time.monotonic() + seconds if seconds else None
    with tempfile.TemporaryDirectory() as folder:
        for beside in [*(root / "scenarios").glob("*.icf"), *(root / "scenarios").glob("*.fio"),
                       *(root / "scenarios").glob("*.csv")]:
            (pathlib.Path(folder) / beside.name).write_bytes(beside.read_bytes())
        while runs < len(files) if files else (time.monotonic() < end if end else runs < RUNS):
            file = pathlib.Path(folder) / f"any-{seed}-{runs}.ini"
            if files:
                file.write_bytes(files[runs].read_bytes())
            else:
                lines = drawn(listed, faults, triggers, draw) if draw.random() < 0.7 else changed(listed, draw)
                file.write_text("\n".join(lines) + "\n")
            words = [] if files else ["--driver", draw.choice(DRIVERS)]
            wrong, unread = judge(file, words, runs % 8 == 0)
            refused += unread
            runs += 1
            if wrong:
                bad += 1
                kept = pathlib.Path(os.environ.get("STORSIM_BUILD", ".")) / file.name
                kept.write_bytes(file.read_bytes())
                print(f"FAIL: {kept} {' '.join(words)}: {wrong}")
            file.unlink()
    print(f"{runs} scenarios, {refused} of them refused, {bad} bad")
    # Most must get as far as the driver, or this tries the reader alone.
    return 1 if bad or (not files and refused > runs / 3) else 0


if __name__ == "__main__":
    sys.exit(main())
