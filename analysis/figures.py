#!/usr/bin/python3
"""Makes every figure that results databases can show, as PNG and SVG, and prints the path of each.

    analysis/figures.py out/results.db --out out/figures

What the data cannot show is skipped with one line that says why. The same databases give byte-identical files.
"""

import os
import sys

import command
import plot_coverage
import plot_latency_distribution
import plot_latency_time
import plot_recovery
import shape
import style


def jobs(sweeps):
    """(file name without extension, function that returns the figure), in the order in which they are made."""
    yield plot_recovery.NAME, lambda: plot_recovery.figure(sweeps)
    yield plot_coverage.NAME, lambda: plot_coverage.figure(sweeps)
    for plot in (plot_latency_time, plot_latency_distribution):
        for sweep, name in zip(sweeps, command.file_names(plot.PREFIX, sweeps)):
            yield name, lambda plot=plot, sweep=sweep: plot.figure(sweep)


def formats(text):
    chosen = [part.strip().lower() for part in text.split(",")]
    for kind in chosen:
        if kind not in style.FORMATS:
            raise command.UsageError(f"--format {text}: '{kind}' is not one of: {', '.join(style.FORMATS)}")
    return chosen


def main(argv=None):
    made = command.parser(__doc__, outputs=False)
    made.add_argument("--out", required=True, metavar="DIR", help="folder for the files; made if missing")
    made.add_argument("--format", default="png,svg", help="png, svg or both (default: png,svg)")
    arguments = made.parse_args(argv)

    def work():
        kinds = formats(arguments.format)
        sweeps = command.sweeps(arguments.database, arguments.sweep)
        os.makedirs(arguments.out, exist_ok=True)
        for name, make in jobs(sweeps):
            try:
                fig = make()
            except shape.NothingToShow as reason:
                command.skip(name, reason)
            else:
                command.write(fig, [os.path.join(arguments.out, f"{name}.{kind}") for kind in kinds])
    return command.guarded(work)


if __name__ == "__main__":
    sys.exit(main())
