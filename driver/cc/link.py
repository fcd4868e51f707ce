"""Objects into a module, and what keeps them from being one."""

import difflib
import hashlib
import os
import re
import sys

import elf
from build import Failed, write_whole
from compile import NOTE, TARGET, wdk_version

# What a driver's build finds in a C library or in user mode, and what a miniport has instead.
INSTEAD = {
    "malloc": "StorPortAllocatePool", "calloc": "StorPortAllocatePool", "realloc": "StorPortAllocatePool",
    "free": "StorPortFreePool", "printf": "StorPortDebugPrint", "puts": "StorPortDebugPrint",
    "ExAllocatePoolWithTag": "StorPortAllocatePool", "ExFreePool": "StorPortFreePool",
    "ExFreePoolWithTag": "StorPortFreePool", "sleep": "StorPortStallExecution", "Sleep": "StorPortStallExecution",
    "ScsiPortNotification": "StorPortNotification", "ScsiPortInitialize": "StorPortInitialize",
}
MODELLED = "models/storport/README.md"
KERNEL = re.compile(r"(?:Cc|Cm|Ex|FsRtl|Hal|Io|Ke|Mm|Nt|Ob|Po|Ps|Rtl|Se|Wmi|Zw)[A-Z]\w+$")
STORPORT = re.compile(r"(?:StorPort|ScsiPort|Srb)[A-Z]\w+$")


class Part:
    """An object that is to be linked."""

    def __init__(self, name, path, data):
        self.name = name  # in the driver's words: a source, or a file that was given
        self.path = path
        self.object = elf.Object(data)


