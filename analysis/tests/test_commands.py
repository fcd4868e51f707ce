"""The commands as a user starts them: files, names, selection, skips, mistakes, and the same bytes every time."""

import os
import sqlite3
import unittest

import context


class Figures(unittest.TestCase):
    def test_every_figure_is_made_and_named_and_the_rest_is_skipped_aloud(self):
        out = context.scratch("all")
        status, stdout, stderr = context.run("figures.py", context.database(), "--out", out)
        names = ["coverage", "latency-distribution-01-stops-deferred", "latency-distribution-01-stops-nvme",
                 "latency-distribution-03-for-ever-nvme", "latency-distribution-06-no-fault-nvme",
                 "latency-over-time-01-stops-deferred", "latency-over-time-01-stops-nvme",
                 "latency-over-time-03-for-ever-nvme", "recovery-times"]
        self.assertEqual(status, 0, stderr)
        self.assertEqual(sorted(os.listdir(out)), sorted(f"{n}.{k}" for n in names for k in ("png", "svg")))
        self.assertEqual(sorted(stdout.split()), sorted(os.path.join(out, f) for f in os.listdir(out)))
        self.assertEqual(stderr.strip(), "skipped latency-over-time-06-no-fault-nvme: 06-no-fault, nvme: no samples of"
                                         " single I/Os (sweep with --samples 1 or more)")

    def test_the_same_database_gives_the_same_bytes(self):
        contents = []
        for number in ("1", "2"):
            out = context.scratch(f"same{number}")
            context.run("figures.py", context.database(), "--out", out, PYTHONHASHSEED=number, TZ=f"UTC{number}",
                        SOURCE_DATE_EPOCH=number)
            found = {}
            for name in os.listdir(out):
                with open(os.path.join(out, name), "rb") as data:
                    found[name] = data.read()
            contents.append(found)
        self.assertEqual(len(contents[0]), 18)
        self.assertTrue(contents[0] == contents[1])

    def test_format_and_sweep_select(self):
        out = context.scratch("few")
        status, stdout, _ = context.run("figures.py", context.database(), "--out", out, "--format", "svg", "--sweep",
                                        "01-*/nv*")
        self.assertEqual(status, 0)
        self.assertEqual([os.path.basename(p) for p in stdout.split()],
                         ["recovery-times.svg", "coverage.svg", "latency-over-time-01-stops-nvme.svg",
                          "latency-distribution-01-stops-nvme.svg"])

    def test_no_reset_and_no_samples_are_skipped_with_status_0(self):
        status, _, stderr = context.run("figures.py", context.database(), "--out", context.scratch("idle"), "--sweep",
                                        "06-*")
        self.assertEqual(status, 0)
        self.assertEqual([line.split(":")[0] for line in stderr.splitlines()],
                         ["skipped recovery-times", "skipped coverage", "skipped latency-over-time-06-no-fault-nvme"])

    def test_sweeps_of_one_name_in_two_databases_get_files_of_their_own(self):
        path = context.fake_results.write(context.scratch("twice.db"), [context.STORIES[0]])
        status, stdout, _ = context.run("figures.py", path, context.database(), "--out", context.scratch("twice"),
                                        "--format", "png", "--sweep", "01-stops/nvme")
        self.assertEqual(status, 0)
        self.assertEqual(len(set(stdout.split())), 6)


class Mistakes(unittest.TestCase):
    def refused(self, words, *command):
        status, stdout, stderr = context.run(*command)
        self.assertEqual((status, stdout), (2, ""), stderr)
        self.assertEqual(len(stderr.splitlines()), 1, stderr)
        self.assertRegex(stderr, words)

    def test_missing_database(self):
        self.refused("no such file", "figures.py", "nothing.db", "--out", "x")

    def test_other_version_and_no_folder_is_left_behind(self):
        path = context.scratch("other.db")
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 9")
        db.close()
        self.refused("database version 9; this program reads version 4", "figures.py", path, "--out", "never")
        self.assertFalse(os.path.exists(context.scratch("never")))

    def test_unknown_format(self):
        self.refused("'pdf' is not one of: png, svg", "figures.py", context.database(), "--out", "x", "--format", "pdf")

    def test_unknown_sweep_lists_those_there_are(self):
        self.refused("no sweep matches 99.*01-stops/nvme", "figures.py", context.database(), "--out", "x", "--sweep", "99")

    def test_output_of_unknown_kind(self):
        self.refused("must end in .png or .svg", "plot_recovery.py", context.database(), "-o", "a.gif")

    def test_output_that_cannot_be_written(self):
        self.refused("No such file or directory", "plot_recovery.py", context.database(), "-o", "no/where/a.png")

    def test_one_output_for_several_sweeps(self):
        self.refused("3 sweeps match|4 sweeps match", "plot_latency_time.py", context.database(), "-o", "a.png")


class SinglePlots(unittest.TestCase):
    def test_default_name_is_made_from_scenario_and_driver(self):
        status, stdout, stderr = context.run("plot_latency_time.py", context.database(), "--sweep", "01-stops/deferred")
        self.assertEqual((status, stdout, stderr), (0, "latency-over-time-01-stops-deferred.png\n", ""))
        self.assertTrue(os.path.exists(context.scratch("latency-over-time-01-stops-deferred.png")))

    def test_several_outputs_at_once(self):
        one, two = context.scratch("r.png"), context.scratch("r.svg")
        self.assertEqual(context.run("plot_recovery.py", context.database(), "-o", one, "-o", two)[:2],
                         (0, f"{one}\n{two}\n"))

    def test_help_is_the_docstring(self):
        for script in ("figures.py", "plot_recovery.py", "plot_latency_time.py", "plot_latency_distribution.py"):
            status, stdout, _ = context.run(script, "--help")
            self.assertEqual(status, 0)
            self.assertIn("--sweep", stdout)


if __name__ == "__main__":
    unittest.main()
