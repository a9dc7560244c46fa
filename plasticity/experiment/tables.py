"""From an experiment to tables, as a TOML file holds them, and back; mistakes name their place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from plasticity.components.data import Data, fingerprint
from plasticity.components.interface import interface_of
from plasticity.components.rule import Term
from plasticity.errors import EntryError, SpecError, UnknownNameError, nearest_or_all
from plasticity.experiment.fields import GIVEN, Reference
from plasticity.experiment.registry import name_of
from plasticity.experiment.spec import Experiment, Layer, Phase
from plasticity.experiment.storage import Storage


def to_dict(value: Any, objects: bool = False) -> dict[str, Any]:
    """Return an Experiment, Layer or Phase as tables; what equals its default is left out.

    objects   whether components and data that are objects stay so, which TOML cannot hold
    """
    tables: dict[str, Any] = {}
    for attribute in attrs.fields(type(value)):
        content = getattr(value, attribute.name)
        if content == attribute.default and attribute.default is not attrs.NOTHING:
            continue
        if "role" in attribute.metadata:
            items = content if isinstance(content, tuple) else (content,)
            parts = [_component_table(item, objects) for item in items]
            alone = len(items) == 1 and (attribute.name == "rule" or content is not items)
            tables[attribute.name] = parts[0] if alone else parts
        elif isinstance(content, tuple):
            tables[attribute.name] = [to_dict(item, objects) for item in content]
        else:
            tables[attribute.name] = _plain(content)
    return tables


def changed_settings(component: object) -> dict[str, Any]:
    """Return the settings of a component that differ from their defaults, as TOML can hold them."""
    changed: dict[str, Any] = {}
    interface = interface_of(component)
    for name, setting in interface.settings.items():
        value, default = getattr(component, name), setting.initial()
        if value is default or (not hasattr(value, "__array__") and value == default):
            continue
        if value is None:
            raise SpecError(
                f"{interface.label}: {name} is None, which TOML cannot represent and which is not "
                f"its default, {default!r}"
            )
        changed[name] = _plain(value)
    return changed


def as_tables(value: Any) -> Any:
    """Return layers, phases and storage as tables, with components as they are; else the value."""
    if isinstance(value, Layer | Phase | Storage):
        return to_dict(value, objects=True)
    return [as_tables(item) for item in value] if isinstance(value, list | tuple) else value


def structure(tables: Mapping[str, Any]) -> Experiment:
    """Return the experiment that these tables describe; a `SpecError` names the place."""
    for entry in ("layers", "phases"):
        check_tables(entry, tables.get(entry, ()))
    if not isinstance(tables.get("storage", {}), Mapping | Storage):
        raise SpecError(
            f"storage: must be a table, written [storage] in TOML, got {tables['storage']!r}"
        )
    made: Experiment = structured(Experiment, tables, "")
    return made


def structured(kind: type, tables: Mapping[str, Any], place: str) -> Any:
    """Return the object of a class that a table describes; a `SpecError` begins with the place."""
    inside, before = (f"{place}.", f"{place}: ") if place else ("", "")
    for name, field in attrs.fields_dict(kind).items():
        if name not in tables and field.default is attrs.NOTHING:
            raise SpecError(f"{before}entry {name!r} is missing; it must be given")
    unknown = sorted(tables.keys() - attrs.fields_dict(kind))
    if unknown:
        raise UnknownNameError(before + _unknown_entry(unknown[0], kind))
    try:
        return kind(**tables)
    except EntryError as error:
        raise SpecError(f"{inside}{error}") from None


def check_tables(entry: str, content: Any) -> None:
    """Raise `SpecError` where an entry is no list of tables."""
    several = isinstance(content, list | tuple)
    if not several or not all(isinstance(each, Mapping | Layer | Phase) for each in content):
        raise SpecError(
            f"{entry}: must be a list of tables, written [[{entry}]] in TOML, got {content!r}"
        )


def _term_table(term: Term) -> Any:
    schedule = None if term.schedule is None else _component_table(term.schedule)
    own = {"coefficient": term.coefficient, "phases": list(term.phases), "schedule": schedule}
    own = {key: value for key, value in own.items() if value not in (1, [], None)}
    table = _component_table(term.rule)
    return (table if isinstance(table, dict) else {"name": table}) | own if own else table


def _component_table(component: Any, objects: bool = False) -> Any:
    named = component.rule if isinstance(component, Term) else component
    if objects and not isinstance(named, Reference):
        return component
    if isinstance(component, Term):
        return _term_table(component)
    if isinstance(component, Reference):
        settings = dict(component.settings) if objects else _plain(component.settings)
        name = component.name
    elif isinstance(component, Data):
        name, settings = GIVEN, {"fingerprint": component.fingerprint(), **_plain(component.chosen)}
        if component.constant is not None:
            settings["constant"] = component.constant
    elif hasattr(component, "open_data") and (given := _arrays_of(component)):
        name, settings = GIVEN, {"fingerprint": given}
    else:
        name, settings = name_of(type(component)), changed_settings(component)
    return {"name": name, **settings} if settings else name


def _arrays_of(component: object) -> dict[str, Any]:
    """Return setting -> fingerprint for the settings that are arrays, or lists of them."""
    values = {name: getattr(component, name) for name in interface_of(component).settings}
    given: dict[str, Any] = {}
    for name, value in values.items():
        if getattr(value, "ndim", 0):
            given[name] = fingerprint(value)
        elif isinstance(value, list | tuple) and any(getattr(item, "ndim", 0) for item in value):
            given[name] = [fingerprint(item) for item in value]
    return given


def _plain(value: Any) -> Any:
    """Return a value as TOML holds it: tuples as lists, paths as strings, Python's numbers."""
    if value is None:
        raise SpecError("TOML cannot represent None; leave the default or give a value")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Storage):
        return to_dict(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    if callable(value):
        name = getattr(value, "__qualname__", type(value).__qualname__)
        return f"{GIVEN}: {value.__module__}.{name}"
    if hasattr(value, "__array__"):
        raise SpecError(
            "an array that was given in Python cannot be written to TOML; save it to a file and "
            "name the file"
        )
    return value


def _unknown_entry(name: str, holder: type) -> str:
    message = f"{holder.__name__.lower()} has no entry {name!r}"
    if holder is Experiment and name in attrs.fields_dict(Layer):
        return f"{message}; it belongs to a layer: write it below [[layers]]"
    if holder is Layer and name in attrs.fields_dict(Experiment):
        return f"{message}; it belongs to the experiment: write it above the first [[layers]]"
    return message + nearest_or_all(name, attrs.fields_dict(holder))
