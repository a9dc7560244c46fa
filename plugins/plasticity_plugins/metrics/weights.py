"""Size and spread of the weights."""

from typing import Any

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.formulas import entropy_of_sizes, p_norms
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled


@component
class WeightNorm:
    """The p-norm of the weights of each neuron.

    ||w_i||_p = (sum_j |w_ij|^p)^(1/p)
    """

    power: float = setting(default=2.0, low=1, doc="p of the norm", because="below 1 it is no norm")

    describes = labelled("weight_norm", "p-norm of the neuron's weights")

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        return {"weight_norm": p_norms(weights, self.power)}


@component(source="shannon1948mathematical")
class WeightEntropy:
    """Entropy of the sizes of each neuron's weights, in bits.

        H_i = - sum_j p_ij log2(p_ij),   p_ij = |w_ij| / sum_k |w_ik|

    From 0, a single weight, to log2 of the number of inputs, all of one size: 2^H_i is how many
    inputs count. NaN for a neuron whose weights are all 0.

    Source: Shannon, Bell System Technical Journal 27 (1948) 379. That the sizes of weights are
    taken as probabilities is a convention; their squares would be another.
    """

    describes = labelled(
        "weight_entropy",
        "entropy of the sizes of the neuron's weights",
        "2 to this power is how many inputs count",
        units="bit",
    )

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        return {"weight_entropy": entropy_of_sizes(weights)}


@component(source="roy2007effective")
class EffectiveRank:
    """Effective number of dimensions that the weights of all neurons span.

        exp(- sum_k p_k ln(p_k)),   p_k = s_k / sum_l s_l        s: singular values of W

    From 1, all neurons along one direction, to min(N, D), orthogonal weights of one norm. NaN where
    all weights are 0, or some not finite. A singular value decomposition at each measurement: for
    2000 neurons with 784 inputs about as long as fifty steps.

    Source: Roy & Vetterli, 15th European Signal Processing Conference (2007) 606.
    """

    describes = labelled(
        "effective_rank",
        "dimensions that the weights span",
        "from 1, all along one direction, to the smaller of neurons and inputs",
    )

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        if not np.isfinite(weights).all() or not weights.any():
            return {"effective_rank": float("nan")}
        values = np.linalg.svd(weights, compute_uv=False).astype(np.float64)
        shares = values / values.sum()
        shares = shares[shares > 0]
        return {"effective_rank": float(np.exp(-np.sum(shares * np.log(shares))))}


@component(source="krotov2019unsupervised")
class UnitConvergence:
    """Share of the neurons whose weights have a p-norm of 1.

        | ||w_i||_p - 1 | < tolerance,   ||w||_p = (sum_j |w_j|^p)^(1/p)

    From both sides: a neuron that never won has small weights and has not converged, although its
    norm is less than 1.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, for the norm to which the weights converge.
    Published code looks at the upper side only.
    """

    power: float = setting(
        default=2.0,
        low=1,
        doc="p of the norm; the same as the power of the rule",
        because="below 1 it is no norm",
    )
    tolerance: float = setting(
        default=0.1, above=0, doc="distance of the norm from 1 up to which a neuron has converged"
    )

    describes = labelled(
        "unit_convergence",
        "share of the neurons with weights of unit p-norm",
        "from both sides: a neuron with small weights has not converged",
    )

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        close = np.abs(p_norms(weights, self.power) - 1) < self.tolerance
        return {"unit_convergence": float(np.mean(close))}
