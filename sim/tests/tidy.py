#!/usr/bin/python3
"""The house rules that no compiler checks. Run by ctest as lint.house; by hand: sim/tests/tidy.py [ROOT].

Each finding is one line: file:line: what is wrong; what to do instead. Status 1 when there is one.
"""

import os
import re
import subprocess
import sys

TOP_LEVEL = {
    "sim", "models", "driver", "scenarios", "analysis", "CMakeLists.txt", "CMakePresets.json", "README.md",
    "LICENSE", "dev", ".ci", ".gitignore", ".clang-format", ".clang-tidy", ".editorconfig",
}

# Sources without a test of their own, each with the reason. A test may also name what it covers, in a
# comment at the start of a line: "// covers: sim/engine/x.c models/nt/y.c".
NO_TEST = {
    "models/registry.c": "a table; every scenario reads it",
}
TESTED = re.compile(r"^(sim/(engine|scenario)/[^/]+|models/[^/]+/[^/]+|models/[^/]+)\.c$")

# Header -> folders that may include it.
HEADER_HOMES = {
    "uv.h": ("sim/run/",),
    "check.h": ("sim/tests/", "models/*/tests/", "driver/tests/", "driver/wdk/tests/"),
    "ini.h": ("sim/scenario/",),
    "sqlite3.h": ("sim/run/", "sim/cli/", "sim/tests/"),
}

# What a module and the engine say to each other, read by both.
SHARED_HEADERS = {"driver/wdk/storsim_module.h": "sim/engine/"}

# Where decisions are made: nothing may depend on the machine, the clock or addresses.
DETERMINISTIC = ("sim/engine/", "sim/strategies/", "models/")
BANNED_CALLS = [
    (r"(time|clock_gettime|gettimeofday|clock|__rdtsc|__builtin_ia32_rdtsc)", "sim_now()"),
    (r"(rand|srand|random|srandom|drand48|lrand48|rand_r|getrandom|arc4random)", "a stream of sim/engine/prng.h"),
    (r"(getenv|secure_getenv)", "an option in sim/scenario/options.def"),
    (r"(sleep|usleep|nanosleep)", "sim_sleep() or sim_event_in()"),
    (r"(pthread_create|fork|thrd_create)", "an agent or a fiber: one OS thread runs one world"),
]
BANNED_IN_MODELS = [
    (r"(malloc|calloc|realloc|strdup|free)", "sim_world_alloc(): what a run changes lives in the world"),
]
BANNED_EVERYWHERE = [(r"(sprintf|vsprintf|strcat|gets)", "snprintf() with the size of the buffer"),
                     (r"(atoi|atol|atoll|atof)", "sim_value_parse(), which notices what is not a number")]

LINES_MAX = 1500
COLUMNS_MAX = [  # first match counts
    (re.compile(r"^(sim|models)/.*\.[ch]$"), 100),
    (re.compile(r"^driver/.*\.[ch]$"), 132),  # Windows has long names
    (re.compile(r"\.def$"), 240),  # tables, one row a line
]
TEXT = re.compile(r"(\.(c|h|def|sql|py|sh|ini|md|txt|json|cmake|patch)|\.clang-(format|tidy)|^\.gitignore|^dev|"
                  r"^\.ci/run|storsim-cc)$")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home|mnt|tmp/[a-z]\w*)/\w")

problems = []


def problem(path, line, what, instead):
    problems.append(f"{path}:{line}: {what}; {instead}")


def list_files(root):
    """All files that git knows or would add; without git, all outside of build/ and results/."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        names = git.stdout.splitlines()
    else:
        names = []
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f not in ("build", "results", "__pycache__", ".git")]
            names += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(n for n in set(names) if os.path.isfile(os.path.join(root, n)))


def without_comments(text):
    """Blanks comments, and the contents of strings, keeping the lines."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def is_test(path):
    return "/tests/" in path


def in_home(path, homes):
    return any(re.match(re.escape(home).replace(r"\*", "[^/]+"), path) for home in homes)


def check_includes(path, text, wdk_headers, files):
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if not found:
            continue
        quoted, name = found.group(1) == '"', found.group(2)
        if name in SHARED_HEADERS and path.startswith(SHARED_HEADERS[name]):
            continue
        if quoted and path.startswith(("sim/", "models/")):
            allowed = ("sim/", "generated/") if path.startswith("sim/") else ("sim/", "models/", "generated/")
            if not name.startswith(allowed):
                problem(path, number, f'"{name}" is not for {path.split("/")[0]}/',
                        "includes are written from the root and begin with " + ", ".join(allowed))
            elif not name.startswith("generated/") and name not in files:
                problem(path, number, f'"{name}" does not exist', "includes are written from the root")
        if path.startswith("driver/") and name.startswith(("sim/", "models/")) and not is_test(path):
            problem(path, number, f"a miniport includes {name}", "it may include driver/wdk/ and its own folder only")
        if path.startswith(("sim/", "models/")) and not path.startswith("models/storport/"):
            if not quoted and name in wdk_headers or name.startswith("driver/"):
                problem(path, number, f"<{name}> is the driver's side",
                        "models/storport/ is the one place that sees both")
        if name in HEADER_HOMES and not in_home(path, HEADER_HOMES[name]):
            problem(path, number, f"<{name}> here", "it belongs in " + ", ".join(HEADER_HOMES[name]))
        if name == "math.h" and path.startswith(DETERMINISTIC) and not is_test(path):
            problem(path, number, "<math.h> differs between machines", "integers, or a table")


