"""The command line of storsim-cc: what gcc, clang and cl.exe take, as far as a miniport's build uses it."""

import difflib
import glob
import os
import re
import shlex


class UsageError(Exception):
    """What is wrong with the command line; exit status 2."""


HELP = """\
usage: storsim-cc [options] FILE...

Builds a Storport miniport, as it is, into a module for `storsim run --driver FILE`. FILE is a C source, an
object made by `storsim-cc -c`, or an archive of such objects.

  -o FILE              the module to write (default: the first file's name with .so)
  -c                   make objects only, one for each source; -o names it when there is one
  -I DIR, -isystem DIR, -iquote DIR, -include FILE, -D NAME[=VALUE], -U NAME
                       as for any compiler
  -O LEVEL             optimisation (default -O1: source lines stay exact)
  -f..., -m..., -W..., -w, -std=..., -g...
                       handed to clang; what concerns linking, -fPIC or sanitizers is storsim's own affair
  -MD, -MMD, -MF FILE, -MT NAME, -MP
                       with -c: write what an object depends on
  -E, -S, -fsyntax-only, -M, -MM
                       only this step of clang's, for each source
  /I /D /U /FI /O /W /WX /Zp /c /Fo /Fe /MP ...
                       flags of cl.exe, also written with '-'; what means nothing here is taken silently
  @FILE                more words from a file (--rsp-quoting=windows: a backslash is a backslash)
  -j N                 compile N sources at once (default: one per processor)

  --stub NAME[,...]    a routine that storsim does not have: calling it is a finding (rule not-modelled)
  --allow-missing      all of them
  --allow-asm          inline assembly, whose accesses storsim does not see
  --name NAME          the module's name (default: from -o)
  --about TEXT         one line about the driver, for `storsim list drivers`
  --prefix-map OLD=NEW write NEW for OLD in file names, so that a build does not depend on where it was made
  --compile-commands FILE
                       also write a compilation database, for editors
  --show               show the commands (also --verbose)
  --keep               keep the intermediate files, and say where
  --help, --version

DBG is 1 unless -DDBG=0 is given: a failed ASSERT is then a finding. STORSIM is defined.
Environment: STORSIM_CLANG, the clang to use (14 or later).
Exit status: 0 built, 1 the sources or the tools are at fault, 2 the command line is."""

SOURCE = (".c",)
OBJECT = (".o", ".obj")
ARCHIVE = (".a", ".lib")
CPLUSPLUS = (".cpp", ".cc", ".cxx", ".c++", ".hpp")
ASSEMBLY = (".s", ".asm")
# What stands beside sources in a driver's folder or list of sources, and is no part of a module.
BESIDE = (".h", ".inc", ".rc", ".res", ".def", ".mc", ".mof", ".man", ".inf", ".tmh", ".txt", ".md")

# Import libraries of the WDK: their routines are storsim's.
WDK_LIBRARIES = {"storport", "ntoskrnl", "hal", "wmilib", "ntstrsafe", "libcntpr", "bufferoverflowk",
                 "bufferoverflowfastfailk", "scsiport", "wdmsec", "ksecdd", "uuid", "wpprecorder", "rtlver", "msnetioid"}

WITH_VALUE = ("-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-include", "-imacros")
DEPENDS = ("-MF", "-MT", "-MQ")
STEPS = {"-E": "-E", "-S": "-S", "-fsyntax-only": "-fsyntax-only", "-M": "-M", "-MM": "-MM"}
OURS = ("-o", "-c", "-j", "--stub", "--allow-missing", "--allow-asm", "--name", "--about", "--prefix-map",
        "--compile-commands", "--show", "--verbose", "--keep", "--help", "--version", "--rsp-quoting")
