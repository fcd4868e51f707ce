"""shape.py: phases, columns of time, percentiles from bins, and the count of outcomes."""

import dataclasses
import unittest

import context
import load
import numpy as np
import shape

BIN_EDGES = context.fake_results.BIN_EDGES


def figures(**known):
    return {**{name: np.nan for name in load.FIGURES}, **known}


class Phases(unittest.TestCase):
    def test_phases_follow_one_another_from_the_fault(self):
        spans = shape.phase_spans(figures(fault_at=5, reset_at=105, quiesce_ns=10, complete_ns=1, enable_ns=20,
                                          queues_ns=3, first_io_ns=2))
        self.assertEqual([s.name for s in spans], list(shape.PHASE_NAMES))
        self.assertEqual((spans[0].start, spans[-1].end), (5, 141))
        self.assertTrue(all(a.end == b.start for a, b in zip(spans, spans[1:])))

    def test_phases_stop_where_the_run_stopped(self):
        spans = shape.phase_spans(figures(fault_at=5, reset_at=105, quiesce_ns=10, enable_ns=20))
        self.assertEqual([s.name for s in spans], ["detect", "quiesce"])

    def test_no_reset_has_no_phases(self):
        self.assertEqual(shape.phase_spans(figures(fault_at=5)), [])

    def test_a_reset_without_a_fault_has_no_detection(self):
        self.assertEqual([s.name for s in shape.phase_spans(figures(reset_at=9, quiesce_ns=1))], ["quiesce"])


class Columns(unittest.TestCase):
    def setUp(self):
        self.run_ = shape.run_view(context.sweeps()[context.NVME])
        self.cut = shape.columns(self.run_)
        self.edges = shape.column_edges(self.cut)

    def test_columns_cover_the_run_without_gaps(self):
        self.assertEqual([c.name for c in self.cut], ["before", *shape.PHASE_NAMES, "after"])
        self.assertEqual((self.cut[0].start, self.cut[-1].end), (self.run_.begin, self.run_.end))
        self.assertTrue(all(a.end == b.start for a, b in zip(self.cut, self.cut[1:])))

    def test_time_never_runs_backwards_across_columns(self):
        x = shape.to_columns(np.linspace(self.run_.begin, self.run_.end, 5000), self.cut, self.edges)
        self.assertTrue(np.all(np.diff(x) >= 0))
        self.assertEqual((x[0], x[-1]), (0.0, 1.0))

    def test_starts_of_columns_fall_on_their_edges(self):
        x = shape.to_columns([c.start for c in self.cut], self.cut, self.edges)
        np.testing.assert_allclose(x, self.edges[:-1])

    def test_a_phase_of_no_length_keeps_its_column(self):
        cut = [shape.Span("quiesce", 0, 10), shape.Span("complete", 10, 10), shape.Span("enable", 10, 30)]
        edges = shape.column_edges(cut)
        self.assertEqual(len(edges), 4)
        self.assertTrue(np.all(np.isfinite(shape.to_columns([0, 10, 20, 30], cut, edges))))

    def test_events_name_the_edges(self):
        self.assertEqual(shape.column_events(self.cut), ["load begins", "fault", "reset entered", "RDY = 0", "given back",
                                                         "RDY = 1", "resumed", "first I/O", "the end"])

    def test_a_run_cut_short_by_a_finding_ends_unrecovered(self):
        cut = shape.columns(shape.run_view(context.sweeps()[context.DEFERRED]))
        self.assertEqual([c.name for c in cut], ["before", "detect", "not recovered"])
        self.assertEqual(shape.column_events(cut), ["load begins", "fault", "reset entered", "the end"])

    def test_a_reset_with_no_known_phase_still_has_columns(self):
        bare = dataclasses.replace(self.run_, spans=[], recovered=False)
        self.assertEqual([c.name for c in shape.columns(bare)], ["before", "not recovered"])


class Percentiles(unittest.TestCase):
    def test_upper_edges_are_the_next_bins_lower_edges(self):
        np.testing.assert_array_equal(shape.bin_upper(BIN_EDGES[:-1]), BIN_EDGES[1:])

    def test_percentiles_lie_within_a_bin_of_the_truth(self):
        values = np.random.default_rng(5).lognormal(np.log(80e3), 0.4, 20000)
        count = np.histogram(values, bins=BIN_EDGES)[0]
        lower, upper, count = BIN_EDGES[:-1][count > 0], BIN_EDGES[1:][count > 0], count[count > 0]
        for share in (0.01, 0.5, 0.99):
            truth = np.quantile(values, share)
            self.assertAlmostEqual(shape.percentile(lower, upper, count, share) / truth, 1, delta=0.05)
        self.assertEqual(shape.percentile(lower, upper, count, 1.0), upper[-1])

    def test_one_value_and_none(self):
        self.assertEqual(shape.percentile([64], [80], [1], 1.0), 80)
        self.assertTrue(np.isnan(shape.percentile([], [], [], 0.5)))

    def test_bins_are_cut_at_the_longest_io(self):
        sweep = context.sweeps()[context.NVME]
        upper = shape.bin_bounds(sweep, "during")[1]
        self.assertEqual(upper[-1], np.max(sweep.figure["latency_max_ns"]))


