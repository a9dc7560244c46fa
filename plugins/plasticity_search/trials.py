"""Search of a space of settings by Optuna, which is asked for settings and told what they gave."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.components.clock import Clock
from plasticity.errors import SpecError
from plasticity.hookspecs import hookimpl
from plasticity.sweeps.axes import TRIAL, Axis, Range, space_of
from plasticity.sweeps.search import Search
from plasticity.sweeps.task import CellTask, Report

if TYPE_CHECKING:
    from plasticity.network.view import LayerView
    from plasticity.store.reader import StoreReader
    from plasticity.sweeps.design import Cell
    from plasticity.sweeps.sweep import Runner

JOURNAL = "search.log"


def search_by_optuna(search: Search, runner: Runner, engine: Executor, side_by_side: int) -> None:
    """Carry out the trials of a search that are not done yet, each for all seeds.

    The trials of an earlier search in the folder count; those that were cut short go on.
    """
    Trials(search).run(runner, engine, side_by_side)


@attrs.frozen
class Trials:
    """The trials of a search, some at a time."""

    search: Search

    def run(self, runner: Runner, engine: Executor, side_by_side: int) -> None:
        """Ask for trials when an engine is free, and tell what came of them."""
        study = self._study(runner)
        whose: dict[CellTask, tuple[int, Cell]] = {}
        values: dict[int, list[float]] = {}
        tasks = self._tasks(study, runner, whose)
        for task, report in runner.ended(tasks, engine, side_by_side):
            number, cell = whose[task]
            runner.reports[cell.at] = report
            values.setdefault(number, []).append(report.value(self.search.objective))
            if len(values[number]) == runner.design.seeds:
                self._tell(study, number, values[number], report)

    def _study(self, runner: Runner) -> Any:
        optuna = _optuna()
        storage = None
        if runner.folder is not None:
            if "://" in runner.folder:
                raise SpecError(f"{runner.folder}: the journal of a search needs a folder")
            storage = _journal(Path(runner.folder, JOURNAL))
        return optuna.create_study(
            study_name="search",
            storage=storage,
            sampler=optuna.samplers.TPESampler(seed=runner.design.base.seed),
            pruner=optuna.pruners.MedianPruner(),
            direction="minimize" if self.search.smallest else "maximize",
            load_if_exists=True,
        )

    def _tasks(self, study: Any, runner: Runner, whose: dict[Any, Any]) -> Iterator[CellTask]:
        """Yield the tasks of the trials; each trial is asked for when an engine is free."""
        space = space_of(self.search.space)
        points = [dict(trial.user_attrs["point"]) for trial in study.trials]
        _extend(runner, points)
        running = [trial.number for trial in study.trials if not trial.state.is_finished()]
        for number in [*running, *range(len(study.trials), self.search.count)]:
            if number >= len(runner.design.axes[0].points):
                trial = study.ask()
                point = {path: _suggested(trial, path, among) for path, among in space.items()}
                trial.set_user_attr("point", point)
                _extend(runner, [*runner.design.axes[0].points, point])
            for cell in runner.design.cells(runner.folder, {TRIAL: number}):
                listener = None
                if self.search.prune and runner.folder is not None:
                    journal = str(Path(runner.folder, JOURNAL))
                    every = cell.spec.measure_every
                    listener = Pruning(journal, number, self.search.objective, every)
                task = runner.task(cell, listener)
                whose[task] = number, cell
                yield task

    def _tell(self, study: Any, number: int, values: list[float], report: Report) -> None:
        optuna = _optuna()
        mean = math.fsum(values) / len(values)
        if math.isnan(mean) and not report.failure and not report.outcome.startswith("stopped"):
            known = ", ".join([*report.measured, *report.read_off]) or "nothing"
            raise SpecError(
                f"{self.search.objective}: is not measured in the runs, which have {known}"
            )
        state = optuna.trial.TrialState
        if math.isnan(mean):
            study.tell(number, state=state.FAIL)
        elif PRUNED in report.outcome:
            study.tell(number, state=state.PRUNED)
        else:
            study.tell(number, mean)


PRUNED = "is worse than the trials before it"


@attrs.define(eq=False)
class Pruning:
    """Listener that ends a run which measures worse than other trials at the same step.

    It is sent to other processes, where the journal tells what others measured.
    """

    journal: str
    number: int
    objective: str
    measured_every: int  # steps; 0 for once an epoch
    _layer: str = attrs.field(default="", init=False)
    _trial: Any = attrs.field(default=None, init=False)
    _worse: bool = attrs.field(default=False, init=False)

    @hookimpl
    def run_started(self, clock: Clock, store: StoreReader) -> None:
        """Look when the metrics do, at the last layer."""
        self._layer = store.attributes["layers"][-1]
        self.measured_every = self.measured_every or clock.steps_per_epoch

    def following(self, step: int) -> int:
        """Return the next step at which it is asked whether to stop."""
        return (step // self.measured_every + 1) * self.measured_every

    @hookimpl
    def measured(self, layer: LayerView, measurements: Mapping[str, Any], clock: Clock) -> None:
        """Report what was measured, and remember whether it is worse."""

        if layer.name != self._layer or self.objective not in measurements:
            return
        value = float(np.mean(measurements[self.objective]))
        if math.isnan(value):
            return
        if self._trial is None:
            optuna = _optuna()
            study = optuna.load_study(study_name="search", storage=_journal(Path(self.journal)))
            self._trial = optuna.trial.Trial(study, study.trials[self.number]._trial_id)
        self._trial.report(value, clock.step)
        self._worse = bool(self._trial.should_prune())

    @hookimpl
    def should_stop(self) -> str | None:
        """Return why the run ends early; None where it goes on."""
        return f"{self.objective} {PRUNED}" if self._worse else None


def _extend(runner: Runner, points: Sequence[Mapping[str, Any]]) -> None:
    """Put the points of the trials into the design, and its file."""
    others = [axis for axis in runner.design.axes if axis.name != TRIAL]
    runner.design = attrs.evolve(runner.design, axes=(Axis(TRIAL, tuple(points)), *others))
    if runner.folder is not None:
        runner.design.write(runner.folder)


def _suggested(trial: Any, path: str, space: list[Any] | Range) -> Any:
    if not isinstance(space, Range):
        # Optuna's choices are plain values; of others their position is the choice.
        index = trial.suggest_categorical(path, list(range(len(space))))
        return space[index]
    if space.whole:
        return trial.suggest_int(path, int(space.low), int(space.high))
    return trial.suggest_float(path, space.low, space.high, log=space.log)


def _journal(path: Path) -> Any:
    optuna = _optuna()
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise SpecError(
            f"search needs Optuna ({error}): pip install 'plasticity-lab[search]'"
        ) from error
    logging.getLogger("optuna").setLevel(logging.WARNING)
    return optuna
