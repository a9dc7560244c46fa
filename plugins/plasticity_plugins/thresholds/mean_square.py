"""Thresholds that are a mean of the squared activity."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.fading import Fading, lasting, remembering, shares
from plasticity_plugins.kernels import kernel


def _square(y: Scalar) -> Scalar:
    return y * y


def _initial(estimator: MovingAverage | BlaisTau, batch: int) -> float:
    return math.nan if estimator.initial is None else estimator.initial


def _batch_mean(theta: Scalar, mean: Scalar, first: Scalar) -> Scalar:
    return mean


@component(source="squadrani2022effectiveness")
class BatchMean:
    """Threshold that is the mean squared activity of the batch at hand.

        theta = < y^2 >_batch

    Equal to `moving_average` with a memory of 0. With one sample a step it is y^2 itself, so it is
    for batches large enough to stand for the data.

    Source: what the published code of Squadrani et al., Entropy 24 (2022) 682, hands to its rule;
    the paper's own threshold is `moving_average`.
    """

    kernels = kernel("estimate_threshold", _batch_mean, observe=_square)


def _faded(theta, mean, first, gamma, share, initial):  # type: ignore[no-untyped-def]  # compiled
    if first:
        theta = mean if np.isnan(initial) else initial
    return gamma * theta + share * mean


@component(source="squadrani2022effectiveness")
class MovingAverage(Fading):
    """Threshold that follows the mean squared activity with a fading memory.

        theta_t = gamma theta_(t-1) + (1 - gamma) < y^2 >_batch

    The rule of the same step sees theta_t. Before the first step theta is `initial`, or else the
    first batch's own < y^2 >. With a `time_constant` tau in samples, gamma = exp(-B / tau) for a
    batch of B samples, so that runs with different batches can be compared.

    Source: Squadrani et al., Entropy 24 (2022) 682. The published code computes this average but
    hands the batch mean to the rule; that is the component `batch`.
    """

    memory: float = remembering("threshold", "threshold")
    time_constant: float | None = lasting()
    initial: float | None = setting(
        default=None,
        above=0,
        doc="threshold before the first step; the first batch's mean squared activity if not set",
        because="the Law-Cooper rule divides by the threshold",
    )

    kernels = kernel("estimate_threshold", _faded, shares, _initial, observe=_square)


def _behind(theta, following, mean, first, gamma, share, reference, initial):  # type: ignore[no-untyped-def]  # compiled
    mean = mean / reference
    if first:
        following = mean if np.isnan(initial) else initial
    return following, gamma * following + share * mean


@component(source="cooper2004theory")
class BlaisTau:
    """Threshold that follows the squared activity with a time constant, after the weights.

        theta <- theta + (y^2 / theta_0 - theta) / tau        after each sample

    The rule sees theta as it was before the samples of its step. After a batch of B samples

        theta <- gamma theta + (1 - gamma) < y^2 >_batch / theta_0,   gamma = (1 - 1 / tau)^B

    which for B = 1 is the same; for a larger batch all its samples weigh alike. Before the first
    step theta is `initial`, or else the first batch's own < y^2 > / theta_0.

    Source: the simulators of Blais, Plasticity (theta_0 = 1) and Plasticnet, which accompany
    Cooper, Intrator, Blais & Shouval, Theory of Cortical Plasticity (2004). They draw the first
    theta of each neuron from [0.01, 0.02] and from [0, 0.1].
    """

    tau: float = setting(
        default=1000.0,
        above=1,
        unit="samples",
        doc="time constant",
        because="with 1 or less the threshold remembers nothing, or swings",
    )
    reference: float = setting(
        default=1.0, above=0, doc="theta_0, the scale of y^2", because="it divides"
    )
    initial: float | None = setting(
        default=None,
        above=0,
        doc="threshold before the first step; the first batch's own if not set",
        because="the Law-Cooper rule divides by the threshold",
    )

    following = Variable(("neuron",), description="threshold that the next step's rule will see")

    kernels = kernel(
        "estimate_threshold",
        _behind,
        shares,
        "reference",
        _initial,
        observe=_square,
        state=("following",),
    )

    def gamma(self, n_sample: int) -> float:
        """Return the share of the old threshold kept at a step of this many samples."""
        return float((1 - 1 / self.tau) ** n_sample)


@component
class SlidingWindow:
    """Threshold that is the mean squared activity of the last samples, which all weigh alike.

        theta_i = < y_i^2 >        over the last `window` samples, or as many as there were

    The rule of the same step sees its own samples in it. Unlike `moving_average` it forgets a
    sample altogether, and at once, when the sample leaves the window.
    """

    window: int = setting(
        default=1000,
        low=1,
        unit="samples",
        doc="samples remembered",
        because="the mean of no samples is no number",
    )

    squares = Variable(("neuron", "window"), description="squared activity of the last samples")
    seen = Variable((), dtype="int64", description="samples seen so far")

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array) -> Array:
        latest = activity[:, -self.window :]
        # One place for each sample, however the batches fall: the oldest is overwritten.
        first = int(self.seen) + activity.shape[1] - latest.shape[1]
        places = np.arange(first, first + latest.shape[1]) % self.window
        self.squares[:, places] = np.square(latest)
        self.seen += activity.shape[1]
        remembered = self.squares[:, : min(int(self.seen), self.window)]
        return np.mean(remembered, axis=1, out=threshold)
