"""What the steps of storsim-cc share: tools, the temporary folder, running commands, giving up."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

CLANG_MIN = 14
TOOLS = {"ld": "binutils", "objcopy": "binutils", "addr2line": "binutils"}


class Failed(Exception):
    """The sources or the tools are at fault; exit status 1. The text may be empty: it was all said."""


class Build:
    """One run of storsim-cc."""

    def __init__(self, options, here, wdk):
        self.options = options
        self.here = here  # the folder of this file
        self.wdk = wdk
        self.clang = os.environ.get("STORSIM_CLANG") or "clang"
        self.clang_version = ""
        self.running = set()
        self.lock = threading.Lock()
        self.stopped = False
        self.tmp = None

    def __enter__(self):
        try:
            self.tmp = os.path.realpath(tempfile.mkdtemp(prefix="storsim-cc."))
        except OSError as error:
            raise Failed(f"cannot make a temporary folder: {error.strerror}") from None
        return self

    def __exit__(self, *_):
        self.stop()
        if self.options.keep:
            print(f"storsim-cc: intermediate files are in {self.tmp}", file=sys.stderr)
        else:
            shutil.rmtree(self.tmp, ignore_errors=True)

    def document(self, name):
        """Path of a page: in the source, or where it is installed."""
        for root in (os.path.join(self.wdk, "../.."), os.path.join(self.wdk, "../../doc/storsim")):
            if os.path.isfile(os.path.join(root, name)):
                return os.path.normpath(os.path.join(root, name))
        return name

    def path(self, name):
        return os.path.join(self.tmp, name)

    def find_tools(self):
        for tool, package in {self.clang: "clang", **TOOLS}.items():
            if not shutil.which(tool):
                raise Failed(f"needs {tool}, which is not installed (Debian: {package})")
        said = self.run([self.clang, "--version"], quiet=True).stdout
        self.clang_version = said.splitlines()[0] if said else ""
        major = re.search(r"version (\d+)", self.clang_version)
        if not major or int(major.group(1)) < CLANG_MIN:
            raise Failed(f"needs clang {CLANG_MIN} or later; {self.clang} says: {self.clang_version or 'nothing'}")

    def run(self, command, quiet=False):
        """Runs a command to its end. Its output is text."""
        if self.options.show and not quiet:
            with self.lock:
                print(shlex.join(command), file=sys.stderr, flush=True)
        with self.lock:
            if self.stopped:
                raise Failed("")
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, encoding="utf-8", errors="surrogateescape")
            self.running.add(process)
        out, err = process.communicate()
        with self.lock:
            self.running.discard(process)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def must(self, command, what):
        """Runs a command that can fail only by a fault of the tools'."""
        done = self.run(command)
        if done.returncode:
            raise Failed(f"{what}:\n{done.stderr.rstrip()}")
        return done.stdout

    def stop(self):
        """Ends what still runs."""
        with self.lock:
            self.stopped = True
            for process in self.running:
                process.send_signal(signal.SIGTERM)


def write_whole(path, data):
    """Writes a file whole, or not at all."""
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise Failed(f"cannot write {path}: {error.strerror}") from None
