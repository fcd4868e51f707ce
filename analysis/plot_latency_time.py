#!/usr/bin/python3
"""Request latency over virtual time of one run, one point an I/O, with the phases of the first reset.

A point stands where its I/O ended, so the requests that the device had swallowed appear when the recovery gives
them back. Above, the whole run on its true scale; below, the same run in columns: each phase has a column of its
own, however short it was, with its own linear scale, its name and its duration.
"""

import sys

import numpy as np
from matplotlib.lines import Line2D

import command
import shape
import style

PREFIX = "latency-over-time"
MANY = 2000  # points from which an SVG holds them as a picture

# (name, marker, colour, size, alpha, which samples)
KINDS = (
    ("ended at the first try", "o", style.INK, 7, 0.35, lambda s: (s.error == 0) & (s.retries == 0)),
    ("ended after a retry", "^", style.ORANGE, 34, 0.9, lambda s: (s.error == 0) & (s.retries > 0)),
    ("ended with an error", "X", style.VERMILION, 40, 0.9, lambda s: s.error != 0),
)


def draw_points(ax, samples, x, ticks=20):
    """One collection for each kind of I/O that occurs, on a logarithmic axis of latency."""
    drawn = []
    for name, marker, colour, size, alpha, which in KINDS:
        chosen = which(samples)
        if np.any(chosen):
            drawn.append(ax.scatter(x[chosen], samples.latency[chosen], s=size, marker=marker, color=colour,
                                    alpha=alpha, linewidths=0, label=name, zorder=3,
                                    rasterized=len(samples.start) > MANY))
    ax.set_yscale("log")
    ax.set_ylabel("latency")
    seen = np.maximum(samples.latency, 1)
    ax.set_ylim(10 ** np.floor(np.log10(seen.min()) - 0.05), 10 ** np.ceil(np.log10(seen.max()) + 0.05))
    style.log_time(ax.yaxis, ticks)
    ax.grid(axis="y")
    return drawn


def draw_run(ax, run):
    """The whole run on its true scale. Returns (collections of points, shaded phases)."""
    shaded = [ax.axvspan(s.start, s.end, color=style.PHASE_COLOUR[s.name], linewidth=0, zorder=0,
                         alpha=0.35 if s.name == "detect" else 0.6) for s in run.spans]
    points = draw_points(ax, run.samples, run.samples.end, ticks=5)
    margin = 0.015 * (run.end - run.begin)
    ax.set_xlim(run.begin - margin, run.end + margin)
    style.linear_time(ax.xaxis)
    ax.set_xlabel("virtual time")
    ax.set_title("The whole run, true scale of time")
    gap = shape.longest_silence(run)
    if gap.end - gap.start > 0.25 * (run.end - run.begin):
        ax.text((gap.start + gap.end) / 2, 0.5, f"no I/O ends for {style.human_ns(gap.end - gap.start)}",
                transform=ax.get_xaxis_transform(), ha="center", va="center", color=style.MUTED)
    return points, shaded


def draw_columns(ax, run):
    """The same run, a column for each phase. Returns (collections of points, shaded phases, header texts)."""
    cut = shape.columns(run)
    edges = shape.column_edges(cut)
    shaded, heads = [], []
    for column, left, right in zip(cut, edges, edges[1:]):
        colour = style.PHASE_COLOUR.get(column.name)
        if colour:
            shaded.append(ax.axvspan(left, right, color=colour, alpha=0.1 if column.name == shape.UNRECOVERED else 0.22,
                                     linewidth=0, zorder=0))
            ax.plot([left, right], [1.0, 1.0], color=colour, linewidth=5, solid_capstyle="butt", clip_on=False,
                    transform=ax.transAxes, zorder=4)
        heads.append(ax.text((left + right) / 2, 1.03, f"{column.name}\n{style.human_ns(column.end - column.start)}",
                             transform=ax.transAxes, ha="center", va="bottom", fontsize=9, linespacing=1.3))
    for edge in edges[1:-1]:
        ax.axvline(edge, color=style.MUTED, linewidth=0.8, zorder=1)
    points = draw_points(ax, run.samples, shape.to_columns(run.samples.end, cut, edges))
    ax.set_xlim(0, 1)
    since = [c.start - run.figure["reset_at"] for c in cut] + [cut[-1].end - run.figure["reset_at"]]
    ax.set_xticks(edges, [f"{t}\n{e}" for t, e in zip(style.distinct_ns(since), shape.column_events(cut))])
    for label, side in ((ax.get_xticklabels()[0], "left"), (ax.get_xticklabels()[-1], "right")):
        label.set_ha(side)
    ax.set_xlabel("virtual time since HwStorResetBus was entered", labelpad=2)
    ax.set_title("The same run, a column for each phase; each column has its own scale of time", pad=44)
    return points, shaded, heads


