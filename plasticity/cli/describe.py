"""Settings of components and experiments as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from plasticity.cli.terminal import heading, line
from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.components.setting import type_name
from plasticity.errors import PlasticityError
from plasticity.experiment.fields import GIVEN, Reference
from plasticity.experiment.registry import find, name_of
from plasticity.experiment.spec import Experiment, Layer
from plasticity.experiment.walk import Part, parts_of


def setting_lines(cls: type, given: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield value, type, range, unit and meaning of each setting of a component class.

    Settings that are not `given` have their defaults.

    >>> from plasticity import component, hookimpl, setting
    >>> @component
    ... class Half:
    ...     share: float = setting(default=0.5, low=0, high=1, doc="share of the current kept")
    >>> list(setting_lines(Half))
    ['share = 0.5  (a number, [0, 1]): share of the current kept']
    """
    given = given or {}
    for name, setting in interface_of(cls).settings.items():
        value = given.get(name, setting.initial())
        text = "must be given" if value is attrs.NOTHING else format_value(value)
        unit = f"unit {setting.unit}" if setting.unit != "1" else ""
        facts = [type_name(setting.type), setting.range(), unit]
        meaning = f": {setting.doc}" if setting.doc and setting.doc != name else ""
        yield f"{name} = {text}  ({', '.join(fact for fact in facts if fact)}){meaning}"


def format_value(value: Any) -> str:
    """Return a value as a spec writes it; an array by its shape.

    >>> format_value(None), format_value(True), format_value("relu"), format_value((1, 2))
    ('not set', 'true', "'relu'", '[1, 2]')
    """
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if getattr(value, "shape", ()):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(format_value, value))}]"
    return repr(value)


def print_experiment(experiment: Experiment) -> None:
    """Print every setting of an experiment, defaults included."""
    parts = list(parts_of(experiment))
    heading("experiment")
    _print_holder(experiment, [part for part in parts if part.layer is None])
    for index, layer in enumerate(experiment.layers):
        heading(experiment.layer_name(index))
        _print_holder(layer, [part for part in parts if part.layer == index])


def _print_holder(holder: Experiment | Layer, parts: list[Part]) -> None:
    for attribute in attrs.fields(type(holder)):
        value = getattr(holder, attribute.name)
        if "role" in attribute.metadata or attribute.name in ("layers", "name"):
            continue
        if attribute.name == "phases":
            value = tuple(f"{phase.name} {phase.epochs}" for phase in value)
        if attribute.name == "epochs" and isinstance(holder, Experiment):
            value = holder.n_epoch
        line(f"{attribute.name} = {format_value(value)}", indent=2)
    for part in parts:
        _print_part(part)


def _print_part(part: Part) -> None:
    term = part.term
    entry = part.place.partition("].")[2] if part.layer is not None else part.place
    coefficient = f"{term.coefficient:g} * " if term and term.coefficient != 1 else ""
    phases = f", learning in {', '.join(term.phases)}" if term and term.phases else ""
    name, cls, given = _resolve(part.reference, part.role)
    line(f"{entry} = {coefficient}{name}{phases}", indent=2)
    known = {} if cls is None else interface_of(cls).settings
    others = [f"{key} = {format_value(value)}" for key, value in given.items() if key not in known]
    for text in [*(setting_lines(cls, given) if cls else ()), *others]:
        line(text, indent=4)


def _resolve(reference: Any, role: str) -> tuple[str, type | None, dict[str, Any]]:
    """Return name, class (None if not installed) and given settings of a component."""
    if isinstance(reference, Data):
        return GIVEN, None, {"name": reference.name, "shape": reference.samples.shape}
    if not isinstance(reference, Reference):
        cls = type(reference)
        given = {name: getattr(reference, name) for name in interface_of(cls).settings}
        return name_of(cls), cls, given
    if reference.name == GIVEN:
        return GIVEN, None, reference.settings
    try:
        return reference.name, find(reference.name, role), reference.settings
    except PlasticityError:
        return f"{reference.name} (not installed)", None, reference.settings
