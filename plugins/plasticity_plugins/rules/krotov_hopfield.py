"""The rule of Krotov and Hopfield: hidden units that compete by rank."""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity import Kernel, Rule, Variable, component, hookimpl, njit, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar

_TOGETHER = 8  # neurons whose currents are compared at once; measured


def _signed_square(w: Scalar, exponent: Scalar) -> Scalar:
    return w * abs(w)


def _signed_power(w: Scalar, exponent: Scalar) -> Scalar:
    n_factor = int(exponent)
    if exponent == n_factor:
        # A product is several times as fast as a power, and p is nearly always whole.
        v = w
        for _ in range(n_factor - 1):
            v *= abs(w)
        return v
    return np.copysign(abs(w) ** exponent, w)


@component
class PoweredWeights(Rule):
    """Base of the rules of Krotov and Hopfield: the current that belongs to a p-norm.

    u_ib = sum_j sign(w_ij) |w_ij|^(p-1) x_bj
    """

    power: float = setting(
        default=2.0,
        above=1,
        doc="p of the norm; 2 and 3 are published",
        because="at 1 the current no longer depends on the sizes of the weights, only on their "
        "signs",
    )

    powered = Variable(
        ("neuron", "input"), intent="scratch", description="sign(w) |w|^(p-1), unless p = 2"
    )

    @property
    def current_kernel(self) -> Kernel:
        """Return the current in a compiled step; with p = 2 it is W x itself."""
        powers: dict[float, Any] = {2: None, 3: _signed_square}
        return Kernel(
            "compute_current",
            powers.get(self.power, _signed_power),
            parameters=lambda self, batch: (self.power - 1,),
        )

    @hookimpl
    def compute_current(self, weights: Array, x: Array, current: Array) -> Array:
        if self.power == 2:
            return np.dot(weights, x.T, out=current)
        signed_power(weights, weights.dtype.type(self.power - 1), self.powered)
        return np.dot(self.powered, x.T, out=current)


@component(source="krotov2019unsupervised")
class KrotovHopfield(PoweredWeights):
    """Hebbian learning for the unit that wins a sample, anti-Hebbian for the one ranked k.

        u_ib  = sum_j sign(w_ij) |w_ij|^(p-1) x_bj
        g_ib  = 1 for the unit with the largest u_ib, -delta for the one ranked k, else 0
        dw_ij = < g_ib x_bj > - < g_ib u_ib > w_ij

    The weights of a unit that learns converge to unit p-norm. Units with equal currents rank by
    their index, the lowest first. Lateral connections act on the current before it is ranked.
    The published rate falls linearly to 0 over the epochs, and the update is divided by its largest
    absolute value: schedule `linear_to_zero` and transform `max_abs`.

    Raises `SettingError` where the rank exceeds the number of neurons.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, in the fast form of its authors' code. They sum
    over the batch where we take its mean, the same after `max_abs`; ties they leave to the sorting.
    """

    rank: int = setting(
        default=2,
        low=2,
        doc="rank k of the unit that learns with the opposite sign",
        because="with 1 the winner itself would learn with the opposite sign",
    )
    anti_hebbian: float = setting(
        default=0.4,
        low=0,
        doc="strength delta of the opposite sign; 0 turns it off",
        because="below 0 the unit ranked k would learn like the winner",
    )

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the parts of a compiled step."""
        return (
            self.current_kernel,
            Kernel(
                "modulate",
                add_ranked,
                parameters=lambda self, batch: (self.rank, self.anti_hebbian),
            ),
        )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron = len(weights)
        if self.rank > n_neuron:
            raise SettingError(
                f"krotov_hopfield: rank must lie in [2, {n_neuron}] for a layer of {n_neuron} "
                f"neurons, got {self.rank}: no unit has that rank"
                if n_neuron > 1
                else f"krotov_hopfield: the layer has 1 neuron, and with rank {self.rank} it needs "
                f"{self.rank} or more: a single unit has nobody to compete with"
            )

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        add_ranked(current, self.rank, decay.dtype.type(self.anti_hebbian), modulation, decay)


@njit(error_model="numpy")
def signed_power(weights: Array, exponent: Scalar, powered: Array) -> None:
    """Write sign(w) |w|^exponent into `powered`.

    weights   (neuron, input)
    exponent  above 0
    powered   (neuron, input)  overwritten; shares no memory with the weights
    """
    n_neuron, n_input = weights.shape
    n_factor = int(exponent)
    for i in range(n_neuron):
        if exponent == n_factor:
            # A product is several times as fast as a power, and p is nearly always whole.
            for j in range(n_input):
                powered[i, j] = weights[i, j]
            for _ in range(n_factor - 1):
                for j in range(n_input):
                    powered[i, j] *= abs(weights[i, j])
        else:
            for j in range(n_input):
                powered[i, j] = np.copysign(abs(weights[i, j]) ** exponent, weights[i, j])


@njit(error_model="numpy")
def add_ranked(current, rank, anti_hebbian, modulation, decay):  # type: ignore[no-untyped-def]  # compiled
    """Add g to the modulation and the sample mean of g u to the decay.

    current       (neuron, sample)  u
    rank          k, from 2 to the number of neurons
    anti_hebbian  delta
    modulation    (neuron, sample)  added to
    decay         (neuron,)         added to

    The first k units of each sample are kept in order while the neurons are passed once; a unit
    moves ahead of another only if its current is larger, so equal currents rank by index. Of a few
    neurons at a time the largest current is compared first: most samples are then done with them.
    """
    n_neuron, n_sample = current.shape
    units = np.zeros((rank, n_sample), np.int64)
    currents = np.zeros((rank, n_sample), current.dtype)
    largest = np.zeros(n_sample, current.dtype)
    for i in range(rank):
        for b in range(n_sample):
            _insert(current[i, b], i, b, i, units, currents)
    for first in range(rank, n_neuron, _TOGETHER):
        end = min(first + _TOGETHER, n_neuron)
        _find_largest(current, first, end, largest)
        for b in range(n_sample):
            if not largest[b] > currents[rank - 1, b]:
                continue
            for i in range(first, end):
                if current[i, b] > currents[rank - 1, b]:
                    _insert(current[i, b], i, b, rank - 1, units, currents)
    for b in range(n_sample):
        winner, loser = units[0, b], units[rank - 1, b]
        modulation[winner, b] += 1
        modulation[loser, b] -= anti_hebbian
        decay[winner] += currents[0, b] / n_sample
        decay[loser] -= anti_hebbian * currents[rank - 1, b] / n_sample


@njit(error_model="numpy")
def _find_largest(current: Array, first: Scalar, end: Scalar, largest: Array) -> None:
    """Write the largest current of some neurons on each sample; a NaN is left out."""
    lowest = current.dtype.type(-np.inf)
    for b in range(len(largest)):
        u = lowest
        if end - first == _TOGETHER:
            for i in range(_TOGETHER):  # a number that is known to the compiler
                u = current[first + i, b] if current[first + i, b] > u else u
        else:
            for i in range(first, end):
                u = current[i, b] if current[i, b] > u else u
        largest[b] = u


@njit(error_model="numpy")
def _insert(u, unit, b, place, units, currents):  # type: ignore[no-untyped-def]  # compiled
    """Put a unit among the first of sample b, from a place on that is given up."""
    while place > 0 and u > currents[place - 1, b]:
        currents[place, b] = currents[place - 1, b]
        units[place, b] = units[place - 1, b]
        place -= 1
    currents[place, b] = u
    units[place, b] = unit
