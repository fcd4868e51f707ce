"""Shapes the arrays of load.py for drawing: phases, columns of time, percentiles, outcomes. numpy only."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

import load

# (figure of sim/run/figures.def, name for people). Each begins where the one before it ends.
RECOVERY_PHASES = (("quiesce_ns", "quiesce"), ("complete_ns", "complete"), ("enable_ns", "enable"),
                   ("queues_ns", "queues"), ("first_io_ns", "first I/O"))
PHASE_NAMES = ("detect",) + tuple(name for _, name in RECOVERY_PHASES)
BEFORE, AFTER, UNRECOVERED = "before", "after", "not recovered"  # what lies around the phases
RECOVERED, NO_RULE = "recovered", ("no reset", "not recovered")  # outcomes besides the names of rules
ENDED_BADLY = ("crash", "hung", "lost")  # stops that are failures even where no finding could be kept


class NothingToShow(Exception):
    """The data lacks what the figure is about; the text is one line for the user."""


@dataclass(frozen=True)
class Span:
    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Run:
    """One run, ready to draw."""
    sweep: load.Sweep
    seed: int
    samples: load.Samples
    spans: list          # phases of the first reset, in order, as far as the run came
    findings: list       # of severity error
    begin: float         # the first I/O begins
    end: float           # the last thing worth seeing
    recovered: bool
    figure: dict         # name -> value of this run

    @property
    def reset(self):
        return not np.isnan(self.figure["reset_at"])


def phase_spans(figure):
    """The phases of one run from its figures, up to the first that it did not reach; empty without a reset."""
    spans = []
    if np.isnan(figure["reset_at"]):
        return spans
    if not np.isnan(figure["fault_at"]) and figure["fault_at"] < figure["reset_at"]:
        spans.append(Span("detect", figure["fault_at"], figure["reset_at"]))
    at = figure["reset_at"]
    for key, name in RECOVERY_PHASES:
        if np.isnan(figure[key]):
            break
        spans.append(Span(name, at, at + figure[key]))
        at += figure[key]
    return spans


def choose_seed(sweep):
    """The run worth showing: the first sampled one that recovered, else was reset, else the first sampled."""
    if not len(sweep.sample_seeds):
        raise NothingToShow(f"{sweep.label}: no samples of single I/Os (sweep with --samples 1 or more)")
    sampled = np.isin(sweep.seed, sweep.sample_seeds)
    for key in ("recovered_at", "reset_at"):
        usable = sweep.seed[sampled & ~np.isnan(sweep.figure[key])]
        if len(usable):
            return int(usable[0])
    return int(sweep.sample_seeds[0])


def run_view(sweep, seed=None):
    """One run of the sweep, by default the one that shows most. Raises NothingToShow."""
    seed = choose_seed(sweep) if seed is None else seed
    samples = load.load_samples(sweep, seed)
    where = np.flatnonzero(sweep.seed == seed)
    if not len(samples.start) or not len(where):
        raise NothingToShow(f"{sweep.label}: no samples of seed {seed}")
    figure = {name: values[where[0]] for name, values in sweep.figure.items()}
    findings = [f for f in sweep.findings if f.seed == seed and f.severity == "error"]
    spans = phase_spans(figure)
    ends = [samples.end.max(), np.nan_to_num(figure["reset_at"])] + [f.at_ns for f in findings] + [s.end for s in spans]
    return Run(sweep, seed, samples, spans, findings, float(samples.start.min()), float(max(ends)),
               not np.isnan(figure["recovered_at"]), figure)


def columns(run):
    """A run with a reset cut into columns: before, the phases, after. Empty ones around the phases are left out."""
    reset_at = run.figure["reset_at"]
    first, last = (run.spans[0].start, run.spans[-1].end) if run.spans else (reset_at, reset_at)
    around = AFTER if run.recovered else UNRECOVERED
    cut = [Span(BEFORE, run.begin, first)] + run.spans + [Span(around, last, run.end)]
    return [c for c in cut if c.end > c.start or c.name in PHASE_NAMES or c.name == UNRECOVERED]


def column_events(cut):
    """What happens at each edge of the columns, in words."""
    ends = {"detect": "reset entered", "quiesce": "RDY = 0", "complete": "given back", "enable": "RDY = 1",
            "queues": "resumed", "first I/O": "first I/O", BEFORE: "reset entered"}
    events = [ends[c.name] for c in cut[:-1]]
    if cut[0].name != BEFORE:
        return ["fault" if cut[0].name == "detect" else "reset entered"] + events + ["the end"]
    if len(cut) > 1 and cut[1].name == "detect":
        events[0] = "fault"
    return ["load begins"] + events + ["the end"]


def longest_silence(run):
    """The longest stretch in which no I/O ended, as a Span."""
    ends = np.sort(np.append(run.samples.end, run.end))
    widest = int(np.argmax(np.diff(ends)))
    return Span("silence", float(ends[widest]), float(ends[widest + 1]))


def column_edges(cut, wide=2.6):
    """x of the columns' edges, len(cut) + 1 of them from 0 to 1: phases equal, before and after `wide` times that."""
    width = np.array([1.0 if c.name in PHASE_NAMES else wide for c in cut])
    return np.concatenate([[0.0], np.cumsum(width) / width.sum()])


