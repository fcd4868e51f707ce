"""Sources into instrumented objects, several at once."""

import concurrent.futures
import json
import os
import re
import sys

from build import Failed, write_whole
from diagnostics import Teller
from headers import TMH, Includes

TARGET = ["--target=x86_64-pc-windows-msvc-elf", "-nostdlibinc", "-ffreestanding", "-fno-omit-frame-pointer",
          "-mno-stack-arg-probe", "-fno-stack-protector", "-fno-strict-aliasing"]
# Other compilers' pragmas, whatever warnings are asked for; and what only tracing looks at (headers.py, tracing()).
PRAGMAS = ["-Wno-unknown-pragmas", "-Wno-ignored-pragmas", "-Wno-pragma-pack"]
UNTRACED = ["-Wno-unused-variable", "-Wno-unused-but-set-variable"]
QUIET = ["-Wno-microsoft",
         "-Wno-nonportable-include-path", "-Wno-multichar", "-Wno-error=incompatible-function-pointer-types",
         "-Wno-error=implicit-function-declaration", "-Wno-error=int-conversion", "-Wno-unused-command-line-argument"]
INSTRUMENT = ["-Xclang", "-fsanitize=thread", "-mllvm", "-tsan-instrument-read-before-write=1",
              # Code of two lines made one has no line of its own.
              "-mllvm", "-enable-tail-merge=0"]

# A section in every object that storsim-cc makes, by which it knows it again.
NOTE = ".storsim.object"


def wdk_version(wdk):
    with open(os.path.join(wdk, "storsim_module.h"), encoding="utf-8") as file:
        return int(re.search(r"^#define STORSIM_WDK_VERSION (\d+)", file.read(), re.M).group(1))


