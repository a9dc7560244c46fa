"""Settings of an experiment as parameters of scikit-learn: `rule.power` is `rule__power`."""

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
# Given by the samples or by other parameters of the estimator.
_LEFT_OUT = ("data", "layers", "phases", "seed", "storage", "name")


def paths_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted path, whole components before their settings.

    A setting of a component that is None is not set, and left out.

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
    """Return the values of all settings of an experiment by the name of their parameter.

    >>> layer = Layer(neurons=3, rule="a:B", activation="a:C", optimizer="a:D", initializer="a:E")
    >>> experiment = Experiment(data="a:F", layers=[layer])
    >>> [(name, value) for name, value in parameters_of(experiment).items() if "n" in name][:3]
    [('training', 'together'), ('encoders', ()), ('neurons', 3)]
    """
    parameters = dict(_entries(experiment, ""))
    alone = len(experiment.layers) == 1
    for index, layer in enumerate(experiment.layers):
        parameters.update(_entries(layer, "" if alone else f"layers__{index}__"))
    return parameters


def without_display(experiment: Experiment) -> Experiment:
    """Return the experiment without observers that only display: those with a setting `quiet`."""
    silent = tuple(item for item in experiment.observers if not _displays(item))
    return attrs.evolve(experiment, observers=silent)


def _displays(observer: Any) -> bool:
    named = isinstance(observer, Reference)
    cls = _class_of(observer.name, "observer") if named else type(observer)
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
    for name, setting in interface_of(_class_of(component.name, role)).settings.items():
        yield prefix + name, component.settings.get(name, setting.initial())


def _class_of(name: str, role: str) -> type:
    """Return the class of a component; `object` if there is none, which `fit` will report."""
    try:
        return registry.find(name, role)
    except PlasticityError:
        return object


def _plain(value: Any) -> Any:
    """Return a value of a parameter grid as an experiment takes it."""
    return value.item() if isinstance(value, np.generic) else value
