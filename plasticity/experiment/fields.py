"""The entries of a spec: what may stand there, and what is said of what may not."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType
from typing import Any

import attrs

from plasticity.components.rule import Rule, Term
from plasticity.components.setting import WRONG, as_type, type_name, types_of
from plasticity.errors import EntryError

GIVEN = "given in Python"  # the name of data, or of a function, that no file can hold


@attrs.frozen
class Reference:
    """A component by name, with the settings that differ from its defaults."""

    name: str
    settings: dict[str, Any] = attrs.field(factory=dict)

    @staticmethod
    def of(value: Any, place: str = "component") -> Any:
        """Return a name or a table as a Reference, a component or None as it is, or refuse."""
        if isinstance(value, str):
            return Reference(value)
        if isinstance(value, Mapping):
            settings = dict(value)
            if not isinstance(settings.get("name"), str):
                raise EntryError(
                    f'{place}: the table of a component has its name, as in {{ name = "..." }}, '
                    f"got {settings!r}"
                )
            return Reference(settings.pop("name"), settings)
        if isinstance(value, numbers.Number | list | tuple) or hasattr(value, "__array__"):
            raise EntryError(
                f"{place}: a component is a name, a table with a name, or an object, got {value!r}"
            )
        if isinstance(value, type):
            name = value.__name__
            raise EntryError(f"{place}: {name} is a class; give a component made of it, {name}()")
        if isinstance(value, FunctionType | BuiltinFunctionType):
            raise EntryError(f"{place}: a function is no component; @rule makes a rule of one")
        return value


def part(default: Any = attrs.NOTHING, *, role: str) -> Any:
    """Return an entry for one component of a role."""
    return entry(Reference.of, default, role=role)


def parts(*, role: str, **metadata: str) -> Any:
    """Return an entry for any number of components of a role."""
    return entry(_as_parts, (), role=role, **metadata)


def all_of(kind: type, default: Any = attrs.NOTHING) -> Any:
    """Return an entry for one object of a class, or several; each may be a table."""

    def convert(value: Any, place: str) -> tuple[Any, ...]:
        items = enumerate([value] if isinstance(value, kind) else value)
        return tuple(_object(item, kind, f"{place}[{index}]") for index, item in items)

    return entry(convert, default)


def one_object(kind: type, default: Any, **metadata: str) -> Any:
    """Return an entry for one object of a class, or a table."""
    return entry(lambda value, place: _object(value, kind, place), default, **metadata)


def _object(value: Any, kind: type, place: str) -> Any:
    if isinstance(value, Mapping):
        from plasticity.experiment.tables import structured

        return structured(kind, value, place)
    if not isinstance(value, kind):
        raise EntryError(f"{place}: must be a {kind.__name__} or a table, got {value!r}")
    return value


def entry(convert: Callable[[Any, str], Any], default: Any = attrs.NOTHING, **metadata: str) -> Any:
    """Return a field whose converter is told the entry, to begin its messages with it."""

    def with_place(value: Any, attribute: attrs.Attribute[Any]) -> Any:
        return convert(value, attribute.name)

    converter = attrs.Converter(with_place, takes_field=True)
    return attrs.field(default=default, converter=converter, metadata=metadata)


def plain(default: Any = attrs.NOTHING, *, low: int | None = None, **metadata: str) -> Any:
    """Return an entry for a value of the annotated type, if a number from `low`."""

    def convert(value: Any, owner: Any, attribute: attrs.Attribute[Any]) -> Any:
        wanted = types_of(type(owner))[attribute.name]
        converted = as_type(value, wanted)
        if converted is WRONG:
            raise EntryError(f"{attribute.name}: must be {type_name(wanted)}, got {value!r}")
        if low is not None and converted is not None and converted < low:
            raise EntryError(f"{attribute.name}: must be an integer from {low}, got {value!r}")
        return converted

    converter = attrs.Converter(convert, takes_self=True, takes_field=True)
    return attrs.field(default=default, converter=converter, metadata=metadata)


def _as_parts(value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        return (Reference.of(value, place),)
    return tuple(Reference.of(item, f"{place}[{index}]") for index, item in enumerate(value))


def terms_of(value: Any, place: str) -> tuple[Term, ...]:
    """Return the terms of a rule or a sum of rules, of a name, a table, or a list of these."""
    if isinstance(value, list | tuple):
        if not value:
            raise EntryError(f"{place}: there is no rule in the list; give at least one")
        items = enumerate(value)
        return tuple(term for index, item in items for term in terms_of(item, f"{place}[{index}]"))
    if isinstance(value, Term):
        schedule = Reference.of(value.schedule, f"{place}.schedule")
        return (attrs.evolve(value, schedule=schedule),)
    if isinstance(value, Rule):
        return tuple(term for item in value.terms for term in terms_of(item, place))
    if not isinstance(value, Mapping):
        return (Term(Reference.of(value, place)),)
    table = dict(value)
    coefficient = as_type(given := table.pop("coefficient", 1.0), float)
    if coefficient is WRONG:
        raise EntryError(f"{place}: coefficient must be a number, got {given!r}")
    phases = as_type(given := table.pop("phases", ()), tuple[str, ...])
    if phases is WRONG:
        raise EntryError(f"{place}: phases must be a list of names, got {given!r}")
    schedule = Reference.of(table.pop("schedule", None), f"{place}.schedule")
    return (Term(Reference.of(table, place), coefficient, phases, schedule),)
