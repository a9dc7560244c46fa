"""Benchmark cases, which packages define in TOML files.

A package registers a file with tables [[cases]], [[online]], [[recording]] and [[memory]] by two
lines of its pyproject.toml:

    [project.entry-points."plasticity_benchmarks"]
    my_rules = "my_package.benchmarks:cases.toml"
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Any, ClassVar

import attrs

from plasticity.errors import SpecError
from plasticity.experiment.registry import BENCHMARKS, entries, text_of
from plasticity.experiment.spec import Experiment
from plasticity.experiment.storage import Storage

# Bar of a case -> measurement that has to meet it, from above (1) or below (-1).
Bars = dict[str, tuple[str, int]]


@attrs.frozen(kw_only=True)
class Sized:
    """Experiment of one size, whose data are replaced by generated ones."""

    bars: ClassVar[Bars] = {}
    title: str
    tables: dict[str, Any]  # the experiment
    neurons: int  # of its layer
    inputs: int = 784  # per sample
    samples: int = 100  # per step
    plain: str = ""  # "module:function" of a hand-written loop to time it against
    settings: dict[str, Any] = attrs.field(factory=dict)  # of the loop

    @property
    def name(self) -> str:
        return f"{self.title}, {self.inputs} x {self.neurons}"

    def experiment(self) -> Experiment:
        """Return the experiment with these sizes."""
        layer, *others = self.tables["layers"]
        layers = [{**layer, "neurons": self.neurons}, *others]
        return Experiment.from_dict({**self.tables, "layers": layers, "batch_size": self.samples})

    def plain_loop(self) -> Callable[..., None] | None:
        """Return the hand-written loop, or None."""
        return partial(resolve_name(self.plain), **self.settings) if self.plain else None


@attrs.frozen(kw_only=True)
class Case(Sized):
    """Experiment whose step is timed against its bare matrix products.

    They are "forward" (u = W x), "update" (phi x^T), or "module:function" of (weights, x, current,
    modulation, update). The loop `plain` takes (weights, x, **settings) for a step.
    """

    bars: ClassVar[Bars] = {
        "bar": ("ratio", -1),
        "plain_bar": ("plain", 1),
        "speed_up": ("speed_up", 1),
    }
    bare: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    bar: float | None = None  # largest ratio of the times allowed
    plain_bar: float | None = None  # smallest speed allowed, relative to the plain loop
    against: str = ""  # title of another case to measure against instead of bare products
    speed_up: float | None = None  # smallest speed allowed with all threads, relative to one


@attrs.frozen(kw_only=True)
class Online(Sized):
    """Experiment with one sample per step, whose steps per second are measured.

    The loop `plain` takes (weights, samples, order, **settings) for all steps. A second run has
    `observers`, and its speed is measured relative to the first.
    """

    bars: ClassVar[Bars] = {"bar": ("ratio", 1), "observed_bar": ("observed", 1)}
    samples: int = 1
    draws: bool = False  # the experiment draws its own data
    bar: float | None = None  # smallest speed allowed, relative to the hand-written loop
    observers: tuple[Any, ...] = attrs.field(default=(), converter=tuple)
    observed_bar: float | None = None  # smallest speed allowed of the second run


@attrs.frozen(kw_only=True)
class Recorded(Sized):
    """Experiment that is run with its observers and storage, and without.

    `per_checkpoint_s` are the seconds between checkpoints in practice: if set, the bar is the share
    of these that one takes, measured in a short run with more of them.
    """

    bars: ClassVar[Bars] = {"bar": ("value", -1)}
    bar: float  # largest ratio of the times allowed
    steps: int = 3000
    per_checkpoint_s: float | None = None

    def unrecorded(self) -> Experiment:
        """Return the experiment without observers and storage."""
        return attrs.evolve(self.experiment(), observers=(), storage=Storage())


@attrs.frozen(kw_only=True)
class Peak:
    """Run whose peak memory is measured."""

    title: str
    tables: dict[str, Any]  # the experiment
    bar: float  # megabytes allowed
    # {suffix, gigabytes, inputs, dtype} of a file of samples to generate
    file: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Cases:
    """All cases of the installed packages, in a field for each kind of table."""

    cases: tuple[Case, ...]
    memory: tuple[Peak, ...]
    online: tuple[Online, ...]
    recording: tuple[Recorded, ...]


_KINDS = {"cases": Case, "memory": Peak, "online": Online, "recording": Recorded}
_BARS = ("bar", "plain_bar", "speed_up", "observed_bar")


def all_cases() -> Cases:
    """Return the cases of all installed packages, sorted by the names of their files."""
    cases: dict[str, tuple[Any, ...]] = dict.fromkeys(_KINDS, ())
    for name in entries(BENCHMARKS):
        tables = tomllib.loads(text_of(name, BENCHMARKS))
        for kind, cls in _KINDS.items():
            for table in tables.get(kind, ()):
                cases[kind] += tuple(cls(**fields) for fields in _each_size(tables, table))
    return Cases(**cases)


def _each_size(tables: Mapping[str, Any], table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a case for each of its sizes; a bar of 0 is none.

    Several sizes are a list `neurons`, or a list `sizes` of [inputs, neurons]; each bar is then a
    list of the same length.
    """
    layer = {**tables.get("layer", {}), **table.get("layer", {})}
    own = {**tables.get("experiment", {}), **table.get("experiment", {}), "layers": [layer]}
    fields = {name: value for name, value in table.items() if name not in ("layer", "experiment")}
    fields["tables"] = own
    if "sizes" in fields:
        sizes = [{"inputs": inputs, "neurons": neurons} for inputs, neurons in fields.pop("sizes")]
    elif isinstance(fields.get("neurons"), list):
        sizes = [{"neurons": neurons} for neurons in fields.pop("neurons")]
    else:
        return [fields]
    bars = {name: fields.pop(name) for name in _BARS if name in fields}
    for name, values in bars.items():
        if len(values) != len(sizes):
            raise SpecError(
                f"benchmark {fields['title']!r}: {name} must give a number for each of "
                f"{len(sizes)} sizes, got {len(values)}"
            )
    return [
        {**fields, **size, **{name: values[index] or None for name, values in bars.items()}}
        for index, size in enumerate(sizes)
    ]
