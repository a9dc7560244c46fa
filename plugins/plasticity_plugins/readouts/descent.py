"""The steps by which the readout learns: its loss, and Adam."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array

FIRST_DECAY, SECOND_DECAY, SMALL = 0.9, 0.999, 1e-8  # as published for Adam


def loss_and_slope(argument: Array, targets: Array, exponent: float) -> tuple[float, Array]:
    """Return the loss of a batch, and its derivative by the argument z of the tanh.

        loss = < sum_a |c_a - t_a|^m >,  c = tanh(z)
        slope_ba = m |c_ba - t_ba|^(m-1) sign(c_ba - t_ba) (1 - c_ba^2) / n_sample

    argument  (sample, class)  z; overwritten, by the slope that is returned
    targets   (sample,)        the class whose t is 1; that of the others is -1
    exponent  m, above 1
    """
    c = np.tanh(argument, out=argument)
    rows = np.arange(len(c))
    error = c + np.float32(1)  # c - t, but for the class of the sample
    error[rows, targets] -= np.float32(2)
    size = np.abs(error)
    steep = size ** np.float32(exponent - 1)
    loss = float(np.dot(steep.ravel(), size.ravel())) / len(c)
    slope = np.multiply(c, c, out=c)
    np.subtract(np.float32(1), slope, out=slope)
    slope *= np.copysign(steep, error, out=steep)
    slope *= np.float32(exponent / len(c))
    return loss, slope


class Adam:
    """Adam of Kingma & Ba (arXiv 1412.6980), in place and without new arrays.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
    w <- w - rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)

    weights  changed by each step
    moments  (2, ...)  m and v, changed by each step
    step     t, the steps done
    """

    def __init__(self, weights: Array, moments: Array, rate: float, step: int) -> None:
        self.weights = weights
        self.moments = moments
        self.rate = rate
        self.step = step
        self._scratch = np.empty_like(weights)

    def descend(self, gradient: Array) -> None:
        """Go one step down along a gradient, which is overwritten."""
        self.step += 1
        (mean, square), scratch = self.moments, self._scratch
        np.subtract(gradient, mean, out=scratch)
        scratch *= np.float32(1 - FIRST_DECAY)
        mean += scratch
        gradient *= gradient
        gradient -= square
        gradient *= np.float32(1 - SECOND_DECAY)
        square += gradient
        # The corrections of both means as one factor and a smaller eps: the same, with less work.
        root = np.sqrt(1 - SECOND_DECAY**self.step)
        np.sqrt(square, out=scratch)
        scratch += np.float32(SMALL * root)
        np.divide(mean, scratch, out=scratch)
        scratch *= np.float32(self.rate * root / (1 - FIRST_DECAY**self.step))
        self.weights -= scratch
