"""Notices of schedules, and of what else follows the length of a run, when it is made longer."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import FunctionType
from typing import Any

import attrs

from plasticity.components.events import RESPOND, UPDATE
from plasticity.components.interface import interface_of
from plasticity.network.snapshot import put_back
from plasticity.network.state import LayerState

_LENGTH = {"progress", "n_epoch", "n_step"}  # of a clock
_OF_A_STEP = {*RESPOND, "estimate_threshold", "modulate", *UPDATE}


def other_factors(layers: Sequence[LayerState], n_epoch: int) -> Iterator[str]:
    """Yield a sentence for each component that follows the length of a run, before of `n_epoch`."""
    for layer in layers:
        parts = [*layer.components.values(), *(w.term.schedule for w in layer.scaled.values())]
        done, in_all = -(-layer.clock.step // layer.clock.steps_per_epoch), layer.clock.n_epoch
        for schedule in (part for part in parts if "schedule_rate" in interface_of(part).events):
            begun = _factors(schedule, layer, n_epoch)[:done]
            anew = _factors(schedule, layer, in_all)
            if begun != anew[: len(begun)]:
                factors = _shown(begun + anew[len(begun) :])
                yield (
                    f"{layer.name}: {interface_of(schedule).label!r} follows the length of the "
                    f"run: the factors of the epochs are {factors}, where a run of {in_all} epochs "
                    f"from the beginning has {_shown(anew)}"
                )
        for part in filter(_reads_the_length, parts):
            yield (
                f"{layer.name}: {interface_of(part).label!r} follows the length of the run, so the "
                f"steps that are done are not those of a run of {in_all} epochs from the beginning"
            )


def _reads_the_length(part: Any) -> bool:
    """Return whether a component, no schedule, takes part in steps and reads the run's length."""
    methods = (method for cls in type(part).__mro__ for method in vars(cls).values())
    codes = (method.__code__ for method in methods if isinstance(method, FunctionType))
    read = _LENGTH.intersection(name for code in codes for name in code.co_names)
    return bool(read) and not _OF_A_STEP.isdisjoint(interface_of(part).events)


def _factors(schedule: Any, layer: LayerState, n_epoch: int) -> list[float]:
    per_epoch, taken = layer.clock.steps_per_epoch, interface_of(schedule).events["schedule_rate"]
    at = partial(attrs.evolve, layer.clock, n_epoch=n_epoch)
    clocks = (at(step=epoch * per_epoch, epoch=epoch) for epoch in range(n_epoch))
    with put_back([schedule]):
        return [schedule.schedule_rate(*[clock for _ in taken]) for clock in clocks]


def _shown(factors: Sequence[float]) -> str:
    shown = [f"{factor:.3g}" for factor in factors]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:4], "...", *shown[-3:]])
