"""From a reference of a spec to a component, with errors that name the place."""

from typing import Any

import attrs

from plasticity.components.checks import check_hooks
from plasticity.components.interface import interface_of
from plasticity.errors import (
    SettingError,
    SpecError,
    UnknownNameError,
    UntrustedError,
    nearest_or_all,
)
from plasticity.experiment.fields import GIVEN, Reference
from plasticity.experiment.portion import PORTION
from plasticity.experiment.registry import find


def make(reference: Any, place: str, role: str) -> Any:
    """Return the component that a reference names, with its settings, or a copy of a component."""
    component = reference
    if isinstance(reference, Reference):
        component = _make_named(reference, place, role)
    elif attrs.has(type(reference)):  # used in two layers or experiments it would share its state
        component = attrs.evolve(reference)
    check_hooks(component, place)
    actual = interface_of(component).role
    if role not in (actual, "observer"):
        name = reference.name if isinstance(reference, Reference) else interface_of(component).label
        raise SpecError(
            f"{place}: {name!r} has the role {actual!r}, expected {role!r} (plasticity plugins "
            "lists all by role)"
        )
    return component


def _make_named(reference: Reference, place: str, role: str) -> Any:
    if reference.name == GIVEN:
        raise SpecError(
            f"{place}: the data of this run was an array given in Python; pass it again: "
            "run(..., data=array)"
        )
    try:
        cls = find(reference.name, role)
    except (UnknownNameError, UntrustedError) as error:
        raise type(error)(f"{place}: {error}") from None
    if not isinstance(cls, type):
        raise SpecError(
            f"{place}: {reference.name!r} is no component but of type {type(cls).__name__}; "
            "@component makes one of a class, @rule of a function"
        )
    known, named = interface_of(cls).settings, f"{place} {reference.name!r}"
    everywhere = PORTION if role == "source" else ()
    own = {n: value for n, value in reference.settings.items() if n in known or n not in everywhere}
    for name in own:
        if name not in known:
            near = nearest_or_all(name, [*known, *everywhere])
            raise SettingError(f"{named}: no setting {name!r}{near}")
    for name, setting in known.items():
        if setting.default is attrs.NOTHING and name not in reference.settings:
            raise SettingError(f"{named}: setting {name!r} must be given")
    try:
        return cls(**own)
    except SettingError as error:
        message = str(error).removeprefix(f"{interface_of(cls).label}: ")
        raise SettingError(f"{named}: {message}") from None
