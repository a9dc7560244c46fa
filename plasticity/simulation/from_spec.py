"""Components and data made of what a spec names, each checked by itself."""

import logging
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from plasticity.components.checks import check_hooks
from plasticity.components.data import Data
from plasticity.components.defaults import DenseSynapse
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule
from plasticity.errors import ContractError, DataError, MissingPartError, SpecError, listed
from plasticity.experiment import registry
from plasticity.experiment.instantiate import make
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment, Part, parts_of
from plasticity.network.dispatch import Call, first
from plasticity.network.state import DIAGNOSTICS

logger = logging.getLogger("plasticity")

# Events without which a layer does nothing, and what to write to have them.
_REQUIRED = {"activate": "activation", "apply_update": "optimizer", "init_state": "initializer"}


def shared_components(
    experiment: Experiment, source: Any, listeners: Iterable[Any]
) -> dict[str, Any]:
    """Return place -> component of all that belongs to no layer, in the order of the spec."""
    parts = [part for part in parts_of(experiment) if part.entry in ("encoders", "observers")]
    beside = {f"listeners[{index}]": listener for index, listener in enumerate(listeners)}
    return {"data": source, **_made(parts), **beside}


def layer_components(experiment: Experiment, index: int) -> dict[str, Any]:
    """Return place -> component of one layer, in the order of the spec; each is a copy."""
    place, parts = f"layers[{index}]", list(parts_of(experiment))
    # The schedule of a coefficient is no component of the layer: it is made with the coefficient.
    own = [part for part in parts if part.layer == index and (part.entry != "rule" or part.term)]
    components = _made([*own, *(part for part in parts if part.entry == "metrics")])
    answered = set().union(*(interface_of(part).events for part in components.values()))
    if "compute_current" not in answered:
        components[f"{place}.synapse"] = DenseSynapse()
    for event, role in _REQUIRED.items():
        if event not in answered:
            raise MissingPartError(
                f"{place}: no component answers {event}; give the layer its {role}"
            )
    return components | _diagnostics()


def scaled_rules(
    experiment: Experiment, index: int, parts: dict[str, Any]
) -> dict[str, ScaledRule]:
    """Return place -> wrapper of the terms with a coefficient, schedule or phases of their own."""
    scaled, phases = {}, {phase.name for phase in experiment.phases}
    for part in parts_of(experiment):
        place, term = part.place, part.term
        if part.layer != index or term is None:
            continue
        for phase in (name for name in term.phases if name not in phases):
            known = f"phases are {listed(phases)}" if phases else "the experiment has no phases"
            raise SpecError(f"{place}: no phase {phase!r} to learn in ({known})")
        if term.coefficient != 1 or term.schedule is not None or term.phases:
            schedule = _factor(term.schedule, f"{place}.schedule")
            scaled[place] = ScaledRule(attrs.evolve(term, rule=parts[place], schedule=schedule))
    return scaled


def training_data(experiment: Experiment, opening: Source) -> Data:
    """Open the training data, check them, and return them."""
    source = opening.component
    check_hooks(source, "data")
    interface = interface_of(source)
    if "open_data" not in interface.events:
        raise MissingPartError(f"data {interface.label!r} must answer open_data")
    data = first([Call(opening.open_data, ("train",), "open_data", source)])
    if not isinstance(data, Data):
        raise DataError(
            f"data {interface.label!r}: open_data returned {type(data).__name__}, not Data"
        )
    if data.largest * max(1, abs(data.scale)) > float(np.finfo(experiment.dtype).max):
        raise DataError(
            f"{data.name}: a value of {data.largest:.3g} is beyond the largest {experiment.dtype}; "
            "give smaller numbers, or dtype = 'float64'"
        )
    if data.n_drawn is not None and "draw_batch" not in interface.events:
        raise ContractError(
            f"data {interface.label!r}: the data say n_drawn={data.n_drawn}, but the source draws "
            "no sample: let it answer draw_batch, or leave out n_drawn"
        )
    if experiment.batch_size > data.per_epoch:
        raise DataError(
            f"batch_size is {experiment.batch_size}, but the data have {data.per_epoch} samples; "
            f"give a batch_size up to {data.per_epoch}"
        )
    return data


def _made(parts: Iterable[Part]) -> dict[str, Any]:
    return {part.place: make(part.reference, part.place, part.role) for part in parts}


def _diagnostics() -> dict[str, Any]:
    """Return place -> component that looks on in every run, but for those that do not load."""
    components: dict[str, Any] = {}
    for name in registry.entries(group := registry.DIAGNOSTICS):
        try:
            diagnostic = registry.entry_of(name, group, "diagnostic", "").load()
            components[f"{DIAGNOSTICS}{name}"] = diagnostic()
        except Exception as error:  # whatever a stranger's raises must end no run
            logger.warning("diagnostic %r is left out: %s: %s", name, type(error).__name__, error)
    return components


def _factor(reference: Any, place: str) -> Any:
    """Return the schedule of a coefficient, which answers no other event and has no arrays."""
    if reference is None:
        return None
    schedule = make(reference, place, "schedule")
    interface = interface_of(schedule)
    others = [event for event in interface.events if event not in ("schedule_rate", "cite")]
    others += [declared.name for declared in interface.declared]
    if others:
        raise SpecError(
            f"{place}: the schedule of a coefficient is asked for its factor and nothing else, so "
            f"{interface.label!r} can be none: it has {listed(others)}"
        )
    return schedule
