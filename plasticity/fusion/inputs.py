"""Where a compiled step takes its inputs from: from data in memory, or from what draws them."""

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any

import attrs

from plasticity.components.data import Data
from plasticity.components.defaults import Batches
from plasticity.components.events import DRAW
from plasticity.components.interface import interface_of
from plasticity.components.kernel import Kernel
from plasticity.network.dispatch import Call, Caller, emit
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.typing import Array

_BLOCK = 1000  # samples encoded at a time
_ENCODED = 2_000_000_000  # bytes of the data as encoders leave them, at most


@attrs.frozen
class Draw:
    """The inputs of a compiled step."""

    samples: Array | None = None  # in memory (sample, input); None if all is drawn
    scale: float = 1.0  # factor from the stored to the used values
    order: Array | None = None  # numbers of the samples, in the order of this epoch
    parts: tuple[tuple[Any, Kernel], ...] = ()  # what draws a sample or changes it, in order
    constant: bool = False  # whether the last input is one that no part draws or changes

    def copies(self, dtype: Any) -> bool:
        """Whether a sample has to be written into x before it can be used."""
        if self.samples is None or self.parts or self.constant:
            return True
        return bool(self.samples.dtype != dtype or self.scale != 1)


def encode_once(network: Network, layer: LayerState, forget: Callable[[Array], None]) -> None:
    """Let data in memory be drawn as those first encoders leave them that say `once`.

    They do to a sample at each step what they do to it before the first.

    forget  called with the samples where the encoded copies before are used no more
    """
    source = network.whole.components.get("batches")
    if not isinstance(source, Batches) or not source.at_hand:
        return

    def encoding(x: Array) -> list[Call]:
        calls = network.caller(layer, {"x": x})("encode")
        steady = takewhile(lambda call: interface_of(call.component).once, calls)
        return [call for call in steady if not call.whole]

    data = source.data
    small = data.samples.size * layer.dtype.itemsize <= _ENCODED
    encoders = [call.component for call in encoding(data.samples)] if small else []
    if encoders == source.encoders:
        return
    forget(data.samples)
    if encoders:
        data = Data(data.take(slice(None), layer.dtype)[:, : data.samples.shape[1]])
        for start in range(0, data.n_sample, _BLOCK):
            emit(encoding(data.samples[start : start + _BLOCK]))
    source.show(data, encoders)


def drawing(source: Any, call: Caller) -> Iterator[Call]:
    """The calls that draw a batch and encode it, but for what was done to the data before."""
    done = getattr(source, "encoders", ())
    for answer in (answer for event in DRAW for answer in call(event)):
        if answer.whole or answer.component not in done:
            yield answer


def draw_of(source: Any, call: Caller, batch: int, constant: bool) -> Draw | str:
    """How a compiled step draws its inputs by itself, or why it cannot.

    source   the component that draws batches of the data, or None where the source does
    call     gives the answers to an event
    batch    samples of a step; `constant` as of `Draw`
    """
    parts = []
    for answer in drawing(source, call):
        kernel = interface_of(answer.component).kernels.get(answer.event)
        if answer.whole:
            return f"a component wraps {answer.event}"
        if answer.component is source and isinstance(source, Batches):
            if not source.at_hand:
                return "the data are in a file too large for the memory"
        elif kernel is None:
            return f"{interface_of(answer.component).label!r} has no kernel for {answer.event}"
        elif kernel.ordered and batch > 1:
            return f"{interface_of(answer.component).label!r} takes samples in their order"
        else:
            parts.append((answer.component, kernel))
    if not isinstance(source, Batches):
        return Draw(parts=tuple(parts), constant=constant)
    data = source.shown
    return Draw(data.samples, data.scale, source.order, tuple(parts), constant)
