"""Experiments side by side: the same data in the same order, one table, one page.

>>> import numpy as np
>>> from plasticity.comparison import compare
>>> samples = np.random.default_rng(0).random((200, 16))
>>> compared = compare(["bcm"], data=samples, neurons=4, epochs=2, metrics=[], observers=[])
>>> [row["run"] for row in compared.table]
['bcm']
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import attrs

from plasticity.analysis.material import Material, the_data
from plasticity.analysis.readouts import LINEAR_PROBE, read_off
from plasticity.comparison.budget import with_budget
from plasticity.comparison.data import Given, configured, entrants_of
from plasticity.comparison.folder import take_up
from plasticity.comparison.of_weights import metrics_of_weights
from plasticity.comparison.result import Compared, Comparison
from plasticity.comparison.task import Task
from plasticity.components.data import Data
from plasticity.errors import EntryError
from plasticity.experiment.spec import Experiment
from plasticity.store.resuming import ENDED
from plasticity.store.run import Run
from plasticity.sweeps.engines import Here, Processes, can_be_sent, carry_out, pays
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
    folder = Path(out).absolute() if out is not None and specs else None
    also = metrics_of_weights([*specs.values(), *(run.experiment for run in stores.values())])
    lengths: dict[str, str] = {}
    tasks: list[Task] = []
    if specs and material.train is not None:
        specs, lengths = with_budget(specs, budget, material.train)
        first = next(iter(specs.values())).seed
        for seed, (name, spec) in product(range(first, first + seeds), specs.items()):
            title = name if seeds == 1 else f"{name} {seed}"
            heard = [partial(listeners, name)] if listeners else []
            heard += [partial(telling.listeners, title)] if telling else []
            seeded = attrs.evolve(spec, seed=seed)
            path = folder and folder / name / f"seed_{seed}"
            tasks.append(Task(name, seeded, path, seed == first, first, also, material, heard))
        # Assembled before anything is run or written, so that a mistake is reported at once.
        for task in tasks[: len(specs)]:
            task.assemble()
        if folder is not None:
            take_up(folder, specs, material.train)
    done = {
        name: [Task(name, run.experiment, also=also, material=material).from_store(run)]
        for name, run in stores.items()
    }
    ended = dict(_ended(tasks, telling, None if listeners or folder is None else material.train))
    done |= {name: [ended[task] for task in tasks if task.name == name] for name in specs}
    runs = tuple(run for name in entrants for run in done[name])
    return Comparison(
        runs,
        material.held,
        material.train,
        _baseline(material, runs),
        command,
        tuple(lengths.values()),
        folder,
    )


def _ended(
    tasks: list[Task], telling: Telling | None, data: Data | None
) -> Iterator[tuple[Task, Compared]]:
    """Bring each run to its end, and yield it.

    data   of the tasks, if processes of their own may carry them out
    """
    missing = []
    for task in tasks:
        run = task.stored
        if run is None or not run.outcome.startswith(ENDED):
            missing.append(task)
            continue
        yield task, task.from_store(run)
        if telling:
            telling.say(f"{task.words}: complete already")
    apart = data is not None and worth_sharing(missing, data)
    engine = Processes(len(missing)) if apart else Here()
    with engine, closing(carry_out(missing, engine)) as results:
        for number, (task, result) in enumerate(results, 1):
            if isinstance(result, Exception):
                if not apart:
                    raise result
                result = task.failed(str(result))
            result.asked = task.asked
            yield task, result
            if telling and apart:
                how = f"failed: {result.failure}" if result.failure else "finished"
                telling.say(f"{task.words}: {how} ({number} of {len(missing)})")


def worth_sharing(tasks: list[Task], data: Data) -> bool:
    """Return whether processes of their own finish the tasks sooner, and can carry them out."""
    seconds = sum(seconds_of(task.asked, (data.per_epoch, data.n_input)) for task in tasks)
    return pays(seconds, len(tasks)) and all(can_be_sent(task.made) for task in tasks)


def _baseline(material: Material, runs: tuple[Compared, ...]) -> float | None:
    """Return the accuracy of a linear probe on the inputs themselves; None where there is none."""
    if material.held.data is None or material.train is None:
        return None
    read = read_off(material.train, material.held.data, lambda x: x, runs[0].seed, only_linear=True)
    return read.accuracy(LINEAR_PROBE) if read else None