def to_columns(times, cut, edges):
    """x of each time: linear inside its column. A time on an edge belongs to the column that begins there."""
    times = np.asarray(times, dtype=float)
    start = np.array([c.start for c in cut])
    length = np.array([c.end - c.start for c in cut])
    which = np.clip(np.searchsorted(start, times, side="right") - 1, 0, len(cut) - 1)
    inside = np.clip((times - start[which]) / np.where(length > 0, length, 1)[which], 0, 1)
    return edges[which] + inside * (edges[which + 1] - edges[which])


def bin_upper(lower):
    """Upper edges of latency bins: four to an octave, the first one up to 64 ns (sim_latency_bin())."""
    lower = np.asarray(lower, dtype=np.int64)
    octave = 1 << np.floor(np.log2(np.maximum(lower, 64))).astype(np.int64)
    return np.where(lower < 64, 64, lower + octave // 4)


def bin_bounds(sweep, when):
    """(lower, upper) edges of one histogram's bins, cut at the longest I/O of all runs where that is known."""
    lower = sweep.latency[when][0]
    longest = sweep.figure["latency_max_ns"]
    upper = bin_upper(lower)
    if np.any(~np.isnan(longest)):
        upper = np.maximum(np.minimum(upper, np.nanmax(longest)), lower + 1)
    return lower, upper


def percentile(lower, upper, count, share):
    """Where that share (0 to 1) of the latencies is reached, linear inside a bin; NaN without any. 1 is a bound."""
    if not len(count):
        return np.nan
    reached = np.concatenate([[0], np.cumsum(count)]) / np.sum(count)
    i = min(int(np.searchsorted(reached, share, side="left")), len(count)) - 1
    i = max(i, 0)
    return float(lower[i] + (upper[i] - lower[i]) * (share - reached[i]) / (reached[i + 1] - reached[i]))


def outcomes(sweep):
    """[(name, runs)]: recovered first, then each rule that ended runs, then what else happened; sums to all runs.

    A run with a finding of severity error counts for the rule of its first one, even if it had recovered before.
    """
    rule = {}
    for finding in sweep.findings:
        if finding.severity == "error":
            rule.setdefault(finding.seed, finding.rule)
    reset, recovered = (~np.isnan(sweep.figure[key]) for key in ("reset_at", "recovery_ns"))
    passed, failed, other = 0, Counter(), Counter()
    for i, seed in enumerate(sweep.seed.tolist()):
        if sweep.errors[i] or seed in rule or sweep.stop[i] in ENDED_BADLY:
            failed[rule.get(seed, str(sweep.stop[i]))] += 1
        elif recovered[i]:
            passed += 1
        else:
            other[NO_RULE[int(reset[i])]] += 1
    by_count = [sorted(group.items(), key=lambda item: (-item[1], item[0])) for group in (failed, other)]
    return [(RECOVERED, passed)] + by_count[0] + by_count[1]


def fold(ended, most):
    """Outcomes with the least frequent ones summed up, so that there are `most` at most."""
    if len(ended) <= most:
        return ended
    rest = ended[most - 1:]
    return ended[:most - 1] + [(f"by {len(rest)} further rules or ends", sum(runs for _, runs in rest))]


def recoveries(sweep):
    """Runs that recovered and broke no rule: {"total" and each recovery phase: array of ns, NaN: unknown}."""
    bad = [f.seed for f in sweep.findings if f.severity == "error"]
    clean = (sweep.errors == 0) & ~np.isin(sweep.stop, ENDED_BADLY) & ~np.isin(sweep.seed, bad)
    clean &= ~np.isnan(sweep.figure["recovery_ns"])
    table = {name: sweep.figure[key][clean] for key, name in RECOVERY_PHASES}
    table["total"] = sweep.figure["recovery_ns"][clean]
    return table


def violin(values, points=241):
    """(x, thickness 0 to 1) of a distribution on a logarithmic axis, smoothed with a normal kernel."""
    logs = np.log10(values)
    width = max(0.012, 0.9 * logs.std() * len(logs) ** -0.2)
    number, edges = np.histogram(logs, bins=points, range=(logs.min() - 2 * width, logs.max() + 2 * width))
    middle = (edges[:-1] + edges[1:]) / 2
    kernel = np.exp(-0.5 * ((middle - middle[points // 2]) / width) ** 2)
    thick = np.convolve(number, kernel, mode="same")
    return 10 ** middle, thick / thick.max()


def mean_shares(table):
    """[(phase, share of the mean recovery in %)] from recoveries(); empty without any recovery."""
    known = [(name, np.nanmean(table[name])) for _, name in RECOVERY_PHASES if np.any(~np.isnan(table[name]))]
    whole = sum(mean for _, mean in known)
    return [(name, 100 * mean / whole) for name, mean in known] if whole else []


def trouble(sweep):
    """What 'before', 'during' and 'after' of the latencies are about: "fault", else "reset", else "" (neither)."""
    seen = [name for name, key in (("fault", "fault_at"), ("reset", "reset_at")) if np.any(sweep.figure[key] >= 0)]
    return seen[0] if seen else ""


def was_reset(sweep):
    return bool(np.any(~np.isnan(sweep.figure["reset_at"])))


@dataclass(frozen=True)
class Curve:
    """How many distinct pairs the first n seeds of a range showed."""
    scenario: str
    driver: str
    strategy: str        # and that it was guided
    build: str
    seed: np.ndarray     # place in the range, from 1, at which the count rises; ascending
    count: np.ndarray    # of pairs from there on
    last: int            # place of the last seed that was watched

    @property
    def last_new(self):
        return int(self.seed[-1]) if len(self.seed) else 0

    @property
    def total(self):
        return int(self.count[-1]) if len(self.count) else 0

    @property
    def flat(self):
        """The share of the seeds, at the end, in which nothing was new."""
        return 1 - self.last_new / self.last


def coverage_curves(sweeps):
    """A curve for each scenario, driver and strategy whose pairs were collected. Shards of one range are put together:
    a pair is as old as the lowest seed of any shard that showed it."""
    together = {}
    for sweep in sweeps:
        if len(sweep.pairs.covered):
            key = (sweep.scenario, sweep.driver_name, sweep.strategy + (", guided" if sweep.guided else ""), sweep.build,
                   sweep.seed_first, sweep.seed_last)
            together.setdefault(key, []).append(sweep.pairs)
    return [_curve(key, parts) for key, parts in together.items()]


def _curve(key, parts):
    first = {}
    for pairs in parts:
        for place, seed in zip(pairs.place, pairs.first.tolist()):
            first[place] = min(seed, first.get(place, seed))
    base = key[4] - 1
    seed, new = np.unique(np.array(sorted(first.values()), dtype=np.int64) - base, return_counts=True)
    return Curve(*key[:4], seed, np.cumsum(new), int(max(pairs.covered.max() for pairs in parts)) - base)
