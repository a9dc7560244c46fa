"""`plasticity sweep` and `gather`."""

from __future__ import annotations

import shlex
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plasticity.cli.options import Data, Overwrite, Quiet, Settings
from plasticity.cli.terminal import columns, line

if TYPE_CHECKING:
    from plasticity.sweeps.design import Design
    from plasticity.sweeps.swept import Swept
    from plasticity.sweeps.task import Report

_MOST_LETTERS = 120  # of what went wrong, while a sweep goes on
_LINES_S = 10.0  # between lines of progress where there is no terminal


def sweep(
    experiment: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC|FOLDER",
            help="A preset, a TOML file, or the folder of a sweep to go on with.",
        ),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="PATH=VALUES",
            help="An axis: values as in 0,0.5,0.9 or 0:1:5 or log:1e-4:1e-2:5 of a setting, a "
            "component, 'data' or 'experiment'; repeatable.",
        ),
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PATH=VALUES",
            help="A setting that moves together with the last axis; repeatable.",
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Runs of each combination.")
    ] = None,
    draw: Annotated[
        int | None,
        typer.Option(metavar="N", help="Draw N samples of the space in place of combinations."),
    ] = None,
    search: Annotated[
        int | None, typer.Option(metavar="N", help="Search the space by N trials of Optuna.")
    ] = None,
    maximize: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Metric or readout to search for, or to show the best of."
        ),
    ] = "",
    minimize: Annotated[
        str, typer.Option(metavar="NAME", help="The same, of which less is better.")
    ] = "",
    prune: Annotated[
        bool, typer.Option("--prune", help="Stop trials early that are worse than others.")
    ] = False,
    readouts: Annotated[
        bool, typer.Option("--readouts", help="Read labels off held-out samples after each run.")
    ] = False,
    settings: Settings = None,
    data: Data = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder or URL of the stores; by default `sweep`."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="CLUSTER", help="Dask cluster: local, slurm, or the address of a scheduler."
        ),
    ] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run more than 10,000 cells.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment with all combinations of settings and seeds."""
    import logging

    from plasticity.analysis.readouts import LINEAR_PROBE
    from plasticity.cli.execute import with_progress
    from plasticity.cli.failures import exit_by_signal
    from plasticity.experiment.overrides import parse_all
    from plasticity.experiment.registry import is_preset
    from plasticity.experiment.spec import Experiment
    from plasticity.sweeps.sweep import is_sweep
    from plasticity.sweeps.sweep import sweep as run_all

    given: Any = experiment
    if experiment is not None and is_sweep(experiment) and out is None:
        given, out = None, experiment
    elif experiment is not None and (is_preset(experiment) or not Path(experiment).is_dir()):
        given = with_progress(Experiment.load(experiment), quiet=True)[0]
    folder = out or "sweep"
    changes = parse_all(settings or [])
    notices = logging.getLogger("plasticity.notices")
    notices.disabled = True  # each store has its own
    objective = maximize or minimize or (LINEAR_PROBE if readouts else "")
    shown = None if quiet else _Bar(objective, smallest=bool(minimize))
    try:
        swept = run_all(
            given,
            _axes(over or [], with_ or []),
            seeds=seeds,
            draw=draw,
            search=search,
            maximize=maximize if search else "",
            minimize=minimize if search else "",
            prune=prune,
            readouts=readouts,
            data=changes.pop("data", data),
            out=folder,
            on=on,
            fail_fast=fail_fast,
            many=yes,
            telling=shown,
            **changes,
        )
    except KeyboardInterrupt as error:
        exit_by_signal(
            getattr(error, "signal", None) or signal.SIGINT,
            f"Interrupted; everything recorded so far is in {folder}.",
            f"Continue with: plasticity sweep {shlex.quote(folder)}",
        )
    finally:
        notices.disabled = False
        if shown is not None:
            shown.close()
    line(f"{swept.design.n_cell:,} run{'s' * (swept.design.n_cell != 1)}: {swept.standing()}")
    _print_failures(swept)
    search_for = swept.design.search or {"objective": objective, "smallest": bool(minimize)}
    if search_for["objective"] in swept.dataset:
        line(swept.best_in_words(search_for["objective"], smallest=search_for["smallest"]))
    if "://" in folder:
        line(f"folder: {folder}")
    else:
        from plasticity.comparison.page.swept import write

        print(write(swept, folder))
    if swept.failed:
        raise typer.Exit(1)


def gather(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Folder or URL of a sweep.")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="STORE", help="Zarr store to write.")],
    overwrite: Overwrite = False,
) -> None:
    """Write the results of a sweep into one store, which xarray opens."""
    from plasticity.sweeps.sweep import open_sweep

    print(open_sweep(folder).gather(out, overwrite=overwrite))


def _axes(over: list[str], moved: list[str]) -> dict[Any, Any]:
    """Return the axes of the command line; what moves together belongs to the last of them."""
    from plasticity.errors import SpecError
    from plasticity.sweeps.axes import assigned, together

    axes: dict[Any, Any] = dict(map(assigned, over))
    if moved:
        if not axes:
            raise SpecError("--with moves a setting together with an axis; give --over as well")
        key, values = together([axes.popitem(), *map(assigned, moved)])
        axes[key] = values
    return axes


def _print_failures(swept: Swept) -> None:
    """Print a table of what went wrong, runs with the same message in one row."""
    failed = swept.failed
    counts = Counter(failed.values())
    rows = [
        (f"{count}", next(title for title in failed if failed[title] == text), text)
        for text, count in counts.most_common()
    ]
    if rows:
        columns([("runs", "the first of them", "what went wrong"), *rows])


class _Bar:
    """One bar for all runs of a sweep; a line now and then where there is no terminal."""

    def __init__(self, objective: str, smallest: bool) -> None:
        self._objective, self._smallest = objective, smallest
        self._bar: Any = None
        self._begun = self._shown = perf_counter()
        self._total = self._done = self._failed = 0
        self._best: tuple[float, str] | None = None

    def begun(self, design: Design, states: Mapping[str, int], seconds: float) -> None:
        """Show what there is to do."""
        from rich import progress
        from rich.console import Console

        from plasticity.sweeps.estimate import spoken
        from plasticity.sweeps.swept import in_words

        self._total = sum(states.get(state, 0) for state in ("to do", "to resume", "running"))
        about = f", about {spoken(seconds)}" if seconds >= 1 else ""
        self.say(f"{in_words(states)}{about}")
        self._begun = perf_counter()
        if sys.stderr.isatty() and self._total:
            self._bar = progress.Progress(
                progress.BarColumn(20),
                progress.MofNCompleteColumn(),
                progress.TextColumn("{task.fields[facts]}"),
                console=Console(stderr=True),
            )
            self._bar.add_task("", total=self._total, facts="")
            self._bar.start()

    def ended(self, title: str, report: Report) -> None:
        """Show how far the sweep is."""
        from plasticity.sweeps.estimate import spoken

        self._done += 1
        self._failed += bool(report.failure)
        value = report.value(self._objective) if self._objective else float("nan")
        better = self._best is None or (value < self._best[0]) == self._smallest
        if value == value and better:
            self._best = value, title
        per_second = self._done / max(perf_counter() - self._begun, 1e-9)
        facts = [f"{60 * per_second:,.0f} runs/min"]
        if self._total > self._done:
            facts.append(f"{spoken((self._total - self._done) / per_second)} left")
        facts += [f"{self._failed} failed"] if self._failed else []
        if self._best is not None:
            facts.append(f"best {self._objective} {self._best[0]:.4g} at {self._best[1]}")
        if self._bar is not None:
            self._bar.update(0, completed=self._done, facts=", ".join(facts))
        elif report.failure or perf_counter() - self._shown > _LINES_S or self._done == self._total:
            self._shown = perf_counter()
            of = f" of {self._total:,}" if self._total else ""
            self.say(", ".join([f"{self._done:,}{of}", *facts]))
        if report.failure:
            self.say(f"{title}: {shorten(report.failure, _MOST_LETTERS, placeholder=' …')}")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.stop()
