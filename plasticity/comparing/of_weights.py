"""Metrics of the weights alone: what one experiment of a comparison measures, all can."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from plasticity.components import arguments_of, events_of
from plasticity.errors import PlasticityError
from plasticity.spec import Experiment, Reference
from plasticity.structure import make
from plasticity.typing import Array
from plasticity.variable import streams_of, variables_of

_OF_METRICS = ("init_state", "measure", "cite")


def metrics_of_weights(experiments: Iterable[Experiment]) -> tuple[Any, ...]:
    """The metrics of any of the experiments that need the weights alone, each once.

    Left out is what is given as "module:Class", which nobody asked to import for the others.
    """
    found: dict[str, Any] = {}
    for experiment in experiments:
        for metric in experiment.metrics:
            if _name_of(metric) not in found and _needs_weights_alone(metric):
                found[_name_of(metric)] = metric
    return tuple(found.values())


def lacking(experiment: Experiment, metrics: Iterable[Any]) -> tuple[Any, ...]:
    """Those of the metrics of which the experiment has none of that name."""
    own = {_name_of(metric) for metric in experiment.metrics}
    return tuple(metric for metric in metrics if _name_of(metric) not in own)


def measured_at_end(weights: Array, metrics: Iterable[Any]) -> dict[str, Any]:
    """What metrics find in weights (neuron, input); those that have a state are left out."""
    found: dict[str, Any] = {}
    for metric in metrics:
        made = _made(metric)
        if arguments_of(made.measure) == ("weights",) and not _has_state(made):
            found |= made.measure(np.array(weights))
    return found


def _needs_weights_alone(metric: Any) -> bool:
    if isinstance(metric, Reference) and ":" in metric.name:
        return False
    try:
        made = _made(metric)
    except PlasticityError:
        return False  # told where its own experiment is assembled
    taken = arguments_of(made.measure)
    reads = any(variable.intent in ("in", "inout") for variable in variables_of(made))
    others = [event for event in events_of(made) if event not in _OF_METRICS]
    return "weights" in taken and {*taken} <= {"weights", "clock"} and not reads and not others


def _made(metric: Any) -> Any:
    return make(metric, "metrics", "metric")


def _has_state(metric: Any) -> bool:
    return any(True for _ in (*variables_of(metric), *streams_of(metric)))


def _name_of(metric: Any) -> str:
    from plasticity.discovery import name_of

    return metric.name if isinstance(metric, Reference) else name_of(type(metric))
