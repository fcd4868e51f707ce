"""What storsim-cc must know about an object: its symbols, who refers to what, and the note it left there itself."""

import struct

SHT_SYMTAB, SHT_RELA, SHT_NOBITS = 2, 4, 8
SHF_ALLOC, SHF_TLS = 2, 0x400
STB_LOCAL, STB_WEAK, STT_TLS = 0, 2, 6
SHN_UNDEF = 0
CALLS = (4,)  # R_X86_64_PLT32
ET_REL, EM_X86_64 = 1, 62


class NoObject(Exception):
    """The file is no x86-64 ELF object."""


class Symbol:
    def __init__(self, name, info, section):
        self.name = name
        self.local = info >> 4 == STB_LOCAL
        self.weak = info >> 4 == STB_WEAK
        self.thread_local = info & 15 == STT_TLS
        self.defined = section != SHN_UNDEF


class Object:
    """A relocatable object. Raises NoObject when the bytes are none."""

    def __init__(self, data):
        self.data = data
        if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
            raise NoObject
        kind, machine = struct.unpack_from("<HH", data, 16)
        if kind != ET_REL or machine != EM_X86_64:
            raise NoObject
        try:
            self.read_sections()
            self.symbols = self.read_symbols()
        except (struct.error, IndexError, UnicodeDecodeError, ValueError):
            raise NoObject from None

    def read_sections(self):
        at, = struct.unpack_from("<Q", self.data, 40)
        size, count, names = struct.unpack_from("<HHH", self.data, 58)
        raw = [struct.unpack_from("<IIQQQQIIQQ", self.data, at + i * size) for i in range(count)]
        self.sections = [dict(zip(("name", "type", "flags", "addr", "offset", "size", "link", "info", "align", "entry"),
                                  section)) for section in raw]
        for section in self.sections:
            section["name"] = self.text(self.sections[names], section["name"])

    def bytes_of(self, section):
        return self.data[section["offset"]:section["offset"] + section["size"]]

    def text(self, table, at):
        start = table["offset"] + at
        return self.data[start:self.data.index(b"\0", start)].decode("utf-8", errors="surrogateescape")

    def read_symbols(self):
        symbols = []
        for section in self.sections:
            if section["type"] != SHT_SYMTAB:
                continue
            strings = self.sections[section["link"]]
            for name, info, _, index, _, _ in struct.iter_unpack("<IBBHQQ", self.bytes_of(section)):
                symbols.append(Symbol(self.text(strings, name), info, index))
        return symbols

    def defines(self):
        """Names that other objects can refer to."""
        return {s.name for s in self.symbols if s.defined and not s.local and s.name}

    def strong(self):
        """Names of which there may be one only."""
        return {s.name for s in self.symbols if s.defined and not s.local and not s.weak and s.name}

    def needs(self):
        """Names that others must define."""
        return {s.name for s in self.symbols if not s.defined and not s.local and not s.weak and s.name}

    def thread_locals(self):
        return sorted(s.name for s in self.symbols if s.thread_local and s.defined and s.name)

    def section(self, name):
        """Contents of a section, or None."""
        return next((self.bytes_of(section) for section in self.sections if section["name"] == name), None)

    def reference(self, name):
        """Where a name is used first, calls before others: (section, offset, is a call), or None."""
        best = None
        for section in self.sections:
            if section["type"] != SHT_RELA or not self.sections[section["info"]]["flags"] & SHF_ALLOC:
                continue
            target = self.sections[section["info"]]["name"]
            for offset, info, _ in struct.iter_unpack("<QQq", self.bytes_of(section)):
                if self.symbols[info >> 32].name != name:
                    continue
                found = (target, offset, info & 0xffffffff in CALLS)
                if best is None or (found[2] and not best[2]):
                    best = found
        return best


def members(data):
    """The files in an archive: (name, bytes). Raises NoObject when it is none."""
    if data[:8] != b"!<arch>\n":
        raise NoObject
    at, long_names = 8, b""
    while at + 60 <= len(data):
        name, size = data[at:at + 16].rstrip(), data[at + 48:at + 58]
        if data[at + 58:at + 60] != b"`\n" or not size.strip().isdigit():
            raise NoObject
        body = data[at + 60:at + 60 + int(size)]
        at += 60 + int(size) + int(size) % 2
        if name == b"//":
            long_names = body
        elif name not in (b"/", b"/SYM64/"):
            if name[:1] == b"/" and name[1:].isdigit():
                name = long_names[int(name[1:]):].split(b"\n")[0]
            yield name.rstrip(b"/").decode("utf-8", errors="replace"), body
