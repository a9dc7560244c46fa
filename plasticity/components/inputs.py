"""What a layer will be given as inputs, before it has seen any."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from plasticity.typing import Array


@attrs.frozen
class Inputs:
    """The training samples as a layer will see them, computed when they are asked for.

    Encoded, but for encoders that draw random numbers, and seen through the layers below as these
    are before the first step.

    n_sample  how many samples there are
    take      from the numbers of some samples to their inputs (sample, input)
    """

    n_sample: int
    take: Callable[[Array], Array]
