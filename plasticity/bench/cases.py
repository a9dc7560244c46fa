"""What is measured: cases that packages write down in TOML files.

A package registers a file of cases, [[cases]], [[online]], [[recording]] and [[memory]], with
two lines of its pyproject.toml:

    [project.entry-points."plasticity.benchmarks"]
    my_rules = "my_package.benchmarks:cases.toml"
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from plasticity.discovery import BENCHMARKS, benchmark_text, entries
from plasticity.errors import SpecError
from plasticity.spec import Experiment


@attrs.frozen(kw_only=True)
class Case:
    """One experiment whose step is timed beside what it cannot do without.

    title        how the table calls it
    tables       the experiment, whose data are replaced by made ones
    neurons      size of its layer
    inputs       of a sample
    samples      of a step
    bare         what the step is measured against: "forward" (u = W x), "update" (phi x^T), or
                 "module:function" of (weights, x, current, modulation, update)
    bar          the step may take this many times as long; None where it is only looked at
    plain        the step as a plain loop, "module:function" of (weights, x, **settings), or ""
    settings     of the plain loop
    plain_bar    the step must be this many times as fast as the plain loop
    against      title of the case that the step is measured against in place of bare multiplies
    speed_up     the step must be this many times as fast with all threads as with one
    """

    title: str
    tables: dict[str, Any]
    neurons: int
    inputs: int = 784
    samples: int = 100
    bare: tuple[str, ...] = ()
    bar: float | None = None
    plain: str = ""
    settings: dict[str, Any] = attrs.field(factory=dict)
    plain_bar: float | None = None
    against: str = ""
    speed_up: float | None = None

    @property
    def name(self) -> str:
        """Title and sizes."""
        return f"{self.title}, {self.inputs} x {self.neurons}"

    def experiment(self) -> Experiment:
        """The experiment, with the sizes of the case."""
        return _sized(self.tables, self.neurons, self.samples)

    def plain_loop(self) -> Callable[..., None] | None:
        """The step as a plain loop, or None where there is none."""
        return partial(function_of(self.plain), **self.settings) if self.plain else None


@attrs.frozen(kw_only=True)
class Online:
    """One experiment with one sample a step, whose steps a second are measured.

    inputs        of a sample; the data are made, unless the experiment draws its own (`draws`)
    plain         the loop by hand, "module:function" of (weights, samples, order, **settings)
    bar           share of the speed of the loop by hand that must be reached; None for no bar
    observers     of a second run, whose speed is told as a share of that of the first
    observed_bar  the share that must be reached
    """

    title: str
    tables: dict[str, Any]
    neurons: int
    inputs: int
    draws: bool = False
    plain: str = ""
    settings: dict[str, Any] = attrs.field(factory=dict)
    bar: float | None = None
    observers: tuple[Any, ...] = ()
    observed_bar: float | None = None

    @property
    def name(self) -> str:
        """Title and sizes."""
        return f"{self.title}, {self.inputs} x {self.neurons}"

    def experiment(self) -> Experiment:
        """The experiment, with the sizes of the case."""
        return _sized(self.tables, self.neurons, 1)

    def plain_loop(self) -> Callable[..., None]:
        """The loop by hand."""
        return partial(function_of(self.plain), **self.settings)


@attrs.frozen(kw_only=True)
class Recorded:
    """One experiment that is run with its observers and its storage, and without.

    bar               the run may take this many times as long with them
    steps             of the run
    per_checkpoint_s  seconds between two checkpoints in earnest: the bar is the share of these that
                      one takes, while `storage` asks for many, to be measured in a short run
    """

    title: str
    tables: dict[str, Any]
    neurons: int
    bar: float
    inputs: int = 784
    samples: int = 100
    steps: int = 3000
    per_checkpoint_s: float | None = None

    @property
    def name(self) -> str:
        """Title and sizes."""
        return f"{self.title}, {self.inputs} x {self.neurons}"

    def experiment(self, kept: bool) -> Experiment:
        """The experiment, with what is kept of it or without."""
        extra = () if kept else ("observers", "storage")
        tables = {name: value for name, value in self.tables.items() if name not in extra}
        return _sized(tables, self.neurons, self.samples)


@attrs.frozen(kw_only=True)
class Peak:
    """One run whose peak memory is measured.

    tables    the experiment
    bar       megabytes that it may take
    file      {suffix, gigabytes, inputs, dtype} of a file to make and to take the samples from
    """

    title: str
    tables: dict[str, Any]
    bar: float
    file: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Cases:
    """All cases of the installed packages."""

    cases: tuple[Case, ...]
    memory: tuple[Peak, ...]
    online: tuple[Online, ...] = ()
    recording: tuple[Recorded, ...] = ()


def all_cases() -> Cases:
    """The cases of all installed packages, in the order of the names of their files."""
    cases: list[Case] = []
    memory: list[Peak] = []
    online: list[Online] = []
    recording: list[Recorded] = []
    for name in entries(BENCHMARKS):
        tables = tomllib.loads(benchmark_text(name))
        for table in tables.get("cases", ()):
            cases += _cases(tables, table)
        memory += [_peak(tables, table) for table in tables.get("memory", ())]
        for table in tables.get("online", ()):
            online += _online(tables, table)
        recording += [_recorded(tables, table) for table in tables.get("recording", ())]
    return Cases(tuple(cases), tuple(memory), tuple(online), tuple(recording))


def function_of(reference: str) -> Callable[..., Any]:
    """The function "module:name"."""
    module, _, name = reference.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _cases(tables: Mapping[str, Any], table: Mapping[str, Any]) -> list[Case]:
    """One case a number of neurons; what differs between them is given as a list."""
    table = dict(table)
    experiment = _experiment(tables, table)
    neurons = table.pop("neurons")
    bars = _bars(table, ("bar", "plain_bar", "speed_up"), len(neurons))
    table["bare"] = tuple(table.get("bare", ()))
    made = []
    for size, own in zip(neurons, bars, strict=True):
        told: dict[str, Any] = {**table, **own, "tables": experiment, "neurons": size}
        made.append(Case(**told))
    return made


def _online(tables: Mapping[str, Any], table: Mapping[str, Any]) -> list[Online]:
    """One case a size, [inputs, neurons]."""
    table = dict(table)
    experiment = _experiment(tables, table)
    sizes = table.pop("sizes")
    bars = _bars(table, ("bar", "observed_bar"), len(sizes))
    table["observers"] = tuple(table.get("observers", ()))
    made = []
    for (inputs, neurons), own in zip(sizes, bars, strict=True):
        told: dict[str, Any] = {**table, **own, "tables": experiment}
        made.append(Online(**told, inputs=inputs, neurons=neurons))
    return made


def _bars(table: dict[str, Any], names: Sequence[str], count: int) -> list[dict[str, Any]]:
    """The bars of each size, taken out of the table of a case; 0 stands for none."""
    listed: dict[str, Any] = {name: table.pop(name) for name in names if name in table}
    for name, values in listed.items():
        if len(values) != count:
            raise SpecError(
                f"benchmark {table['title']!r}: {name} must give a number for each of "
                f"{count} sizes, got {len(values)}"
            )
    return [
        {name: values[place] or None for name, values in listed.items()} for place in range(count)
    ]


def _sized(tables: Mapping[str, Any], neurons: int, samples: int) -> Experiment:
    layer, *others = tables["layers"]
    layers = [{**layer, "neurons": neurons}, *others]
    return Experiment.from_dict({**tables, "layers": layers, "batch_size": samples})


def _recorded(tables: Mapping[str, Any], table: Mapping[str, Any]) -> Recorded:
    table = dict(table)
    return Recorded(tables=_experiment(tables, table), **table)


def _peak(tables: Mapping[str, Any], table: Mapping[str, Any]) -> Peak:
    table = dict(table)
    return Peak(tables=_experiment(tables, table), **table)


def _experiment(tables: Mapping[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """The experiment of a case: what the whole file says, and what the case says."""
    layer = {**tables.get("layer", {}), **table.pop("layer", {})}
    return {**tables.get("experiment", {}), **table.pop("experiment", {}), "layers": [layer]}