def draw_findings(ax, x, rules=()):
    """A line where each rule broke, the first with its name."""
    lines = [ax.axvline(at, color=style.VERMILION, linewidth=2, zorder=2, clip_on=False) for at in x]
    if lines and rules:
        ax.annotate(rules[0], (x[0], 0.5), xytext=(-8, 0), textcoords="offset points", xycoords=ax.get_xaxis_transform(),
                    ha="right", va="center", color=style.VERMILION, weight="bold", fontsize=9)
    return lines


def figure(sweep, seed=None):
    """The figure of one run of the sweep. Raises shape.NothingToShow."""
    run = shape.run_view(sweep, seed)
    broken = np.array([f.at_ns for f in run.findings], dtype=float)
    fig = style.figure(12, 7.6 if run.reset else 4.4)
    style.heading(fig, _title(run), _subtitle(run), left=0.075)
    if run.reset:
        whole, story = fig.subplots(2, 1, gridspec_kw={"height_ratios": (1, 2)})
        fig.subplots_adjust(left=0.075, right=0.975, top=0.845, bottom=0.145, hspace=0.66)
        draw_columns(story, run)
        cut = shape.columns(run)
        draw_findings(story, shape.to_columns(broken, cut, shape.column_edges(cut)), [f.rule for f in run.findings])
    else:
        whole = fig.subplots()
        fig.subplots_adjust(left=0.075, right=0.975, top=0.74, bottom=0.22)
    draw_run(whole, run)
    draw_findings(whole, broken)
    kinds = [Line2D([], [], ls="none", marker=marker, color=colour, mew=0, label=f"{sum(which(run.samples)):,} {name}")
             for name, marker, colour, _, _, which in KINDS]
    fig.legend(handles=kinds, loc="lower center", ncol=len(kinds), bbox_to_anchor=(0.52, 0.0), handletextpad=0.4)
    return fig


def _title(run):
    worst = style.human_ns(run.samples.latency.max())
    if run.findings:
        after = run.findings[0].at_ns - run.figure["reset_at"]
        when = f"{style.human_ns(abs(after))} {'after' if after >= 0 else 'before'} the reset is entered"
        return f"{run.findings[0].rule}: the rule is broken {when if run.reset else 'without any reset'}"
    if not run.reset:
        return f"No reset in this run; the longest I/O took {worst}"
    if run.recovered:
        return f"The reset recovers in {style.human_ns(run.figure['recovery_ns'])}; the longest I/O took {worst}"
    return "I/O does not succeed again after the reset"


def _subtitle(run):
    parts = [f"seed {run.seed}", style.count(len(run.samples.start), "I/O")]
    if run.figure["reset_outstanding"] >= 0:
        parts.append(f"{run.figure['reset_outstanding']:,.0f} outstanding when the reset began")
    if run.figure["resets"] > 1:
        parts.append(f"{run.figure['resets']:,.0f} resets, phases of the first")
    return style.subtitle(run.sweep, *parts)


def main(argv=None):
    return command.plot_each(__doc__, PREFIX, figure, argv, [("seed", int, "the run to show (default: a telling one)")])


if __name__ == "__main__":
    sys.exit(main())