class Outcomes(unittest.TestCase):
    def test_every_run_is_counted_once(self):
        for sweep in context.sweeps().values():
            self.assertEqual(sum(runs for _, runs in shape.outcomes(sweep)), len(sweep.seed))

    def test_each_kind_has_its_name(self):
        sweeps = context.sweeps()
        self.assertEqual(shape.outcomes(sweeps[context.NVME]), [("recovered", 12)])
        self.assertEqual(shape.outcomes(sweeps[context.HANG]), [("recovered", 0), ("not recovered", 5)])
        self.assertEqual(shape.outcomes(sweeps[context.IDLE]), [("recovered", 0), ("no reset", 4)])
        self.assertEqual(shape.outcomes(sweeps[context.DEFERRED])[1][0], "reset-outstanding")

    def test_a_finding_after_the_recovery_makes_the_run_a_failure(self):
        sweep = context.sweeps()[context.NVME]
        errors = sweep.errors.copy()
        errors[3] = 1
        bad = dataclasses.replace(sweep, errors=errors,
                                  findings=(load.Finding(4, "data-integrity", "error", 1), load.Finding(5, "irql", "warn", 1)))
        self.assertEqual(shape.outcomes(bad), [("recovered", 11), ("data-integrity", 1)])
        self.assertEqual(len(shape.recoveries(bad)["total"]), 11)

    def test_a_run_that_the_program_lost_is_no_success_and_no_mere_lack_of_a_reset(self):
        sweep = context.sweeps()[context.IDLE]
        stop = sweep.stop.astype("U8")
        stop[1] = "lost"
        self.assertEqual(shape.outcomes(dataclasses.replace(sweep, stop=stop)),
                         [("recovered", 0), ("lost", 1), ("no reset", 3)])

    def test_many_outcomes_are_summed_up_and_none_is_forgotten(self):
        ended = [("recovered", 5), ("a", 4), ("b", 3), ("c", 2), ("d", 1)]
        self.assertEqual(shape.fold(ended, 5), ended)
        self.assertEqual(shape.fold(ended, 3), ended[:2] + [("by 3 further rules or ends", 6)])

    def test_shares_of_the_mean_add_up(self):
        shares = shape.mean_shares(shape.recoveries(context.sweeps()[context.NVME]))
        self.assertAlmostEqual(sum(share for _, share in shares), 100)
        self.assertEqual(shape.mean_shares(shape.recoveries(context.sweeps()[context.DEFERRED])), [])

    def test_violin_of_equal_values_is_narrow_and_peaks_at_them(self):
        x, thick = shape.violin(np.full(9, 5e6))
        self.assertLess(x[-1] / x[0], 1.2)
        self.assertAlmostEqual(x[np.argmax(thick)] / 5e6, 1, delta=0.01)


class Coverage(unittest.TestCase):
    def test_a_curve_rises_where_a_pair_is_new_and_ends_with_the_seeds(self):
        curve = shape.coverage_curves([context.sweeps()[context.NVME]])[0]  # 12 seeds: pairs 1, 2, 3 at 1, 4, 9
        np.testing.assert_array_equal(curve.seed, [1, 4, 9])
        np.testing.assert_array_equal(curve.count, [1, 2, 3])
        self.assertEqual((curve.total, curve.last_new, curve.last, curve.flat), (3, 9, 12, 0.25))

    def test_shards_together_make_the_curve_of_the_whole(self):
        whole = context.sweeps()[context.NVME]
        parts = []
        for shard in range(3):
            shown = [[s for s in range(1 + shard, 13, 3) if s % (n * n) == 0] for n in (1, 2, 3)]
            keep = [i for i in range(3) if shown[i]]
            parts.append(dataclasses.replace(whole, pairs=load.Pairs(
                [whole.pairs.place[i] for i in keep], [whole.pairs.words[i] for i in keep],
                np.array([shown[i][0] for i in keep]), np.array([len(shown[i]) for i in keep]),
                np.arange(1 + shard, 13, 3))))
        one, many = shape.coverage_curves([whole]), shape.coverage_curves(parts)
        self.assertEqual(len(many), 1)
        np.testing.assert_array_equal(many[0].seed, one[0].seed)
        np.testing.assert_array_equal(many[0].count, one[0].count)
        self.assertEqual(many[0].last, one[0].last)

    def test_a_range_that_begins_elsewhere_counts_from_1(self):
        sweep = context.sweeps()[context.NVME]
        pairs = dataclasses.replace(sweep.pairs, first=sweep.pairs.first + 100, covered=sweep.pairs.covered + 100)
        moved = dataclasses.replace(sweep, pairs=pairs, seed_first=101, seed_last=112)
        np.testing.assert_array_equal(shape.coverage_curves([moved])[0].seed, [1, 4, 9])

    def test_other_builds_and_guided_sweeps_are_curves_of_their_own(self):
        sweep = context.sweeps()[context.NVME]
        others = [sweep, dataclasses.replace(sweep, build="b"), dataclasses.replace(sweep, guided=True)]
        self.assertEqual([c.strategy for c in shape.coverage_curves(others)], ["pct", "pct", "pct, guided"])

    def test_a_sweep_that_collected_none_has_no_curve(self):
        self.assertEqual(shape.coverage_curves([context.sweeps()[context.IDLE]]), [])


if __name__ == "__main__":
    unittest.main()
