"""Weights that are all the same, or drawn from a distribution."""

import math
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

from plasticity import Stream, component, hookimpl, one_thread, setting
from plasticity.errors import SettingError
from plasticity.typing import Array


@component
class Constant:
    """All weights have one value.

        w_ij = value

    Neurons that start alike stay alike, unless something tells them apart: random numbers, or
    lateral connections that differ from neuron to neuron.
    """

    value: float = setting(
        default=0.1, above=-math.inf, below=math.inf, doc="value of every weight"
    )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(self.value)


@component
class Zeros:
    """All weights are 0.

        w_ij = 0

    A rule whose phi is 0 where the activity is 0, as Hebb's, never leaves them.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(0)


@component
class Ones:
    """All weights are 1.

    w_ij = 1
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(1)


@component
class Normal:
    """Independent normal weights.

    w_ij ~ N(mean, std^2)
    """

    mean: float = setting(default=0.0, doc="mean of the weights")
    std: float = setting(default=1.0, low=0, doc="standard deviation of the weights")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights[...] = self.rng.normal(self.mean, self.std, weights.shape)


@component
class TruncatedNormal:
    """Independent normal weights, none of them far from the mean.

        w_ij ~ N(mean, std^2), given |w_ij - mean| < cut std

    With a cut of 2 their standard deviation is 0.88 std. Each weight takes one random number,
    through the inverse of the distribution function; to draw again what lies beyond, as the code of
    Squadrani et al. does, gives the same distribution.
    """

    mean: float = setting(default=0.0, doc="mean of the weights")
    std: float = setting(default=1.0, low=0, doc="standard deviation before the cut")
    cut: float = setting(
        default=2.0, above=0, unit="std", doc="largest distance of a weight from the mean"
    )

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        quantile = self.rng.uniform(ndtr(-self.cut), ndtr(self.cut), weights.shape)
        # Rounding may put a quantile on the far side of the cut, or at infinity.
        drawn = np.clip(ndtri(quantile), -self.cut, self.cut)
        weights[...] = self.mean + self.std * drawn


@component
class Uniform:
    """Independent uniform weights.

        w_ij ~ U(low, high)

    Raises `SettingError` where low exceeds high or one of them is not finite.
    """

    low: float = setting(default=-0.05, doc="smallest weight")
    high: float = setting(default=0.05, doc="largest weight")

    rng = Stream()

    def __attrs_post_init__(self) -> None:
        if not -math.inf < self.low <= self.high < math.inf:
            raise SettingError(
                f"uniform: low and high must be finite and low <= high, got low = {self.low:g} and "
                f"high = {self.high:g}"
            )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights[...] = self.rng.uniform(self.low, self.high, weights.shape)


@component(source="saxe2014exact")
class Orthogonal:
    """Weights of the neurons at right angles to each other, or those of the inputs.

        W W^T = gain^2 1    if there are at most as many neurons as inputs
        W^T W = gain^2 1    else

    The matrix is uniformly distributed among all of this kind: it is the Q of a QR decomposition of
    normal numbers, its columns signed so that the diagonal of R is positive.

    Source: Saxe, McClelland & Ganguli, ICLR 2014; the signs are of Mezzadri, Notices of the AMS 54
    (2007) 592. The code of Squadrani et al. takes the singular vectors, of the same kind.
    """

    gain: float = setting(default=1.0, above=0, doc="length of the weights of a neuron")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        short, long = sorted(weights.shape)
        # Several threads round in another way than one.
        with one_thread():
            rotation, triangle = np.linalg.qr(self.rng.standard_normal((long, short)))
        rotation *= self.gain * np.where(np.diagonal(triangle) < 0, -1, 1)
        weights[...] = rotation if weights.shape == (long, short) else rotation.T


class _Scaled:
    """Independent weights of mean 0 and variance gain / n, normal or uniform."""

    gain: ClassVar[float]
    uniform: ClassVar[bool] = False

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        variance = self.gain / self._n(*map(int, weights.shape))
        if self.uniform:
            limit = math.sqrt(3 * variance)
            weights[...] = self.rng.uniform(-limit, limit, weights.shape)
        else:
            weights[...] = self.rng.normal(0, math.sqrt(variance), weights.shape)

    def _n(self, n_neuron: int, n_input: int) -> int:
        return n_neuron + n_input


@component(source="glorot2010understanding")
class GlorotNormal(_Scaled):
    """Independent normal weights whose variance is one over the mean of fan-in and fan-out.

        w_ij ~ N(0, 2 / (n_input + n_neuron))

    Fan-in is the number of inputs, fan-out that of neurons.

    Source: Glorot & Bengio, AISTATS 2010, equation 12. They draw from the uniform distribution of
    this variance (equation 16); the normal one, not truncated, is what the code of Squadrani et al.
    draws. That code exchanges fan-in and fan-out, which the sum of both does not show.
    """

    gain = 2.0


@component(source="glorot2010understanding")
class GlorotUniform(_Scaled):
    """Independent uniform weights whose variance is one over the mean of fan-in and fan-out.

        w_ij ~ U(-a, a),   a = sqrt(6 / (n_input + n_neuron)),   variance 2 / (n_input + n_neuron)

    Source: Glorot & Bengio, AISTATS 2010, equation 16.
    """

    gain = 2.0
    uniform = True


@component
class _ScaledToFan(_Scaled):
    """The same, with the fan as n.

    Fan-in is the number of inputs, fan-out that of neurons. The code of Squadrani et al. exchanges
    them, so that LeCun and He get the number of neurons; `fan = "neurons"` does the same.
    """

    fan: str = setting(
        default="inputs",
        choices=("inputs", "neurons"),
        doc="what is counted as n: the inputs of a neuron, or the neurons",
    )

    def _n(self, n_neuron: int, n_input: int) -> int:
        return n_input if self.fan == "inputs" else n_neuron


@component(source="lecun1998efficient")
class LecunNormal(_ScaledToFan):
    """Independent normal weights whose variance is one over the fan-in.

        w_ij ~ N(0, 1 / n)

    Inputs of variance 1 then give currents of variance 1.

    Source: LeCun et al., Efficient BackProp (1998), equation 16.
    """

    gain = 1.0


@component(source="lecun1998efficient")
class LecunUniform(_ScaledToFan):
    """Independent uniform weights whose variance is one over the fan-in.

        w_ij ~ U(-a, a),   a = sqrt(3 / n),   variance 1 / n

    Inputs of variance 1 then give currents of variance 1.

    Source: LeCun et al., Efficient BackProp (1998), equation 16.
    """

    gain = 1.0
    uniform = True


@component(source="he2015delving")
class HeNormal(_ScaledToFan):
    """Independent normal weights for rectified neurons, whose variance is two over the fan-in.

        w_ij ~ N(0, 2 / n)

    A rectifier lets half of the current's second moment pass, which the 2 makes up for.

    Source: He et al., ICCV 2015, equation 10.
    """

    gain = 2.0


@component(source="he2015delving")
class HeUniform(_ScaledToFan):
    """Independent uniform weights for rectified neurons, whose variance is two over the fan-in.

        w_ij ~ U(-a, a),   a = sqrt(6 / n),   variance 2 / n

    Source: He et al., ICCV 2015, equation 10, who draw from the normal distribution; the uniform
    one is that of the code of Squadrani et al.
    """

    gain = 2.0
    uniform = True
