"""Sweeps: an experiment with many settings and seeds, each run an ordinary run.

>>> import numpy as np, plasticity as pl
>>> samples = np.random.default_rng(0).random((200, 16))
>>> swept = pl.sweep("bcm", {"threshold.memory": [0, 0.9]}, seeds=2, data=samples, neurons=4,
...                  epochs=2, observers=[])
>>> dict(swept.dataset.overlap.sizes)
{'memory': 2, 'seed': 2, 'step': 2}
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, Protocol

import attrs

from plasticity.analysis.readouts import LINEAR_PROBE
from plasticity.components.data import Data
from plasticity.errors import ComponentError, EntryError, PlasticityError, SpecError, StoreError
from plasticity.experiment.configure import configure
from plasticity.experiment.registry import READOUTS, entries, is_preset
from plasticity.experiment.source import data_kept
from plasticity.experiment.spec import Experiment
from plasticity.machine.threads import n_core
from plasticity.sweeps.axes import (
    EXPERIMENT,
    TRIAL,
    Axis,
    Range,
    Values,
    drawn,
    grid,
    plain,
    space_of,
)
from plasticity.sweeps.design import NAME, Cell, Design, data_entry
from plasticity.sweeps.engines import Here, Processes, can_be_sent, carry_out, connected, pays
from plasticity.sweeps.estimate import bytes_of, spoken
from plasticity.sweeps.files import below, check_free, read_json
from plasticity.sweeps.search import Search
from plasticity.sweeps.swept import Swept, setting_at
from plasticity.sweeps.task import CellTask, Report, report_of

_SET_ASIDE = 0.2  # of the training samples, on which readouts are judged in a search
MANY = 10_000  # cells, from which on one is asked whether that was meant
_LOOK_S, _SELDOM_S = 0.5, 8.0  # between looks at cells that another sweep has in hand


class Telling(Protocol):
    """What shows the progress of a sweep."""

    def begun(self, design: Design, states: Mapping[str, int], seconds: float) -> None:
        """Show how many cells are complete, resumed, failed and to do, and for how long."""

    def ended(self, title: str, report: Report) -> None:
        """Show how a cell ended."""

    def say(self, line: str) -> None:
        """Show a line."""


def sweep(
    experiment: str | Path | Experiment | None = None,
    over: Mapping[str | tuple[str, ...], Values] | None = None,
    *,
    seeds: int | None = None,
    draw: int | None = None,
    search: int | None = None,
    maximize: str = "",
    minimize: str = "",
    prune: bool = False,
    data: Any = None,
    labels: Any = None,
    out: str | Path | None = None,
    executor: Executor | None = None,
    on: str | None = None,
    readouts: bool = False,
    fail_fast: bool = False,
    many: bool = False,
    telling: Telling | None = None,
    **settings: Any,
) -> Swept:
    """Run an experiment with all combinations of some settings and seeds; return what came out.

    Each cell is an ordinary run, whose store lies under a name made of its spec and its data: what
    is complete is not run again, what was interrupted goes on, and more values, axes or seeds
    compute what is missing alone. A run that fails does not stop the others.

    Parameters
    ----------
    experiment : str, Path or Experiment, optional
        As of `plasticity.run`, or the folder of a sweep, which goes on.
    over : dict, optional
        Values by the path of a setting, of a component, of ``"data"`` or ``"experiment"``: a list,
        an array, or a string as of the command line: ``"0:1:5"`` is five numbers, and
        ``"log:1e-4:1:5"`` on a logarithmic scale. Settings that move together share a key that is a
        tuple of their paths, and have tuples as values.
    seeds : int, optional
        Number of runs of each combination, from the seed of the experiment upwards.
    draw : int, optional
        Number of random samples of the space that `over` spans, in place of all combinations; a
        range has no number of values then, as in ``"0:1"``.
    search : int, optional
        Number of trials with which Optuna searches that space; needs `maximize` or `minimize`.
    maximize, minimize : str
        Metric of the last layer, or readout, that a search improves. A readout is fitted to the
        training samples and judged on a fifth of them, set aside by ``data.validation``: the test
        samples are not looked at.
    prune : bool
        Whether trials that are worse than the others at the same step are stopped early.
    data, labels
        In place of the data of the experiment; see `plasticity.run`.
    out : str or Path, optional
        Folder or URL of the stores. By default the runs are recorded in memory.
    executor : Executor, optional
        What carries out the runs; by default processes of this machine, one for each core.
    on : str, optional
        Dask cluster that carries out the runs: "local", "slurm", or the address of a scheduler.
    readouts : bool
        Whether labels are read off the responses to held-out samples at the end of each run.
    fail_fast : bool
        Whether the first run that fails stops the others.
    many : bool
        Whether more than 10,000 runs are meant.
    telling : Telling, optional
        Shows the progress.
    **settings
        Any setting that all runs have: `epochs=5`.

    Raises
    ------
    SpecError
        Before the first run, where a path leads nowhere or a value lies outside its range.
    StoreError
        Where `out` holds anything else.
    """
    for name, number in {"seeds": seeds, "draw": draw, "search": search}.items():
        if number is not None and (type(number) is not int or number < 1):
            raise EntryError(f"{name}: must be an integer from 1, got {number!r}")
    if isinstance(experiment, str | Path) and not is_preset(experiment):
        if out is None and is_sweep(experiment):
            experiment, out = None, str(experiment)
        elif Path(experiment).is_dir():
            raise StoreError(f"{experiment}: there is no sweep, which has a file {NAME}")
    folder = None if out is None else str(out) if "://" in str(out) else str(Path(out).absolute())
    searching = _searching(over or {}, search, maximize, minimize, prune)
    if searching is not None and searching.objective in _readouts():
        settings = {"data.validation": _SET_ASIDE, **settings}
    design = _designed(experiment, over or {}, draw, seeds, data, labels, settings, searching)
    known = Design.read(folder) if folder else None
    if known is not None:
        design = known.joined(design, str(out)) if design else known
    elif design is None:
        raise StoreError(f"{out}: there is no sweep to go on with; give an experiment and axes")
    elif folder is not None:
        check_free(folder, " and holds no sweep")
    _check_number(design, many)
    design = design.checked()
    if design.search is not None:
        searching = Search(**design.search)
        attrs.evolve(design, axes=searching.ends).checked()
        readouts |= searching.objective in _readouts()
    if folder is not None:
        design.write(folder)
    count = searching.count * design.seeds if searching else design.n_cell
    engine: Any = nullcontext(executor) if executor else None
    if engine is None and on is not None:
        engine = connected(on, count, telling.say if telling else print)
    if engine is not None:
        _check_sendable(design, folder)
    elif folder is None or not pays(design.seconds(count), count) or not _can_be_sent(design):
        engine = Here()
    else:
        engine = Processes(count)
    runner = Runner(design, folder, readouts, fail_fast, telling, 1 if executor or on else None)
    with engine as executing:
        if searching is None:
            runner.run(executing)
        else:
            searching.run(runner, executing, n_core())
    return Swept(runner.design, folder, runner.reports)


def open_sweep(folder: str | Path) -> Swept:
    """Return the sweep of a folder or URL, finished or not.

    Raises `StoreError` where there is none.
    """
    design = Design.read(str(folder))
    if design is None:
        raise StoreError(f"{folder}: there is no sweep, which has a file {NAME}")
    return Swept(design, str(folder), {})


@attrs.define(eq=False)
class Runner:
    """Brings all cells of a design to their end."""

    design: Design
    folder: str | None
    readouts: bool
    fail_fast: bool
    telling: Telling | None
    n_thread: int | None  # of each run; None for what the process has
    reports: dict[tuple[int, ...], Report] = attrs.field(factory=dict)

    def run(self, engine: Executor) -> None:
        """Carry out what is not complete."""
        tasks = {}
        states: Counter[str] = Counter()
        for cell in self.design.cells(self.folder):
            report = report_of(cell.path)
            again = report.state == "failed" and not report.ended
            states["to resume" if again else report.state] += 1
            if report.complete(self.readouts):
                self.reports[cell.at] = report
            else:
                tasks[self.task(cell)] = cell
        if self.telling:
            side_by_side = 1 if isinstance(engine, Here) else n_core()
            self.telling.begun(self.design, states, self.design.seconds(len(tasks)) / side_by_side)
        for task, report in self.ended(tasks, engine):
            self.reports[tasks[task].at] = report

    def task(self, cell: Cell, listener: Any = None) -> CellTask:
        """Return the task that brings a cell to its end."""
        fingerprint = self.design.fingerprints.get(data_entry(cell.spec), {})
        return CellTask(
            cell.title, cell.spec, cell.path, fingerprint, self.readouts, self.n_thread, listener
        )

    def ended(self, tasks: Iterable[CellTask], engine: Executor, most: int | None = None) -> Any:
        """Yield each task with its report; of cells in the hands of another sweep, once they end.

        most   tasks that are in hand at a time

        Raises `ComponentError` at the first failure, where it shall stop the others.
        """
        waiting: Any = tasks
        pause = _LOOK_S
        while waiting:
            elsewhere = {}
            with closing(carry_out(waiting, engine, most)) as results, data_kept():
                for task, result in results:
                    report = _as_report(result)
                    if report.holder:
                        elsewhere[task] = report.holder
                        continue
                    if self.telling:
                        self.telling.ended(task.title, report)
                    if report.failure and self.fail_fast:
                        raise ComponentError(f"{task.title}: {report.failure}")
                    yield task, report
            if elsewhere and self.telling and pause == _LOOK_S:
                self.telling.say(f"{len(elsewhere)} in the hands of {min(elsewhere.values())}")
            waiting = list(elsewhere)
            while waiting and all(report_of(task.path).holder for task in waiting):
                time.sleep(pause)
                pause = min(2 * pause, _SELDOM_S)


def _as_report(result: Any) -> Report:
    """Return the report of a task; of one that could not report, what went wrong."""
    if isinstance(result, Report):
        return result
    kind = "" if isinstance(result, PlasticityError) else f"{type(result).__name__}: "
    return Report(outcome=f"failed: {kind}{result}")


def is_sweep(given: Any) -> bool:
    """Return whether something is the folder or URL of a sweep, and no preset."""
    named = isinstance(given, str | Path) and not is_preset(given)
    return named and read_json(below(str(given), NAME)) is not None


def _designed(
    experiment: Any,
    over: Mapping[Any, Any],
    draw: int | None,
    seeds: int | None,
    data: Any,
    labels: Any,
    settings: dict[str, Any],
    searching: Search | None,
) -> Design | None:
    """Return the design that is asked for; None where there is none but that of a folder."""
    given = None
    if experiment is None and EXPERIMENT in over:
        values = over[EXPERIMENT]
        first = values.split(",")[0] if isinstance(values, str) else next(iter(values))
        experiment = Experiment.from_dict(first) if isinstance(first, Mapping) else first
    if experiment is None:
        if over or settings:
            raise SpecError(
                "over: an axis needs the experiment that it belongs to; give it again, with the "
                "folder as out"
            )
        return None
    base = configure(experiment, data=data, labels=labels, **settings)
    if isinstance(base.data, Data):
        given = base.data
    axes = _axes(over, draw, searching, base)
    common = {path: plain(value, path) for path, value in settings.items()}
    if data is not None and given is None:
        common["data"] = plain(data, "data")
    search = attrs.asdict(searching) if searching else None
    if search is not None:
        spaces = _as_settings(space_of(search["space"]), base).items()
        search["space"] |= {path: str(s) for path, s in spaces if isinstance(s, Range)}
    return Design(base, axes, seeds or 1, common, given, search=search)


def _searching(
    over: Mapping[Any, Any], count: int | None, maximize: str, minimize: str, prune: bool
) -> Search | None:
    """Return the search that is asked for, or None."""
    if count is None:
        if maximize or minimize or prune:
            raise SpecError("maximize, minimize and prune belong to a search; give its trials")
        return None
    if bool(maximize) == bool(minimize):
        raise SpecError("search: give what to maximize or to minimize, one of the two")
    space = {path: plain(given, path) for path, given in over.items()}
    space_of(space)
    return Search(space, count, maximize or minimize, bool(minimize), prune)


def _readouts() -> set[str]:
    """Return the names of what reads labels off responses."""
    return {LINEAR_PROBE, *entries(READOUTS)}


def _axes(
    over: Mapping[Any, Any], draw: int | None, searching: Search | None, base: Experiment
) -> tuple[Axis, ...]:
    if searching is not None:
        return (Axis(TRIAL, ()),)
    if draw is None:
        return grid(over)
    return (drawn(_as_settings(space_of(over), base), draw, base.seed),)


def _as_settings(
    space: Mapping[str, list[Any] | Range], base: Experiment
) -> dict[str, list[Any] | Range]:
    """Return a space whose ranges from integer to integer are of integers where settings are."""
    made: dict[str, list[Any] | Range] = {}
    for path, values in space.items():
        setting = setting_at(base, path)
        if isinstance(values, Range) and values.whole and setting and setting.type is float:
            values = Range(float(values.low), float(values.high))
        made[path] = values
    return made


def _check_number(design: Design, many: bool) -> None:
    if design.n_cell <= MANY or many:
        return
    known = attrs.evolve(
        design, axes=tuple(attrs.evolve(a, points=a.points[:1]) for a in design.axes)
    )
    known, spec = known.checked(), design.example
    seconds = known.seconds(design.n_cell) / n_core()
    size = design.n_cell * bytes_of(spec, known.shape_of(spec)) / 1e9
    raise EntryError(
        f"{design.n_cell:,} runs would take about {spoken(seconds)} on the {n_core()} cores of "
        f"this machine and {size:,.0f} GB; say --yes (many=True) if that is meant"
    )


def _check_sendable(design: Design, folder: str | None) -> None:
    """Raise `SpecError` where other processes could not carry out the cells."""
    if folder is None:
        raise SpecError("out: give a folder or URL, into which the processes write their runs")
    if not _can_be_sent(design):
        raise SpecError(
            "the experiment holds what was given in Python, and no other process can have that: "
            "save data to a file and name the file, and put classes into a module"
        )


def _can_be_sent(design: Design) -> bool:
    return can_be_sent(design.base, [axis.points for axis in design.axes])
