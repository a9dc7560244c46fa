"""Who answers which event, and in which order, read off an assembled simulation."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from plasticity.components.interface import interface_of
from plasticity.hookspecs import EVENTS, RESPOND, UPDATE
from plasticity.network.state import LayerState
from plasticity.simulation.simulation import Simulation

_FORMED_BY_THE_LOOP = "dW_ij = < phi_i x_j > - d_i w_ij"


@attrs.frozen
class Answering:
    """One event and the components that answer it, in the order in which they are called.

    layer       the layer within which the event is emitted; empty for one of the whole run
    event       name of the event; empty for what the loop does itself
    components  their labels, each with its place in the spec
    """

    layer: str
    event: str
    components: tuple[str, ...]


def schedule_of(simulation: Simulation) -> Iterator[Answering]:
    """Yield every event that anyone answers, in order of emission, those of a layer once a layer.

    >>> import numpy as np, plasticity as pl
    >>> from plasticity.runs import configure
    >>> made = configure("bcm", data=np.ones((100, 4)))
    >>> order = schedule_of(pl.assemble(made))
    >>> [found.components for found in order if found.event == "activate"]
    [('relu (layers[0].activation)',)]
    """
    names = list(EVENTS)
    first, last = names.index(RESPOND[0]), names.index("should_stop")
    for name in names[:first]:
        if name == "init_state":
            for layer in simulation.layers:
                yield from _answering(simulation, name, layer)
        else:
            yield from _answering(simulation, name)
    for layer in simulation.layers:
        for name in names[first : last + 1]:
            if name == "differentiate" and "slope" not in layer.used:
                continue
            if name == UPDATE[0]:
                yield Answering(layer.name, "", (_FORMED_BY_THE_LOOP,))
            yield from _answering(simulation, name, layer)
    for name in names[last + 1 :]:
        yield from _answering(simulation, name)


def _answering(
    simulation: Simulation, event: str, layer: LayerState | None = None
) -> Iterator[Answering]:
    manager = simulation.manager
    other = tuple(
        f"{found.name}: " for found in simulation.layers if layer is not None and found is not layer
    )
    called = reversed(getattr(manager.hook, event).get_hookimpls())
    components = tuple(
        _told(found.plugin, found.plugin_name, layer)
        for found in called
        if not found.plugin_name.startswith(other or ("\0",))
        if ": diagnostics." not in found.plugin_name  # which look on at every run
    )
    if components:
        yield Answering("" if layer is None else layer.name, event, components)


def _told(component: object, name: str, layer: LayerState | None) -> str:
    place = name if layer is None else name.removeprefix(f"{layer.name}: ")
    return f"{interface_of(component).label} ({place})"