def check_calls(path, text):
    bans = list(BANNED_EVERYWHERE)
    if path.startswith(DETERMINISTIC) and not is_test(path):
        bans += BANNED_CALLS
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r'"[^"]*%p', line):
                problem(path, number, "%p prints an address", "a number, name or offset that is the same in every run")
    if path.startswith("models/") and not is_test(path):
        bans += BANNED_IN_MODELS
    code = without_comments(text).splitlines()
    for names, instead in bans:
        pattern = re.compile(r"(?<![\w.>])" + names + r"\s*\(")
        for number, line in enumerate(code, 1):
            found = pattern.search(line)
            if found:
                problem(path, number, f"{found.group(1)}()", f"use {instead}")


def check_text(path, text):
    limit = next((columns for pattern, columns in COLUMNS_MAX if pattern.search(path)), None)
    lines = text.split("\n")
    if len(lines) - 1 > LINES_MAX:
        problem(path, len(lines) - 1, f"more than {LINES_MAX} lines", "split it")
    if text and not text.endswith("\n"):
        problem(path, len(lines), "no newline at the end", "add one")
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            problem(path, number, "a tab", "spaces")
        if "\r" in line:
            problem(path, number, "a carriage return", "end lines with \\n")
        elif line != line.rstrip():
            problem(path, number, "spaces at the end", "remove them")
        columns = len(line.rstrip("\\ "))  # where macros are continued is no matter
        if limit and columns > limit:
            problem(path, number, f"{columns} columns", f"at most {limit}")
        if UNFINISHED.search(line):
            problem(path, number, UNFINISHED.search(line).group(), "do it, or file an issue")
        if MACHINE_PATH.search(line):
            problem(path, number, f"'{MACHINE_PATH.search(line).group()}...' is a path of one machine",
                    "a path relative to the root")


def check_head(path, text):
    """A header's guard, and a first comment that names a file, name this one."""
    head = re.match(r"/\* ((?:sim|models|driver)/\S+\.[ch])\b", text)
    if head and head.group(1) != path:
        problem(path, 1, f"the first line says {head.group(1)}", f"say {path}")
    if path.endswith(".h") and not is_test(path):
        guard = re.sub(r"\W", "_", path).upper()
        if not re.search(rf"^#ifndef {guard}\n#define {guard}$", text, re.M):
            problem(path, 1, "no include guard of this name", f"use {guard}")
    code = without_comments(text)
    for found in re.finditer(r"^#if 0\b", code, re.M):
        problem(path, code.count("\n", 0, found.start()) + 1, "#if 0", "delete it, git remembers")


def check_tests(root, files):
    covered = set()
    for path in files:
        if is_test(path) and path.endswith(".c"):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                for found in re.finditer(r"^// *covers: *(.+)$", file.read(), re.M):
                    covered.update(found.group(1).split())
    for path in sorted(files):
        if not TESTED.match(path) or path in NO_TEST or path in covered:
            continue
        folder, base = os.path.split(path)
        tests = "sim/tests" if path.startswith("sim/") else folder + "/tests"
        if f"{tests}/test_{base}" not in files:
            problem(path, 1, f"no {tests}/test_{base}", "write it, or have a test say '// covers: " + path + "'")
    for path in sorted(NO_TEST.keys() | covered):
        if path not in files:
            problem("sim/tests/tidy.py" if path in NO_TEST else path, 1,
                    f"{path} is named but does not exist", "drop the name")


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../.."))
    files = set(list_files(root))
    wdk_headers = {p[len("driver/wdk/"):] for p in files if p.startswith("driver/wdk/") and p.endswith(".h")}
    for name in sorted({p.split("/")[0] for p in files} - TOP_LEVEL):
        problem(name, 1, "a stray file at the top level", "it belongs in one of the folders")
    for path in sorted(files):
        if not TEXT.search(path):
            continue
        with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
            text = file.read()
        check_text(path, text)
        if path.endswith((".c", ".h")):
            check_includes(path, text, wdk_headers, files)
            if path.startswith(("sim/", "models/")):
                check_calls(path, text)
                check_head(path, text)
    check_tests(root, files)
    for line in problems:
        print(line)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
