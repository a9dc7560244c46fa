"""Settings of an experiment as parameters of scikit-learn: `rule.power` is `rule__power`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.interface import interface_of
from plasticity.errors import PlasticityError
from plasticity.experiment import registry
from plasticity.experiment.fields import Reference
from plasticity.experiment.spec import Experiment, parts_of
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

    >>> from plasticity import Layer
    >>> layer = Layer(neurons=3, rule="a:B", activation="a:C", optimizer="a:D", initializer="a:E")
    >>> experiment = Experiment(data="a:F", layers=[layer])
    >>> [(name, value) for name, value in parameters_of(experiment).items() if "n" in name][:3]
    [('training', 'together'), ('encoders', ()), ('neurons', 3)]
    """
    alone = len(experiment.layers) == 1
    return {
        re.sub(r"\W+", "__", path.removeprefix("layers[0].") if alone else path): value
        for path, value in _entries(experiment)
    }


def without_display(experiment: Experiment) -> Experiment:
    """Return the experiment without observers that only display: those with a setting `quiet`."""
    silent = tuple(
        observer
        for observer in experiment.observers
        if "quiet" not in interface_of(_class_of(observer, "observer")).settings
    )
    return attrs.evolve(experiment, observers=silent)


def _entries(experiment: Experiment) -> Iterator[tuple[str, Any]]:
    holder: Any
    for index, holder in enumerate((experiment, *experiment.layers), -1):
        tables, before = to_dict(holder), "" if index < 0 else f"layers[{index}]."
        for name in attrs.fields_dict(type(holder)):
            if name not in _LEFT_OUT:
                yield before + name, tables.get(name, getattr(holder, name))
    for part in parts_of(experiment):
        given, place = part.reference, part.place
        if part.entry in _LEFT_OUT or (part.role == "schedule" != part.entry):
            continue
        if part.term is not None and place.endswith("]"):
            yield f"{place}.coefficient", part.term.coefficient
        for name, setting in interface_of(_class_of(given, part.role)).settings.items():
            if isinstance(given, Reference):
                yield f"{place}.{name}", given.settings.get(name, setting.initial())
            else:
                yield f"{place}.{name}", getattr(given, name)


def _class_of(component: Any, role: str) -> type:
    """Return the class of a component; `object` if there is none, which `fit` will report."""
    try:
        named = isinstance(component, Reference)
        return registry.find(component.name, role) if named else type(component)
    except PlasticityError:
        return object
