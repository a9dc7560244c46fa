"""`plasticity compare`."""

from __future__ import annotations

import logging
import shlex
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plasticity.cli.options import Data, Quiet, Settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from plasticity.comparison.comparison import Comparison
    from plasticity.comparison.data import Entrant
    from plasticity.comparison.tables import Contender

_FOLDER = "comparison"


def compare(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A B ...]",
            help="Presets, TOML files or stores of finished runs; without any, the comparison of "
            "the installed presets.",
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option(metavar="N", help="Runs of each experiment, with seeds in a row.")
    ] = 1,
    settings: Settings = None,
    data: Data = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="SAMPLES|TIME|own",
            help='How much each run may learn: samples, a duration as "90 s", or as its spec '
            "says; without it as many samples for all as the longest has.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the page and the stores go, and where an earlier comparison of the same "
            "is gone on with; without it a new folder `comparison`.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run experiments on the same data: one table, one page."""
    from plasticity.cli.failures import interrupted
    from plasticity.cli.terminal import line, stdout
    from plasticity.comparison.comparison import compare as run_all
    from plasticity.comparison.data import entrants_of
    from plasticity.experiment.overrides import parse_all

    chosen = parse_all(settings or [])
    entrants = entrants_of(experiments or ())
    folder = _new_folder() if out is None else out
    command = _command(list(entrants), experiments, seeds, data, budget, settings)
    logged = logging.getLogger("plasticity.notices")
    logged.disabled = True  # they are printed at the end, each with the name of its run
    try:
        compared = run_all(
            _without_bars(entrants),
            seeds=seeds,
            data=chosen.pop("data", data),
            budget=budget,
            out=folder,
            telling=None if quiet else _Telling(entrants),
            command=command,
            **chosen,
        )
    except KeyboardInterrupt as error:
        again = f"{command} --out {shlex.quote(str(folder))}"
        interrupted(
            getattr(error, "signal", None) or signal.SIGINT,
            f"Interrupted; what was recorded until then is in {folder}.",
            f"{again} goes on from there.",
        )
    finally:
        logged.disabled = False
    page = compared.write(folder, overwrite=True)
    console = stdout()
    print_table(console, compared)
    for run in compared.runs:
        title = run.name if len(compared.seeds) == 1 else f"{run.name}, seed {run.seed},"
        if run.failure:
            line(console, f"{title} failed: {run.failure}")
        elif run.run is not None and run.run.outcome != "finished":
            line(console, f"{title} {run.run.outcome}")
        for notice in run.run.notices if run.run is not None else ():
            line(console, f"{title} {notice}")
    print(page)
    if any(run.failure for run in compared.runs):
        raise typer.Exit(1)


class _Telling:
    """A bar for each run of this process, where one is installed, and lines of what others did."""

    def __init__(self, entrants: Iterable[str]) -> None:
        from plasticity.cli.progress import PROGRESS
        from plasticity.errors import UnknownNameError
        from plasticity.experiment.registry import find

        self._width = max(map(len, entrants))
        self._bar: Any = None
        with suppress(UnknownNameError):
            self._bar = find(PROGRESS, "observer")

    def listeners(self, title: str) -> list[Any]:
        """The bar of a run."""
        return [] if self._bar is None else [self._bar(title=title.ljust(self._width))]

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, file=sys.stderr)


def _without_bars(entrants: dict[str, Entrant]) -> dict[str, Any]:
    """The experiments without bars of their own, which would not tell whose they are."""
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.spec import Experiment

    return {
        name: with_progress(given, quiet=True)[0] if isinstance(given, Experiment) else given
        for name, given in entrants.items()
    }


def _new_folder() -> Path:
    """A folder with a name that is free."""
    from itertools import count

    names = (f"{_FOLDER}-{number}" if number > 1 else _FOLDER for number in count(1))
    return next(path for path in map(Path, names) if not path.exists())


def _command(
    names: list[str],
    given: list[str] | None,
    seeds: int,
    data: str | None,
    budget: str | None,
    settings: list[str] | None,
) -> str:
    words = ["plasticity", "compare", *(given or names)]
    words += ["--seeds", str(seeds)] if seeds != 1 else []
    words += ["--data", data] if data is not None else []
    words += ["--budget", budget] if budget is not None else []
    words += [word for setting in settings or () for word in ("--set", setting)]
    return shlex.join(words)


def print_table(console: Console, compared: Comparison) -> None:
    """Print a row an experiment or, where the terminal is too narrow for it, a column each."""
    from plasticity.analysis.readouts import LINEAR_PROBE
    from plasticity.comparison.page.wording import cell, heading

    columns, sign = compared.columns, "+/-" if console.options.ascii_only else "±"
    rows = [
        [contender.name, *(_text(contender, name, sign) for name in columns)]
        for contender in compared.contenders
    ]
    if compared.baseline is not None:
        probe = {LINEAR_PROBE: compared.baseline}
        rows.append(["raw inputs", *(cell(name, probe.get(name)) for name in columns)])
    titles = ["run", *map(heading, columns)]
    table = _table(titles, rows)
    if _width(console, table) > console.width:
        table = _table(["\n".join(title.split()) for title in titles], rows)
    if _width(console, table) > console.width:
        turned = list(map(list, zip(titles, *rows, strict=True)))
        table = _table(turned[0], turned[1:])
    console.print(table)


def _text(contender: Contender, column: str, sign: str) -> str:
    """The mean over the seeds, with its standard deviation where there are several."""
    import math

    from plasticity.comparison.page.wording import cell

    spread = contender.spread(column)
    told = cell(column, contender.mean(column))
    return told if math.isnan(spread) else f"{told} {sign} {cell(column, spread).removesuffix('%')}"


def _table(titles: list[str], rows: list[list[str]]) -> Table:
    from plasticity.cli.terminal import titled

    table = titled(titles, justify="right", vertical="bottom", no_wrap=True)
    table.columns[0].justify = "left"
    for row in rows:
        table.add_row(*row)
    return table


def _width(console: Console, table: Table) -> int:
    return console.measure(table, options=console.options.update(max_width=100_000)).maximum
