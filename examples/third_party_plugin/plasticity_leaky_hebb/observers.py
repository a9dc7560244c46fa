"""An observer that prints how long the weight vectors are."""

import numpy as np

from plasticity import component, hookimpl, setting


@component
class WeightNorms:
    """Prints the smallest and largest Euclidean norm of the neurons' weights."""

    every: int = setting(default=100, low=1, unit="steps", doc="steps between two lines")

    @hookimpl
    def step_finished(self, layer, clock, weights):
        norms = np.linalg.norm(weights, axis=1)
        print(f"{layer.name}, {clock}: weight norms {norms.min():.3f} to {norms.max():.3f}")
