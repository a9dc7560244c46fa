"""A threshold that remembers some samples and no others."""

from __future__ import annotations

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array


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
