#!/usr/bin/env python3
"""Every name that public miniports use exists in driver/wdk/, at every level of Windows from 7 to 11.

usage: names.py [--against FOLDER|host] [--add LINE]

One use of each name in names/*.txt is compiled for a module: types by sizeof, constants as values, routines by their
type, fields by their own, the rest as the line says. With --against, the values of constants, the sizes of types and
the offsets of fields are compared instead: with another set of headers (exit 77 without one, or without a compiler for
it), or with our own as the host's compiler has them (`--against host`). --add tries one more line: the test's own check that it can fail.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.abspath(__file__))
WDK = os.path.dirname(TESTS)
CLANG = [os.environ.get("STORSIM_CLANG", "clang"), "--target=x86_64-pc-windows-msvc-elf", "-nostdlibinc",
         "-ffreestanding", "-isystem", WDK, "-isystem", WDK + "/crt", "-w", "-ferror-limit=0", "-x", "c"]
HEADERS = """ntddk.h storport.h srbhelper.h ntddscsi.h ntddstor.h ntdddisk.h scsiwmi.h ata.h acpiioct.h ntintsafe.h ntstrsafe.h
hbapiwmi.h hbaapi.h stortrce.h evntrace.h initguid.h string.h stdlib.h limits.h stddef.h stdarg.h""".split()
LEVELS = {"7": 0x06010000, "8": 0x06020000, "8.1": 0x06030000, "10": 0x0A000000, "10 2004": 0x0A000008,
          "11 22H2": 0x0A00000C, "11 24H2": 0x0A000010}
SINCE = {">=WIN8": 0x06020000}

# Where MinGW's headers differ: from before Windows 8; not packed, as the data on the wire is; an enumeration with fewer
# members; the level that was asked for.
DEVIATIONS = {"sizeof(HW_INITIALIZATION_DATA)", "sizeof(READ_CAPACITY_DATA_EX)", "ScsiAdapterControlMax", "NTDDI_VERSION"}



def read(extra):
    """[(line, kind, name, rest, use)]"""
    found = []
    lines = list(extra)
    for tier in ("tier1.txt", "tier2.txt"):
        with open(os.path.join(TESTS, "names", tier), encoding="ascii") as file:
            lines += file.read().splitlines()
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        head, _, use = line.partition(" = ")
        parts = head.split()
        found.append((line, parts[1], parts[2], parts[3:], use))
    return found


def use_of(kind, name, rest, use):
    if use:
        return use
    if kind == "type":
        return f"n = (ULONG)sizeof({name});"
    if kind == "constant":
        return f"(void)sizeof({name}); n = (ULONG)(ULONG_PTR)({name});" if name != "NULL" else "n = NULL == 0;"
    if kind == "function":
        return f"n = sizeof(__typeof__({name}) *);"
    return f"{name} *r = 0; (void)sizeof(__typeof__((r->{rest[0]})) *);"


def missing(names, level):
    """Lines that do not compile at a level, with clang's words."""
    source = "#define DBG 1\n" + "".join(f"#include <{header}>\n" for header in HEADERS)
    first = source.count("\n") + 1
    used = [entry for entry in names if all(level >= SINCE[mark] for mark in entry[3][1:])]
    for index, (_, kind, name, rest, use) in enumerate(used):
        source += f"void t{index}(PUCHAR given) {{ ULONG n = 0; UCHAR bytes[64] = {{0}}; (void)given; " \
                  f"{use_of(kind, name, rest, use)} given[0] = (UCHAR)n; }}\n"
    run = subprocess.run(CLANG + [f"-DNTDDI_VERSION={level:#x}", "-fsyntax-only", "-"], input=source,
                         capture_output=True, text=True, check=False)
    wrong = {}
    for match in re.finditer(r"^([^\n:]+):(\d+):\d+: (?:fatal )?error: ([^\n]*)", run.stderr, re.M):
        if match.group(1) != "<stdin>" or int(match.group(2)) < first:
            return [f"the headers themselves: {match.group(0)}"]
        if "bit-field" not in match.group(3):
            wrong.setdefault(used[int(match.group(2)) - first][0], match.group(3))
    if run.returncode and not wrong and "bit-field" not in run.stderr:
        return [f"clang: {run.stderr[:500]}"]
    return [f"{line}: {why}" for line, why in wrong.items()]