class Compiler:
    def __init__(self, build):
        self.build = build
        o = build.options
        self.includes = Includes(o.sources(), o.forced, o.dirs, build.wdk)
        self.teller = Teller(sys.stderr, self.includes, build.document("driver/wdk/README.md"))
        overlay = build.path("overlay.yaml")
        with open(overlay, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(self.includes.overlay(build.path("tracing.tmh")))
        with open(build.path("tracing.tmh"), "w", encoding="utf-8") as file:
            file.write(self.includes.tracing())
        self.headers = ["-isystem", build.wdk, "-isystem", os.path.join(build.wdk, "crt"), "-I", TMH, "-ivfsoverlay",
                        overlay]
        maps = [f"-ffile-prefix-map={pair}" for pair in o.maps]
        maps += [f"-ffile-prefix-map={build.tmp}/=", f"-ffile-prefix-map={build.wdk}/=wdk/"]
        colours = "-fcolor-diagnostics" if sys.stderr.isatty() else "-fno-color-diagnostics"
        self.base = TARGET + ["-O1", "-gdwarf-4", "-gdwarf-aranges"] + QUIET + [f"-DDBG={o.dbg}", "-DSTORSIM=1"]
        self.base += o.flags + PRAGMAS + (UNTRACED if self.includes.tmh else []) + maps + self.headers + [colours]
        with open(build.path("note"), "w", encoding="utf-8") as file:
            file.write(f"wdk {wdk_version(build.wdk)} dbg {o.dbg}\n")

    def command(self, source, step, out, extra=()):
        # -x: a name ends in .C as well, which clang takes for C++.
        return [self.build.clang, step, *self.base, *INSTRUMENT, *extra, "-x", "c", source, "-o", out]

    # --- inline assembly ---

    def assembly(self, source):
        """Lines of the driver's own that hold inline assembly: (file, line)."""
        done = self.build.run([self.build.clang, "-S", "-emit-llvm", *self.base, "-O0", "-Wno-everything", "-x", "c",
                               source, "-o", "-"])
        if done.returncode:
            return []
        files, scopes, places, used = {}, {}, {}, set()
        for line in done.stdout.splitlines():
            number = re.match(r"!(\d+) = (?:distinct )?!DI(\w+)\((.*)\)", line)
            if number and number.group(2) == "File":
                names = re.search(r'filename: "([^"]*)", directory: "([^"]*)"', number.group(3))
                files[number.group(1)] = names.groups() if names else ("", "")
            elif number and number.group(2) in ("Subprogram", "LexicalBlock", "LexicalBlockFile"):
                file = re.search(r"\bfile: !(\d+)", number.group(3))
                scopes[number.group(1)] = file.group(1) if file else None
            elif number and number.group(2) == "Location":
                places[number.group(1)] = re.search(r"line: (\d+).*scope: !(\d+)", number.group(3)).groups()
            elif re.search(r"\bcall\b.* asm ", line):
                used.update(re.findall(r"!dbg !(\d+)", line)[:1])
        found = set()
        for location in used & places.keys():
            line, scope = places[location]
            name, folder = files.get(scopes.get(scope), ("", ""))
            if os.path.realpath(os.path.join(folder, name)) in self.includes.files:
                found.add((name, int(line)))
        return sorted(found)

    def may_have_assembly(self):
        pattern = re.compile(rb"\b(?:_asm|__asm|__asm__|asm)\b")
        for path in self.includes.files:
            with open(path, "rb") as file:
                if pattern.search(file.read()):
                    return True
        return False

    def refuse_assembly(self, sources):
        if self.build.options.allow_asm or not self.may_have_assembly():
            return
        found = [place for source in sources for place in self.assembly(source)]
        for name, line in dict.fromkeys(found):
            print(f"{name}:{line}: error: inline assembly, whose accesses storsim does not see", file=sys.stderr)
        if found:
            raise Failed("use an intrinsic or a routine of the WDK's instead, put #ifndef STORSIM around it, or say "
                         "--allow-asm")

    # --- compiling ---

    def one(self, source, out, step="-c", extra=()):
        """Compiles one source; returns clang's status and messages."""
        done = self.build.run(self.command(source, step, out, extra))
        if step == "-c" and done.returncode == 0:
            self.build.must(["objcopy", f"--add-section={NOTE}={self.build.path('note')}",
                             f"--set-section-flags={NOTE}=noload,readonly", out], "objcopy failed")
        return done

    def all(self, jobs):
        """Runs (source, out, step, extra) jobs; tells what clang says, in their order."""
        failed = []
        for source, _, _, _ in jobs:
            if not os.path.isfile(source) or not os.access(source, os.R_OK):
                raise Failed(f"cannot read {source}")
        with concurrent.futures.ThreadPoolExecutor(self.build.options.jobs) as pool:
            running = [pool.submit(self.one, *job) for job in jobs]
            try:
                for job, done in zip(jobs, running):
                    result = done.result()
                    self.teller.tell(result.stderr)
                    sys.stdout.write(result.stdout)
                    if result.returncode:
                        failed.append(job[0])
            except BaseException:
                self.build.stop()
                raise
        self.teller.end(failed)
        if failed:
            raise Failed(f"does not compile: {' '.join(failed)}")

    def objects(self):
        """The objects of all sources, in the temporary folder: (source, path)."""
        sources = self.build.options.sources()
        made = [(source, self.build.path(f"{i}.o")) for i, source in enumerate(sources)]
        self.all([(source, out, "-c", ()) for source, out in made])
        self.refuse_assembly(sources)
        return made

    def to_objects(self):
        """-c: an object for each source, where the user wants it."""
        o = self.build.options
        targets = [object_name(source, o.out) for source in o.sources()]
        for i, target in enumerate(targets):
            if target in targets[:i]:
                raise Failed(f"two sources would both be {target}; give -o and one source at a time")
        made = [(source, self.build.path(f"{i}.o"), target) for i, (source, target) in
                enumerate(zip(o.sources(), targets))]
        self.all([(source, out, "-c", self.depends(target, i)) for i, (source, out, target) in enumerate(made)])
        self.refuse_assembly(o.sources())
        for i, (_, out, target) in enumerate(made):
            with open(out, "rb") as file:
                write_whole(target, file.read())
            self.write_depends(target, i)

    def depends(self, target, i):
        """clang's flags for a file of dependencies; it is written beside the temporary object first."""
        flags = self.build.options.depends
        if "-MD" not in flags and "-MMD" not in flags:
            return ()
        rest, skip = [], False
        for flag in flags:
            if not skip and flag != "-MF":
                rest.append(flag)
            skip = flag == "-MF"
        if "-MT" not in rest and "-MQ" not in rest:
            rest += ["-MQ", target]
        return (*rest, "-MF", self.build.path(f"{i}.d"))

    def write_depends(self, target, i):
        flags = self.build.options.depends
        if not self.depends(target, i):
            return
        named = flags[flags.index("-MF") + 1] if "-MF" in flags else os.path.splitext(target)[0] + ".d"
        with open(self.build.path(f"{i}.d"), "rb") as file:
            write_whole(named, file.read())

    def only(self, step):
        """-E, -S and the like."""
        o = self.build.options
        self.all([(source, o.out or step_out(source, step), step, ()) for source in o.sources()])

    def write_database(self):
        """A compilation database: what clangd needs to understand the sources."""
        o = self.build.options
        flags = [flag for flag in self.base if not flag.startswith("-fno-color")]
        at = flags.index("-ivfsoverlay")
        del flags[at:at + 2]
        entries = [{"directory": os.getcwd(), "file": source, "arguments": [self.build.clang, "-c", *flags, source]}
                   for source in o.sources()]
        write_whole(o.compile_commands, (json.dumps(entries, indent=1) + "\n").encode())


def object_name(source, out):
    base = os.path.splitext(os.path.basename(source))[0] + ".o"
    if out and (out.endswith("/") or os.path.isdir(out)):
        return os.path.join(out, base)
    return out or base


def step_out(source, step):
    if step == "-S":
        return os.path.splitext(os.path.basename(source))[0] + ".s"
    return "/dev/null" if step == "-fsyntax-only" else "-"
