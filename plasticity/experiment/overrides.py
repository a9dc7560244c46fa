"""Settings by dotted path: `neurons=200`, `rule.power=3`, `layers.1.optimizer.rate=0.1`."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from plasticity.components.interface import interface_of
from plasticity.components.rule import Term
from plasticity.errors import SpecError, UnknownNameError, listed, nearest, nearest_or_all
from plasticity.experiment.registry import name_of, short
from plasticity.experiment.spec import Experiment, Layer, Phase, phases_lasting
from plasticity.experiment.tables import as_tables, check_tables, structured

_EXPERIMENT = tuple(attribute.name for attribute in attrs.fields(Experiment))
_LAYER = tuple(attribute.name for attribute in attrs.fields(Layer))
_OF_A_TERM = ("coefficient", "phases", "schedule")


def override(tables: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of an experiment with some settings changed.

    A path begins with a key of the experiment or, where there is one layer, with a key of the
    layer. A path into a component sets one of its settings; a component as a whole is replaced. In
    a list of layers, phases, rules or other components an item is meant by its position or its
    name. The `epochs` of an experiment with phases lengthen each phase in proportion.

    Raises `UnknownNameError` for a path that leads nowhere.

    >>> tables = {"data": "digits", "layers": [{"neurons": 10, "rule": ["bcm", "oja"]}]}
    >>> override(tables, {"neurons": 20, "rule.oja.coefficient": 3})["layers"]
    [{'neurons': 20, 'rule': ['bcm', {'name': 'oja', 'coefficient': 3}]}]
    """
    changed = dict(tables)
    # Of phases that are given as well, `epochs` are the length, in whatever order both come.
    for path in sorted(settings, key=lambda path: path == "epochs"):
        changed = _with(changed, path, settings[path])
    return changed


def parse(assignment: str) -> tuple[str, Any]:
    """Return path and value of a `key=value` of the command line; a value is TOML, or a string."""
    key, separator, text = assignment.partition("=")
    if not separator or not key.strip():
        raise SpecError(f"--set takes key=value, got {assignment!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    return key.strip(), value


def parse_all(assignments: Iterable[str]) -> dict[str, Any]:
    """Return path -> value of what `--set` was given; refuse a path that begins with no key."""
    chosen = dict(map(parse, assignments))
    for path in chosen:
        _check_first(path)
    return chosen


def _check_first(path: str) -> list[str]:
    """Return the keys of a path, of which the first is known."""
    keys = path.split(".")
    if not all(keys) or keys[0] not in _EXPERIMENT + _LAYER:
        near = nearest_or_all(keys[0], _EXPERIMENT + _LAYER)
        raise UnknownNameError(f"no setting {path!r}{near}")
    return keys


def _with(tables: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    keys = _check_first(path)
    if keys[0] not in _EXPERIMENT:
        check_tables("layers", tables["layers"])
        if len(tables["layers"]) != 1:
            raise UnknownNameError(
                f"{path!r} could mean any of {len(tables['layers'])} layers; write layers.0.{path}"
            )
        (layer,) = tables["layers"]
        return {**tables, "layers": [_Change(path, value, "the layer").into(layer, keys)]}
    if keys == ["epochs"] and tables.get("phases") and type(value) is int and value > 0:
        phases = [structured(Phase, table, "phases") for table in tables["phases"]]
        return {**tables, "phases": as_tables(phases_lasting(phases, value))}
    if keys == ["phases"]:
        tables = {key: item for key, item in tables.items() if key != "epochs"}
    if keys[0] == "storage":
        tables = {"storage": {}, **tables}
    return dict(_Change(path, as_tables(value), "the experiment").into(tables, keys))


@attrs.frozen
class _Change:
    """The change of one setting."""

    path: str
    value: Any
    root: str  # what to call the table in which the path begins

    def into(self, node: Any, keys: list[str], before: tuple[str, ...] = ()) -> Any:
        """Return a node with the value below it, under these keys; `before` led to the node."""
        key, *rest = keys

        def changed(inner: Any) -> Any:
            return self.into(inner, rest, (*before, key)) if rest else self.value

        if isinstance(node, str):
            node = {"name": node}
        if isinstance(node, list | tuple):
            index = self._index(node, key, before)
            return [*node[:index], changed(node[index]), *node[index + 1 :]]
        known = _entries(node)
        if rest and key not in known and key in ("0", *_names(node)):
            return changed(node)  # a component that stands alone, meant as one of a list would be
        if isinstance(node, Mapping):
            if rest and key not in node:
                place = ".".join(before) or self.root
                raise self._nowhere(f"{place} has no {key!r}{nearest(key, node)}")
            return {**node, key: changed(node.get(key))}
        if isinstance(node, Term) and key not in _OF_A_TERM:
            return attrs.evolve(node, rule=self.into(node.rule, keys, before))
        if key in known:
            return attrs.evolve(node, **{key: changed(getattr(node, key))})
        if known:
            label = interface_of(node).label
            raise self._nowhere(f"{label!r} has no {key!r}{nearest_or_all(key, known)}")
        raise self._nowhere(f"{(before or (self.root,))[-1]!r} is {node!r}")

    def _index(self, items: list[Any] | tuple[Any, ...], key: str, before: tuple[str, ...]) -> int:
        if key.isdecimal() and int(key) < len(items):
            return int(key)
        names = [_names(item) for item in items]
        if before == ("layers",):
            names = [own or [f"layer_{index}"] for index, own in enumerate(names)]
        named = [index for index, own in enumerate(names) if key in own]
        if len(named) > 1:
            places = " or ".join(".".join((*before, str(index))) for index in named)
            raise UnknownNameError(f"{self.path!r} could mean any of {len(named)}: write {places}")
        if not named:
            known = listed(own[0] for own in names if own)
            nor = f", nor one of its names {known}" if known else ""
            raise self._nowhere(f"{key!r} is not a position in a list of {len(items)}{nor}")
        return named[0]

    def _nowhere(self, reason: str) -> UnknownNameError:
        return UnknownNameError(f"{self.path!r} leads nowhere: {reason}")


def _entries(node: Any) -> Iterable[str]:
    """Return what a table, a term or a component has that can be set."""
    if isinstance(node, Mapping):
        return node
    if isinstance(node, Term):
        return (*_OF_A_TERM, *_entries(node.rule))
    return interface_of(type(node)).settings


def _names(node: Any) -> list[str]:
    """Return the names by which a table, a term or a component may be meant."""
    if isinstance(node, Term):
        return _names(node.rule)
    if not isinstance(node, str | Mapping):
        return [name_of(type(node)), interface_of(node).label]
    name = node if isinstance(node, str) else str(node.get("name", ""))
    return [one for one in (name, short(name), name.partition(":")[2]) if one]
