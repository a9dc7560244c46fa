"""Weights between two values, or on one side of zero."""

import math

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel


def _bounded(w: Scalar, low: Scalar, high: Scalar) -> Scalar:
    return min(max(w, low), high)


@component(source="cooper2004theory")
class Bounds:
    """Sets weights beyond a bound to that bound.

        w_ij <- min(max(w_ij, low), high)

    As it stands, weights stay excitatory: low = 0 and no upper bound. For no bound give -inf or
    inf. Acts after each update, so the initial weights may lie outside until the first.

    Raises `SettingError` where low exceeds high.

    Source: stabilizer 3 ("saturation") of the simulator of Blais, which also lets weights pass
    through 0; `keep_sign` does not.
    """

    low: float = setting(default=0.0, doc="smallest weight allowed")
    high: float = setting(default=math.inf, doc="largest weight allowed")

    def __attrs_post_init__(self) -> None:
        if not self.low <= self.high:
            raise SettingError(
                f"bounds: low must not exceed high, got low = {self.low:g} and high = {self.high:g}"
            )

    kernels = kernel("constrain_weights", _bounded, "low", "high")


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

    kernels = kernel("constrain_weights", _uncrossed, state=("before",))

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self.before[...] = weights