class Linker:
    def __init__(self, build):
        self.build = build
        self.options = build.options
        self.parts = []
        self.dbg = set()

    # --- parts ---

    def read(self, path):
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise Failed(f"cannot read {path}: {error.strerror}") from None

    def part(self, name, path, data):
        try:
            part = Part(name, path, data)
        except elf.NoObject:
            raise Failed(f"{name} is no object that 'storsim-cc -c' made") from None
        note = part.object.section(NOTE)
        if note is None:
            raise Failed(f"{name} was not made by 'storsim-cc -c': it is not instrumented")
        words = note.decode().split()
        version = wdk_version(self.build.wdk)
        if int(words[1]) != version:
            raise Failed(f"{name} was compiled with header version {words[1]}, this storsim-cc has {version}: compile "
                         "it again")
        self.dbg.add(int(words[3]))
        return part

    def archive(self, path, wanted):
        """Members of an archive that define what is wanted, as a linker takes them."""
        found = []
        try:
            for i, (name, data) in enumerate(elf.members(self.read(path))):
                file = self.build.path(f"{len(self.parts)}.{i}.member.o")
                with open(file, "wb") as out:
                    out.write(data)
                found.append(self.part(f"{path}({name})", file, data))
        except elf.NoObject:
            raise Failed(f"{path} is no archive of objects") from None
        taken = True
        while taken:
            taken = [part for part in found if part.object.strong() & wanted]
            for part in taken:
                found.remove(part)
                self.parts.append(part)
                wanted = self.wanted()
        return wanted

    def wanted(self):
        """Names that no part defines so far."""
        defined = set().union(*(part.object.defines() for part in self.parts))
        return set().union(*(part.object.needs() for part in self.parts)) - defined

    def gather(self, compiled):
        compiled = dict(compiled)
        for kind, path in self.options.inputs:
            if kind == "source":
                self.parts.append(self.part(path, compiled[path], self.read(compiled[path])))
            elif kind == "object":
                self.parts.append(self.part(path, path, self.read(path)))
        for kind, path in self.options.inputs:
            if kind == "archive":
                self.archive(path, self.wanted() | {"DriverEntry"})

    # --- what must hold ---

    def check(self):
        entries = [part.name for part in self.parts if "DriverEntry" in part.object.strong()]
        names = " ".join(part.name for part in self.parts)
        if not entries:
            raise Failed(f"none of the sources defines DriverEntry, the routine that is called first: {names}")
        if len(entries) > 1:
            raise Failed(f"DriverEntry is defined {len(entries)} times; a module holds one driver: {' '.join(entries)}")
        for part in self.parts:
            local = part.object.thread_locals()
            if local:
                raise Failed(f"{part.name}: {', '.join(local)}: a thread-local variable; a driver has none, and storsim "
                             "could not bring it back between runs")
        self.check_twice()
        if len(self.dbg) > 1:
            print("storsim-cc: warning: some of the objects were compiled with DBG and some without", file=sys.stderr)

    def check_twice(self):
        first = {}
        for part in self.parts:
            for name in sorted(part.object.strong()):
                if name in first:
                    raise Failed(f"{name} is defined twice, in {first[name]} and in {part.name}")
                first[name] = part.name

    def exports(self):
        with open(os.path.join(self.build.wdk, "exports.txt"), encoding="utf-8") as file:
            return {line.strip() for line in file if not line.startswith("#")}

    def where(self, part, name):
        """'file:line', and whether a routine calls it there."""
        reference = part.object.reference(name)
        if not reference:
            return part.name, "", "needs"
        section, offset, call = reference
        said = self.build.run(["addr2line", "-f", "-e", part.path, "-j", section, hex(offset)]).stdout.split("\n")
        place = said[1].split(" (")[0] if len(said) > 1 else "??:0"
        if place.startswith("??") or place.endswith((":0", ":?")):
            return part.name, "", "calls" if call else "uses"
        function = said[0] if said[0] != "??" else ""
        return os.path.relpath(place) if place.startswith(os.getcwd() + "/") else place, function, \
            "calls" if call else "uses"

    def missing(self, runtime):
        """Names that nobody supplies; tells of those that were not allowed, and returns the others."""
        supplied = self.exports() | runtime.defines()
        names = sorted(name for name in self.wanted() - supplied if not name.startswith(("__tsan_", "storsim_")))
        told = [name for name in names if not self.options.allow_missing and name not in self.options.stubs]
        for name in told:
            for part in self.parts:
                if name in part.object.needs():
                    self.tell_missing(part, name, supplied)
        unknown = self.options.stubs - set(names)
        if unknown and not told:
            print(f"storsim-cc: --stub {','.join(sorted(unknown))}: the driver does not need it, or storsim has it",
                  file=sys.stderr)
        if told:
            raise Failed(f"{self.build.document(MODELLED)} tables the routines that storsim models. --stub {told[0]} (or --allow-missing, for "
                         "all of them) builds the module all the same: to call it is then a finding at run time")
        return names

    def tell_missing(self, part, name, supplied):
        place, function, verb = self.where(part, name)
        who = f"{function} {verb}" if function else verb
        near = difflib.get_close_matches(name, supplied, 1, 0.85)
        if name in INSTEAD:
            why = f"which a miniport does not have; {INSTEAD[name]} is"
        elif near:
            why = f"which is not a routine storsim models; did you mean {near[0]}?"
        elif KERNEL.match(name):
            why = "a routine of the kernel's that storsim does not have; Storport gives a miniport its own (HwStorPortProhibitedDDIs)"
        elif STORPORT.match(name):
            why = "which is not a routine storsim models"
        else:
            why = "which none of the files given defines, and is not a routine storsim models: a source is missing, or a library"
        print(f"{place}: error: {who} {name}, {why}", file=sys.stderr)

    # --- linking ---

    def own(self, name, source, extra=()):
        """An object of the runtime's, without instrumentation."""
        out = self.build.path(name + ".o")
        self.build.must([self.build.clang, *TARGET, "-c", "-O2", "-g0", "-fno-builtin", "-isystem",
                         os.path.join(self.build.wdk, "crt"), "-I", self.build.wdk, *extra, source, "-o", out],
                        f"cannot compile its own {source}")
        return out

    def stubs(self, names):
        """Stand-ins for routines that storsim does not have."""
        if not names:
            return []
        source = self.build.path("stubs.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write('#include "runtime/missing.h"\n')
            for name in names:
                file.write(f"unsigned long long {name}(void) {{ return storsim_missing_routine(\"{name}\"); }}\n")
        return [self.own("stubs", source, ["-Wno-everything"])]

    def descriptor(self, objects):
        digest = hashlib.sha256()
        for path in objects:
            digest.update(hashlib.sha256(self.read(path)).digest())
        words = {"NAME": cut(self.options.name, 63), "ABOUT": cut(self.options.about, 127),
                 "COMPILER": cut(self.build.clang_version, 127), "HASH": digest.hexdigest()}
        extra = [f"-DSTORSIM_MODULE_{key}={quoted(value)}" for key, value in words.items()]
        extra.append(f"-DSTORSIM_MODULE_DBG={max(self.dbg)}")
        return self.own("info", os.path.join(self.build.wdk, "runtime/module_info.c"), extra)

    def link(self, compiled):
        path, must = self.build.path, self.build.must
        self.gather(compiled)
        self.check()
        memory = self.own("memory", os.path.join(self.build.wdk, "runtime/memory.c"))
        stubs = self.stubs(self.missing(elf.Object(self.read(memory))))
        objects = [part.path for part in self.parts] + [memory] + stubs
        info = self.descriptor(objects)
        # String literals have names with '@' in them, which a linker takes for symbol versions: hence the detour.
        must(["ld", "-r", "--force-group-allocation", *objects, info, "-o", path("all.o")], "does not link")
        must(["objcopy", "-w", r"--localize-symbol=\?\?_C@*", r"--localize-symbol=\?\?_@*",
              "--remove-section=.init_array*", "--remove-section=.rela.init_array*", f"--remove-section={NOTE}",
              path("all.o"), path("module.o")], "objcopy failed")
        with open(path("exports.map"), "w", encoding="utf-8") as file:
            file.write("{ global: DriverEntry; storsim_module_info; local: *; };\n")
        must(["ld", "-shared", "-Bsymbolic", "-z", "now", "-z", "text", "-z", "noexecstack", "--build-id=sha1",
              "--hash-style=gnu", f"--version-script={path('exports.map')}", path("module.o"), "-o", path("module.so")],
             "does not link")
        write_whole(self.options.out, self.read(path("module.so")))


def cut(text, limit):
    """At most so many bytes, none of them half a character."""
    return text.encode()[:limit].decode(errors="ignore")


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
