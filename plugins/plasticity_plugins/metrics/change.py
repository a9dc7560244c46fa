"""Change of weights and thresholds between measurements."""

import math
from typing import Any

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.formulas import p_norms
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled

_RELATIVE = 1e-5  # as in numpy.allclose, by which the reference compares


class PreviousWeights:
    """Part of a metric: keeps the weights from one measurement to the next."""

    previous = Variable(("neuron", "input"), description="weights at the last measurement, or NaN")

    @hookimpl
    def init_state(self) -> None:
        self.previous.fill(np.nan)

    def moved(self, weights: Array) -> tuple[Array, Array]:
        """Return how far each neuron's weights moved, and their norms before; NaN at first."""
        before = p_norms(self.previous)
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            np.subtract(weights, self.previous, out=self.previous)
        change = p_norms(self.previous)
        self.previous[...] = weights
        return change, before


@component
class WeightChange(PreviousWeights):
    """Relative change of all weights since the last measurement.

        ||W - W_prev|| / ||W_prev||        Frobenius norms

    NaN at the first measurement, and where W_prev is 0 everywhere.
    """

    describes = labelled(
        "weight_change",
        "relative change of the weights since the last measurement",
        "NaN at the first measurement",
    )

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            change, before = (float(np.linalg.norm(norms)) for norms in self.moved(weights))
        return {"weight_change": change / before if before else math.nan}


@component
class Convergence(PreviousWeights):
    """Share of the neurons whose weights have settled since the last measurement.

        ||w_i - w_i,prev|| <= tolerance ||w_i,prev||

    NaN at the first measurement. Settled is not learned: a rate near 0 settles every neuron.
    """

    tolerance: float = setting(
        default=0.01,
        above=0,
        doc="relative change of a neuron's weights up to which it has settled",
    )

    describes = labelled(
        "convergence",
        "share of the neurons whose weights have settled",
        "since the last measurement; NaN at the first",
    )

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        change, before = self.moved(weights)
        first = bool(np.isnan(before).all())
        share = float(np.mean(change <= self.tolerance * before))
        return {"convergence": math.nan if first else share}


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

    describes = labelled(
        "distance_travelled",
        "way of the neuron's weights since the start",
        "added up over the measurements",
    ) | labelled("displacement", "distance of the neuron's weights from those at the start")

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


@component(source="squadrani2022effectiveness")
class ThresholdConvergence:
    """Share of the neurons whose threshold was constant over the last measurements.

        |theta_i(m) - theta_i(now)| <= tolerance + 1e-5 |theta_i(now)|   for the last `window` m

    NaN before the `window`-th measurement. At 1 the reference code ends its run: so does
    `early_stopping` with measurement "threshold_convergence" above 0.999.

    Source: the code published with Squadrani et al., Entropy 24 (2022) 682, which compares once an
    epoch, as is done here unless the experiment measures at other times, and whose window is all
    epochs unless set.
    """

    window: int = setting(
        default=10,
        low=2,
        unit="measurements",
        doc="number of last measurements to compare",
        because="one threshold is always equal to itself",
    )
    tolerance: float = setting(
        default=0.01, above=0, doc="change of the threshold up to which it has kept its value"
    )

    describes = labelled(
        "threshold_convergence",
        "share of the neurons whose threshold has kept its value",
        "over the last measurements; NaN before there are enough",
    )

    history = Variable(
        ("window", "neuron"), description="thresholds at the last measurements, or NaN"
    )

    @hookimpl
    def init_state(self) -> None:
        self.history.fill(np.nan)

    @hookimpl
    def measure(self, threshold: Array) -> dict[str, Any]:
        self.history[:-1] = self.history[1:].copy()
        self.history[-1] = threshold
        if np.isnan(self.history[0]).all():
            return {"threshold_convergence": math.nan}
        with np.errstate(invalid="ignore"):  # thresholds may have diverged
            moved = np.abs(self.history - threshold).max(axis=0)
        settled = moved <= self.tolerance + _RELATIVE * np.abs(threshold)
        return {"threshold_convergence": float(np.mean(settled))}
