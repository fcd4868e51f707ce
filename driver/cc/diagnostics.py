"""clang's messages: each once, with what a driver's author needs to know beside it."""

import re

COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
HEAD = re.compile(r"(?P<file>[^\s:][^:]*):(?P<line>\d+):(?P<column>\d+): (?P<kind>fatal error|error|warning): (?P<text>.*)")
FROM = re.compile(r"In file included from ")
TAIL = re.compile(r"\d+ (warning|error)s?( and \d+ errors?)? generated\.")

NO_HEADER = re.compile(r"'(.+)' file not found")
NO_NAME = re.compile(r"(?:unknown type name|use of undeclared identifier|undeclared function|a type named|"
                     r"implicit declaration of function|call to undeclared (?:library )?function) '(\w+)'")
SEVERAL_TRY = re.compile(r"(?:redefinition of|duplicate) label 'storsim_leave|label 'storsim_leave\w*' ")
SEH = re.compile(r"SEH|__except|__finally|__try|'__leave'")
CPLUSPLUS = re.compile(r"unknown type name '(class|namespace|template|using|virtual|public|private)'|"
                       r"expected identifier or '\(' .*\"C\"")


class Diagnostic:
    """One message with its excerpt and notes, as clang wrote it."""

    def __init__(self, lines):
        self.lines = lines
        self.plain = [COLOURS.sub("", line) for line in lines]
        self.head = next(filter(None, (HEAD.match(line) for line in self.plain)), None)

    def key(self):
        """The same for a message that comes again with another source."""
        at = next((i for i, line in enumerate(self.plain) if not FROM.match(line)), 0)
        return "\n".join(self.plain[at:])


def split(text):
    """The messages of one run of clang's."""
    blocks, block, headed = [], [], False
    for line in text.splitlines():
        plain = COLOURS.sub("", line)
        if TAIL.fullmatch(plain):
            continue
        starts = FROM.match(plain) or HEAD.match(plain)
        if starts and headed:
            blocks.append(block)
            block, headed = [], False
        block.append(line)
        headed = headed or bool(HEAD.match(plain))
    if block:
        blocks.append(block)
    return [Diagnostic(lines) for lines in blocks]


class Teller:
    """Writes messages, each once, and gathers what is said at the end."""

    def __init__(self, out, includes, readme):
        self.out = out
        self.includes = includes
        self.readme = readme
        self.seen = set()
        self.names = {}  # undeclared name -> where it was first seen
        self.hints = {}  # said at the end, in this order, each once

    def tell(self, text):
        for diagnostic in split(text):
            if diagnostic.key() not in self.seen:
                self.seen.add(diagnostic.key())
                self.one(diagnostic)

    def one(self, diagnostic):
        head, lines = diagnostic.head, diagnostic.lines
        if head:
            header = NO_HEADER.match(head["text"])
            if header:
                lines = [line for line in diagnostic.plain if FROM.match(line)]
                lines.append(f"{head['file']}:{head['line']}:{head['column']}: error: "
                             f"{self.includes.explain(header.group(1))}")
            else:
                self.gather(head)
        print("\n".join(lines), file=self.out)

    def gather(self, head):
        text = head["text"]
        name = NO_NAME.search(text)
        if CPLUSPLUS.search(text):
            self.hints["this looks like C++, and storsim-cc builds C"] = None
        elif name:
            self.names.setdefault(name.group(1), f"{head['file']}:{head['line']}")
        elif SEVERAL_TRY.search(text):
            self.hints["a function may have one __try block: put the others into functions of their own "
                       f"({self.readme} has what storsim makes of __try)"] = None
        elif head["kind"] != "warning" and SEH.search(text):
            self.hints[f"storsim's __try, __finally and __leave are macros: see {self.readme} for what they take"] = None

    def end(self, failed):
        """What helps with all the messages together."""
        if failed:
            found = {}
            for name in self.names:
                header = self.includes.declares(name)
                if header:
                    found.setdefault(header, []).append(name)
            for header, names in found.items():
                more = f" and {len(names) - 6} more" if len(names) > 6 else ""
                self.hints[f"{self.names[names[0]]}: {', '.join(names[:6])}{more}: from <{header}>, whose #include may be "
                           "missing"] = None
            unknown = [name for name in self.names if not self.includes.declares(name)]
            if unknown:
                more = f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
                self.hints["no header of storsim's has " + ", ".join(unknown[:12]) + more + ". If it is the driver's own, "
                           "an -I, -D or -include is missing; if it is the WDK's, storsim lacks it so far"] = None
        for hint in self.hints:
            print(f"storsim-cc: {hint}", file=self.out)
