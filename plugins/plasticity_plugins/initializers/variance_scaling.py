"""Weights whose variance is scaled to the size of the layer, so that signals keep theirs.

Fan-in is the number of inputs, fan-out that of neurons. The code of Squadrani et al. exchanges
them, so that LeCun and He get the number of neurons; `fan = "neurons"` does the same.
"""

from __future__ import annotations

import math
from typing import ClassVar

from plasticity import Stream, component, hookimpl, setting
from plasticity.typing import Array


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
    """The same, with the fan as n."""

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
