"""Metrics of the weights alone, which are measured in all experiments of a comparison."""

from collections.abc import Iterable
from typing import Any

from plasticity.components.interface import interface_of
from plasticity.errors import PlasticityError
from plasticity.experiment.fields import Reference
from plasticity.experiment.instantiate import make
from plasticity.experiment.registry import name_of
from plasticity.experiment.spec import Experiment
from plasticity.typing import Array

_OF_METRICS = {"init_state", "measure", "cite"}


def metrics_of_weights(experiments: Iterable[Experiment]) -> tuple[Any, ...]:
    """Return the metrics of any of the experiments that need the weights alone, each once.

    Left out are those given as "module:Class", which is not imported for other experiments.
    """
    named = {_name(metric): metric for spec in experiments for metric in spec.metrics}
    return tuple(metric for metric in named.values() if _needs_weights_alone(metric))


def lacking(experiment: Experiment, metrics: Iterable[Any]) -> tuple[Any, ...]:
    """Return those of the metrics of which the experiment has none of that name."""
    own = {_name(metric) for metric in experiment.metrics}
    return tuple(metric for metric in metrics if _name(metric) not in own)


def measured_at_end(weights: Array, metrics: Iterable[Any]) -> dict[str, Any]:
    """Return what metrics without a state measure of weights (neuron, input)."""
    measurements: dict[str, Any] = {}
    for metric in metrics:
        made = make(metric, "metrics", "metric")
        interface = interface_of(made)
        if interface.events["measure"] == ("weights",) and not interface.declared:
            measurements |= made.measure(weights)
    return measurements


def _needs_weights_alone(metric: Any) -> bool:
    if isinstance(metric, Reference) and ":" in metric.name:
        return False
    try:
        interface = interface_of(make(metric, "metrics", "metric"))
    except PlasticityError:
        return False  # reported where its own experiment is assembled
    taken = {*interface.events["measure"]}
    reads = any(variable.intent in ("in", "inout") for variable in interface.variables)
    others = interface.events.keys() - _OF_METRICS
    return {"weights"} <= taken <= {"weights", "clock"} and not (reads or others)


def _name(metric: Any) -> str:
    return metric.name if isinstance(metric, Reference) else name_of(type(metric))
