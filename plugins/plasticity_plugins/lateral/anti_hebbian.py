"""Lateral connections that learn to make neurons differ."""

from typing import Any

import numpy as np
import scipy.linalg

from plasticity import Clock, component, hookimpl, setting
from plasticity.errors import DivergenceError
from plasticity.typing import Array
from plasticity_plugins.lateral.connected import Connected


@component(source="foldiak1990forming, foldiak1989adaptive")
class AntiHebbian(Connected):
    """Plastic lateral connections by which neurons that respond together inhibit each other.

        dL_ij = -rate (< y_i y_j > - target^2) for i != j,   L_ii = 0

    <.> is the mean over the samples. With `inhibitory` a connection above 0 becomes 0. L starts at
    0 and learns after each update of the weights, in phases in which the layer learns; the schedule
    of the layer does not touch its rate. Where it comes to rest, two neurons respond together as
    often as two independent ones of mean activity `target`; with a target of 0 and `inhibitory`
    off, linear neurons end uncorrelated.

    The metric `lateral_radius` tells the spectral radius of L as it grows.

    (1 - L)^-1 is computed anew at each step, at a cost of the cube of the neurons; large layers do
    better with the relaxed solution.

    Raises `DivergenceError` at the step at which L gets an eigenvalue of 1 or above, where 1 - L is
    singular; it happens at a large rate. Not looked for in the relaxed solution.

    Source: Foldiak, Biol. Cybern. 64 (1990) 165, and IJCNN 1 (1989) 401 for linear
    neurons, a target of 0 and connections of both signs. The paper follows single samples; we take
    the mean of a batch. It settles on the activity of saturated neurons: the relaxed solution with
    transfer = "logistic", while its binary outputs are those of no activation here.
    """

    rate: float = setting(
        default=0.01, above=0, doc="learning rate of the connections", because="0 learns nothing"
    )
    target: float = setting(
        default=0.0,
        low=0,
        unit="unit of the activity",
        doc="mean activity p at which independent neurons stay as they are",
        because="it is squared",
    )
    inhibitory: bool = setting(default=True, doc="whether connections above 0 become 0")

    @hookimpl
    def init_state(self) -> None:
        self.coupling.fill(0)
        self.inverse[...] = np.eye(len(self.inverse))

    @hookimpl
    def constrain_weights(self, activity: Array, clock: Clock) -> None:
        together = activity @ activity.T
        together *= -self.rate / activity.shape[1]
        together += self.rate * self.target**2
        self.coupling += together
        np.fill_diagonal(self.coupling, 0)
        if self.inhibitory:
            np.minimum(self.coupling, 0, out=self.coupling)
        if self.solution == "stationary":
            self._invert(clock)

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        finite = np.isfinite(self.coupling).all()
        radius = np.abs(np.linalg.eigvalsh(self.coupling)).max() if finite else np.nan
        return super().measure(responses) | {"lateral_radius": float(radius)}

    def _invert(self, clock: Clock) -> None:
        # 1 - L is symmetric, so it has a Cholesky factor just as long as no eigenvalue reaches 1.
        identity = np.eye(len(self.coupling))
        try:
            factor = scipy.linalg.cho_factor(identity - self.coupling)
        except (np.linalg.LinAlgError, ValueError):
            raise DivergenceError(
                f"{self.label}: at {clock} the largest eigenvalue of L reached 1, where 1 - L is "
                "singular; take a smaller rate"
            ) from None
        self.inverse[...] = scipy.linalg.cho_solve(factor, identity)