# Of position, linking and other instrumentation: storsim has ideas of its own.
DROPPED = re.compile(r"-(fpic|fPIC|fpie|fPIE|pie|no-pie|shared|static|static-libgcc|nostdlib|nodefaultlibs|nostartfiles"
                     r"|nostdinc|nostdlibinc|rdynamic|pthread|pipe|s|ffreestanding|fhosted|fno-hosted"
                     r"|flto.*|fno-lto|fsanitize.*|fno-sanitize.*|fstack-protector.*|fprofile.*|ftest-coverage|-coverage"
                     r"|gsplit-dwarf|fexceptions|fasynchronous-unwind-tables|fno-plt|mcmodel=.*|Wl,.*|Wa,.*"
                     r"|L.+|l.+)$")
DROPPED_WITH_VALUE = ("-L", "-l", "-Xlinker", "-Xassembler", "-T", "-z")
CLANG = re.compile(r"-(O.*|f.+|m.+|W.*|w|g.*|std=.+|ansi|pedantic.*|P|C|dM|dD|H|v|trigraphs|M|MM|MD|MMD|MP|MG"
                   r"|D.+|U.+|I.+|undef)$")

# Told by clang's -Wextra, and by no cl.exe: `= {0}`.
FOREIGN = ("-Wno-missing-field-initializers", "-Wno-missing-braces")

# cl.exe: (pattern of the word behind / or -, what it becomes). A string stands for one of clang's flags.
# In the pattern, "=" at the end: the value may follow as a word of its own.
NOTHING = ()
MSVC = [(re.compile(pattern + r"\Z"), becomes) for pattern, becomes in (
    (r"Tc(.*)", "source"), (r"T[pP].*", "c++"), (r"TC", NOTHING),
    (r"c", "-c"), (r"Fo:?(.*)", "object"), (r"(?:Fe|OUT:):?(.*)", "module"),
    (r"(?:external:)?I(.*)", "-I"), (r"D(.*)", "-D"), (r"U(.*)", "-U"), (r"u", NOTHING), (r"FI(.*)", "-include"),
    (r"(?:W0|w)", ("-w",)), (r"W[123]", ("-Wall", *FOREIGN)), (r"W4|Wall", ("-Wall", "-Wextra", *FOREIGN)),
    (r"WX", ("-Werror",)), (r"WX-", ("-Wno-error",)), (r"(?:wd|we|wo|w[1-4])\d+", NOTHING), (r"Wv:.*", NOTHING),
    (r"Od", ("-O0",)), (r"O1", ("-O1",)), (r"O[2x]", ("-O2",)), (r"Ob0", ("-fno-inline",)),
    (r"O[bdgisty]+\d*-?", NOTHING),
    (r"Zp", ("-fpack-struct=1",)), (r"Zp(1|2|4|8|16)", "pack"), (r"J", ("-funsigned-char",)),
    (r"Zs", ("-fsyntax-only",)), (r"EP|E|P", ("-E",)), (r"std:(c\d\d)", "std"), (r"std:c\+\+.*", "c++"),
    (r"std:clatest", NOTHING), (r"MP(\d*)", "jobs"), (r"link", "rest"),
    (r"(?:Z[7IadeilW]|ZH:.*|Zc:.*|Zm\d*|Zo-?|Zf|FS|F[dpRrmaxAC].*|FC|Y[cu-].*|GS-?|Gs\d*|G[ydrzvmFLwRTAhHXeNZ]-?"
     r"|EH.*|M[TD]d?|LDd?|kernel-?|RTC.*|sdl-?|guard:.*|Q.*|analyze.*|nologo|errorReport:.*|diagnostics:.*"
     r"|showIncludes.*|utf-8|source-charset:.*|execution-charset:.*|validate-charset-?|permissive-?|bigobj"
     r"|cgthreads\d+|d[12].*|Brepro|experimental:.*|favor:.*|fp:.*|external:.*|X|V.*|homeparams|hotpatch|arch:.*"
     r"|doc.*|openmp.*|clr.*|await|volatile:.*|vm[bgmsv]|bigobj|wd|interface|Gw)", NOTHING),
)]
CPLUSPLUS_TEXT = ("{}: C++; storsim-cc builds C (clang makes no C++ for the target that modules need). A driver's C++ "
                  "parts can stay out when the rest does not call them")


