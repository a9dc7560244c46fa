"""Inputs without correlations between them, as near to what they were as can be."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from plasticity import Inputs, Kernel, Variable, component, hookimpl, one_thread, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import exact
from plasticity_plugins.encoders.fitting import covariance_of, mean_of

_TOGETHER = 16  # samples for which a row of the matrix is read once; measured


@exact
def whitened(x: Array, step: Scalar, sample: Scalar, mean: Array, whitening: Array) -> None:
    """Replace x (input,) by the product of the whitening matrix and x less the mean."""
    found = np.zeros_like(x)  # threads encode several samples at once
    for j in range(len(x)):
        deviation = x[j] - mean[j]
        for i in range(len(x)):
            found[i] += deviation * whitening[j, i]
    x[:] = found


@exact
def _all_whitened(x: Array, mean: Array, whitening: Array) -> None:
    """Whiten x (sample, input) in the same order of additions, some samples at a time."""
    found = np.zeros((_TOGETHER, x.shape[1]), x.dtype)
    for begin in range(0, len(x), _TOGETHER):
        block = x[begin : begin + _TOGETHER]
        found[:] = 0
        for j in range(block.shape[1]):
            row = whitening[j]
            for b in range(len(block)):
                deviation = block[b, j] - mean[j]
                target = found[b]
                for i in range(len(row)):
                    target[i] += deviation * row[i]
        block[:] = found[: len(block)]


@component(source="bell1997independent")
class Whiten:
    """Inputs of which no two are correlated and each has variance 1: zero-phase whitening (ZCA).

        x_b <- Z (x_b - m),   Z = E diag(1 / sqrt(l_k + epsilon l)) E'

    m and C = E diag(l_k) E' are mean and covariance of the inputs over the training samples, l the
    mean of the l_k. Of all matrices that whiten, the symmetric one changes the inputs least, so
    that an image stays one. What varies less than epsilon of the mean is hardly amplified, as it
    is mostly noise; with epsilon = 0 the covariance becomes exactly 1 in all directions in which
    the samples vary at all, and the others stay 0.

    Mean and matrix are computed before the first step, of the inputs as the encoders before this
    one leave them, and stay: a run that goes on, responses to other samples and an estimator use
    them. Of a source that draws its samples they are those of its examples, of which there should
    be many more than inputs. Metrics see the inputs with it.

    Source: Bell & Sejnowski, Vision Research 37 (1997) 3327, for the name and the matrix; epsilon
    is ours.
    """

    epsilon: float = setting(
        default=0.01, low=0, doc="added to each variance, in units of the mean variance"
    )

    mean = Variable(("input",), description="mean of each input over the training samples")
    whitening = Variable(("input", "from_input"), description="whitening matrix Z, symmetric")

    once: ClassVar[bool] = True

    kernels = (Kernel("encode", whitened, arrays=("mean", "whitening")),)

    @hookimpl
    def init_state(self, inputs: Inputs) -> None:
        mean = mean_of(inputs)
        with one_thread():
            self.whitening[...] = self._matrix(covariance_of(inputs, mean))
        self.mean[...] = mean

    def _matrix(self, covariance: Array) -> Array:
        variances, directions = np.linalg.eigh(covariance)
        variances = np.maximum(variances, 0)
        # Below that the eigenvalues of a matrix of this size are rounding.
        least = len(variances) * np.finfo(np.float64).eps * variances.max()
        varies = variances > least
        variances += self.epsilon * variances.mean()
        factors = np.zeros_like(variances)
        np.divide(1, np.sqrt(variances), out=factors, where=varies)
        whitening: Array = directions * factors @ directions.T
        return whitening

    @hookimpl
    def encode(self, x: Array) -> None:
        _all_whitened(x, self.mean, self.whitening)
