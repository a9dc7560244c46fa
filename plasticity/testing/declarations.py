"""What a component says of itself: its events, its words and its settings."""

import inspect
import tomllib
from collections.abc import Mapping
from typing import Any

import attrs
import tomli_w

from plasticity.components import checks
from plasticity.components.interface import interface_of
from plasticity.experiment.citations import entries_of
from plasticity.experiment.tables import changed_settings
from plasticity.testing.findings import BrokenError, contract_check


@contract_check
def check_hooks(component: Any) -> None:
    """It answers at least one event, and each answer takes only arguments that its event has."""
    checks.check_hooks(component, "component")


@contract_check
def check_documented(component: Any) -> None:
    """Its class has a docstring, each setting says what it means, and its source is there."""
    if not (inspect.getdoc(type(component)) or "").strip():
        raise BrokenError("its class has no docstring; say what it is, its equation and source")
    for name, setting in interface_of(component).settings.items():
        if not setting.doc:
            raise BrokenError(f"the setting {name!r} says nothing: give it doc=...")
    entries_of(type(component), interface_of(component).source)


@contract_check
def check_settings(component: Any) -> None:
    """Its settings come back from a TOML file as they were; not asked where one is an array."""
    values = {name: getattr(component, name) for name in interface_of(component).settings}
    if any(hasattr(value, "__array__") for value in values.values()):
        return
    plain = {name: _as_toml(value) for name, value in values.items() if value is not None}
    read = tomllib.loads(tomli_w.dumps(plain))
    again = type(component)(**read) if values else component
    for name, value in values.items():
        if getattr(again, name) != value:
            raise BrokenError(
                f"the setting {name!r} is {value!r}, and {getattr(again, name)!r} when read back"
            )
    if attrs.has(type(component)) and changed_settings(again) != changed_settings(component):
        raise BrokenError("its changed settings differ when read back from TOML")


def _as_toml(value: Any) -> Any:
    """Return a setting as TOML holds it."""
    if isinstance(value, list | tuple):
        return [_as_toml(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _as_toml(item) for key, item in value.items()}
    return value if isinstance(value, bool | int | float | str) else str(value)