class Options:
    """The command line, understood."""

    def __init__(self):
        self.inputs = []  # (kind, path), in order; kind: source, object, archive
        self.flags = []  # clang's, in order
        self.dirs = []  # searched for headers
        self.forced = []  # -include
        self.depends = []  # -MD and its like
        self.maps = []  # --prefix-map
        self.stubs = set()
        self.notes = []  # to be told once
        self.step = None  # None: a module; "-c", or one of STEPS
        self.out = self.name = self.compile_commands = None
        self.about = ""
        self.jobs = len(os.sched_getaffinity(0))
        self.dbg = 1
        self.allow_missing = self.allow_asm = self.show = self.keep = self.help = self.version = False

    def sources(self):
        return [path for kind, path in self.inputs if kind == "source"]


def words_of(path, windows):
    """The words of a response file. Microsoft's tools write theirs in UTF-16 as well."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"@{path}: {error.strerror}") from None
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(coding, errors="surrogateescape")
    if windows:
        return windows_words(text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        return list(lexer)
    except ValueError as error:
        raise UsageError(f"@{path}: {str(error).lower()}") from None


def windows_words(text):
    """Words as Microsoft's tools see them: a backslash means something in front of a quote only."""
    words, word, quoted, i = [], None, False, 0
    while i < len(text):
        slashes = len(text) - i - len(text[i:].lstrip("\\")) if text[i] == "\\" else 0
        i += slashes
        if slashes and text[i:i + 1] == '"':
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
                i += 1
        elif slashes:
            word = (word or "") + "\\" * slashes
        elif text[i] == '"':
            word, quoted = word or "", not quoted
            i += 1
        elif text[i].isspace() and not quoted:
            words += [] if word is None else [word]
            word = None
            i += 1
        else:
            word = (word or "") + text[i]
            i += 1
    return words + ([] if word is None else [word])


def expand(words, windows, depth=0):
    """Puts the words of response files in their place."""
    for word in words:
        if len(word) < 2 or word[0] != "@":
            yield word
        elif depth == 16:
            raise UsageError(f"{word}: response files name each other without end")
        else:
            yield from expand(words_of(word[1:], windows), windows, depth + 1)


def real(path):
    """A path as a Windows build may have it: with backslashes where they are no part of a name."""
    if "\\" in path and not os.path.exists(path):
        return path.replace("\\", "/")
    return path


