"""load.py: what is in the database arrives as it is, and what is no database of ours is refused in one line."""

import os
import re
import sqlite3
import unittest

import context
import load
import numpy as np

ROOT = os.path.dirname(context.ANALYSIS)


class Load(unittest.TestCase):
    def test_every_sweep_arrives_with_its_runs(self):
        found = load.load(context.database())
        self.assertEqual([s.label for s in found], ["01-stops, nvme", "01-stops, deferred", "03-for-ever, nvme",
                                                    "06-no-fault, nvme"])
        self.assertEqual([len(s.seed) for s in found], [12, 10, 5, 4])
        self.assertEqual([s.complete for s in found], [True, True, True, False])

    def test_a_figure_that_was_not_produced_is_nan(self):
        idle = context.sweeps()[context.IDLE]
        self.assertTrue(np.all(np.isnan(idle.figure["reset_at"])))
        self.assertTrue(np.all(idle.figure["resets"] == 0))

    def test_minus_one_in_the_database_is_nan(self):
        path = context.fake_results.write(context.scratch("minus.db"), [context.STORIES[0]])
        with sqlite3.connect(path) as db:
            db.execute("UPDATE figure SET value = -1 WHERE name = 'enable_ns' AND seed = 3")
        db.close()
        enable = load.load(path)[0].figure["enable_ns"]
        self.assertEqual(np.flatnonzero(np.isnan(enable)).tolist(), [2])

    def test_samples_come_in_the_order_of_their_ends(self):
        samples = load.load_samples(context.sweeps()[context.NVME], 1)
        self.assertGreater(len(samples.end), 1000)
        self.assertTrue(np.all(np.diff(samples.end) >= 0))
        self.assertEqual(np.count_nonzero(samples.retries), 64)

    def test_seeds_without_samples_give_none(self):
        self.assertEqual(len(load.load_samples(context.sweeps()[context.NVME], 9).start), 0)

    def test_names_of_figures_are_those_of_the_program(self):
        with open(os.path.join(ROOT, "sim", "run", "figures.def"), encoding="utf-8") as text:
            known = set(re.findall(r'SIM_FIGURE\(\w+, "(\w+)"', text.read()))
        self.assertEqual(set(load.FIGURES) - known, set())


class Refusal(unittest.TestCase):
    def refused(self, path, words):
        with self.assertRaises(load.LoadError) as caught:
            load.load(path)
        self.assertRegex(str(caught.exception), words)
        self.assertNotIn("\n", str(caught.exception))

    def test_missing_file(self):
        self.refused(context.scratch("nothing.db"), "no such file")

    def test_directory(self):
        self.refused(os.path.dirname(context.database()), "is a directory.*results.db")

    def test_not_a_database(self):
        path = context.scratch("text.db")
        with open(path, "w", encoding="utf-8") as out:
            out.write("no database at all\n" * 100)
        self.refused(path, "file is not a database")

    def test_other_version(self):
        path = context.scratch("version.db")
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 7")
        db.close()
        self.refused(path, "version 7; this program reads version 4")

    def test_empty_file(self):
        path = context.scratch("empty.db")
        with open(path, "wb"):
            pass
        self.refused(path, "version 0; this program reads version 4")

    def test_right_version_without_tables(self):
        path = context.scratch("tables.db")
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 4")
        db.close()
        self.refused(path, "no such table: sweep")

    def test_the_database_is_never_written(self):
        before = os.stat(context.database())
        load.load(context.database())
        after = os.stat(context.database())
        self.assertEqual((before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size))


if __name__ == "__main__":
    unittest.main()
