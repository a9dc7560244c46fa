"""Experiments side by side: the same data in the same order, one table, one page.

>>> import numpy as np
>>> from plasticity.comparison import compare
>>> samples = np.random.default_rng(0).random((200, 16))
>>> compared = compare(["bcm"], data=samples, neurons=4, epochs=2, metrics=[], observers=[])
>>> [row["run"] for row in compared.table]
['bcm']
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import attrs
import numpy as np

from plasticity import discovery
from plasticity.assembly import assemble
from plasticity.data import Data
from plasticity.errors import PlasticityError, SpecError, StoreError
from plasticity.fallbacks import GivenData
from plasticity.report.probe import Features, Held, hold_out, linear_probe
from plasticity.report.stopwatch import Stopwatch, samples_until
from plasticity.results import Run
from plasticity.runs import configure
from plasticity.simulation import Simulation
from plasticity.spec import Experiment
from plasticity.structure import make
from plasticity.typing import Array

Given: TypeAlias = str | Path | Experiment
PAGE = "page.html"


@attrs.define(eq=False)
class Compared:
    """One run of a comparison.

    name                how the table calls it
    asked               the spec, also where samples of its data were set aside
    simulation          trained, so it can be asked to respond
    run                 what was recorded; None before the run
    failure             what ended the run, or an empty text
    seconds             from the first step to the end, compilation included
    samples_per_second  of training alone, without compilation
    probe               share of held-out samples that a linear probe of the last layer gets right
    """

    name: str
    asked: Experiment
    simulation: Simulation
    run: Run | None = None
    failure: str = ""
    seconds: float = float("nan")
    samples_per_second: float = float("nan")
    probe: float | None = None

    @property
    def samples_seen(self) -> int:
        """Samples that the last layer has learnt from, each as often as it was drawn."""
        simulation = self.simulation
        step = simulation.layers[-1].clock.step
        return samples_until(simulation.experiment, simulation.data.per_epoch, step)

    @property
    def measurements(self) -> dict[str, float]:
        """The last measurements of the last layer; the mean over the neurons where each has one."""
        if self.run is None or self.failure:
            return {}
        return {
            str(name): _mean(array.values[-1]) for name, array in self.run.metrics.data_vars.items()
        }

    @property
    def row(self) -> dict[str, Any]:
        """The row of the table; what this run does not have is left out."""
        row: dict[str, Any] = {"run": self.name}
        if self.failure:
            return row
        row |= self.measurements
        if self.probe is not None:
            row["linear_probe"] = self.probe
        return row | {"samples_per_second": self.samples_per_second}


@attrs.define(eq=False)
class Comparison:
    """What `compare` returns.

    runs      in the order asked for
    held      the samples that no run saw
    baseline  accuracy of the linear probe on the raw inputs, or None where there is no probe
    command   the shell command that compares again, or an empty text
    """

    runs: tuple[Compared, ...]
    held: Held
    baseline: float | None = None
    command: str = ""

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row a run; what a run does not have is left out of its row."""
        return [compared.row for compared in self.runs]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table: every measurement that some run has, the probe, the speed."""
        found = dict.fromkeys(name for row in self.table for name in row)
        last = [name for name in ("linear_probe", "samples_per_second") if name in found]
        return (*(name for name in found if name not in ("run", *last)), *last)

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page into a folder, which is made if it is not there; its path.

        The page needs no network and no other file. Raises `StoreError` where there is a page,
        unless `overwrite`.
        """
        from plasticity.report.page import page

        path = Path(folder) / PAGE
        if path.exists() and not overwrite:
            raise StoreError(f"{path}: exists already; choose another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(self), encoding="utf-8")
        return path


def compare(
    experiments: Iterable[Given] | Mapping[str, Given] = (),
    *,
    data: Any = None,
    labels: Any = None,
    out: str | Path | None = None,
    listeners: Callable[[str], Iterable[Any]] | None = None,
    command: str = "",
    **settings: Any,
) -> Comparison:
    """Run experiments one after another on the same data and set their results side by side.

    experiments  presets, TOML files or `Experiment`s, by name if it is a mapping; without any, the
                 comparison that an installed package names as the default
    data         in place of the data of the experiments; see `plasticity.run`
    labels       of an array given as data
    out          folder in which each run gets its store; without it they are recorded in memory
    listeners    from the name of a run to the objects with `@hookimpl` methods that hear it
    command      what the page tells to type to compare again
    settings     any setting that all the experiments have: `epochs=5`

    All runs take the seed of the first one, so they draw the same samples in the same order. A run
    that fails does not stop the others. Raises a `SpecError` before the first run where an
    experiment cannot be assembled, or where the experiments have different data and `data` does
    not say which to use.
    """
    specs = specs_of(experiments)
    specs = _configured(specs, data=data, labels=labels, settings=settings)
    _check_same_data(specs)
    first = next(iter(specs.values()))
    held = hold_out(_source_of(first).open_data, first.seed)
    runs = tuple(
        _assembled(name, attrs.evolve(spec, seed=first.seed), held.rest, listeners)
        for name, spec in specs.items()
    )
    for compared in runs:
        _run(compared, Path(out) / compared.name if out is not None else None)
        if held.data is not None and not compared.failure:
            compared.probe = _probe(compared.simulation, held.data, _features_of(compared))
    baseline = None
    if held.data is not None:
        baseline = _probe(runs[0].simulation, held.data, _raw)
    return Comparison(runs, held, baseline, command)


def specs_of(experiments: Iterable[Given] | Mapping[str, Given] = ()) -> dict[str, Experiment]:
    """The experiments that `compare` would run, by name; a name that is taken gets a number.

    Raises `SpecError` where a name of a mapping could not be that of a folder.
    """
    if isinstance(experiments, Mapping):
        for name in experiments:
            if Path(name).name != name:
                raise SpecError(f"a run is called like a folder, without a path, got {name!r}")
        return {name: _load(given) for name, given in experiments.items()} or _default()
    specs: dict[str, Experiment] = {}
    for given in experiments:
        stem = "experiment" if isinstance(given, Experiment) else Path(given).stem
        names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        specs[next(name for name in names if name not in specs)] = _load(given)
    return specs or _default()


def _default() -> dict[str, Experiment]:
    names = tomllib.loads(discovery.comparison_text("default"))["compare"]
    return {name: Experiment.load(name) for name in names}


def _load(given: Given) -> Experiment:
    return given if isinstance(given, Experiment) else Experiment.load(given)


def _configured(
    specs: Mapping[str, Experiment], *, data: Any, labels: Any, settings: Mapping[str, Any]
) -> dict[str, Experiment]:
    configured = {}
    for name, spec in specs.items():
        try:
            configured[name] = configure(spec, data=data, labels=labels, **settings)
        except SpecError as error:
            raise type(error)(f"{name}: {error}") from None
    return configured


def _check_same_data(specs: Mapping[str, Experiment]) -> None:
    (first, one), *others = specs.items()
    for name, spec in others:
        if spec.data is one.data:
            continue
        told, other = one.to_dict()["data"], spec.to_dict()["data"]
        if told != other:
            raise SpecError(
                f"{first} has the data {told!r} and {name} has {other!r}; a comparison takes the "
                "same data for all: say which with --data, or compare(..., data=...)"
            )


def _source_of(spec: Experiment) -> Any:
    if isinstance(spec.data, Data):
        return GivenData(data=spec.data)
    return make(spec.data, "data", "source")


def _assembled(
    name: str,
    spec: Experiment,
    data: Data | None,
    listeners: Callable[[str], Iterable[Any]] | None,
) -> Compared:
    trained = spec if data is None else attrs.evolve(spec, data=data)
    try:
        return Compared(name, spec, assemble(trained, listeners(name) if listeners else ()))
    except SpecError as error:
        raise type(error)(f"{name}: {error}") from None


def _run(compared: Compared, out: Path | None) -> None:
    """Train, and keep what happened."""
    simulation = compared.simulation
    stopwatch = Stopwatch(simulation.experiment, simulation.data.per_epoch)
    simulation.register(stopwatch)
    begun = perf_counter()
    try:
        compared.run = simulation.run(out)
    except PlasticityError as error:
        if simulation.store is None:
            raise
        compared.failure = str(error)
        compared.run = Run(simulation.store)
    compared.seconds = perf_counter() - begun
    compared.samples_per_second = stopwatch.samples_per_second


def _features_of(compared: Compared) -> Features:
    return lambda samples: compared.simulation.respond(samples).T


def _raw(samples: Array) -> Array:
    return samples


def _probe(simulation: Simulation, test: Data, features: Features) -> float | None:
    return linear_probe(simulation.data, test, features, simulation.experiment.seed)


def _mean(values: Array) -> float:
    """The mean of what is a number; NaN where nothing is."""
    numbers = np.asarray(values, np.float64)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if numbers.size else float("nan")
