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
    return {
        name.replace("__", "."): value.item() if isinstance(value, np.generic) else value
        for name, value in sorted(settings.items(), key=lambda item: item[0].count("__"))
        if value is not None or not _INSIDE.search(name)
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
    silent = tuple(
        observer
        for observer in experiment.observers
        if "quiet" not in interface_of(_class_of(observer, "observer")).settings
    )
    return attrs.evolve(experiment, observers=silent)


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
            for setting, declared in interface_of(_class_of(component, role)).settings.items():
                if isinstance(component, Reference):
                    yield inside + setting, component.settings.get(setting, declared.initial())
                else:
                    yield inside + setting, getattr(component, setting)


def _class_of(component: Any, role: str) -> type:
    """Return the class of a component; `object` if there is none, which `fit` will report."""
    try:
        named = isinstance(component, Reference)
        return registry.find(component.name, role) if named else type(component)
    except PlasticityError:
        return object
