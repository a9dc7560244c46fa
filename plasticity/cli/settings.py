"""How the commands tell the settings of a component, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def described(cls: type, given: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Every setting of a component class: value, type, range, unit and meaning.

    given  values that were given; the others have their defaults

    >>> from plasticity import component, hookimpl, setting
    >>> @component
    ... class Half:
    ...     share: float = setting(default=0.5, low=0, high=1, doc="share of the current kept")
    >>> list(described(Half))
    ['share = 0.5  (a number, [0, 1]): share of the current kept']
    """
    import attrs

    from plasticity.components.interface import interface_of
    from plasticity.components.setting import default_of, type_name, type_of

    given = given or {}
    for name, (attribute, told) in interface_of(cls).settings.items():
        value = given.get(name, default_of(attribute))
        told_value = "must be given" if value is attrs.NOTHING else shown(value)
        unit = f"unit {told.unit}" if told.unit != "1" else ""
        facts = [type_name(type_of(cls, name)), told.range(), unit]
        meaning = f": {told.doc}" if told.doc and told.doc != name else ""
        yield f"{name} = {told_value}  ({', '.join(fact for fact in facts if fact)}){meaning}"


def shown(value: Any) -> str:
    """A value as a spec writes it; an array by its shape.

    >>> shown(None), shown(True), shown("relu"), shown((1, 2))
    ('not set', 'true', "'relu'", '[1, 2]')
    """
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if getattr(value, "shape", ()):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return repr(value)