def values(compiler, objcopy, headers, wanted):
    """The value of each expression that a set of headers knows, else None."""
    known = list(wanted)
    for _ in range(8):
        source = "".join(f"#include <{header}>\n" for header in headers)
        first = source.count("\n") + 2
        source += 'const long long values[] __attribute__((section(".found"))) = {\n'
        source += "".join(f"(long long)({expression}),\n" for expression in known) + "};\n"
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(compiler + ["-c", "-o", folder + "/o", "-"], input=source, capture_output=True,
                                 text=True, check=False)
            if run.returncode == 0:
                subprocess.run([objcopy, "-O", "binary", "-j", ".found", folder + "/o", folder + "/v"], check=True)
                with open(folder + "/v", "rb") as file:
                    data = file.read()
                return {expression: int.from_bytes(data[8 * i:8 * i + 8], "little", signed=True)
                        for i, expression in enumerate(known)}
        bad = {int(match.group(1)) - first for match in re.finditer(r"^<stdin>:(\d+):\d+: error", run.stderr, re.M)}
        if not bad or min(bad) < 0:
            print(run.stderr[:2000])
            sys.exit("names.py: the other headers do not compile")
        known = [expression for i, expression in enumerate(known) if i not in bad]
    sys.exit("names.py: too many errors in the other headers")


def compare(names, folder):
    """With MinGW's headers in a folder, or, for "host", with our own as the port driver's compiler sees them."""
    compiler = os.environ.get("STORSIM_HOST_CC", "gcc") if folder == "host" else "x86_64-w64-mingw32-gcc"
    if folder != "host" and not os.path.isdir(folder + "/ddk") or not shutil.which(compiler):
        print(f"no headers in {folder}, or no {compiler}")
        sys.exit(77)
    wanted = []
    for _, kind, name, rest, use in names:
        if kind == "type":
            wanted.append(f"sizeof({name})")
        elif kind == "constant" and not use:
            wanted.append(name)
        elif kind == "field":
            wanted.append(f"__builtin_offsetof({name}, {rest[0]})")
    ours = values(CLANG, "objcopy", [header for header in HEADERS if header != "initguid.h"], wanted)
    if folder == "host":
        all_errors = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
        theirs = values([compiler, "-std=c11", "-w", all_errors, "-isystem", WDK, "-x", "c"], "objcopy",
                        ["stddef.h", "limits.h"] + [header for header in HEADERS if header != "initguid.h"], wanted)
    else:
        # Their storport.h defines again what their srb.h has.
        there = [header for header in HEADERS + ["scsi.h", "srb.h"] if header not in ("storport.h", "srbhelper.h")
                 and (os.path.exists(f"{folder}/ddk/{header}") or os.path.exists(f"{folder}/{header}"))]
        theirs = values([compiler, "-x", "c", "-w", "-fmax-errors=0", "-I", folder + "/ddk",
                         "-DNTDDI_VERSION=0x0A00000B", "-D_WIN32_WINNT=0x0A00"],
                        "x86_64-w64-mingw32-objcopy", there, wanted)
    deviations = set() if folder == "host" else DEVIATIONS
    both = [expression for expression in wanted if expression in ours and expression in theirs]
    wrong = [expression for expression in both
             if (ours[expression] ^ theirs[expression]) & 0xFFFFFFFF and expression not in deviations]
    for expression in wrong:
        print(f"{expression}: {ours[expression]:#x} here, {theirs[expression]:#x} there")
    print(f"{len(both)} of {len(wanted)} values compared, {len(wrong)} differ")
    sys.exit(bool(wrong))


def main(arguments):
    extra, folder = [], None
    while arguments:
        word = arguments.pop(0)
        if word == "--add":
            extra.append(arguments.pop(0))
        elif word == "--against":
            folder = arguments.pop(0)
        else:
            sys.exit(f"names.py: {word}?")
    names = read(extra)
    if folder:
        compare(names, folder)
    failed = 0
    for version, level in LEVELS.items():
        wrong = missing(names, level)
        failed += len(wrong)
        for line in wrong:
            print(f"Windows {version}: {line}")
    print(f"{len(names)} names at {len(LEVELS)} levels, {failed} failed")
    sys.exit(bool(failed))


main(sys.argv[1:])
