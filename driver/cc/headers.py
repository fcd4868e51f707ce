"""Finding headers as Windows does: in any case, with backslashes, and with what WPP would have generated.

Everything that the sources include is looked up beforehand, by name alone: conditions are not evaluated. So
what is known here is at most too much, and only clang's word counts for what is missing.
"""

import difflib
import os
import re

# Where *.tmh files appear to be.
TMH = "/storsim/tmh"

INCLUDE = re.compile(rb'^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*(?:"([^"\r\n]+)"|<([^>\r\n]+)>)', re.M)

# Trace routines of the driver's own naming, declared to WPP in a comment.
WPP_CONFIG = re.compile(rb"\bbegin_wpp\s+config\b(.*?)\bend_wpp\b", re.S)
WPP_ROUTINE = re.compile(rb"\b(?:FUNC|USEPREFIX\s*\()\s*([A-Za-z_]\w*)")

# Headers of the WDK that drivers name; what storsim has of them is in driver/wdk/. Tier 1: behaviour matters between
# DriverEntry and HwStorResetBus. Tier 2: must compile, and may fail politely.
WDK_HEADERS = {
    "bcrypt.h": "cryptography, which no miniport needs for its contract", "evntprov.h": "tier 2, ETW",
    "ide.h": "tier 2, ATA port structures", "irb.h": "ATA port miniports, which are another model than Storport's",
    "iscsiop.h": "tier 2, iSCSI WMI classes", "mountdev.h": "tier 2, volume device controls",
    "mountmgr.h": "tier 2, volume device controls", "ndis.h": "network miniports",
    "ntddvol.h": "tier 2, volume device controls", "nvme.h": "tier 2, NVMe structures of the newer WDKs",
    "poclass.h": "tier 2, power classes", "procgrp.h": "tier 2, processor groups of old systems",
    "storduid.h": "tier 2, device identifiers", "traceloggingprovider.h": "tier 2, ETW",
    "usb.h": "USB, whose stack is not modelled", "wdf.h": "KMDF, which is not modelled: a driver with a WDF part "
    "is no plain Storport miniport", "wdmguid.h": "tier 2, GUIDs", "wmidata.h": "tier 2, WMI classes",
    "wmilib.h": "tier 2, WMI", "wmistr.h": "tier 2, WMI", "wpprecorder.h": "tier 2, WPP tracing",
}
USER_MODE = {"windows.h", "winioctl.h", "winbase.h", "tchar.h", "winnt.h", "assert.h", "errno.h", "time.h", "math.h",
             "unistd.h", "stdint.h", "inttypes.h", "iostream"}


# Folders of driver/wdk/, and the header that brings what is in them.
PARTS = {"nt": "ntddk.h", "scsidef": "storport.h", "stordef": "storport.h", "atadef": "ata.h", "scsictl": "ntddscsi.h",
         "stordev": "ntddstor.h"}
BEHIND = dict.fromkeys(("ntdef.h", "sal.h", "specstrings.h", "driverspecs.h", "dpfilter.h", "ntstatus.h"), "storport.h")


