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
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import attrs

from plasticity.analysis.material import Held, Material, the_data
from plasticity.analysis.readouts import LINEAR_PROBE, read_off
from plasticity.comparison.budget import Budget, with_budget
from plasticity.comparison.data import Given, configured, entrants_of
from plasticity.comparison.folder import take_up
from plasticity.comparison.of_weights import metrics_of_weights
from plasticity.comparison.result import Compared, Comparison
from plasticity.comparison.task import Task, assembled, failed, from_store, if_complete, train
from plasticity.components.data import Data
from plasticity.errors import EntryError
from plasticity.experiment.spec import Experiment
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run
from plasticity.sweeps.engines import Processes, can_be_sent, carry_out, pays
from plasticity.sweeps.estimate import seconds_of


class Telling(Protocol):
    """What shows the progress of a comparison."""

    def listeners(self, title: str) -> Iterable[Any]:
        """Return objects that listen to a run of this process."""

    def say(self, line: str) -> None:
        """Show what happened to a run of another process, or of an earlier comparison."""


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
    """Run experiments on the same data and return their results side by side.

    Runs of one seed draw the same samples in the same order, and what one experiment measures of
    the weights alone is measured of all. Long comparisons that go to a folder use a process for
    each core. A run that fails does not stop the others.

    Parameters
    ----------
    experiments : list or dict
        Presets, TOML files, `Experiment`s, or stores and `Run`s, which are taken as they are; by
        name if it is a mapping. By default the comparison that an installed package registers.
    seeds : int
        Number of runs of each experiment, from the seed of the first experiment upwards.
    data, labels
        In place of the data of the experiments; see `plasticity.run`.
    budget : str or int, optional
        Training of each run: a number of samples, a duration as "90 s", or "own", what its spec
        says. By default as many samples for all as the longest spec has.
    out : str or Path, optional
        Folder in which each run gets its store; an earlier comparison of the same in it is
        continued. By default the runs are recorded in memory.
    listeners : callable, optional
        From the name of a run to the objects with `@hookimpl` methods that listen to it; with them
        all runs stay in this process.
    telling : Telling, optional
        Shows the progress.
    command : str
        Shell command that compares again, for the page.
    **settings
        Any setting that all the experiments have: `epochs=5`.

    Raises
    ------
    SpecError
        Before the first run, where an experiment cannot be assembled, or where the experiments have
        different data and `data` does not say which to use.
    StoreError
        Where `out` holds anything else.
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
        name: [from_store(name, run, material.train, material.held, also)]
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
    """Bring every run to its end, and return the runs of each experiment."""
    if not specs or material.train is None:
        return {}
    held = material.held
    first = next(iter(specs.values())).seed
    tasks = [
        Task(
            name,
            attrs.evolve(spec, seed=seed),
            folder and folder / name / f"seed_{seed}",
            growth=seed == first,
            also=also,
            first_seed=first,
        )
        for seed in range(first, first + seeds)
        for name, spec in specs.items()
    ]

    def assembled_of(task: Task) -> Simulation:
        title = task.name if seeds == 1 else f"{task.name} {task.seed}"
        shown = telling.listeners(title) if telling else ()
        return assembled(task, held.rest, [*(listeners(task.name) if listeners else ()), *shown])

    # Assembled before anything is run or written, so that a mistake is reported at once.
    ready = {task: assembled_of(task) for task in tasks[: len(specs)]}
    if folder is not None:
        take_up(folder, specs, material.train)
    done: dict[Task, Compared] = {}
    for task in tasks:
        complete = if_complete(task, held)
        if complete is not None:
            done[task] = complete
            if telling:
                telling.say(f"{task.name}, seed {task.seed}: complete already")
    missing = [task for task in tasks if task not in done]
    if listeners is None and folder is not None and worth_sharing(missing, material.train):
        done |= dict(_elsewhere(missing, held, telling))
    else:
        for task in missing:
            simulation = ready.pop(task) if task in ready else assembled_of(task)
            done[task] = train(task, simulation, held)
    return {name: [done[task] for task in tasks if task.name == name] for name in specs}


def worth_sharing(tasks: list[Task], data: Data) -> bool:
    """Return whether processes of their own finish the tasks sooner, and can carry them out."""
    shape = (data.per_epoch, data.n_input)
    return pays(sum(seconds_of(task.asked, shape) for task in tasks), len(tasks)) and all(
        can_be_sent(task.made) for task in tasks
    )


def _elsewhere(
    tasks: list[Task], held: Held, telling: Telling | None
) -> Iterator[tuple[Task, Compared]]:
    """Carry out tasks in processes of their own, and read what they left."""
    failures: dict[Task, str] = {}
    engine = Processes(len(tasks))
    with engine, closing(carry_out(tasks, engine)) as results:
        for task, result in results:
            failures[task] = str(result)
            if telling:
                how = f"failed: {result}" if str(result) else "finished"
                telling.say(
                    f"{task.name}, seed {task.seed}: {how} ({len(failures)} of {len(tasks)})"
                )
    for task in tasks:
        complete = None if failures[task] else if_complete(task, held)
        yield task, complete or failed(task, failures[task])


def _baseline(material: Material, runs: tuple[Compared, ...]) -> float | None:
    """Return the accuracy of a linear probe on the inputs themselves; None where there is none."""
    if material.held.data is None or material.train is None:
        return None
    read = read_off(material.train, material.held.data, lambda x: x, runs[0].seed, only_linear=True)
    return read.accuracy(LINEAR_PROBE) if read else None
