"""Experiments side by side: the same data in the same order, one table, one page.

>>> import numpy as np
>>> from plasticity.comparison import compare
>>> samples = np.random.default_rng(0).random((200, 16))
>>> compared = compare(["bcm"], data=samples, neurons=4, epochs=2, metrics=[], observers=[])
>>> [row["run"] for row in compared.table]
['bcm']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from plasticity.analysis.holding_out import Held
from plasticity.analysis.material import Material, the_data
from plasticity.analysis.readouts import LINEAR_PROBE, read_off
from plasticity.comparison import workers
from plasticity.comparison.budget import Budget, with_budget
from plasticity.comparison.data import Given, configured, entrants_of
from plasticity.comparison.folder import PAGE, place_of, take_up
from plasticity.comparison.of_weights import metrics_of_weights
from plasticity.comparison.tables import Contender, columns_of, contenders_of
from plasticity.comparison.task import (
    Compared,
    Task,
    assembled,
    failed,
    found_complete,
    found_in_store,
    train,
)
from plasticity.components.data import Data
from plasticity.components.notebook import titled
from plasticity.errors import EntryError, StoreError
from plasticity.experiment.spec import Experiment
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run

if TYPE_CHECKING:
    import xarray


class Telling(Protocol):
    """How a comparison shows how far it is."""

    def listeners(self, title: str) -> Iterable[Any]:
        """Objects that hear a run of this process."""

    def say(self, line: str) -> None:
        """Show what happened to a run of another process, or of an earlier comparison."""


@attrs.define(eq=False)
class Comparison:
    """What `compare` returns.

    runs      in the order asked for; of each experiment one for each seed
    held      the samples that no run saw
    data      the samples that all runs learnt from, or None where nobody knows them
    baseline  accuracy of the linear probe on the raw inputs, or None where there is no probe
    command   the shell command that compares again, or an empty string
    lengths   what to say of the runs whose length is not that of their spec
    folder    where the stores lie that were made, or None
    """

    runs: tuple[Compared, ...]
    held: Held
    data: Data | None = None
    baseline: float | None = None
    command: str = ""
    lengths: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """The experiments, each with its runs."""
        return contenders_of(self.runs)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs, each once."""
        return tuple(dict.fromkeys(run.seed for run in self.runs))

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row an experiment, of means over the seeds; what it does not have is left out."""
        rows = []
        for contender in self.contenders:
            found = {name: contender.mean(name) for name in self.columns}
            told = {name: value for name, value in found.items() if value is not None}
            rows.append({"run": contender.name, **told})
        return rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table: every measurement of some run, the readouts, the speed."""
        return columns_of(self.runs)

    @property
    def dataset(self) -> xarray.Dataset:
        """All measurements of the last layer over experiment, seed and step, with the accuracies
        and the speed at the end over experiment and seed; NaN where a run has none.

        >>> import numpy as np
        >>> samples = np.random.default_rng(0).random((200, 16))
        >>> settings = {"data": samples, "neurons": 4, "epochs": 2, "observers": []}
        >>> compare(["bcm", "krotov_hopfield"], **settings).dataset.sel(seed=0).overlap.sizes
        Frozen({'experiment': 2, 'step': 2})
        """
        from plasticity.comparison.dataset import dataset_of

        return dataset_of(self.contenders, self.columns)

    def __repr__(self) -> str:
        names = ", ".join(contender.name for contender in self.contenders)
        seeds = ", ".join(map(str, self.seeds))
        failed = sum(bool(run.failure) for run in self.runs)
        ended = f", {failed} failed" if failed else ""
        return f"<Comparison of {names}: {len(self.runs)} runs, seeds {seeds}{ended}>"

    def _repr_html_(self) -> str:
        from plasticity.comparison.page.format import cell, heading

        head = ("run", *map(heading, self.columns))
        rows = [
            (row["run"], *(cell(name, row.get(name)) for name in self.columns))
            for row in self.table
        ]
        return titled(repr(self)[1:-1], head, rows, align="right")

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page into a folder, which is made if it is not there; its path.

        The page needs no network and no other file. Raises `StoreError` where there is a page,
        unless `overwrite`.
        """
        from plasticity.comparison.page.page import page

        path = Path(folder) / PAGE
        if path.exists() and not overwrite:
            raise StoreError(f"{path}: exists already; choose another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(self), encoding="utf-8")
        return path


def compare(
    experiments: Iterable[Given] | Mapping[str, Given] = (),
    *,
    seeds: int = 1,
    data: Any = None,
    labels: Any = None,
    budget: str | int | None = None,
    out: str | Path | None = None,
    listeners: Callable[[str], Iterable[Any]] | None = None,
    telling: Telling | None = None,
    command: str = "",
    **settings: Any,
) -> Comparison:
    """Run experiments on the same data and set their results side by side.

    experiments  presets, TOML files, `Experiment`s, or stores and `Run`s, which are taken as they
                 are; by name if it is a mapping; without any, the comparison that an installed
                 package names as the default
    seeds        how many runs of each experiment, from the seed of the first experiment upwards
    data         in place of the data of the experiments; see `plasticity.run`
    labels       of an array given as data
    budget       how much each run may learn: a number of samples, a duration as "90 s", or "own",
                 as its spec says; without it as many samples for all as the longest spec has
    out          folder in which each run gets its store; without it they are recorded in memory.
                 An earlier comparison of the same in it is gone on with
    listeners    from the name of a run to the objects with `@hookimpl` methods that hear it; with
                 them all runs stay in this process
    telling      shows how far the comparison is
    command      what the page tells to type to compare again
    settings     any setting that all the experiments have: `epochs=5`

    Runs of one seed draw the same samples in the same order, and what one experiment measures of
    the weights alone is measured of all. Long comparisons that go to a folder
    use a process for each core. A run that fails does not stop the others. Raises a `SpecError`
    before the first run where an experiment cannot be assembled, or where the experiments have
    different data and `data` does not say which to use; `StoreError` where `out` holds anything
    else.
    """
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise EntryError(f"seeds: must be an integer from 1, got {seeds!r}")
    entrants = entrants_of(experiments)
    stores = {name: given for name, given in entrants.items() if isinstance(given, Run)}
    specs = {name: given for name, given in entrants.items() if isinstance(given, Experiment)}
    specs = configured(specs, data=data, labels=labels, settings=settings)
    material = the_data(specs, stores, data=data, labels=labels)
    lengths: dict[str, str] = {}
    if specs and material.train is not None:
        specs, lengths = with_budget(specs, Budget.of(budget), material.train)
    folder = Path(out).absolute() if out is not None else None
    also = metrics_of_weights([*specs.values(), *(run.experiment for run in stores.values())])
    done = {
        name: [found_in_store(name, run, material.train, material.held, also)]
        for name, run in stores.items()
    } | _run_all(specs, seeds, material, folder, listeners, telling, also)
    runs = tuple(run for name in entrants for run in done[name])
    return Comparison(
        runs,
        material.held,
        material.train,
        _baseline(material, runs),
        command,
        tuple(lengths.values()),
        folder if specs else None,
    )


def _run_all(
    specs: Mapping[str, Experiment],
    seeds: int,
    material: Material,
    folder: Path | None,
    listeners: Callable[[str], Iterable[Any]] | None,
    telling: Telling | None,
    also: tuple[Any, ...],
) -> dict[str, list[Compared]]:
    """Bring every run to its end; the runs of each experiment."""
    if not specs or material.train is None:
        return {}
    first = next(iter(specs.values())).seed
    numbers = range(first, first + seeds)
    tasks = [
        Task(
            name,
            attrs.evolve(spec, seed=seed),
            None if folder is None else place_of(folder, name, seed),
            growth=seed == first,
            also=also,
        )
        for seed in numbers
        for name, spec in specs.items()
    ]
    held = material.held

    def hears(task: Task) -> list[Any]:
        title = task.name if seeds == 1 else f"{task.name} {task.seed}"
        shown = telling.listeners(title) if telling else ()
        return [*(listeners(task.name) if listeners else ()), *shown]

    # Assembled before anything is run or written, so that a mistake is told at once.
    ready = {task.name: assembled(task, held.rest, hears(task)) for task in tasks[: len(specs)]}
    if folder is not None:
        take_up(folder, specs, material.train)
    found: dict[Task, Compared] = {}
    for task in tasks:
        complete = found_complete(task, held)
        if complete is not None:
            found[task] = complete
            if telling:
                telling.say(f"{task.name}, seed {task.seed}: complete already")
    missing = [task for task in tasks if task not in found]
    if listeners is None and workers.worth_sharing(missing, material.train):
        found |= dict(_elsewhere(missing, first, held, telling))
    else:
        for task in missing:
            simulation: Simulation | None = ready.pop(task.name, None)
            if simulation is None or simulation.experiment.seed != task.seed:
                simulation = assembled(task, held.rest, hears(task))
            found[task] = train(task, simulation, held)
    return {name: [found[task] for task in tasks if task.name == name] for name in specs}


def _elsewhere(
    tasks: list[Task], first_seed: int, held: Held, telling: Telling | None
) -> Iterator[tuple[Task, Compared]]:
    """Carry out tasks in processes of their own, and read what they left."""
    told: dict[Task, str] = {}

    def ended(task: Task, failure: str) -> None:
        told[task] = failure
        if telling:
            how = f"failed: {failure}" if failure else "finished"
            telling.say(f"{task.name}, seed {task.seed}: {how} ({len(told)} of {len(tasks)})")

    workers.in_processes(tasks, first_seed, ended)
    for task in tasks:
        complete = None if told[task] else found_complete(task, held)
        yield task, complete or failed(task, told[task])


def _baseline(material: Material, runs: tuple[Compared, ...]) -> float | None:
    """What a linear probe reads off the inputs themselves."""
    if material.held.data is None or material.train is None:
        return None
    read = read_off(material.train, material.held.data, lambda x: x, runs[0].seed, only_linear=True)
    return read.accuracy(LINEAR_PROBE) if read else None
