"""What is measured: cases that packages write down in TOML files.

A package registers a file of cases, [[cases]], [[online]], [[recording]] and [[memory]], with
two lines of its pyproject.toml:

    [project.entry-points."plasticity.benchmarks"]
    my_rules = "my_package.benchmarks:cases.toml"
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from plasticity.errors import SpecError
from plasticity.experiment.registry import BENCHMARKS, benchmark_text, entries
from plasticity.experiment.spec import Experiment


@attrs.frozen(kw_only=True)
class Sized:
    """One experiment of one size.

    title        how the table calls it
    tables       the experiment, whose data are replaced by made ones
    neurons      size of its layer
    inputs       of a sample
    samples      of a step
    """

    title: str
    tables: dict[str, Any]
    neurons: int
    inputs: int = 784
    samples: int = 100

    @property
    def name(self) -> str:
        """Title and sizes."""
        return f"{self.title}, {self.inputs} x {self.neurons}"

    def experiment(self) -> Experiment:
        """The experiment, with the sizes of the case."""
        layer, *others = self.tables["layers"]
        layers = [{**layer, "neurons": self.neurons}, *others]
        return Experiment.from_dict({**self.tables, "layers": layers, "batch_size": self.samples})


@attrs.frozen(kw_only=True)
class Timed(Sized):
    """One experiment whose steps are timed, also beside a loop written by hand.

    plain        the loop, "module:function", or "" where there is none
    settings     of the loop
    """

    plain: str = ""
    settings: dict[str, Any] = attrs.field(factory=dict)

    def plain_loop(self) -> Callable[..., None] | None:
        """The loop by hand, or None where there is none."""
        return partial(function_of(self.plain), **self.settings) if self.plain else None


@attrs.frozen(kw_only=True)
class Case(Timed):
    """One experiment whose step is timed beside what it cannot do without.

    bare         what the step is measured against: "forward" (u = W x), "update" (phi x^T), or
                 "module:function" of (weights, x, current, modulation, update)
    bar          the step may take this many times as long; None where it is only looked at
    plain        the step as a plain loop, a function of (weights, x, **settings)
    plain_bar    the step must be this many times as fast as the plain loop
    against      title of the case that the step is measured against in place of bare multiplies
    speed_up     the step must be this many times as fast with all threads as with one
    """

    bare: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    bar: float | None = None
    plain_bar: float | None = None
    against: str = ""
    speed_up: float | None = None


@attrs.frozen(kw_only=True)
class Online(Timed):
    """One experiment with one sample a step, whose steps a second are measured.

    draws         whether the experiment draws its own data; else they are made
    plain         the loop by hand, a function of (weights, samples, order, **settings)
    bar           share of the speed of the loop by hand that must be reached; None for no bar
    observers     of a second run, whose speed is told as a share of that of the first
    observed_bar  the share that must be reached
    """

    samples: int = 1
    draws: bool = False
    bar: float | None = None
    observers: tuple[Any, ...] = attrs.field(default=(), converter=tuple)
    observed_bar: float | None = None


@attrs.frozen(kw_only=True)
class Recorded(Sized):
    """One experiment that is run with its observers and its storage, and without.

    bar               the run may take this many times as long with them
    steps             of the run
    per_checkpoint_s  seconds between two checkpoints in earnest: the bar is the share of these that
                      one takes, while `storage` asks for many, to be measured in a short run
    """

    bar: float
    steps: int = 3000
    per_checkpoint_s: float | None = None

    def experiment(self, kept: bool = True) -> Experiment:
        """The experiment, with what is kept of it or without."""
        if kept:
            return super().experiment()
        extra = ("observers", "storage")
        tables = {name: value for name, value in self.tables.items() if name not in extra}
        return attrs.evolve(self, tables=tables).experiment()


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
    online: tuple[Online, ...]
    recording: tuple[Recorded, ...]


_KINDS = {"cases": Case, "memory": Peak, "online": Online, "recording": Recorded}
_BARS = ("bar", "plain_bar", "speed_up", "observed_bar")


def all_cases() -> Cases:
    """The cases of all installed packages, in the order of the names of their files."""
    found: dict[str, tuple[Any, ...]] = dict.fromkeys(_KINDS, ())
    for name in entries(BENCHMARKS):
        tables = tomllib.loads(benchmark_text(name))
        for kind, cls in _KINDS.items():
            for table in tables.get(kind, ()):
                found[kind] += tuple(cls(**told) for told in _each_size(tables, table))
    return Cases(**found)


def function_of(reference: str) -> Callable[..., Any]:
    """The function "module:name"."""
    module, _, name = reference.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _each_size(tables: Mapping[str, Any], table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the table of a case says of each size; 0 stands for no bar.

    Several sizes are a list `neurons`, or a list `sizes` of [inputs, neurons]; each bar is then a
    list as long.
    """
    layer = {**tables.get("layer", {}), **table.get("layer", {})}
    own = {**tables.get("experiment", {}), **table.get("experiment", {}), "layers": [layer]}
    told = {name: value for name, value in table.items() if name not in ("layer", "experiment")}
    told["tables"] = own
    if "sizes" in told:
        sizes = [{"inputs": inputs, "neurons": neurons} for inputs, neurons in told.pop("sizes")]
    elif isinstance(told.get("neurons"), list):
        sizes = [{"neurons": neurons} for neurons in told.pop("neurons")]
    else:
        return [told]
    bars = {name: told.pop(name) for name in _BARS if name in told}
    for name, values in bars.items():
        if len(values) != len(sizes):
            raise SpecError(
                f"benchmark {told['title']!r}: {name} must give a number for each of "
                f"{len(sizes)} sizes, got {len(values)}"
            )
    return [
        {**told, **size, **{name: values[place] or None for name, values in bars.items()}}
        for place, size in enumerate(sizes)
    ]
