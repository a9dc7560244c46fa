"""Weights whose variance is scaled to the size of the layer, so that signals keep theirs.

Fan-in is the number of inputs, fan-out that of neurons. The code of Squadrani et al. exchanges
them, so that LeCun and He get the number of neurons; `fan = "neurons"` does the same.
"""

from __future__ import annotations

import math

from plasticity import Stream, component, hookimpl, setting
from plasticity.typing import Array


class _Scaled:
    """Independent weights of mean 0 and a variance that the subclass tells."""

    rng = Stream()

    def _draw_normal(self, variance: float, weights: Array) -> None:
        weights[...] = self.rng.normal(0, math.sqrt(variance), weights.shape)

    def _draw_uniform(self, variance: float, weights: Array) -> None:
        limit = math.sqrt(3 * variance)
        weights[...] = self.rng.uniform(-limit, limit, weights.shape)


@component(source="glorot2010understanding")
class GlorotNormal(_Scaled):
    """Independent normal weights whose variance is one over the mean of fan-in and fan-out.

        w_ij ~ N(0, 2 / (n_input + n_neuron))

    Fan-in is the number of inputs, fan-out that of neurons.

    Source: Glorot & Bengio, AISTATS 2010, equation 12. They draw from the uniform distribution of
    this variance (equation 16); the normal one, not truncated, is what the code of Squadrani et al.
    draws. That code exchanges fan-in and fan-out, which the sum of both does not show.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_normal(2 / sum(weights.shape), weights)


@component(source="glorot2010understanding")
class GlorotUniform(_Scaled):
    """Independent uniform weights whose variance is one over the mean of fan-in and fan-out.

        w_ij ~ U(-a, a),   a = sqrt(6 / (n_input + n_neuron)),   variance 2 / (n_input + n_neuron)

    Source: Glorot & Bengio, AISTATS 2010, equation 16.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_uniform(2 / sum(weights.shape), weights)


@component
class _ScaledToFan(_Scaled):
    """The same, with a variance that is a gain over the fan."""

    fan: str = setting(
        default="inputs",
        choices=("inputs", "neurons"),
        doc="what is counted as n: the inputs of a neuron, or the neurons",
    )

    def _variance(self, gain: float, weights: Array) -> float:
        n_neuron, n_input = map(int, weights.shape)
        return gain / (n_input if self.fan == "inputs" else n_neuron)


@component(source="lecun1998efficient")
class LecunNormal(_ScaledToFan):
    """Independent normal weights whose variance is one over the fan-in.

        w_ij ~ N(0, 1 / n)

    Inputs of variance 1 then give currents of variance 1.

    Source: LeCun et al., Efficient BackProp (1998), equation 16.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_normal(self._variance(1, weights), weights)


@component(source="lecun1998efficient")
class LecunUniform(_ScaledToFan):
    """Independent uniform weights whose variance is one over the fan-in.

        w_ij ~ U(-a, a),   a = sqrt(3 / n),   variance 1 / n

    Inputs of variance 1 then give currents of variance 1.

    Source: LeCun et al., Efficient BackProp (1998), equation 16.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_uniform(self._variance(1, weights), weights)


@component(source="he2015delving")
class HeNormal(_ScaledToFan):
    """Independent normal weights for rectified neurons, whose variance is two over the fan-in.

        w_ij ~ N(0, 2 / n)

    A rectifier lets half of the current's second moment pass, which the 2 makes up for.

    Source: He et al., ICCV 2015, equation 10.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_normal(self._variance(2, weights), weights)


@component(source="he2015delving")
class HeUniform(_ScaledToFan):
    """Independent uniform weights for rectified neurons, whose variance is two over the fan-in.

        w_ij ~ U(-a, a),   a = sqrt(6 / n),   variance 2 / n

    Source: He et al., ICCV 2015, equation 10, who draw from the normal distribution; the uniform
    one is that of the code of Squadrani et al.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._draw_uniform(self._variance(2, weights), weights)
