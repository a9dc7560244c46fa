"""Axes of a sweep: the settings that its runs do not share, and their values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np

from plasticity.errors import EntryError, SpecError
from plasticity.experiment.overrides import parse
from plasticity.experiment.registry import name_of
from plasticity.experiment.spec import Experiment
from plasticity.experiment.tables import as_tables, changed_settings
from plasticity.network.randomness import stream

EXPERIMENT = "experiment"  # path of an axis whose values are whole specs
Values: TypeAlias = "str | Iterable[Any] | Range"

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"(log:)?({_NUMBER}):({_NUMBER})(?::(\d+))?")
_ITEM = re.compile(r"""(?:\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*"|'[^']*'|[^,])+""")
_TAKEN = {"seed", "step", "neuron", "outcome", "seconds"}  # names that the dataset has itself


@attrs.frozen
class Range:
    """Numbers from `low` to `high`, evenly or on a logarithmic scale; integers where both are."""

    low: float
    high: float
    log: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise EntryError(f"range: must rise{', from above 0' * self.log}, got {self}")

    def __str__(self) -> str:
        return f"{'log:' * self.log}{self.low!r}:{self.high!r}"

    @property
    def whole(self) -> bool:
        """Whether its numbers are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int) and not self.log

    def spaced(self, count: int) -> list[Any]:
        """Return `count` numbers from end to end."""
        space = np.geomspace if self.log else np.linspace
        numbers = [float(number) for number in space(self.low, self.high, count)]
        if self.whole and all(number.is_integer() for number in numbers):
            return [int(number) for number in numbers]
        # Without the last digits of the sum, in which 0.3 would be 0.30000000000000004.
        return [float(f"{number:.12g}") for number in numbers]

    def at(self, share: float) -> Any:
        """Return the number that lies at a share in [0, 1) of the way."""
        if self.whole:
            return int(self.low + math.floor(share * (self.high - self.low + 1)))
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + share * (self.high - self.low))


@attrs.frozen
class Axis:
    """One dimension of a sweep; each of its points sets one setting, or several together."""

    name: str
    points: tuple[Mapping[str, Any], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The settings that the points set."""
        return tuple(self.points[0]) if self.points else ()

    def joined(self, other: Axis) -> Axis:
        """Return the axis with the points that another one has beside its own.

        Numbers are sorted, all else stays in the order in which it came.
        """
        points = _distinct([*self.points, *other.points])
        values = [next(iter(point.values())) for point in points]
        if len(points) > len(self.points) > 0 and all(map(_is_number, values)) and self.grid:
            points = [points[index] for index in sorted(range(len(points)), key=values.__getitem__)]
        return attrs.evolve(self, points=tuple(points))

    @property
    def grid(self) -> bool:
        """Whether its points are values that were chosen, not samples of a space."""
        return self.name not in (DRAW, TRIAL)


DRAW, TRIAL = "draw", "trial"


def values_of(text: str, path: str) -> list[Any] | Range:
    """Return the values that a text means: a list, evenly spaced numbers, or a range.

    >>> values_of("0,0.5,0.9", "threshold.memory"), values_of("1:3:3", "rule.power")
    ([0, 0.5, 0.9], [1, 2, 3])
    >>> values_of("log:1e-4:1e-2:3", "optimizer.rate"), values_of("bcm,oja", "rule")
    ([0.0001, 0.001, 0.01], ['bcm', 'oja'])
    """
    matched = _RANGE.fullmatch(text.strip())
    if matched is None:
        return [parse(f"{path}={item.strip()}")[1] for item in _ITEM.findall(text)]
    log, low, high, count = matched.groups()
    _, ends = parse(f"{path}=[{low}, {high}]")
    ranged = Range(ends[0], ends[1], bool(log))
    return ranged if count is None else ranged.spaced(int(count))


def assigned(assignment: str) -> tuple[str, list[Any] | Range]:
    """Return path and values of a `path=values` of the command line."""
    path, separator, text = assignment.partition("=")
    if not separator or not path.strip() or not text.strip():
        raise SpecError(
            f"--over takes path=values, as in threshold.memory=0,0.5, got {assignment!r}"
        )
    return path.strip(), values_of(text, path.strip())


def plain(value: Any, path: str) -> Any:
    """Return a value as TOML holds it: a component as a table, a spec as its tables."""
    if isinstance(value, Experiment):
        return value.to_dict()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path | Range):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, path) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, path) for item in as_tables(value)]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if not attrs.has(type(value)) or hasattr(value, "samples") or hasattr(value, "__array__"):
        raise SpecError(
            f"{path}: a value of an axis is a number, a string, a table or a component, got "
            f"{type(value).__name__}; save data to a file and name the file"
        )
    settings = changed_settings(value)
    return {"name": name_of(type(value)), **settings} if settings else name_of(type(value))


