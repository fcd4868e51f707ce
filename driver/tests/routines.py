#!/usr/bin/python3
"""driver/tests/routines.py - every routine that a miniport can call: is it modelled, and who calls it?

Compares models/storport/ROUTINES.md with what the sources say; `routines.py --update` writes it. A routine that
is modelled and that neither a miniport nor a test calls is an error: nobody would notice if it broke.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
table = root / "models/storport/ROUTINES.md"
# Not for drivers: what the headers' own macros call.
INTERNAL = {"storsim_assert_failed", "storsim_vformat"}
# Those of the Storport and kernel interfaces that a modelled routine must be called for; the others (register
# macros of old, WMI's helpers) are listed without.
MUST = ("StorPort", "Ke", "Mm", "Dbg")

HEAD = """# Routines that miniports call

Made by `driver/tests/routines.py --update`, and held to the sources by the same as a test. *modelled*: it does what the
documents say (`README.md` has what is chosen where they are silent); *polite*: it exists and fails in a way that they
allow, and the run's summary says so. Called by: miniports first (`driver/`), then tests.

| routine | | called by |
|---|---|---|
"""


def source(path):
    """A file's text; of a patch, the lines that it adds."""
    text = path.read_text()
    return "\n".join(re.findall(r"^\+(.*)", text, re.M)) if path.suffix == ".patch" else text


def callers():
    """Routine -> files that call it, miniports before tests."""
    found = {}
    miniports = [path for folder in ("nvme", "vintage", "conformance", "defects", "tests", "wdk/tests")
                 for path in sorted((root / "driver" / folder).rglob("*.*")) if path.suffix in (".c", ".h", ".patch")]
    tests = sorted(root.glob("models/*/tests/*.c"))
    for path in miniports + tests:
        for name in set(re.findall(r"\b((?:StorPort|Ke|Mm|Dbg|Rtl|Ex)\w+)\s*\(", source(path))):
            found.setdefault(name, []).append(path.relative_to(root).as_posix())
    return found


def main():
    names = [line.strip() for line in (root / "driver/wdk/exports.txt").read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    polite = set(re.findall(r"^POLITE\((\w+),", (root / "models/storport/polite.def").read_text(), re.M))
    called = callers()
    lines, bad = [HEAD], []
    for name in sorted(set(names) - INTERNAL):
        files = called.get(name, [])
        if name in polite:
            lines.append(f"| {name} | polite | {'`' + files[0] + '`' if files else ''} |\n")
            continue
        if not files and name.startswith(MUST):
            bad.append(name)
        more = " and others" if len(files) > 2 else ""
        lines.append(f"| {name} | modelled | {', '.join(f'`{file}`' for file in files[:2])}{more} |\n")
    text = "".join(lines)
    if "--update" in sys.argv:
        table.write_text(text)
    elif not table.exists() or table.read_text() != text:
        print("models/storport/ROUTINES.md is not what the sources say: driver/tests/routines.py --update")
        return 1
    if bad:
        print("modelled, and called by no miniport and no test: " + ", ".join(bad))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
