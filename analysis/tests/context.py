"""Lets the tests import analysis/ from wherever they are started, and gives them one small set of databases."""

import functools
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ANALYSIS = os.path.dirname(HERE)
sys.path[:0] = [ANALYSIS, HERE]

import fake_results  # noqa: E402

_scratch = tempfile.TemporaryDirectory(prefix="storsim-analysis-")

NVME, DEFERRED, HANG, IDLE = range(4)  # places in the small set, as load.load() orders it below
STORIES = (fake_results.Story("01-stops", "nvme", runs=12),
           fake_results.Story("01-stops", "out/deferred.so", runs=10, fails=1.0, sampled=1),
           fake_results.Story("03-for-ever", runs=5, hang_for_ever=True),
           fake_results.Story("06-no-fault", runs=4, fault=False, sampled=0, complete=0, pairs=0))


def scratch(name):
    return os.path.join(_scratch.name, name)


@functools.lru_cache(maxsize=None)
def database():
    return fake_results.write(scratch("results.db"), STORIES)


@functools.lru_cache(maxsize=None)
def sweeps():
    """{place: sweep} of the small set."""
    import load
    found = load.load(database())
    by_name = {(s.scenario, s.driver_name): s for s in found}
    return {NVME: by_name["01-stops", "nvme"], DEFERRED: by_name["01-stops", "deferred"],
            HANG: by_name["03-for-ever", "nvme"], IDLE: by_name["06-no-fault", "nvme"]}


def run(script, *arguments, **environment):
    """A command of analysis/ as a user starts it: (status, stdout, stderr)."""
    done = subprocess.run([sys.executable, os.path.join(ANALYSIS, script), *arguments], capture_output=True, text=True,
                          cwd=_scratch.name, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment})
    return done.returncode, done.stdout, done.stderr
