"""The whole state of a layer as copies, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import attrs
import numpy as np

from plasticity.state import LayerState
from plasticity.variable import streams_of


def snapshot_of(state: LayerState) -> dict[str, Any]:
    """Arrays that outlive a step, random streams and clock, as copies."""
    return {
        "arrays": {name: array.copy() for name, array in state.kept().items()},
        "streams": {
            place: deepcopy(generator.bit_generator.state) for place, generator in _streams(state)
        },
        "clock": attrs.asdict(state.clock),
    }


def restore(state: LayerState, snapshot: Mapping[str, Any]) -> None:
    """Go back to a snapshot of the same layer."""
    for name, array in snapshot["arrays"].items():
        state.arrays[name][...] = array
    for place, generator in _streams(state):
        generator.bit_generator.state = deepcopy(snapshot["streams"][place])
    for name, value in snapshot["clock"].items():
        setattr(state.clock, name, value)


def _streams(state: LayerState) -> Iterator[tuple[str, np.random.Generator]]:
    for place, component in state.components.items():
        for declared in streams_of(component):
            yield f"{place}.{declared.name}", getattr(component, declared.name)