def grid(over: Mapping[str | tuple[str, ...], Values]) -> tuple[Axis, ...]:
    """Return an axis for each path, or for each tuple of paths whose values move together."""
    axes = []
    for key, given in over.items():
        paths = (key,) if isinstance(key, str) else tuple(key)
        if "seed" in paths:
            raise SpecError(
                "seed: is no axis of its own: seeds=5 (--seeds 5) runs five of each, from the seed "
                "of the experiment upwards"
            )
        values = _listed(given, ", ".join(paths))
        rows = [(value,) for value in values] if isinstance(key, str) else map(tuple, values)
        points = [_point(paths, row) for row in rows]
        axes.append(Axis(paths[0], tuple(_distinct(points))))
    return tuple(axes)


def together(axes: Sequence[tuple[str, Any]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the paths and rows of axes that move together.

    Raises `SpecError` where they have different numbers of values.
    """
    columns = [_listed(values, path) for path, values in axes]
    if len({len(column) for column in columns}) > 1:
        counts = ", ".join(
            f"{path} {len(column)}" for (path, _), column in zip(axes, columns, strict=True)
        )
        raise SpecError(f"axes that move together have as many values each, got {counts}")
    return tuple(path for path, _ in axes), list(zip(*columns, strict=True))


def space_of(over: Mapping[Any, Any]) -> dict[str, list[Any] | Range]:
    """Return the values of each path, from which samples are drawn."""
    space: dict[str, list[Any] | Range] = {}
    for path, given in over.items():
        if not isinstance(path, str):
            raise SpecError(f"{', '.join(path)}: axes that move together cannot be drawn from")
        values = values_of(given, path) if isinstance(given, str) else given
        space[path] = values if isinstance(values, Range) else list(values)
    if not space:
        raise SpecError("over: there is no space to draw from; give ranges, as rate=log:1e-4:1e-2")
    return space


def drawn(space: Mapping[str, list[Any] | Range], count: int, seed: int) -> Axis:
    """Return `count` samples of a space; those of a smaller count are the first of them."""
    columns = {path: _samples(path, values, seed) for path, values in space.items()}
    rows = zip(*columns.values(), strict=False)
    points = tuple(_point(tuple(columns), row) for row in islice(rows, count))
    return Axis(DRAW, points)


def _samples(path: str, values: list[Any] | Range, seed: int) -> Iterator[Any]:
    generator = stream(seed, f"sweep.{path}")
    while True:
        share = float(generator.random())
        yield (values.at(share) if isinstance(values, Range) else values[int(share * len(values))])


def _listed(given: Values, path: str) -> list[Any]:
    values = values_of(given, path) if isinstance(given, str) else given
    if isinstance(values, Range):
        raise SpecError(
            f"{path}: the range {values} has no number of values: write {values}:5, or draw "
            "samples of it (draw, --draw), or search it (search, --search)"
        )
    listed = list(values)
    if not listed:
        raise SpecError(f"{path}: the axis has no values; give at least one")
    return listed


def _distinct(points: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return points without those that are equal to an earlier one."""

    def key(value: Any) -> Any:
        if isinstance(value, Mapping):
            return tuple((name, key(item)) for name, item in value.items())
        if isinstance(value, list | tuple):
            return tuple(map(key, value))
        return isinstance(value, bool), value

    distinct: dict[Any, Mapping[str, Any]] = {}
    for point in points:
        distinct.setdefault(key(point), point)
    return list(distinct.values())


def _point(paths: tuple[str, ...], row: Sequence[Any]) -> dict[str, Any]:
    if len(paths) != len(row):
        raise SpecError(f"{', '.join(paths)}: {len(paths)} settings, but {len(row)} values {row!r}")
    return {path: plain(value, path) for path, value in zip(paths, row, strict=True)}


def short_names(axes: Iterable[Axis]) -> dict[str, str]:
    """Return path -> the name of its coordinate: the last part, where this tells it from others.

    >>> short_names([Axis("a", ({"threshold.memory": 0, "optimizer.rate": 1},))])
    {'threshold.memory': 'memory', 'optimizer.rate': 'rate'}
    """
    paths = [path for axis in axes for path in axis.paths]
    last = [path.rpartition(".")[2] for path in paths]
    return {
        path: name
        if last.count(name) == 1 and name not in _TAKEN and not name.isdecimal()
        else path.replace(".", "_")
        for path, name in zip(paths, last, strict=True)
    }


def label_of(value: Any) -> Any:
    """Return a value of an axis as a coordinate: a number, a boolean or a string.

    >>> label_of(0.5), label_of({"name": "adam", "rate": 0.1}), label_of(["bcm", "oja"])
    (0.5, 'adam rate=0.1', 'bcm + oja')
    """
    if isinstance(value, Mapping):
        layers = value.get("layers")
        if layers:
            return " / ".join(str(label_of(layer.get("rule"))) for layer in layers)
        rest = {key: item for key, item in value.items() if key != "name"}
        return " ".join(
            [str(value.get("name", "")), *(f"{k}={v}" for k, v in rest.items())]
        ).strip()
    if isinstance(value, list):
        return " + ".join(str(label_of(item)) for item in value) or "none"
    return "none" if value is None else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
