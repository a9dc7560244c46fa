"""Settings by dotted path: `neurons=200`, `rule.power=3`, `layers.1.optimizer.rate=0.1`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import attrs

from plasticity.errors import SpecError, UnknownNameError, nearest, nearest_or_all
from plasticity.spec import Experiment, Layer

_EXPERIMENT = tuple(attribute.name for attribute in attrs.fields(Experiment))
_LAYER = tuple(attribute.name for attribute in attrs.fields(Layer))


def override(tables: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of an experiment with some settings changed.

    A path begins with a key of the experiment or, where there is one layer, with a key of the
    layer. A path into a component sets one of its settings; a component as a whole is replaced.

    Raises `UnknownNameError` for a path that leads nowhere.

    >>> tables = {"data": "digits", "layers": [{"neurons": 10, "rule": "bcm"}]}
    >>> override(tables, {"neurons": 20, "rule.power": 3})["layers"]
    [{'neurons': 20, 'rule': {'name': 'bcm', 'power': 3}}]
    """
    changed = deepcopy(dict(tables))
    for path, value in settings.items():
        _set(changed, path, value)
    return changed


def parse(assignment: str) -> tuple[str, Any]:
    """A `key=value` of the command line; the value as TOML writes it, or else as a text.

    >>> parse("rule.power=3")
    ('rule.power', 3)
    >>> parse("data=mnist")
    ('data', 'mnist')
    """
    key, separator, text = assignment.partition("=")
    if not separator or not key.strip():
        raise SpecError(f"--set takes key=value, got {assignment!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    return key.strip(), value


def _set(tables: dict[str, Any], path: str, value: Any) -> None:
    keys = path.split(".")
    node, root = _root(tables, keys, path)
    for position, key in enumerate(keys[:-1]):
        node = _step_into(node, key, path, ".".join(keys[:position]) or root)
    if isinstance(node, list):
        node[_index(node, keys[-1], path)] = value
    else:
        if keys == ["phases"]:
            node.pop("epochs", None)
        if keys == ["epochs"]:
            node.pop("phases", None)
        node[keys[-1]] = value


def _root(tables: dict[str, Any], keys: list[str], path: str) -> tuple[Any, str]:
    """The table in which a path begins, and what to call it."""
    if all(keys) and keys[0] in _EXPERIMENT:
        if keys[0] == "storage":
            tables.setdefault("storage", {})
        return tables, "the experiment"
    if not all(keys) or keys[0] not in _LAYER:
        raise UnknownNameError(
            f"no setting {path!r}{nearest_or_all(keys[0], _EXPERIMENT + _LAYER)}"
        )
    if len(tables["layers"]) != 1:
        raise UnknownNameError(
            f"{path!r} could mean any of {len(tables['layers'])} layers; write layers.0.{path}"
        )
    return tables["layers"][0], "the layer"


def _step_into(node: Any, key: str, path: str, place: str) -> Any:
    """The table or list under a key; a component given by its bare name becomes a table."""
    if isinstance(node, list):
        position: Any = _index(node, key, path)
    elif key in node:
        position = key
    else:
        raise UnknownNameError(
            f"{path!r} leads nowhere: {place} has no {key!r}{nearest(key, node)}"
        )
    if isinstance(node[position], str):
        node[position] = {"name": node[position]}
    if not isinstance(node[position], dict | list):
        raise UnknownNameError(f"{path!r} leads nowhere: {key!r} is {node[position]!r}")
    return node[position]


def _index(node: list[Any], key: str, path: str) -> int:
    if not key.isdecimal() or int(key) >= len(node):
        raise UnknownNameError(
            f"{path!r} leads nowhere: {key!r} is not a position in a list of {len(node)}"
        )
    return int(key)
