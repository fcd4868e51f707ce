#!/usr/bin/python3
"""How fast sweeps still find new interleavings: distinct pairs of conflicting accesses over seeds, sweeps overlaid.

A curve that has long been flat says that more seeds of this kind would show little; one that still rises, that they
would. What counts as a pair is in sim/engine/coverage.h. Shards of one range (several databases) make one curve.
"""

import sys

import numpy as np

import command
import shape
import style
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

NAME = "coverage"
COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY, style.INK)
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))  # when there are more curves than colours


def draw(ax, curves):
    """A step line for each curve, a point at its last new pair. Returns (lines, points)."""
    lines, points = [], []
    for i, curve in enumerate(curves):
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i // len(COLOURS) % len(DASHES)]
        x, y = np.append(curve.seed, curve.last), np.append(curve.count, curve.total)
        width = 1.5 + 2.5 * (len(curves) - 1 - i) / len(curves)  # a curve below another one shows at its sides
        lines += ax.plot(x, y, drawstyle="steps-post", color=colour, linestyle=dash, linewidth=width)
        points += ax.plot([curve.last_new], [curve.total], "o", color=colour, markersize=5, zorder=5)
    last = max(curve.last for curve in curves)
    ax.set_xscale("log")
    ax.set_xlim(0.9, max(last, 10) * 1.1)
    ax.set_ylim(0, max(curve.total for curve in curves) * 1.08)
    ax.xaxis.set_major_locator(LogLocator(10))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda seed, _: f"{seed:,.0f}"))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.set_xlabel("seeds (log)")
    ax.set_ylabel("distinct interleavings found so far")
    ax.grid()
    return tuple(lines), tuple(points)


def names(curves):
    """What tells the curves apart, and nothing that they share or that the scenario says already."""
    parts = [(c.scenario, c.driver, c.strategy) for c in curves]
    differ = [len({p[i] for p in parts}) > 1 for i in range(3)]
    differ[1] = len({p[:2] for p in parts}) > len({p[0] for p in parts})
    return [", ".join(p for p, d in zip(part, differ) if d) or part[2] for part in parts]


def label(ax, lines, curves):
    """A line for each curve right of the axes, in the order of their ends. Returns the texts."""
    order = sorted(range(len(curves)), key=lambda i: -curves[i].total)
    texts, row_height = [], min(0.125, 1 / len(curves))
    for row, i in enumerate(order):
        c = curves[i]
        y = 1 - row * row_height
        name = names(curves)[i]
        texts.append(ax.text(1.03, y, name, transform=ax.transAxes, va="top", fontsize=min(10, 290 / len(name)),
                             weight="bold", color=lines[i].get_color()))
        texts.append(ax.text(1.03, y - 0.45 * row_height, f"{style.count(c.total, 'pair')}; last new one at seed {c.last_new:,}",
                             transform=ax.transAxes, va="top", fontsize=9, color=style.MUTED))
    return texts


def figure(sweeps):
    """One figure of all sweeps. Raises shape.NothingToShow."""
    curves = [c for c in shape.coverage_curves(sweeps) if c.total]
    if not curves:
        raise shape.NothingToShow("no interleavings were collected (sweep without --no-coverage)")
    height = max(5.0, 1.9 + 0.5 * len(curves))
    fig = style.figure(11, height)
    shared = {(c.scenario, c.driver) for c in curves}
    below = "   ·   ".join(next(iter(shared))) if len(shared) == 1 else style.count(len(curves), "sweep")
    style.heading(fig, _title(curves), f"{below}   ·   two accesses to one place, one after the other, from different "
                  "contexts, at least one writes", left=0.075)
    ax = fig.subplots()
    fig.subplots_adjust(left=0.075, right=0.70, top=1 - 1.0 / height, bottom=0.6 / height)
    lines, _ = draw(ax, curves)
    label(ax, lines, curves)
    return fig


def _title(curves):
    if len(curves) == 1:
        c = curves[0]
        return (f"{style.count(c.total, 'interleaving')}; the last new one at seed {c.last_new:,} of {c.last:,}"
                if c.last > 1 else f"{style.count(c.total, 'interleaving')} in one seed")
    still = sum(c.flat < 0.5 for c in curves)
    if not still:
        return "Nothing new in the second half of any sweep"
    return f"{still} of {len(curves)} sweeps found new interleavings in the second half of their seeds"


def main(argv=None):
    return command.plot_all(__doc__, NAME, figure, argv)


if __name__ == "__main__":
    sys.exit(main())
