"""How every figure looks: colours, fonts, units of time, and files that do not differ from one day to the next."""

import io
import os

import matplotlib

matplotlib.use("Agg", force=True)  # no display is ever needed

from matplotlib.figure import Figure  # noqa: E402  (after the choice of the backend)
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

# Okabe and Ito's palette, told apart with every common colour vision deficiency; ink and paper are greys.
INK, MUTED, GRID, PAPER = "#1f2933", "#5f6b76", "#d9dee3", "#ffffff"
BLUE, ORANGE, SKY, GREEN, VERMILION, YELLOW, PURPLE = (
    "#0072b2", "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#f0e442", "#cc79a7")

PHASE_COLOUR = {"detect": "#b8c0c8", "quiesce": BLUE, "complete": ORANGE, "enable": SKY, "queues": GREEN,
                "first I/O": PURPLE, "not recovered": VERMILION}
WHEN_COLOUR = {"before": BLUE, "during": VERMILION, "after": GREEN}
FAILED_SHADES = (VERMILION, "#e58a4e", "#f0b893")  # of the rules by count; further rules share the last
OTHER_COLOUR = "#b8c0c8"

FORMATS = ("png", "svg")
_RC = {
    "figure.dpi": 100, "savefig.dpi": 144, "figure.facecolor": PAPER, "savefig.facecolor": PAPER,
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK,
    "axes.edgecolor": MUTED, "axes.labelcolor": INK, "axes.labelsize": 10, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "grid.color": GRID, "grid.linewidth": 0.7,
    "legend.frameon": False, "legend.fontsize": 9, "hatch.linewidth": 0.6,
    "svg.hashsalt": "storsim", "svg.fonttype": "path",
}


def figure(width, height):
    """A new figure of our look, in inches, whatever the user's matplotlibrc says."""
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_RC)
    return Figure(figsize=(width, height))


def heading(fig, title, below, left=0.06):
    """What is seen, in a sentence, and below it what it was seen in; smaller where it would not fit."""
    width, height = fig.get_size_inches()

    def fit(text, size, em):  # em: mean width of a character of the font
        return min(size, (0.98 - left) * width * 72 / (em * len(text)))
    return (fig.text(left, 1 - 0.22 / height, title, size=fit(title, 14, 0.64), weight="bold", va="top"),
            fig.text(left, 1 - 0.56 / height, below, size=fit(below, 10, 0.58), color=MUTED, va="top"))


def subtitle(sweep, *more):
    """What a figure of one sweep was made from, and that it is not finished where it is not."""
    parts = [sweep.scenario, f"driver {sweep.driver_name}", *more] + ([] if sweep.complete else ["sweep not finished"])
    return "   ·   ".join(parts)


def outcome_colours(names, recovered, no_rule):
    """A colour for each outcome: green, greys, and shades of vermilion for the rules, the most frequent strongest."""
    shades = iter(FAILED_SHADES)
    return [GREEN if n == recovered else OTHER_COLOUR if n in no_rule else next(shades, FAILED_SHADES[-1])
            for n in names]


def name_row(ax, y, name, lines):
    """Left of the axes: a name in bold, smaller if it is long, and lines below it."""
    for text, weight, size, colour, up, va in ((name, "bold", min(11, 200 / len(name)), INK, 2, "bottom"),
                                               ("\n".join(lines), "normal", 9, MUTED, -2, "top")):
        ax.annotate(text, (0, y), xytext=(-12, up), xycoords=ax.get_yaxis_transform(), ha="right", va=va,
                    textcoords="offset points", weight=weight, fontsize=size, color=colour, linespacing=1.3)


def key_lines(ax, x, y, lines):
    """Lines of (text, colour), each with a square of its colour, downwards from a point."""
    for i, (text, colour) in enumerate(lines):
        for words, right, ink in (("■", 0, colour), (text, 13, INK)):
            ax.annotate(words, (x, y), xytext=(right, -13 * i), textcoords="offset points", va="top", fontsize=9,
                        color=ink)


def human_ns(ns, digits=3):
    """So many significant digits and the unit that suits: 0 s, 640 ns, 80.2 µs, 10 s, 1,200 s."""
    short = float(f"{ns:.{digits}g}")
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")):
        if abs(short) >= factor:
            text = f"{ns / factor:.{digits}g}" if abs(short) < 1000 * factor else f"{ns / factor:,.0f}"
            return f"{text if 'e' not in text else f'{short / factor:.0f}'} {unit}"
    return "0 s" if ns == 0 else f"{ns:.{digits}g} ns"


def distinct_ns(times):
    """Texts of times for the edges of a picture: as short as neighbours can be told apart, signed unless 0."""
    digits = [3] * len(times)

    def text(i):
        return f"{'+' if times[i] > 0 else '−'}{human_ns(abs(times[i]), digits[i])}" if times[i] else "0"
    for _ in range(6):
        same = [i for i in range(1, len(times)) if text(i) == text(i - 1) and times[i] != times[i - 1]]
        for i in {j for i in same for j in (i - 1, i)}:
            digits[i] += 1
    return [text(i) for i in range(len(times))]


def count(number, noun):
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def log_time(axis, ticks=20):
    """A logarithmic axis of ns that reads 1 µs, 10 µs, ... 10 s, with at most so many labels."""
    axis.set_major_locator(LogLocator(10, numticks=ticks))
    axis.set_major_formatter(FuncFormatter(lambda ns, _: human_ns(ns)))
    axis.set_minor_locator(LogLocator(10, subs=range(2, 10), numticks=20))
    axis.set_minor_formatter(NullFormatter())


def linear_time(axis):
    """A linear axis of ns."""
    axis.set_major_formatter(FuncFormatter(lambda ns, _: human_ns(ns)))


def save(fig, path):
    """Writes PNG or SVG by the name's end; the same figure gives the same bytes, and never half of them."""
    kind = os.path.splitext(path)[1][1:].lower()
    assert kind in FORMATS, path
    metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, metadata=metadata)
    part = f"{path}.part"
    try:
        with open(part, "wb") as out:
            out.write(buffer.getvalue())
        os.replace(part, path)
    except OSError:
        if os.path.exists(part):
            os.remove(part)
        raise
