"""The entries of a spec: what may stand there, and what is said of what may not."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType
from typing import Any

import attrs

from plasticity.components.rule import Rule, Term
from plasticity.errors import EntryError

Check = Callable[[Any, str], Any]  # of a value and its place; raises EntryError

GIVEN = "given in Python"  # the name of data, or of a function, that no file can hold


@attrs.frozen
class Reference:
    """A component by name, with the settings that differ from its defaults.

    >>> Reference.of({"name": "sgd", "rate": 0.1})
    Reference(name='sgd', settings={'rate': 0.1})
    """

    name: str
    settings: dict[str, Any] = attrs.field(factory=dict)

    @staticmethod
    def of(value: Any, place: str = "component") -> Any:
        """Return a name or a table as a Reference; anything else (a component, None) as it is.

        Raises `SpecError` for what can be no component, beginning with the place.
        """
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


def rules() -> Any:
    """Return an entry for a rule or a sum of rules."""
    return entry(_as_terms, role="rule")


def all_of(kind: type, default: Any = attrs.NOTHING) -> Any:
    """Return an entry for one object of a class, or several; each may be a table."""

    def convert(value: Any, place: str) -> tuple[Any, ...]:
        items = (value,) if isinstance(value, kind) else tuple(value)
        return tuple(_object(item, kind, f"{place}[{index}]") for index, item in enumerate(items))

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


def checked(check: Check, default: Any = attrs.NOTHING, **metadata: str) -> Any:
    """Return an entry for a value that a check of value and place lets pass as it is."""

    def convert(value: Any, place: str) -> Any:
        check(value, place)
        return value

    return entry(convert, default, **metadata)


def integer(low: int) -> Check:
    """Return a check that a value is an integer from `low`, or None."""

    def check(value: Any, place: str) -> None:
        number = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if value is not None and not (number and value >= low):
            raise EntryError(f"{place}: must be an integer from {low}, got {value!r}")

    return check


def one_of(*choices: str) -> Check:
    """Return a check that a value is one of these strings."""

    def check(value: Any, place: str) -> None:
        if value not in choices:
            known = ", ".join(map(repr, choices))
            raise EntryError(f"{place}: must be one of {known}, got {value!r}")

    return check


def boolean(value: Any, place: str) -> None:
    """Raise `EntryError` where a value is no boolean."""
    if not isinstance(value, bool):
        raise EntryError(f"{place}: must be a boolean, got {value!r}")


def _as_parts(value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        return (Reference.of(value, place),)
    return tuple(Reference.of(item, f"{place}[{index}]") for index, item in enumerate(value))


def _as_terms(value: Any, place: str) -> tuple[Term, ...]:
    if isinstance(value, list | tuple):
        if not value:
            raise EntryError(f"{place}: there is no rule in the list; give at least one")
        items = enumerate(value)
        return tuple(term for index, item in items for term in _as_terms(item, f"{place}[{index}]"))
    if isinstance(value, Term):
        schedule = Reference.of(value.schedule, f"{place}.schedule")
        return (attrs.evolve(value, schedule=schedule),)
    if isinstance(value, Rule):
        return tuple(term for item in value.terms for term in _as_terms(item, place))
    if isinstance(value, Mapping):
        table = dict(value)
        coefficient = _coefficient(table.pop("coefficient", 1.0), place)
        phases = table.pop("phases", ())
        named = isinstance(phases, list | tuple) and all(isinstance(name, str) for name in phases)
        if not named:
            raise EntryError(f"{place}: phases must be a list of names, got {phases!r}")
        schedule = Reference.of(table.pop("schedule", None), f"{place}.schedule")
        return (Term(Reference.of(table, place), coefficient, tuple(phases), schedule),)
    return (Term(Reference.of(value, place)),)


def _coefficient(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value != value:
        raise EntryError(f"{place}: coefficient must be a number, got {value!r}")
    return float(value)
