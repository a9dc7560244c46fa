"""What a user may set of a component: value, range, unit, meaning and the reason of the limits."""

from __future__ import annotations

import numbers
import types
import typing
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import attrs
import numpy as np

from plasticity.errors import SettingError

WRONG = object()  # in place of a value that cannot be of a type


@attrs.frozen
class Setting:
    """Range, unit, meaning and the reason of the limits of one setting of a component."""

    doc: str
    unit: str
    low: float | None
    high: float | None
    above: float | None
    below: float | None
    choices: tuple[Any, ...]
    because: str
    default: Any
    type: Any = None

    def initial(self) -> Any:
        """Return the default, made anew by its factory if it has one; `attrs.NOTHING` for none."""
        return self.default.factory() if hasattr(self.default, "factory") else self.default

    def range(self) -> str:
        """Return the allowed values as a mathematician writes them, or an empty string."""
        if self.choices:
            return "{" + ", ".join(repr(choice) for choice in self.choices) + "}"
        if {self.low, self.above, self.high, self.below} == {None}:
            return ""
        left = f"[{self.low:g}" if self.low is not None else "(-inf"
        left = f"({self.above:g}" if self.above is not None else left
        right = f"{self.high:g}]" if self.high is not None else "inf)"
        right = f"{self.below:g})" if self.below is not None else right
        return f"{left}, {right}"

    def allows(self, value: Any) -> bool:
        """Return whether a value of the right type lies in the range; None means "not set"."""
        if value is not None and self.choices:
            return value in self.choices
        return not isinstance(value, int | float) or (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


def setting(
    *,
    default: Any = attrs.NOTHING,
    factory: Any = None,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: tuple[Any, ...] = (),
    unit: str = "1",
    doc: str,
    because: str = "",
) -> Any:
    """Return a setting of a component, checked whenever one is made.

    low, high      closed limits
    above, below   open limits
    choices        the only values allowed
    because        the reason of the limit: it ends the error message
    """
    default = attrs.Factory(factory) if factory is not None else default
    described = Setting(doc, unit, low, high, above, below, tuple(choices), because, default)
    converter = attrs.Converter(_checked, takes_self=True, takes_field=True)
    return attrs.field(default=default, converter=converter, metadata={Setting: described})


def settings_of(cls: Any) -> dict[str, Setting]:
    """Return the settings of a component class by name, with their types and defaults."""
    known = untyped_settings_of(cls)
    types = types_of(cls) if known else {}
    return {name: attrs.evolve(setting, type=types[name]) for name, setting in known.items()}


def untyped_settings_of(cls: Any) -> dict[str, Setting]:
    """Return the settings by name, while their types may not be defined yet."""
    fields = attrs.fields(cls) if attrs.has(cls) else ()
    return {field.name: field.metadata[Setting] for field in fields if Setting in field.metadata}


# Asked for each setting of each component that is made.
types_of: Callable[[Any], dict[str, Any]] = lru_cache(maxsize=1024)(typing.get_type_hints)


def type_name(annotation: Any) -> str:
    """Return a type as a reader says it: "a number", "an integer or not set"."""
    names = {float: "a number", int: "an integer", str: "a string", bool: "a boolean"}
    names |= {Path: "a path", Any: "anything"}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_name(part) for part in arguments if part is not types.NoneType)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin is tuple:
        return f"a list, each {type_name(arguments[0])}"
    if origin is dict:
        return "a table"
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _checked(value: Any, component: Any, attribute: attrs.Attribute[Any]) -> Any:
    known: Setting = attribute.metadata[Setting]
    annotation = types_of(type(component))[attribute.name]
    converted = as_type(value, annotation)
    if converted is not WRONG and known.allows(converted):
        return converted
    if converted is WRONG:
        wanted, why = f"be {type_name(annotation)}", f" ({known.doc})" if known.doc else ""
    else:
        wanted, why = f"lie in {known.range()}", f": {known.because}" if known.because else ""
    label = getattr(type(component), "label", type(component).__name__)
    raise SettingError(f"{label}: {attribute.name} must {wanted}, got {value!r}{why}")


def as_type(value: Any, annotation: Any) -> Any:
    """Return the value as the annotated type, or WRONG; nothing but integers is ever converted."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        converted = (as_type(value, part) for part in arguments)
        return next((item for item in converted if item is not WRONG), WRONG)
    if origin is Literal:
        return value if value in arguments else WRONG
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return WRONG
        items = tuple(as_type(item, arguments[0]) for item in value)
        return WRONG if any(item is WRONG for item in items) else items
    if annotation is Any:
        return value
    if annotation in (float, int) and isinstance(value, bool | np.bool_):
        return WRONG
    if annotation is float:
        return float(value) if isinstance(value, numbers.Real) and value == value else WRONG
    if annotation is int:
        return int(value) if isinstance(value, numbers.Integral) else WRONG
    return value if isinstance(value, origin or annotation) else WRONG
