"""In what the specs of a comparison differ, and in what they agree."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from plasticity.experiment.spec import Experiment, Layer

NOTHING = "–"


@attrs.frozen
class Settings:
    """The settings of several specs by dotted path."""

    differ: dict[str, tuple[str, ...]]  # one string a spec
    shared: dict[str, str]  # those in which all agree


def settings_of_all(specs: Sequence[Experiment]) -> Settings:
    """Return the settings that any of the specs gives, and the defaults of its entries."""
    several = any(len(spec.layers) > 1 for spec in specs)
    flat = [_flat(spec, several) for spec in specs]
    paths = dict.fromkeys(path for values in flat for path in values)
    rows = {path: tuple(values.get(path, NOTHING) for values in flat) for path in paths}
    differ = {path: row for path, row in rows.items() if len(set(row)) > 1}
    return Settings(differ, {path: row[0] for path, row in rows.items() if path not in differ})


def _flat(spec: Experiment, several: bool) -> dict[str, str]:
    tables = {"epochs": spec.n_epoch} | _defaults(Experiment) | spec.to_dict()
    layers = [_defaults(Layer) | layer for layer in tables.pop("layers")]
    flat: dict[str, str] = {}
    _put(flat, "", tables)
    for index, layer in enumerate(layers):
        _put(flat, f"layer {index}." if several else "", layer)
    return flat


def _defaults(cls: type) -> dict[str, Any]:
    """Return the defaults that are numbers or strings; others are not worth a row."""
    defaults = {attribute.name: attribute.default for attribute in attrs.fields(cls)}
    return {n: each for n, each in defaults.items() if isinstance(each, int | str) and each != ""}


def _put(flat: dict[str, str], prefix: str, tables: Mapping[str, Any]) -> None:
    for key, value in tables.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rest = dict(value)
            if "name" in rest:
                flat[path] = str(rest.pop("name"))
            _put(flat, f"{path}.", rest)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            items = [dict(item) if isinstance(item, Mapping) else {"name": item} for item in value]
            flat[path] = ", ".join(str(item.get("name", "")) for item in items) or NOTHING
            for index, item in enumerate(items):
                _put(flat, f"{path}.{item.pop('name', index)}.", item)
        else:
            flat[path] = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)
