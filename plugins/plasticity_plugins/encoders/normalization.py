"""Inputs with mean 0, variance 1 or length 1, or without correlations."""

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from plasticity import Inputs, Variable, component, hookimpl, one_thread, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import exact
from plasticity_plugins.kernels import kernel

_BLOCK = 1000  # samples at a time
PER = ("input", "sample")
_per = "'input': over the training samples; 'sample': over the inputs of each sample"
_TOGETHER = 16  # samples for which a row of the matrix is read once; measured


def mean_of(inputs: Inputs) -> Array:
    """Return the mean (input,) of each input over the training samples, in float64."""
    # By the distance to the first sample: that of an input that is constant is exactly 0.
    first = inputs.take(np.zeros(1, np.int64))[0].astype(np.float64)
    found: Array = first + sum(np.sum(b - first, axis=0) for b in _blocks(inputs)) / inputs.n_sample
    return found


def variance_of(inputs: Inputs, mean: Array) -> Array:
    """Return the variance (input,) of each input, the mean square of its deviations."""
    squares = sum(np.square(block - mean).sum(axis=0) for block in _blocks(inputs))
    return np.asarray(squares / inputs.n_sample)


def covariance_of(inputs: Inputs, mean: Array) -> Array:
    """Return the covariance (input, input), the mean product of the deviations of two inputs."""
    total = np.zeros((len(mean), len(mean)))
    for block in _blocks(inputs):
        block -= mean
        total += block.T @ block
    return total / inputs.n_sample


def _blocks(inputs: Inputs) -> Iterator[Array]:
    for start in range(0, inputs.n_sample, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, inputs.n_sample))
        yield inputs.take(rows).astype(np.float64)


@exact
def shifted_and_scaled(x, step, sample, mean, factor, within, scales, epsilon):  # type: ignore[no-untyped-def]  # compiled
    """Take the mean off x (input,) and divide it by its standard deviation, if `scales`."""
    if not within:
        for j in range(len(x)):
            x[j] = (x[j] - mean[j]) * factor[j]
        return
    # By the distance to the first input: that of a sample that is constant is exactly 0.
    total = 0.0
    for j in range(len(x)):
        total += x[j] - x[0]
    center = x.dtype.type(x[0] + total / len(x))
    square = 0.0
    for j in range(len(x)):
        x[j] -= center
        square += x[j] * x[j]
    variance = square / len(x) + epsilon
    if scales and variance > 0:
        share = x.dtype.type(1 / math.sqrt(variance))
        for j in range(len(x)):
            x[j] *= share


class Standardization:
    """What centring and standardizing share: a mean and a factor for each input."""

    per: str
    epsilon: float
    scales: ClassVar[bool]
    once: ClassVar[bool] = True

    mean = Variable(("input",), description="mean of each input over the training samples")
    factor = Variable(("input",), description="factor on what is left, 1 / standard deviation")

    kernels = kernel("encode", shifted_and_scaled, "_numbers", arrays=("mean", "factor"))

    @property
    def _numbers(self) -> tuple[bool, bool, float]:
        return self.per == "sample", self.scales, self.epsilon

    @hookimpl
    def init_state(self, inputs: Inputs) -> None:
        self.factor[...] = 1
        if self.per == "sample":
            return
        mean = mean_of(inputs)
        self.mean[...] = mean
        if self.scales:
            variance = variance_of(inputs, mean)
            # An input that is constant but for rounding has nothing that could be scaled.
            constant = np.sqrt(variance) <= np.finfo(self.factor.dtype).eps * np.abs(mean)
            variance = np.where(constant, 0, variance) + self.epsilon
            self.factor[...] = 1 / np.sqrt(np.where(variance > 0, variance, 1))


@component
class Centre(Standardization):
    """Inputs less their mean.

        x_bj <- x_bj - m_j,  m_j = < x_bj >_b      over the training samples, once
        x_bj <- x_bj - < x_bk >_k                  with per = "sample", over the inputs of each

    The mean over the training samples is taken before the first step, of the inputs as the encoders
    before this one leave them, and stays: a run that goes on, responses to other samples and an
    estimator use it. Of a source that draws its samples it is the mean of its examples. Metrics
    see the inputs with it.
    """

    per: str = setting(default="input", choices=PER, doc=f"what the mean is taken of; {_per}")

    epsilon = 0.0
    scales = False


@component
class Standardize(Standardization):
    """Inputs with mean 0 and variance 1.

        x_bj <- (x_bj - m_j) / sqrt(v_j + epsilon)      m_j, v_j mean and variance of input j over
                                                        the training samples, once
        x_bj <- (x_bj - m_b) / sqrt(v_b + epsilon)      with per = "sample", m_b, v_b over the
                                                        inputs of each sample: local contrast

    An input, or a sample, that is constant becomes 0. Mean and variance over the training samples
    are taken before the first step, of the inputs as the encoders before this one leave them, and
    stay: a run that goes on, responses to other samples and an estimator use them. Of a source
    that draws its samples they are those of its examples. Metrics see the inputs with it.

    An input that is nearly constant, such as a pixel at the border of handwritten digits, becomes
    as large as 1 / standard deviation where it is not; epsilon limits that.
    """

    per: str = setting(default="input", choices=PER, doc=f"what has mean 0 and variance 1; {_per}")
    epsilon: float = setting(default=0.0, low=0, doc="added to the variance")

    scales = True


@exact
def scaled_to_unit_length(x: Array, step: Scalar, sample: Scalar, p: Scalar) -> None:
    """Divide x (input,) by its p-norm, unless that is 0."""
    largest = abs(x[0])
    for j in range(len(x)):
        largest = max(largest, abs(x[j]))
    if largest == 0:
        return
    # Of numbers up to 1, so that no power is too large or too small for its type.
    total = 0.0
    for j in range(len(x)):
        total += (abs(x[j]) / largest) ** p
    length = x.dtype.type(largest * total ** (1 / p)) if p < math.inf else largest
    for j in range(len(x)):
        x[j] /= length


@component
class UnitLength:
    """Samples divided by their length.

        x_bj <- x_bj / |x_b|_p,  |x_b|_p = (sum_j |x_bj|^p)^(1/p)

    A sample of zeros stays as it is. p = inf divides by the largest value. Metrics see the inputs
    with it.
    """

    p: float = setting(default=2.0, low=1, doc="of the norm; inf for the largest value")

    once: ClassVar[bool] = True

    kernels = kernel("encode", scaled_to_unit_length, "p")


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

    kernels = kernel("encode", whitened, arrays=("mean", "whitening"))

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
        return np.asarray(directions * factors @ directions.T)

    @hookimpl
    def encode(self, x: Array) -> None:
        _all_whitened(x, self.mean, self.whitening)
