"""Distance of the weights from the start, straight and along their path."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import Variable, component, hookimpl
from plasticity.formulas import p_norms
from plasticity.typing import Array


@component
class DistanceTravelled:
    """Length of the path of each neuron's weights, and their distance from the start.

        distance_travelled_i = sum over the measurements m of ||w_i(m) - w_i(m - 1)||
        displacement_i = ||w_i - w_i(0)||        Euclidean norms

    w_i(0) are the weights before the first step. Weights that learn in one direction are displaced
    as far as they travel; noise travels far and is displaced little. The path is that from
    measurement to measurement: frequent measurements follow more of its bends. Two copies of the
    weights are kept.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "distance_travelled": {
            "long_name": "way of the neuron's weights since the start",
            "units": "1",
            "comment": "added up over the measurements",
        },
        "displacement": {
            "long_name": "distance of the neuron's weights from those at the start",
            "units": "1",
        },
    }

    start = Variable(("neuron", "input"), description="weights before the first step")
    previous = Variable(("neuron", "input"), description="weights at the last measurement")
    travelled = Variable(("neuron",), dtype="float64", description="way until then")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self.start[...] = self.previous[...] = weights
        self.travelled.fill(0)

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            np.subtract(weights, self.previous, out=self.previous)
            self.travelled += p_norms(self.previous)
            displacement = p_norms(weights - self.start)
        self.previous[...] = weights
        return {"distance_travelled": self.travelled.copy(), "displacement": displacement}
