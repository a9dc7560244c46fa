"""The settings of an experiment as parameters of scikit-learn: `rule.power` is `rule__power`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.interface import interface_of
from plasticity.components.rule import Term
from plasticity.errors import PlasticityError
from plasticity.experiment import registry
from plasticity.experiment.fields import Reference
from plasticity.experiment.spec import Experiment, Layer
from plasticity.experiment.tables import to_dict

_INSIDE = re.compile("^(?!layers__).*__|^layers__[^_]+(_[^_]+)*__.*__")  # settings of a component
# What the data and other parameters of the estimator stand for.
_LEFT_OUT = ("data", "layers", "phases", "seed", "storage", "name")


def paths_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted path -> value, whole components before what is inside of them.

    A setting of a component that is None is one that is not set, and is left out.

    >>> paths_of({"rule__power": 3, "rule__rank": None, "rule": "ranking", "lateral": None})
    {'rule': 'ranking', 'lateral': None, 'rule.power': 3}
    """
    order = sorted(settings, key=lambda name: name.count("__"))
    return {
        name.replace("__", "."): _plain(settings[name])
        for name in order
        if settings[name] is not None or not _INSIDE.search(name)
    }


def parameters_of(experiment: Experiment) -> dict[str, Any]:
    """Name of a parameter -> its value, for everything in an experiment that can be set.

    >>> layer = Layer(neurons=3, rule="a:B", activation="a:C", optimizer="a:D", initializer="a:E")
    >>> experiment = Experiment(data="a:F", layers=[layer])
    >>> [(name, value) for name, value in parameters_of(experiment).items() if "n" in name][:3]
    [('training', 'together'), ('encoders', ()), ('neurons', 3)]
    """
    found = dict(_entries(experiment, ""))
    alone = len(experiment.layers) == 1
    for index, layer in enumerate(experiment.layers):
        found.update(_entries(layer, "" if alone else f"layers__{index}__"))
    return found


def without_words(experiment: Experiment) -> Experiment:
    """The experiment without the observers that only write: those with a setting `quiet`."""
    silent = tuple(item for item in experiment.observers if not _writes(item))
    return attrs.evolve(experiment, observers=silent)


def _writes(observer: Any) -> bool:
    named = isinstance(observer, Reference)
    cls = _found(observer.name, "observer") if named else type(observer)
    return "quiet" in interface_of(cls).settings


def _entries(holder: Experiment | Layer, prefix: str) -> Iterator[tuple[str, Any]]:
    tables = to_dict(holder)
    for attribute in attrs.fields(type(holder)):
        name, value = attribute.name, getattr(holder, attribute.name)
        if name in _LEFT_OUT:
            continue
        yield prefix + name, tables.get(name, value)
        role = attribute.metadata.get("role")
        if role is None or value is None:
            continue
        many = isinstance(tables.get(name, value), list | tuple)
        for index, component in enumerate(value if isinstance(value, tuple) else (value,)):
            inside = f"{prefix}{name}__{index}__" if many else f"{prefix}{name}__"
            if isinstance(component, Term):
                if many:
                    yield f"{inside}coefficient", component.coefficient
                component = component.rule
            yield from _settings(component, role, inside)


def _settings(component: Any, role: str, prefix: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(component, Reference):
        for name in interface_of(component).settings:
            yield prefix + name, getattr(component, name)
        return
    for name, setting in interface_of(_found(component.name, role)).settings.items():
        yield prefix + name, component.settings.get(name, setting.initial())


def _found(name: str, role: str) -> type:
    """The class of a component; one without settings where there is none, which `fit` will tell."""
    try:
        return registry.find(name, role)
    except PlasticityError:
        return object


def _plain(value: Any) -> Any:
    """A value of a parameter grid as an experiment takes it."""
    return value.item() if isinstance(value, np.generic) else value
