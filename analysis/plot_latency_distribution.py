#!/usr/bin/python3
"""Distribution of request latency before the fault, until the recovery, and after it, over all runs of a sweep.

Three histograms on one logarithmic axis of latency, as shares of the I/Os of each. Percentiles are read from bins
(four to an octave), hence 'about'; the maximum is the upper edge of the last bin, or the longest I/O, hence 'at most'.
"""

import sys

import numpy as np

import command
import load
import shape
import style

PREFIX = "latency-distribution"
MARKS = (("p50", 0.5, "v"), ("p99", 0.99, "D"), ("max", 1.0, "s"))
WHEN = {"before": "ended before the {}", "during": "met the {} or the recovery", "after": "began after the recovery"}
SMALLEST = 48  # ns, where the bin of everything below 64 ns begins in the picture


def draw(ax, sweep, phase, limits):
    """The histogram of one phase. Returns (bars, markers of p50, p99 and max, text of numbers)."""
    count = sweep.latency[phase][1]
    lower, upper = shape.bin_bounds(sweep, phase)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*limits["x"])
    ax.set_ylim(*limits["y"])
    style.log_time(ax.xaxis)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.6g} %")
    ax.minorticks_off()
    ax.grid()
    what = shape.trouble(sweep)
    ax.set_title(f"I/Os that {WHEN[phase].format(what)}" if what else "All I/Os", color=style.WHEN_COLOUR[phase],
                 fontsize=11, pad=8)
    if not len(count):
        note = ax.text(0.5, 0.5, "none in any run", transform=ax.transAxes, ha="center", color=style.MUTED)
        return (), (), note
    left = np.maximum(lower, SMALLEST)
    bars = ax.bar(left, count / count.sum(), width=upper - left, align="edge", color=style.WHEN_COLOUR[phase], alpha=0.75,
                  linewidth=0)
    marks, words = [], [f"{count.sum():,} I/Os"]
    for name, part, marker in MARKS:
        at = shape.percentile(lower, upper, count, part)
        marks += ax.plot([at], [1.0], marker=marker, color=style.INK, markersize=6, clip_on=False, linestyle="none",
                         transform=ax.get_xaxis_transform(), label=name, zorder=5)
        words.append(f"{name} ≤ {style.human_ns(at)}" if part == 1 else f"{name} ≈ {style.human_ns(at, 2)}")
    note = ax.text(1.025, 0.97, "\n".join(words), transform=ax.transAxes, va="top", linespacing=1.55, fontsize=10)
    return bars, tuple(marks), note


def figure(sweep):
    """The figure of one sweep. Raises shape.NothingToShow."""
    if not any(len(count) for _, count in sweep.latency.values()):
        raise shape.NothingToShow(f"{sweep.label}: no I/O ended in any run")
    limits = _limits(sweep)
    shown = [p for p in load.LATENCY_PHASES if shape.trouble(sweep) or len(sweep.latency[p][1])]
    height = 1.8 + 1.75 * len(shown)
    fig = style.figure(11, height)
    style.heading(fig, _title(sweep), style.subtitle(sweep, style.count(len(sweep.seed), "run")), left=0.095)
    axes = fig.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    fig.subplots_adjust(left=0.095, right=0.84, top=1 - 1.2 / height, bottom=0.62 / height, hspace=0.42)
    for ax, phase in zip(axes, shown):
        draw(ax, sweep, phase, limits)
    axes[len(shown) // 2].set_ylabel("share of these I/Os (log)")
    axes[-1].set_xlabel("latency as the application saw it (log)")
    marked = [ax for ax in axes if ax.get_lines()]
    fig.legend(handles=marked[0].get_lines(), loc="lower right", bbox_to_anchor=(0.985, 0.005), ncol=3,
               columnspacing=0.9, handletextpad=0.1)
    return fig


def _limits(sweep):
    """One x and one y range for all three, so that they can be compared by eye."""
    filled = [h for h in sweep.latency.values() if len(h[1])]
    low = min(max(lower[0], SMALLEST) for lower, _ in filled)
    high = max(shape.bin_upper(lower)[-1] for lower, _ in filled)
    rarest = min((count / count.sum()).min() for _, count in filled)
    return {"x": (10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high))),
            "y": (10 ** np.floor(np.log10(rarest * 0.9)), 1.0)}


def _title(sweep):
    filled = [phase for phase in load.LATENCY_PHASES if len(sweep.latency[phase][1])]
    middle = [style.human_ns(shape.percentile(*shape.bin_bounds(sweep, p), sweep.latency[p][1], 0.5), 2) for p in filled]
    what = shape.trouble(sweep)
    if not what:
        return f"Median I/O: about {middle[0]}; there was no fault and no reset"
    recovers = np.any(sweep.figure["recovered_at"] >= 0)
    when = {"before": f"before the {what}", "during": "until the recovery" if recovers else f"from the {what} on",
            "after": "after it"}
    return "Median I/O: about " + ", ".join(f"{m} {when[p]}" for m, p in zip(middle, filled))


def main(argv=None):
    return command.plot_each(__doc__, PREFIX, figure, argv)


if __name__ == "__main__":
    sys.exit(main())
