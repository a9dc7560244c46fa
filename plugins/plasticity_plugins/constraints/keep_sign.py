"""Weights that do not cross zero."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, hookimpl
from plasticity.typing import Array, Scalar


def _uncrossed(w: Scalar, before: Scalar) -> Scalar:
    kept = before if w * np.sign(before) < 0 else w
    return kept, kept


@component(source="cooper2004theory")
class KeepSign:
    """A weight that would cross zero stays where it was.

        w_ij <- w_ij before the step, where the step has changed its sign

    A weight may come to be 0, and leave it on either side. Write it before `bounds` to have both.

    Source: stabilizer 5 of the simulator of Blais ("saturation without zero crossing"), which goes
    with the rule `bblais`.
    """

    before = Variable(("neuron", "input"), description="weights before the step")

    kernels = (Kernel("constrain_weights", _uncrossed, state=("before",)),)

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self.before[...] = weights
