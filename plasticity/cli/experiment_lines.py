"""An experiment with all its settings, those at their defaults included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from plasticity.cli.settings import described, shown
from plasticity.cli.terminal import heading, line
from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.errors import PlasticityError
from plasticity.experiment.registry import find
from plasticity.experiment.spec import GIVEN, Experiment, Layer, Reference
from plasticity.experiment.walk import Part, parts_of

if TYPE_CHECKING:
    from rich.console import Console


def print_experiment(console: Console, experiment: Experiment) -> None:
    """Print everything that an experiment says, and what it leaves at its default."""
    heading(console, "experiment")
    _print_values(console, experiment)
    _print_parts(console, experiment, None)
    for index, layer in enumerate(experiment.layers):
        heading(console, experiment.layer_name(index))
        _print_values(console, layer)
        _print_parts(console, experiment, index)


def _print_values(console: Console, holder: Experiment | Layer) -> None:
    for attribute in attrs.fields(type(holder)):
        value = getattr(holder, attribute.name)
        if "role" in attribute.metadata or attribute.name in ("layers", "name"):
            continue
        if attribute.name == "phases":
            value = tuple(f"{phase.name} {phase.epochs}" for phase in value)
        if attribute.name == "epochs" and isinstance(holder, Experiment):
            value = holder.n_epoch
        line(console, f"{attribute.name} = {shown(value)}", indent=2)


def _print_parts(console: Console, experiment: Experiment, layer: int | None) -> None:
    for part in parts_of(experiment):
        if part.layer == layer:
            _print_part(console, part)


def _print_part(console: Console, part: Part) -> None:
    reference, term = part.reference, part.term
    entry = part.place.partition("].")[2] if part.layer is not None else part.place
    coefficient = f"{term.coefficient:g} * " if term and term.coefficient != 1 else ""
    phases = f", learning in {', '.join(term.phases)}" if term and term.phases else ""
    name, cls, given = _told(reference, part.role)
    line(console, f"{entry} = {coefficient}{name}{phases}", indent=2)
    own = {} if cls is None else interface_of(cls).settings
    others = [f"{key} = {shown(value)}" for key, value in given.items() if key not in own]
    for told in [*(described(cls, given) if cls else ()), *others]:
        line(console, told, indent=4)


def _told(reference: Any, role: str) -> tuple[str, type | None, dict[str, Any]]:
    """Name, class and given settings of a component; no class where it is not installed."""
    if isinstance(reference, Data):
        return GIVEN, None, {"name": reference.name, "shape": reference.samples.shape}
    if not isinstance(reference, Reference):
        from plasticity.experiment.registry import name_of

        cls = type(reference)
        given = {name: getattr(reference, name) for name in interface_of(cls).settings}
        return name_of(cls), cls, given
    if reference.name == GIVEN:
        return GIVEN, None, reference.settings
    try:
        return reference.name, find(reference.name, role), reference.settings
    except PlasticityError:
        return f"{reference.name} (not installed)", None, reference.settings
