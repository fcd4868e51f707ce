"""What the commands of this folder share: arguments, selection of sweeps, file names, one clear line for a mistake."""

import argparse
import fnmatch
import os
import re
import sys
from collections import Counter

import load
import shape
import style

USAGE = 2  # exit status of a user's mistake, as everywhere in storsim


class UsageError(Exception):
    """A user's mistake; the text is one line."""


def parser(doc, outputs=True):
    """The parser every command begins with; `doc`, the module's docstring, is the help."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("database", nargs="+", help="results.db of a sweep")
    made.add_argument("--sweep", action="append", metavar="SCENARIO[/DRIVER]", default=[],
                      help="only these; * and ? are wildcards; may be repeated")
    if outputs:
        made.add_argument("-o", "--output", action="append", metavar="FILE", default=[],
                          help=".png or .svg; may be repeated (default: a name made from scenario and driver)")
    return made


def sweeps(paths, patterns):
    """All sweeps of the databases that match one of the patterns, or all. Raises LoadError, UsageError."""
    every = [sweep for path in paths for sweep in load.load(path)]
    chosen = [s for s in every if not patterns or any(_matches(s, p) for p in patterns)]
    if not chosen:
        there = ", ".join(f"{s.scenario}/{s.driver_name}" for s in every) or "none"
        raise UsageError(f"no sweep matches {' or '.join(patterns) or 'at all'}; there is: {there}")
    return chosen


def file_names(prefix, chosen):
    """A stable name without extension for each sweep; strategy, then a number, is added only where names clash."""
    short = [_clean(f"{prefix}-{s.scenario}-{s.driver_name}") for s in chosen]
    clash = Counter(short)
    longer = [n if clash[n] == 1 else _clean(f"{n}-{s.strategy}") for n, s in zip(short, chosen)]
    seen, names = Counter(), []
    for name in longer:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def check_names(paths):
    """Before any work: every file to be written has a name whose end says how."""
    for path in paths:
        if not path.lower().endswith(tuple(f".{kind}" for kind in style.FORMATS)):
            raise UsageError(f"{path}: the name must end in .{' or .'.join(style.FORMATS)}")


def write(fig, outputs):
    for path in outputs:
        style.save(fig, path)
        print(path)


def plot_each(doc, prefix, make, argv=None, options=()):
    """A whole command that draws one figure a sweep: `make(sweep, **options)` returns the figure."""
    made = parser(doc)
    for name, kind, text in options:
        made.add_argument(f"--{name}", type=kind, help=text)
    arguments = made.parse_args(argv)

    def work():
        check_names(arguments.output)
        chosen = sweeps(arguments.database, arguments.sweep)
        if arguments.output and len(chosen) > 1:
            there = ", ".join(f"{s.scenario}/{s.driver_name}" for s in chosen)
            raise UsageError(f"-o takes one figure and {len(chosen)} sweeps match; choose with --sweep: {there}")
        extra = {name: getattr(arguments, name) for name, _, _ in options}
        for sweep, name in zip(chosen, file_names(prefix, chosen)):
            try:
                write(make(sweep, **extra), arguments.output or [f"{name}.png"])
            except shape.NothingToShow as reason:
                skip(prefix, reason)
    return guarded(work)


def plot_all(doc, name, make, argv=None):
    """A whole command that draws one figure of all sweeps: `make(sweeps)` returns it."""
    arguments = parser(doc).parse_args(argv)

    def work():
        check_names(arguments.output)
        try:
            write(make(sweeps(arguments.database, arguments.sweep)), arguments.output or [f"{name}.png"])
        except shape.NothingToShow as reason:
            skip(name, reason)
    return guarded(work)


def skip(what, reason):
    print(f"skipped {what}: {reason}", file=sys.stderr)


def guarded(work):
    """Exit status of `work`: 0, or 2 after one line about the user's mistake."""
    try:
        work()
    except (load.LoadError, UsageError, OSError) as mistake:
        text = f"{mistake.filename}: {mistake.strerror}" if isinstance(mistake, OSError) else mistake
        print(f"{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr)
        return USAGE
    return 0


def _matches(sweep, pattern):
    scenario, slash, driver = pattern.partition("/")
    return fnmatch.fnmatchcase(sweep.scenario, scenario) and (
        not slash or fnmatch.fnmatchcase(sweep.driver_name, driver))


def _clean(name):
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)
