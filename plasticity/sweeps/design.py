"""The design of a sweep: one experiment, axes and seeds, and the cells that they span."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

import attrs

from plasticity.components.data import Data, unlike
from plasticity.components.interface import interface_of
from plasticity.components.rule import Term
from plasticity.errors import PlasticityError, SpecError, StoreError
from plasticity.experiment.configure import configure
from plasticity.experiment.diff import settings_of_all
from plasticity.experiment.fields import Reference
from plasticity.experiment.registry import find
from plasticity.experiment.source import data_kept
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.sweeps.axes import EXPERIMENT, Axis, label_of, short_names
from plasticity.sweeps.estimate import seconds_of
from plasticity.sweeps.files import below, read_json, write_json

NAME, RUNS = "sweep.json", "runs"
_FORMAT = 1
_PLACEHOLDER = "-"  # in place of data that their fingerprint tells


@attrs.frozen(eq=False)
class Cell:
    """One run of a sweep."""

    at: tuple[int, ...]  # its position on each axis, and among the seeds
    title: str
    spec: Experiment
    path: str | None  # of its store; None for memory


@attrs.frozen(eq=False)
class Design:
    """One experiment, the axes along which its settings change, and the number of seeds."""

    base: Experiment
    axes: tuple[Axis, ...] = ()
    seeds: int = 1
    settings: dict[str, Any] = attrs.field(factory=dict)  # of each spec, where specs are an axis
    data: Data | None = None  # given in Python, in place of those of all specs
    fingerprints: dict[str, Any] = attrs.field(factory=dict)  # by the entry of the data
    search: dict[str, Any] | None = None  # how the points of the trials are found

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of points of the axes, and of seeds."""
        return (*(len(axis.points) for axis in self.axes), self.seeds)

    @property
    def n_cell(self) -> int:
        """The number of runs."""
        return prod(self.sizes)

    def cells(self, folder: str | None, axes: Mapping[str, int] | None = None) -> Iterator[Cell]:
        """Yield the cells, in the order of the axes and then the seeds.

        axes   positions on some of the axes, to which the cells are held
        """
        names = short_names(self.axes)
        held = axes or {}
        ranges = [
            [held[axis.name]] if axis.name in held else range(len(axis.points))
            for axis in self.axes
        ]
        for at in product(*ranges):
            points = [axis.points[index] for axis, index in zip(self.axes, at, strict=True)]
            point = {path: value for part in points for path, value in part.items()}
            words = [f"{names[path]}={_short(label_of(v))}" for path, v in point.items()]
            spec = self.spec_at(point)
            for number in range(self.seeds):
                seeded = attrs.evolve(spec, seed=spec.seed + number)
                title = " ".join([*words, f"seed={seeded.seed}"])
                path = folder and below(folder, RUNS, self._name_of(seeded))
                yield Cell((*at, number), title, seeded, path)

    def spec_at(self, point: Mapping[str, Any]) -> Experiment:
        """Return the experiment with the settings of a point."""
        changes = dict(point)
        whole = changes.pop(EXPERIMENT, None)
        base = self.base
        if whole is not None:
            loaded = (
                Experiment.from_dict(whole)
                if isinstance(whole, Mapping)
                else Experiment.load(whole)
            )
            base = configure(loaded, data=self.data, **self.settings)
        # A component first, then the settings of it.
        ordered = {path: changes[path] for path in sorted(changes, key=lambda p: p.count("."))}
        return base.with_(**ordered) if changes else base

    @property
    def example(self) -> Experiment:
        """The experiment at the first point."""
        return self.spec_at(self._first)

    @property
    def _first(self) -> dict[str, Any]:
        points = [point for axis in self.axes for point in axis.points[:1]]
        return {path: value for point in points for path, value in point.items()}

    def shape_of(self, spec: Experiment) -> tuple[int, ...]:
        """Return the shape (sample, input, ...) of the data of a spec."""
        return tuple(self.fingerprints[data_entry(spec)]["shape"])

    def seconds(self, count: int) -> float:
        """Return about how long so many cells take, one after the other."""
        spec = self.example
        return count * seconds_of(spec, self.shape_of(spec))

    def checked(self) -> Design:
        """Return the design with the fingerprints of its data, once each of its points can run.

        Raises what `assemble` raises, beginning with the point; `StoreError` where data are no
        longer those of the fingerprint.
        """
        singles = [self._first]
        singles += [self._first | dict(point) for axis in self.axes for point in axis.points[1:]]
        known = dict(self.fingerprints)
        fresh: dict[str, Any] = {}
        with data_kept():
            for point in singles:
                try:
                    spec = self.spec_at(point)
                    data = assemble(spec).data
                except PlasticityError as error:
                    words = ", ".join(f"{path} = {label_of(v)}" for path, v in point.items())
                    raise type(error)(f"{words}: {error}" if words else str(error)) from None
                entry = data_entry(spec)
                if entry not in fresh:
                    fresh[entry] = data.fingerprint()
                    changed = unlike(known.get(entry, fresh[entry]), fresh[entry])
                    if changed:
                        (key, (before, now)), *_ = changed.items()
                        raise StoreError(
                            f"{data.name}: the data are others than those of the sweep ({key}: "
                            f"{before} before, {now} now); choose another folder"
                        )
        return attrs.evolve(self, fingerprints=known | fresh)

    def joined(self, other: Design, folder: str) -> Design:
        """Return the design with the points and seeds that another one has beside its own.

        Raises `StoreError` where the experiments differ in more than the axes.
        """
        paths = {path for design in (self, other) for axis in design.axes for path in axis.paths}
        differ = settings_of_all([self.base, other.base]).differ
        # Seeds are counted from that of the experiment.
        changed = {
            path: row
            for path, row in differ.items()
            if not any(path == one or path.startswith(f"{one}.") for one in paths)
        }
        if changed and EXPERIMENT not in paths:
            lines = [f"  {path}: {then} before, {now} now" for path, (then, now) in changed.items()]
            raise StoreError(
                "\n".join([f"{folder}: holds another sweep:", *lines, "choose another folder"])
            )
        by_name = {axis.name: axis for axis in self.axes}
        for axis in other.axes:
            known = by_name.get(axis.name)
            if known is not None and axis.points and known.paths != axis.paths:
                raise StoreError(
                    f"{folder}: holds another sweep: its axis {axis.name} sets "
                    f"{', '.join(known.paths)}, not {', '.join(axis.paths)}; choose another folder"
                )
            by_name[axis.name] = known.joined(axis) if known else axis
        return attrs.evolve(
            other,
            axes=tuple(by_name.values()),
            seeds=max(self.seeds, other.seeds),
            fingerprints=self.fingerprints | other.fingerprints,
        )

    def write(self, folder: str) -> None:
        """Write the design into the folder of its runs."""
        tables = {
            "format": _FORMAT,
            "base": self.base.to_dict(),
            "axes": [{"name": axis.name, "points": axis.points} for axis in self.axes],
            "seeds": self.seeds,
            "settings": self.settings,
            "data": self.fingerprints,
            "search": self.search,
        }
        write_json(below(folder, NAME), tables)

    @staticmethod
    def read(folder: str) -> Design | None:
        """Return the design of the sweep in a folder; None where there is none.

        Raises `StoreError` where it cannot be read.
        """
        path = below(folder, NAME)
        tables = read_json(path, _FORMAT)
        if tables is None:
            return None
        try:
            return Design(
                Experiment.from_dict(tables["base"]),
                tuple(Axis(axis["name"], tuple(axis["points"])) for axis in tables["axes"]),
                tables["seeds"],
                tables["settings"],
                fingerprints=tables["data"],
                search=tables["search"],
            )
        except (KeyError, TypeError, AttributeError, SpecError) as error:
            raise StoreError(f"{path}: cannot be read: {error}") from error

    def _name_of(self, spec: Experiment) -> str:
        """Return a name made of all that the spec says and of its data, wherever they lie."""
        entry = data_entry(spec)
        lean = attrs.evolve(
            _without_defaults(spec),
            data=_PLACEHOLDER,
            layers=tuple(map(_without_defaults, spec.layers)),
        )
        samples = dict(self.fingerprints.get(entry, {"entry": entry}))
        samples.pop("name", None)
        whole = [lean.to_dict(), samples]
        encoded = json.dumps(whole, sort_keys=True).encode()
        return hashlib.sha256(encoded).hexdigest()[:16]


def _without_defaults(part: Any) -> Any:
    """Return a spec, or a layer of one, whose references leave out settings that are defaults."""
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(part)):
        role, value = field.metadata.get("role"), getattr(part, field.name)
        if role is not None and role != "source":
            several = isinstance(value, tuple)
            lean = tuple(_lean(item, role) for item in (value if several else (value,)))
            changes[field.name] = lean if several else lean[0]
    return attrs.evolve(part, **changes)


def _lean(component: Any, role: str) -> Any:
    if isinstance(component, Term):
        return attrs.evolve(component, rule=_lean(component.rule, role))
    if not isinstance(component, Reference):
        return component
    known, given = interface_of(find(component.name, role)).settings, component.settings
    return Reference(
        component.name,
        {n: v for n, v in given.items() if n not in known or known[n].initial() != v},
    )


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def data_entry(spec: Experiment) -> str:
    """Return the entry of the data of a spec as a string; data given in Python are one entry."""
    if isinstance(spec.data, Data):
        return ""
    return json.dumps(attrs.evolve(spec, layers=spec.layers[:1]).to_dict()["data"], sort_keys=True)
