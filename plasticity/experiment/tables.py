"""From tables to specs and from references to components, with errors that name their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_origin

import attrs
import cattrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)

from plasticity.components.checks import check_hooks
from plasticity.components.interface import interface_of
from plasticity.components.setting import type_name
from plasticity.errors import (
    EntryError,
    SettingError,
    SpecError,
    UnknownNameError,
    UntrustedError,
    nearest_or_all,
)
from plasticity.experiment import registry
from plasticity.experiment.portion import PORTION
from plasticity.experiment.spec import GIVEN, Experiment, Layer, Reference, as_tables


def structure(tables: Mapping[str, Any]) -> Experiment:
    """The experiment that these tables describe.

    Raises `SpecError` for a wrong type or an unknown key, naming its place and the nearest key.
    """
    tables = {
        name: as_tables(content) if name in ("layers", "phases", "storage") else content
        for name, content in tables.items()
    }
    for entry in ("layers", "phases"):
        check_tables(entry, tables.get(entry, ()))
    if not isinstance(tables.get("storage", {}), Mapping):
        raise SpecError(
            f"storage: must be a table, written [storage] in TOML, got {tables['storage']!r}"
        )
    made: Experiment = structured(Experiment, tables, "")
    return made


def structured(kind: type, tables: Mapping[str, Any], place: str) -> Any:
    """Return the object of a class that a table describes; a `SpecError` begins with the place."""
    try:
        return _converter.structure(tables, kind)
    except ClassValidationError as error:
        inside, cause = _first_cause(error, place)
        raise _spec_error(inside, cause) from None


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
    found = interface_of(component).role
    if role not in (found, "observer"):
        name = reference.name if isinstance(reference, Reference) else interface_of(component).label
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
        cls = registry.find(reference.name, role)
    except (UnknownNameError, UntrustedError) as error:
        raise type(error)(f"{place}: {error}") from None
    if not isinstance(cls, type):
        raise SpecError(
            f"{place}: {reference.name!r} is no component but of type {type(cls).__name__}; "
            "@component makes one of a class, @rule of a function"
        )
    known = interface_of(cls).settings
    everywhere = PORTION if role == "source" else ()
    own = {n: value for n, value in reference.settings.items() if n in known or n not in everywhere}
    for name in own:
        if name not in known:
            raise SettingError(
                f"{place} {reference.name!r}: no setting {name!r}"
                f"{nearest_or_all(name, [*known, *everywhere])}"
            )
    missing = [
        name
        for name, (attribute, _) in known.items()
        if attribute.default is attrs.NOTHING and name not in reference.settings
    ]
    if missing:
        raise SettingError(f"{place} {reference.name!r}: setting {missing[0]!r} must be given")
    try:
        return cls(**own)
    except SettingError as error:
        message = str(error).removeprefix(f"{interface_of(cls).label}: ")
        raise SettingError(f"{place} {reference.name!r}: {message}") from None


def check_tables(entry: str, content: Any) -> None:
    """Raise `SpecError` where an entry is no list of tables."""
    if not isinstance(content, list | tuple) or not all(isinstance(t, Mapping) for t in content):
        raise SpecError(
            f"{entry}: must be a list of tables, written [[{entry}]] in TOML, got {content!r}"
        )


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
    # What a text may be is checked by the class itself, in Python as well.
    converter.register_structure_hook_func(_is_literal, lambda value, _: value)
    return converter


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


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
    if isinstance(cause, ForbiddenExtraKeysError):
        return UnknownNameError(_located(place, _unknown_entry(cause)))
    if isinstance(cause, KeyError):
        missing = f"entry {cause.args[0]!r} is missing; it must be given"
        return SpecError(_located(place.rpartition(".")[0], missing))
    if isinstance(cause, EntryError):
        return SpecError(f"{place}.{cause}" if place else str(cause))
    return SpecError(_located(place, str(cause) or type(cause).__name__))


def _located(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message


def _unknown_entry(error: ForbiddenExtraKeysError) -> str:
    """What to say of an entry that stands where there is none of that name."""
    name, holder = sorted(error.extra_fields)[0], error.cl
    told = f"{holder.__name__.lower()} has no entry {name!r}"
    if holder is Experiment and name in _names(Layer):
        return f"{told}; it belongs to a layer: write it below [[layers]]"
    if holder is Layer and name in _names(Experiment):
        return f"{told}; it belongs to the experiment: write it above the first [[layers]]"
    return told + nearest_or_all(name, _names(holder))


def _names(holder: type) -> list[str]:
    return [attribute.name for attribute in attrs.fields(holder)]
