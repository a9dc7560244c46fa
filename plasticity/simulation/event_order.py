"""The order of events, and of the components that answer each, read off an assembled network."""

from collections.abc import Iterator

from plasticity.components.events import RESPOND, UPDATE
from plasticity.components.interface import interface_of
from plasticity.hookspecs import EVENTS
from plasticity.network.network import Network
from plasticity.network.state import DIAGNOSTICS, LayerState

_FORMED_BY_THE_LOOP = "dW_ij = < phi_i x_j > - d_i w_ij"

Answering = tuple[str, str, tuple[str, ...]]


def schedule_of(network: Network) -> Iterator[Answering]:
    """Yield layer, event and components of every event that a component answers, in their order.

    The layer is empty for an event of the whole run, the event for what the loop does itself; each
    component is given as its label and its place in the spec.
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
                yield layer.name, "", (_FORMED_BY_THE_LOOP,)
            yield from _answering(network, name, layer)
    for name in names[last + 1 :]:
        yield from _answering(network, name, network.whole)


def _answering(network: Network, event: str, state: LayerState) -> Iterator[Answering]:
    components = tuple(
        f"{interface_of(hook.plugin).label} ({hook.plugin_name})"
        for hook in reversed(network.hooks(state, event))
        # Diagnostics look on at every run.
        if not hook.plugin_name.rpartition(": ")[2].startswith(DIAGNOSTICS)
    )
    if components:
        yield "" if state is network.whole else state.name, event, components
