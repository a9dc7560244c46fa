"""Who answers which event, and in which order, read off an assembled network."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from plasticity.components.interface import interface_of
from plasticity.hookspecs import EVENTS, RESPOND, UPDATE
from plasticity.network.network import Network
from plasticity.network.state import DIAGNOSTICS, LayerState

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


def schedule_of(network: Network) -> Iterator[Answering]:
    """Yield every event that a component answers, in order of emission, those of a layer by layer.

    >>> import numpy as np, plasticity as pl
    >>> from plasticity.runs import configure
    >>> made = configure("bcm", data=np.ones((100, 4)))
    >>> order = schedule_of(pl.assemble(made).network)
    >>> [entry.components for entry in order if entry.event == "activate"]
    [('relu (layers[0].activation)',)]
    """
    names = list(EVENTS)
    first, last = names.index(RESPOND[0]), names.index("should_stop")
    for name in names[:first]:
        for state in network.layers if name == "init_state" else [network.whole]:
            yield from _answering(network, name, state)
    for layer in network.layers:
        for name in names[first : last + 1]:
            if name == "differentiate" and "slope" not in layer.used:
                continue
            if name == UPDATE[0]:
                yield Answering(layer.name, "", (_FORMED_BY_THE_LOOP,))
            yield from _answering(network, name, layer)
    for name in names[last + 1 :]:
        yield from _answering(network, name, network.whole)


def _answering(network: Network, event: str, state: LayerState) -> Iterator[Answering]:
    hooks = getattr(network.managers[state.name].hook, event).get_hookimpls()
    components = tuple(
        f"{interface_of(hook.plugin).label} ({hook.plugin_name})"
        for hook in reversed(hooks)
        # Diagnostics look on at every run.
        if not hook.plugin_name.rpartition(": ")[2].startswith(DIAGNOSTICS)
    )
    if components:
        yield Answering("" if state is network.whole else state.name, event, components)
