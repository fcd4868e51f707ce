#!/usr/bin/python3
"""Recovery times of two or more drivers or scenarios side by side, split into phases, with the failures counted.

A row for each sweep in which a reset was seen. Left, how its runs ended. Middle, on which phase the mean recovery
spent its time. Right, how long each phase and the whole took: its distribution over the runs and its median as a
dot. Only runs that recovered and broke no rule have a recovery time; a driver without any shows none.
"""

import sys
import textwrap

import numpy as np
from matplotlib.patches import Patch

import command
import shape
import style

NAME = "recovery-times"
LANES = [name for _, name in shape.RECOVERY_PHASES] + ["total"]
COLOUR = {**style.PHASE_COLOUR, "total": style.INK}
BAR_UP, WORDS_MAX = 0.14, 4  # how far a bar stands above the middle of its row, and lines of words below it


def draw_outcomes(ax, rows):
    """Shares of how the runs ended, stacked to 100 %, the counts in words below. Returns the bars, row by row."""
    drawn = []
    for y, sweep in enumerate(rows):
        left, bars, words, ended = 0.0, [], [], shape.fold(shape.outcomes(sweep), WORDS_MAX)
        colours = style.outcome_colours([name for name, _ in ended], shape.RECOVERED, shape.NO_RULE)
        for (name, runs), colour in zip(ended, colours):
            share = 100 * runs / len(sweep.seed)
            bars += ax.barh(y - BAR_UP, share, left=left, height=0.3, color=colour, linewidth=0).patches
            left += share
            words.append((f"{runs:,} {name}", colour))
        style.key_lines(ax, 0, y + 0.06, words)
        drawn.append(bars)
    ax.set_xlim(0, 100)
    ax.set_xlabel("share of runs, %")
    ax.set_title("How the runs ended")
    return drawn


def draw_shares(ax, rows):
    """The mean recovery cut into its phases, as shares of it. Returns the bars, row by row."""
    drawn = []
    for y, sweep in enumerate(rows):
        table = shape.recoveries(sweep)
        left, bars = 0.0, []
        for name, share in shape.mean_shares(table):
            bars += ax.barh(y - BAR_UP, share, left=left, height=0.3, color=COLOUR[name], linewidth=0).patches
            left += share
        if bars:
            ax.text(0, y + 0.06, f"mean {style.human_ns(np.mean(table['total']))}", va="top", fontsize=9)
        drawn.append(bars)
    ax.set_xlim(0, 100)
    ax.set_xlabel("share of the mean recovery, %")
    ax.set_title("Where the time goes")
    return drawn


def draw_times(ax, rows):
    """A lane for each phase and for the whole on a logarithmic axis. Returns the points at the medians, row by row."""
    drawn, seen = [], []
    for y, sweep in enumerate(rows):
        table, points = shape.recoveries(sweep), []
        for lane, name in enumerate(LANES):
            at = y - 0.36 + 0.72 * lane / (len(LANES) - 1)
            values = table[name][table[name] > 0]
            if not len(values):
                continue
            x, thick = shape.violin(values)
            seen += [x[0], x[-1]]
            ax.fill_between(x, at - 0.065 * thick, at + 0.065 * thick, color=COLOUR[name], alpha=0.7, linewidth=0)
            points += ax.plot([np.median(values)], [at], "o", color=style.PAPER, markersize=3.5,
                              markeredgecolor=style.INK, markeredgewidth=0.8)
            ax.annotate(f"{name}  {style.human_ns(np.median(values))}", (x[-1], at), xytext=(10, 0), va="center",
                        textcoords="offset points", fontsize=9, weight="bold" if name == "total" else "normal")
        if not points:
            rule = [f"{name} in {runs:,} of {style.count(len(sweep.seed), 'run')}"
                    for name, runs in shape.outcomes(sweep)[1:2] if name not in shape.NO_RULE]
            ax.text(0.5, y, "\n".join(["no run recovered"] + rule), transform=ax.get_yaxis_transform(), ha="center",
                    va="center", color=style.VERMILION if rule else style.MUTED, weight="bold", linespacing=1.5)
        drawn.append(points)
    ax.set_xscale("log")
    low, high = (min(seen), max(seen)) if seen else (1e3, 1e9)
    ax.set_xlim(10 ** np.floor(np.log10(low)), 10 ** (np.ceil(np.log10(high)) + 1))
    style.log_time(ax.xaxis)
    ax.minorticks_off()
    ax.grid(axis="x")
    ax.set_xlabel("time (log)")
    ax.set_title("How long it took: spread over the runs, and the median")
    return drawn


def figure(sweeps):
    """One figure of all sweeps in which a reset was seen. Raises shape.NothingToShow."""
    rows = [s for s in sweeps if shape.was_reset(s)]
    if not rows:
        raise shape.NothingToShow("HwStorResetBus was not entered in any run of: " + "; ".join(s.label for s in sweeps))
    height = 2.4 + 1.65 * len(rows)
    fig = style.figure(15, height)
    style.heading(fig, _title(rows), "from HwStorResetBus entered to the first successful I/O afterwards, virtual time",
                  left=0.02)
    axes = fig.subplots(1, 3, gridspec_kw={"width_ratios": (2.2, 2.2, 5)}, sharey=True)
    fig.subplots_adjust(left=0.155, right=0.975, top=1 - 1.25 / height, bottom=1.0 / height, wspace=0.1)
    for ax, draw in zip(axes, (draw_outcomes, draw_shares, draw_times)):
        draw(ax, rows)
        ax.tick_params(axis="y", length=0, labelleft=False)
        ax.spines["left"].set_visible(False)
        for edge in np.arange(len(rows) - 1) + 0.5:
            ax.axhline(edge, color=style.GRID, linewidth=1)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    axes[0].set_yticks([])
    for y, sweep in enumerate(rows):
        runs = f"n = {len(sweep.seed):,}" + ("" if sweep.complete else ", unfinished")
        style.name_row(axes[0], y - BAR_UP, sweep.driver_name, textwrap.wrap(sweep.scenario, 26) + [runs])
    fig.legend(handles=[Patch(color=COLOUR[n], label=n) for n in LANES[:-1]], loc="lower center", ncol=5,
               bbox_to_anchor=(0.5, 0.0), handlelength=1.2)
    return fig


def _title(rows):
    parts = []
    for sweep in rows[:3]:
        name = sweep.driver_name if len({s.driver_name for s in rows}) == len(rows) else sweep.label
        parts.append(f"{name} recovers in {shape.outcomes(sweep)[0][1]:,} of {style.count(len(sweep.seed), 'run')}")
    return "; ".join(parts) if len(rows) <= 2 else "How often and how fast the drivers recover"


def main(argv=None):
    return command.plot_all(__doc__, NAME, figure, argv)


if __name__ == "__main__":
    sys.exit(main())