class Parser:
    """Takes words off a list, and fills Options."""

    def __init__(self, words):
        quoting = [word for word in words if word.startswith("--rsp-quoting=")]
        if quoting and quoting[-1] not in ("--rsp-quoting=windows", "--rsp-quoting=posix"):
            raise UsageError(f"{quoting[-1]}: allowed are windows and posix")
        self.words = list(expand(words, bool(quoting) and quoting[-1].endswith("windows")))
        self.at = 0
        self.o = Options()

    def value(self, word, rest=""):
        """The value of an option: joined to it, or the next word."""
        if rest:
            return rest
        if self.at == len(self.words):
            raise UsageError(f"{word} needs a value")
        self.at += 1
        return self.words[self.at - 1]

    def parse(self):
        while self.at < len(self.words):
            word = self.words[self.at]
            self.at += 1
            if word == "--":
                for rest in self.words[self.at:]:
                    self.file(rest)
                break
            if word == "" or word[0] not in "-/" or word == "-" or os.path.isfile(word):
                self.file(word)
            elif re.match(r"/(?!Tc|FI|Fo)[^=]*/[^=]*\.c\Z", word):
                raise UsageError(f"cannot read {word}")
            elif not (self.own(word) or self.gnu(word) or self.msvc(word)):
                self.unknown(word)
        return self.o

    # --- options ---

    def own(self, word):
        o = self.o
        name, equals, joined = word.partition("=")
        if name in ("--stub", "--name", "--about", "--prefix-map", "--compile-commands"):
            value = joined if equals else self.value(word)
            if name == "--stub":
                o.stubs.update(part for part in value.split(",") if part)
            elif name == "--prefix-map":
                if "=" not in value:
                    raise UsageError(f"--prefix-map: allowed is OLD=NEW, not '{value}'")
                o.maps.append(value)
            else:
                setattr(o, name[2:].replace("-", "_"), value)
        elif word in ("--allow-missing", "--allow-asm", "--show", "--keep", "--help", "--version"):
            setattr(o, word[2:].replace("-", "_"), True)
        elif word in ("--verbose", "-v"):
            o.show = True
        elif word in ("-h", "/?", "/help"):
            o.help = True
        elif name == "--rsp-quoting":
            pass
        elif word.startswith("-j"):
            self.jobs("-j", self.value("-j", word[2:]))
        else:
            return False
        return True

    def jobs(self, word, value):
        if not value.isdigit() or int(value) < 1:
            raise UsageError(f"{word} takes a number from 1, not '{value}'")
        self.o.jobs = int(value)

    def with_value(self, name, value):
        """-I and its like."""
        o = self.o
        if name in ("-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros"):
            value = real(value)
        if name in ("-I", "-isystem", "-iquote", "-idirafter"):
            o.dirs.append(value)
        elif name in ("-include", "-imacros"):
            o.forced.append(value)
        elif name == "-D" and value.split("=")[0] == "DBG":
            o.dbg = 0 if value == "DBG=0" else 1
        o.flags += [name, value]

    def step(self, word):
        if self.o.step not in (None, word):
            raise UsageError(f"{self.o.step} and {word} exclude each other")
        self.o.step = word

    def gnu(self, word):
        o = self.o
        if word[0] != "-":
            return False
        for name in WITH_VALUE:
            if word == name or (word.startswith(name) and (len(name) == 2 or name in ("-isystem", "-iquote"))):
                self.with_value(name, self.value(name, word[len(name):]))
                return True
        for name in DEPENDS:
            if word.startswith(name):
                o.depends += [name, self.value(name, word[len(name):])]
                return True
        if word in ("-MD", "-MMD", "-MP", "-MG"):
            o.depends.append(word)
        elif word == "-c" or word in STEPS:
            self.step(word)
        elif word.startswith("-o"):
            o.out = self.value("-o", word[2:])
        elif word == "-x" or word.startswith("-x"):
            if self.value("-x", word[2:]) not in ("c", "none"):
                raise UsageError("-x: storsim-cc builds C only")
        elif word in ("-Xclang", "-mllvm"):
            o.flags += [word, self.value(word)]
        elif word in DROPPED_WITH_VALUE:
            self.value(word)
        elif word.startswith(("-target", "--target", "-m32", "-arch")):
            raise UsageError(f"{word}: a module is always built for Windows' x64 data model")
        elif word.startswith("-std=") and "++" in word:
            raise UsageError(CPLUSPLUS_TEXT.format(word))
        elif word == "-std":
            o.flags.append("-std=" + self.value(word))
        elif self.cl_only(word):
            return self.msvc(word)
        elif not DROPPED.match(word):
            if not CLANG.match(word):
                return False
            o.flags.append(word)
        return True

    @staticmethod
    def cl_only(word):
        """Words of cl.exe with '-' that would pass for one of clang's."""
        return re.match(r"-(W[0-4X]|WX-|w[deo1-4]\d+|O[dxityb]\d?-?|M[TD]d|fp:.*)\Z", word)

    def msvc(self, word):
        for pattern, becomes in MSVC:
            found = pattern.match(word[1:])
            if found:
                self.cl(word, found.group(1) if found.groups() else "", becomes)
                return True
        return False

    def cl(self, word, value, becomes):
        o = self.o
        if isinstance(becomes, tuple):
            for flag in becomes:
                if flag in STEPS:
                    self.step(flag)
                else:
                    o.flags.append(flag)
        elif becomes == "c++":
            raise UsageError(CPLUSPLUS_TEXT.format(word))
        elif becomes == "rest":
            self.at = len(self.words)
        elif becomes == "pack":
            o.flags.append("-fpack-struct=" + value)
        elif becomes == "std":
            o.flags.append("-std=" + value)
        elif becomes == "jobs":
            if value:
                self.jobs(word[:3], value)
        elif becomes == "-c":
            self.step("-c")
        elif becomes in ("object", "module"):
            o.out = real(self.value(word, value))
        elif becomes == "source":
            self.file(self.value(word, value))
        else:
            self.with_value(becomes, self.value(word, value))

    def unknown(self, word):
        if word[0] == "/" and word.lower().endswith(SOURCE + OBJECT + ARCHIVE):
            raise UsageError(f"cannot read {word}")
        known = list(OURS) + list(WITH_VALUE) + list(STEPS) + ["-MD", "-MMD", "-MF", "-MT", "-std=c11", "-w"]
        near = difflib.get_close_matches(word.split("=")[0], known, 1)
        raise UsageError(f"unknown option {word}" + (f"; did you mean {near[0]}?" if near else ""))

    # --- files ---

    def file(self, word):
        o = self.o
        path = real(word)
        low = path.lower()
        stem = os.path.splitext(os.path.basename(low))[0]
        if os.path.isdir(path):
            raise UsageError(f"{path} is a folder; name the files in it: {os.path.join(path, '*.c')}")
        if "*" in path and not os.path.exists(path) and not glob.glob(path):
            raise UsageError(f"{path}: no file has such a name")
        if low.endswith(SOURCE):
            o.inputs.append(("source", path))
        elif low.endswith(OBJECT):
            o.inputs.append(("object", path))
        elif low.endswith(".lib") and not os.path.exists(path) and stem in WDK_LIBRARIES:
            return
        elif low.endswith(ARCHIVE):
            o.inputs.append(("archive", path))
        elif low.endswith(CPLUSPLUS):
            raise UsageError(CPLUSPLUS_TEXT.format(path))
        elif low.endswith(ASSEMBLY):
            raise UsageError(f"{path}: assembly; storsim sees no access that it makes, so it is not taken")
        elif low.endswith(BESIDE) and os.path.exists(path):
            o.notes.append(f"{path} is no source, and was not looked at")
        else:
            raise UsageError(f"{word} is not a C source (.c), an object (.o) or an archive (.a)")


