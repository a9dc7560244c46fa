"""Inputs with mean 0, and with variance 1."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from plasticity import Inputs, Kernel, Variable, component, hookimpl, setting
from plasticity_plugins.drawn import exact
from plasticity_plugins.encoders.fitting import mean_of, variance_of

PER = ("input", "sample")
_per = "'input': over the training samples; 'sample': over the inputs of each sample"


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

    kernels = (
        Kernel(
            "encode",
            shifted_and_scaled,
            arrays=("mean", "factor"),
            parameters=lambda self, batch: (self.per == "sample", self.scales, self.epsilon),
        ),
    )

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
