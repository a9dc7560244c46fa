"""Turrigiano's synaptic scaling."""

from __future__ import annotations

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array
from plasticity_plugins.fading import follow, remembering


@component(source="turrigiano1998activity, vanrossum2000stable")
class SynapticScaling:
    """Scales all weights of a neuron together until its mean activity is the one aimed at.

        a_i  <- gamma a_i + (1 - gamma) < y_i >
        s_i  <- s_i + goal - a_i
        w_ij <- w_ij (1 + rate (goal - a_i) + integral_rate s_i)

    Before the first step a is the first batch's own < y >, and s is 0. The weights keep their
    ratios, so what a neuron selects stays. A factor below 0 counts as 0.

    Source: Turrigiano et al., Nature 391 (1998) 892, the finding; van Rossum, Bi & Turrigiano,
    Journal of Neuroscience 20 (2000) 8812, the equation, with beta = rate and gamma there =
    integral_rate. There time is continuous and a follows spikes; a step here is one unit of it.
    """

    goal: float = setting(default=0.1, doc="mean activity that is aimed at")
    rate: float = setting(
        default=0.01,
        low=0,
        unit="1 per step",
        doc="share by which the weights grow, per unit of activity that is missing",
        because="below 0 an active neuron would become more so",
    )
    integral_rate: float = setting(
        default=0.0,
        low=0,
        unit="1 per step",
        doc="the same for what has been missing in all steps so far",
        because="below 0 an active neuron would become more so",
    )
    memory: float = remembering("mean activity", "mean", default=0.99)

    mean_activity = Variable(("neuron",), description="mean activity a, with a fading memory")
    missing = Variable(("neuron",), description="sum s of the activity that was missing")
    begun = Variable((), dtype="bool", description="whether the mean is of anything yet")

    @hookimpl
    def constrain_weights(self, weights: Array, activity: Array) -> None:
        follow(self.mean_activity, activity.mean(axis=1), self.memory, not self.begun)
        self.begun[...] = True
        short = self.goal - self.mean_activity
        self.missing += short
        factors = np.maximum(1 + self.rate * short + self.integral_rate * self.missing, 0)
        weights *= factors[:, np.newaxis]