def check(o):
    """What goes together, and defaults."""
    sources = o.sources()
    if not o.inputs:
        raise UsageError("no sources given")
    if o.step and len(sources) != len(o.inputs):
        other = next(path for kind, path in o.inputs if kind != "source")
        raise UsageError(f"{o.step} compiles sources; {other} is none")
    to_folder = bool(o.out) and (o.out.endswith("/") or os.path.isdir(o.out))
    if o.step == "-c" and o.out and len(sources) > 1 and not to_folder:
        raise UsageError("-c -o names one object, and there are several sources")
    if o.depends and o.step != "-c":
        if any(flag in ("-MF", "-MT", "-MQ") for flag in o.depends):
            raise UsageError("-MD and -MF tell what an object depends on: they need -c")
        o.depends = []
    if o.step is None:
        first = os.path.splitext(os.path.basename(o.inputs[0][1]))[0]
        if to_folder:
            raise UsageError(f"-o {o.out}: a folder; a module is a file")
        o.out = o.out or first + ".so"
        o.name = o.name or re.sub(r"\.(so|sys|dll)\Z", "", os.path.basename(o.out))
        if not re.fullmatch(r"[A-Za-z0-9._+-]+", o.name):
            raise UsageError(f"the module's name may have letters, digits and ._+- only, not '{o.name}'; see --name")
        if "\n" in o.about:
            raise UsageError("--about takes one line")


def parse(words):
    """Options of a command line. Raises UsageError."""
    o = Parser(words).parse()
    if not o.help and not o.version:
        check(o)
    return o
