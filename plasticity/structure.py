"""From tables to specs and from references to components, with errors that name their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import cattrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)

from plasticity import discovery
from plasticity.components import label_of, role_of
from plasticity.contracts import check_hooks
from plasticity.errors import (
    PlasticityError,
    SettingError,
    SpecError,
    UnknownNameError,
    listed,
    nearest,
)
from plasticity.settings import settings_of, type_name
from plasticity.spec import GIVEN, Experiment, Reference


def structure(tables: Mapping[str, Any]) -> Experiment:
    """The experiment that these tables describe.

    Raises `SpecError` for a wrong type or an unknown key, naming its place and the nearest key.
    """
    try:
        return _converter.structure(tables, Experiment)
    except ClassValidationError as error:
        place, cause = _first_cause(error)
        raise _spec_error(place, cause) from None


def make(reference: Any, place: str, role: str) -> Any:
    """The component that a reference names, with its settings; a component is copied.

    Copied, because a component object used in two layers or two experiments would share its state.
    Raises `UnknownNameError` or `SettingError`, both beginning with the place in the spec.
    """
    if isinstance(reference, Reference):
        component = _make_named(reference, place, role)
    elif attrs.has(type(reference)):
        component = attrs.evolve(reference)
    else:
        component = reference
    check_hooks(component, place)
    found = role_of(component)
    if role not in (found, "observer"):
        name = reference.name if isinstance(reference, Reference) else label_of(component)
        raise SpecError(
            f"{place}: {name!r} is of role {found!r}, but here belongs one of role "
            f"{role!r} (plasticity plugins lists all by role)"
        )
    return component


def _make_named(reference: Reference, place: str, role: str) -> Any:
    if reference.name == GIVEN:
        raise SpecError(
            f"{place}: the data of this run was an array given in Python; pass it again: "
            "run(..., data=array)"
        )
    try:
        cls = discovery.find(reference.name, role)
    except UnknownNameError as error:
        raise UnknownNameError(f"{place}: {error}") from None
    known = settings_of(cls)
    for name in reference.settings:
        if name not in known:
            told = f"it has {listed(known)}" if known else "it has none"
            raise SettingError(
                f"{place} {reference.name!r}: no setting {name!r}{nearest(name, known)} ({told})"
            )
    missing = [
        name
        for name, (attribute, _) in known.items()
        if attribute.default is attrs.NOTHING and name not in reference.settings
    ]
    if missing:
        raise SettingError(f"{place} {reference.name!r}: setting {missing[0]!r} must be given")
    try:
        return cls(**reference.settings)
    except SettingError as error:
        message = str(error).removeprefix(f"{label_of(cls)}: ")
        raise SettingError(f"{place} {reference.name!r}: {message}") from None


class _WrongTypeError(TypeError):
    """A value of another type than the spec asks for."""


def _strict(kind: type) -> Callable[[Any, type], Any]:
    def structure_strictly(value: Any, _: type) -> Any:
        accepted = (int, float) if kind is float else kind
        if not isinstance(value, accepted) or (kind is not bool and isinstance(value, bool)):
            raise _WrongTypeError(f"must be {type_name(kind)}, got {value!r}")
        return kind(value)

    return structure_strictly


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for kind in (bool, int, float, str):
        converter.register_structure_hook(kind, _strict(kind))
    return converter


_converter = _make_converter()


def _first_cause(error: BaseException, place: str = "") -> tuple[str, BaseException]:
    """The innermost first mistake of a cattrs error, and where in the spec it stands."""
    if not isinstance(error, ClassValidationError | IterableValidationError):
        return place, error
    first = error.exceptions[0]
    for note in getattr(first, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            place = f"{place}.{note.name}" if place else note.name
        elif isinstance(note, IterableValidationNote):
            place = f"{place}[{note.index}]"
    return _first_cause(first, place)


def _spec_error(place: str, cause: BaseException) -> SpecError:
    prefix = f"{place}: " if place else ""
    if isinstance(cause, ForbiddenExtraKeysError):
        known = [attribute.name for attribute in attrs.fields(cause.cl)]
        name = sorted(cause.extra_fields)[0]
        return UnknownNameError(
            f"{prefix}{cause.cl.__name__.lower()} has no entry {name!r}{nearest(name, known)} "
            f"(it has {listed(known)})"
        )
    if isinstance(cause, KeyError):
        return SpecError(f"{prefix}the entry {cause.args[0]!r} is missing")
    if isinstance(cause, PlasticityError):
        return SpecError(f"{prefix}{cause}")
    return SpecError(f"{prefix}{cause}" if str(cause) else f"{prefix}{type(cause).__name__}")
