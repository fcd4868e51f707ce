"""The figures, by their artists: limits, counts, labels, and nothing hidden behind something else."""

import dataclasses
import unittest

import context
import numpy as np
import plot_coverage
import plot_latency_distribution
import plot_latency_time
import plot_recovery
import shape
import style
from matplotlib.backends.backend_agg import FigureCanvasAgg


def words(fig):
    """All text of a figure."""
    return "\n".join(t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text")))


def sticks_out(fig):
    """How far, in inches, anything reaches beyond the figure's edges."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    box, (width, height) = fig.get_tightbbox(canvas.get_renderer()), fig.get_size_inches()
    return max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)


class Coverage(unittest.TestCase):
    def setUp(self):
        self.sweeps = [context.sweeps()[place] for place in (context.NVME, context.DEFERRED)]
        self.curves = shape.coverage_curves(self.sweeps)
        self.ax = style.figure(11, 5).subplots()

    def test_a_line_a_sweep_that_goes_on_flat_to_its_last_seed(self):
        lines, points = plot_coverage.draw(self.ax, self.curves)
        self.assertEqual(len(lines), 2)
        np.testing.assert_array_equal(lines[0].get_xdata(), [1, 4, 9, 12])
        np.testing.assert_array_equal(lines[0].get_ydata(), [1, 2, 3, 3])
        self.assertEqual([(p.get_xdata()[0], p.get_ydata()[0]) for p in points], [(9, 3), (9, 3)])
        self.assertNotEqual(lines[0].get_color(), lines[1].get_color())

    def test_seeds_are_logarithmic_pairs_begin_at_0_and_all_is_inside(self):
        plot_coverage.draw(self.ax, self.curves)
        self.assertEqual(self.ax.get_xscale(), "log")
        self.assertEqual(self.ax.get_ylim()[0], 0)
        self.assertTrue(self.ax.get_xlim()[0] < 1 and self.ax.get_xlim()[1] > 12 and self.ax.get_ylim()[1] > 3)

    def test_names_say_what_differs_only(self):
        self.assertEqual(plot_coverage.names(self.curves), ["nvme", "deferred"])
        self.assertEqual(plot_coverage.names(self.curves[:1]), ["pct"])

    def test_one_curve_is_told_in_the_title(self):
        self.assertIn("3 interleavings; the last new one at seed 9 of 12", words(plot_coverage.figure(self.sweeps[:1])))

    def test_many_curves_stay_on_the_page(self):
        many = [dataclasses.replace(self.sweeps[0], build=str(n), strategy=f"strategy-{n}",
                                    scenario=f"{n:02}-a-device-that-stops-responding") for n in range(12)]
        fig = plot_coverage.figure(many)
        self.assertLess(sticks_out(fig), 0)
        self.assertEqual(len({(line.get_color(), str(line.get_linestyle()), str(line._dash_pattern))
                              for line in fig.axes[0].lines if line.get_marker() != "o"}), 12)

    def test_none_collected_is_said(self):
        with self.assertRaisesRegex(shape.NothingToShow, "no interleavings were collected"):
            plot_coverage.figure([context.sweeps()[context.IDLE]])


class LatencyOverTime(unittest.TestCase):
    def setUp(self):
        self.sweep = context.sweeps()[context.NVME]
        self.run_ = shape.run_view(self.sweep)
        self.ax = style.figure(12, 5).subplots()

    def test_one_point_an_io_where_it_ended(self):
        points, _ = plot_latency_time.draw_run(self.ax, self.run_)
        offsets = np.concatenate([p.get_offsets() for p in points])
        self.assertEqual(len(offsets), len(self.run_.samples.start))
        np.testing.assert_array_equal(np.sort(offsets[:, 0]), np.sort(self.run_.samples.end))

    def test_errors_and_retries_are_kinds_of_their_own(self):
        points, _, _ = plot_latency_time.draw_columns(self.ax, self.run_)
        counts = {p.get_label(): len(p.get_offsets()) for p in points}
        self.assertEqual(counts["ended after a retry"], 63)
        self.assertEqual(counts["ended with an error"], 1)

    def test_every_phase_is_shaded_in_both_panels(self):
        self.assertEqual(len(plot_latency_time.draw_run(self.ax, self.run_)[1]), 6)
        _, shaded, heads = plot_latency_time.draw_columns(style.figure(12, 5).subplots(), self.run_)
        self.assertEqual(len(shaded), 6)
        self.assertEqual([h.get_text().split("\n")[0] for h in heads], ["before", *shape.PHASE_NAMES, "after"])

    def test_latency_is_logarithmic_and_all_points_are_inside(self):
        plot_latency_time.draw_run(self.ax, self.run_)
        low, high = self.ax.get_ylim()
        self.assertEqual(self.ax.get_yscale(), "log")
        self.assertTrue(low < self.run_.samples.latency.min() and self.run_.samples.latency.max() < high)

    def test_title_tells_the_recovery(self):
        self.assertRegex(words(plot_latency_time.figure(self.sweep)), r"The reset recovers in \d+ ms; the longest I/O")

    def test_a_finding_is_named_and_marked(self):
        fig = plot_latency_time.figure(context.sweeps()[context.DEFERRED])
        self.assertRegex(words(fig), "reset-outstanding: the rule is broken .* after the reset is entered")
        at = shape.run_view(context.sweeps()[context.DEFERRED]).findings[0].at_ns
        self.assertIn(at, [line.get_xdata()[0] for line in fig.axes[-1].lines + fig.axes[0].lines])

    def test_no_samples_is_said(self):
        with self.assertRaisesRegex(shape.NothingToShow, "06-no-fault, nvme: no samples"):
            plot_latency_time.figure(context.sweeps()[context.IDLE])

    def test_a_seed_without_samples_is_said(self):
        with self.assertRaisesRegex(shape.NothingToShow, "no samples of seed 9"):
            plot_latency_time.figure(self.sweep, seed=9)


class LatencyDistribution(unittest.TestCase):
    def test_bars_hold_all_ios(self):
        for ax, phase in zip(plot_latency_distribution.figure(context.sweeps()[context.NVME]).axes,
                             ("before", "during", "after")):
            self.assertAlmostEqual(sum(bar.get_height() for bar in ax.patches), 1.0, msg=phase)

    def test_marks_stand_at_the_percentiles(self):
        ax = plot_latency_distribution.figure(context.sweeps()[context.NVME]).axes[0]
        at = {line.get_label(): line.get_xdata()[0] for line in ax.get_lines()}
        self.assertTrue(70e3 < at["p50"] < 90e3 < at["p99"] < at["max"])

    def test_all_three_share_their_limits(self):
        axes = plot_latency_distribution.figure(context.sweeps()[context.NVME]).axes
        self.assertEqual(len({ax.get_xlim() for ax in axes} | {ax.get_ylim() for ax in axes}), 2)

    def test_what_never_happened_is_said(self):
        self.assertEqual(words(plot_latency_distribution.figure(context.sweeps()[context.DEFERRED])).count("none in any"), 2)

    def test_without_a_reset_there_is_one_histogram(self):
        fig = plot_latency_distribution.figure(context.sweeps()[context.IDLE])
        self.assertEqual(len(fig.axes), 1)
        self.assertIn("there was no fault and no reset", words(fig))
        self.assertIn("sweep not finished", words(fig))


class Recovery(unittest.TestCase):
    def setUp(self):
        self.sweeps = list(context.sweeps().values())
        self.fig = plot_recovery.figure(self.sweeps)

    def test_a_row_for_each_sweep_with_a_reset(self):
        drawn = plot_recovery.draw_outcomes(style.figure(8, 6).subplots(), self.sweeps[:3])
        self.assertEqual([round(sum(b.get_width() for b in bars), 6) for bars in drawn], [100, 100, 100])
        self.assertEqual(self.fig.axes[0].get_ylim(), (2.5, -0.5))

    def test_the_median_of_each_phase_and_the_total_is_drawn(self):
        points = plot_recovery.draw_times(style.figure(8, 6).subplots(), self.sweeps[:3])
        self.assertEqual([len(p) for p in points], [6, 0, 0])
        total = self.sweeps[context.NVME].figure["recovery_ns"]
        self.assertEqual(points[0][-1].get_xdata()[0], np.median(total))

    def test_a_driver_that_never_recovered_shows_its_failures_by_rule(self):
        text = words(self.fig)
        self.assertRegex(text, r"no run recovered\nreset-outstanding in \d+ of 10 runs")
        self.assertIn("0 recovered", text)

    def test_two_rows_are_compared_in_the_title(self):
        self.assertIn("nvme recovers in 12 of 12 runs; deferred recovers in 0 of 10 runs",
                      words(plot_recovery.figure(self.sweeps[:2])))

    def test_no_reset_anywhere_is_said(self):
        with self.assertRaisesRegex(shape.NothingToShow, "HwStorResetBus was not entered"):
            plot_recovery.figure([self.sweeps[context.IDLE]])


class Style(unittest.TestCase):
    def test_nothing_sticks_out_of_any_figure(self):
        sweeps = context.sweeps()
        figures = [plot_recovery.figure(list(sweeps.values()))]
        figures += [plot_latency_time.figure(sweeps[i]) for i in (context.NVME, context.DEFERRED, context.HANG)]
        figures += [plot_latency_distribution.figure(s) for s in sweeps.values()]
        for fig in figures:
            self.assertLess(sticks_out(fig), 0.01)

    def test_human_times(self):
        for ns, text in ((0, "0 s"), (640, "640 ns"), (80_200, "80.2 µs"), (999_999, "1 ms"), (10 * 10**9, "10 s"),
                         (999.9, "1 µs"), (1_200 * 10**9, "1,200 s"), (425_000_000, "425 ms")):
            self.assertEqual(style.human_ns(ns), text)

    def test_neighbours_are_told_apart(self):
        texts = style.distinct_ns([-10_322e6, -10_317e6, 0, 39.77e6, 39.80e6])
        self.assertEqual(texts, ["−10.322 s", "−10.317 s", "0", "+39.77 ms", "+39.8 ms"])


if __name__ == "__main__":
    unittest.main()