class Tree:
    """Looks files up without regard to case; remembers folders."""

    def __init__(self):
        self.listings = {}

    def names(self, folder):
        """Names in a folder: in lower case, and as they are."""
        if folder not in self.listings:
            try:
                found = os.listdir(folder or ".")
            except OSError:
                found = []
            names = {}
            for name in sorted(found):
                names.setdefault(name.lower(), name)
            self.listings[folder] = (names, set(found))
        return self.listings[folder]

    def find(self, folder, path):
        """The file that a spelled path means below a folder, or None."""
        at = folder
        for part in path.replace("\\", "/").split("/"):
            if part in ("", "."):
                continue
            if part == "..":
                at = os.path.join(at, "..")
                continue
            lower, exact = self.names(at)
            name = part if part in exact else lower.get(part.lower())
            if name is None:
                return None
            at = os.path.join(at, name)
        return at if os.path.isfile(at) else None


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Includes:
    """What a set of sources includes, directly and not."""

    def __init__(self, sources, forced, dirs, wdk):
        self.tree = Tree()
        self.wdk = [wdk, os.path.join(wdk, "crt")]
        self.dirs = dirs
        self.files = {}  # real path -> None, the driver's own files
        self.spelled = set()  # files that are asked for under another name than their own
        self.tmh = set()
        self.traces = {"TraceEvents"}  # the name that most samples give it
        todo = list(filter(None, (self.find(name, [""] + dirs + self.wdk) for name in forced))) + list(sources)
        while todo:
            path = todo.pop()
            key = os.path.realpath(path)
            if key not in self.files:
                self.files[key] = None
                todo += self.scan(path)

    def find(self, name, folders):
        """The file that an #include means, or None; one in another spelling is remembered."""
        for folder in folders:
            file = self.tree.find(folder, name)
            if file:
                if not os.path.isfile(os.path.join(folder, name)):
                    self.spelled.add(os.path.realpath(file))
                return file
        return None

    def scan(self, path):
        """The files of the driver's that a file includes."""
        found, text = [], read(path)
        for config in WPP_CONFIG.findall(text):
            self.traces |= {name.decode() for name in WPP_ROUTINE.findall(config)}
        for match in INCLUDE.finditer(text):
            quoted = match.group(1) is not None
            name = (match.group(1) or match.group(2)).decode("utf-8", errors="surrogateescape").strip()
            file = self.find(name, ([os.path.dirname(path)] if quoted else []) + self.dirs)
            if file:
                found.append(file)
            elif name.lower().endswith(".tmh"):
                self.tmh.add(name.replace("\\", "/").rsplit("/", 1)[-1].lower())
            else:
                self.find(name, self.wdk)
        return [file for file in found if os.path.isfile(file)]

    def tracing(self):
        """What stands for every *.tmh that WPP would have generated: tracing that is off, its arguments not looked at."""
        return "#include <stortrce.h>\n" + "".join(
            f"#ifndef {name}\n#define {name}(...) ((void)0)\n#endif\n" for name in sorted(self.traces))

    def overlay(self, tracing):
        """clang's description of files that are to be found in any spelling; `tracing` stands for every *.tmh."""
        names = {path: path for path in self.spelled}
        names.update({f"{TMH}/{name}": tracing for name in self.tmh})
        lines = ["{ 'version': 0, 'case-sensitive': 'false', 'roots': ["]
        for name, path in sorted(names.items()):
            name, path = name.replace("'", "''"), path.replace("'", "''")
            lines.append(f"{{ 'type': 'file', 'name': '{name}', 'external-contents': '{path}' }},")
        lines.append("] }")
        return "\n".join(lines) + "\n"

    # --- words for what is missing ---

    def explain(self, name):
        """What to say about a header that clang did not find."""
        base = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
        if base in WDK_HEADERS:
            return (f"storsim has no <{base}>; of the WDK's headers it is {WDK_HEADERS[base]}. What storsim has is in "
                    f"{self.wdk[0]}; a header of this name in a folder given with -I is taken instead")
        if base in USER_MODE:
            return f"storsim has no <{name}>: a kernel driver has neither the C library nor Windows' user mode"
        known = list(self.tree.names(self.wdk[0])[0]) + list(self.tree.names(self.wdk[1])[0])
        near = difflib.get_close_matches(base, known, 1, 0.8)
        if near:
            return f"storsim has no <{name}>; did you mean <{near[0]}>?"
        if re.search(r"wmi|mof|msg|events?\.h", base):
            return (f"storsim has no <{name}>; when the driver's build generates it (mc, mofcomp, wmimofck), "
                    "generate it and give its folder with -I")
        return f"storsim has no <{name}>, and no folder given with -I has; it may be one of the driver's own"

    def declares(self, name):
        """The header of the WDK's through which storsim declares a name, or None."""
        word = re.escape(name.encode())
        pattern = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+" + word + rb"\b|\btypedef\b[^;{]*\b" + word +
                             rb"\b\s*[,;()\[]|^}[^;]*\b" + word + rb"\b|^[^#/*\n]*\b" + word + rb"\(|^[ \t]*" + word +
                             rb"\b[ \t]*(?:=[^,;\n]*)?,", re.M)
        for folder, prefix in [(self.wdk[0], None)] + [(os.path.join(self.wdk[0], part), header)
                                                       for part, header in PARTS.items()]:
            for file in sorted(self.tree.names(folder)[1]):
                if file.endswith(".h") and pattern.search(read(os.path.join(folder, file))):
                    return prefix or BEHIND.get(file, file)
        return None
