"""`plasticity compare`."""

from __future__ import annotations

import logging
import shlex
import signal
import sys
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plasticity.cli.options import Data, Quiet, Settings
from plasticity.cli.terminal import empty_table, line, stdout

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from plasticity.comparison.data import Entrant
    from plasticity.comparison.result import Comparison, Contender


def compare(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EXPERIMENT",
            help="Presets, TOML files or stores of finished runs; by default the installed "
            "presets.",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="Runs of each experiment, with consecutive seeds.")
    ] = 1,
    settings: Settings = None,
    data: Data = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="SAMPLES|TIME|own",
            help="Training of each run: a number of samples, a time such as '90 s', or 'own' for "
            "what its spec says; by default as many samples for all as the longest run.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the page and the stores, where an interrupted comparison is continued; "
            "by default a new folder `comparison`.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Compare experiments on the same data, in a table and a page."""
    from plasticity.cli.failures import exit_by_signal
    from plasticity.comparison.comparison import compare as run_all
    from plasticity.comparison.data import entrants_of
    from plasticity.experiment.overrides import parse_all

    changes = parse_all(settings or [])
    entrants = entrants_of(experiments or ())
    folder = _new_folder() if out is None else out
    command = _command(list(entrants), experiments, seeds, data, budget, settings)
    notices = logging.getLogger("plasticity.notices")
    notices.disabled = True  # they are printed at the end, each with the name of its run
    try:
        comparison = run_all(
            _without_bars(entrants),
            seeds=seeds,
            data=changes.pop("data", data),
            budget=budget,
            out=folder,
            telling=None if quiet else _Progress(entrants),
            command=command,
            **changes,
        )
    except KeyboardInterrupt as error:
        exit_by_signal(
            getattr(error, "signal", None) or signal.SIGINT,
            f"Interrupted; everything recorded so far is in {folder}.",
            f"Continue with: {command} --out {shlex.quote(str(folder))}",
        )
    finally:
        notices.disabled = False
    page = comparison.write(folder, overwrite=True)
    print_table(stdout(), comparison)
    for run in comparison.runs:
        title = run.name if len(comparison.seeds) == 1 else f"{run.name}, seed {run.seed},"
        if run.failure:
            line(f"{title} failed: {run.failure}")
        elif run.run is not None and run.run.outcome != "finished":
            line(f"{title} {run.run.outcome}")
        for notice in run.run.notices if run.run is not None else ():
            line(f"{title} {notice}")
    print(page)
    if any(run.failure for run in comparison.runs):
        raise typer.Exit(1)


class _Progress:
    """A progress bar for each run of this process, and lines about the runs of others."""

    def __init__(self, entrants: Iterable[str]) -> None:
        from plasticity.cli.execute import progress_bar

        self._width = max(map(len, entrants))
        self._bar = progress_bar()

    def listeners(self, title: str) -> list[Any]:
        """Return the bar of a run."""
        return [] if self._bar is None else [self._bar(title=title.ljust(self._width))]

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, file=sys.stderr)


def _without_bars(entrants: dict[str, Entrant]) -> dict[str, Any]:
    """Return the experiments without progress bars of their own, which would lack a title."""
    from plasticity.cli.execute import with_progress
    from plasticity.experiment.spec import Experiment

    return {
        name: with_progress(given, quiet=True)[0] if isinstance(given, Experiment) else given
        for name, given in entrants.items()
    }


def _new_folder() -> Path:
    names = chain(["comparison"], map("comparison-{}".format, count(2)))
    return next(path for path in map(Path, names) if not path.exists())


def _command(
    names: list[str],
    given: list[str] | None,
    seeds: int,
    data: str | None,
    budget: str | None,
    settings: list[str] | None,
) -> str:
    arguments = ["plasticity", "compare", *(given or names)]
    arguments += ["--seeds", str(seeds)] if seeds != 1 else []
    arguments += ["--data", data] if data is not None else []
    arguments += ["--budget", budget] if budget is not None else []
    arguments += [text for setting in settings or () for text in ("--set", setting)]
    return shlex.join(arguments)


def print_table(console: Console, comparison: Comparison) -> None:
    """Print one row per experiment or, if the terminal is too narrow, one column."""
    from plasticity.analysis.readouts import LINEAR_PROBE
    from plasticity.comparison.page.format import cell, heading

    columns, sign = comparison.columns, "+/-" if console.options.ascii_only else "±"
    rows = [
        [contender.name, *(_text(contender, name, sign) for name in columns)]
        for contender in comparison.contenders
    ]
    if comparison.baseline is not None:
        probe = {LINEAR_PROBE: comparison.baseline}
        rows.append(["raw inputs", *(cell(name, probe.get(name)) for name in columns)])
    titles = ["run", *map(heading, columns)]
    table = _table(titles, rows)
    if _width(console, table) > console.width:
        table = _table(["\n".join(title.split()) for title in titles], rows)
    if _width(console, table) > console.width:
        titles, *rows = map(list, zip(titles, *rows, strict=True))
        table = _table(titles, rows)
    console.print(table)


def _text(contender: Contender, column: str, sign: str) -> str:
    """Return the mean over the seeds, with the standard deviation if there are several."""
    import math

    from plasticity.comparison.page.format import cell

    spread = contender.spread(column)
    mean = cell(column, contender.mean(column))
    return mean if math.isnan(spread) else f"{mean} {sign} {cell(column, spread).removesuffix('%')}"


def _table(titles: list[str], rows: list[list[str]]) -> Table:
    table = empty_table(titles, justify="right", vertical="bottom", no_wrap=True)
    table.columns[0].justify = "left"
    for row in rows:
        table.add_row(*row)
    return table


def _width(console: Console, table: Table) -> int:
    return console.measure(table, options=console.options.update(max_width=100_000)).maximum
