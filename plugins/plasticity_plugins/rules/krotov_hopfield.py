"""The rule of Krotov and Hopfield: fast, by rank, and with inhibition integrated in time."""

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import Kernel, Rule, Variable, component, hookimpl, njit, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel

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


@njit(error_model="numpy")
def signed_power(weights: Array, exponent: Scalar, powered: Array) -> None:
    """Write sign(w) |w|^exponent of the weights (neuron, input) into `powered`."""
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

    learning: ClassVar[tuple[Any]]  # the Kernel of modulate

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the parts of a compiled step; with p = 2 the current is W x itself."""
        powers: dict[float, Any] = {2: None, 3: _signed_square}
        power = powers.get(self.power, _signed_power)
        return *kernel("compute_current", power, lambda self, batch: self.power - 1), *self.learning

    @hookimpl
    def compute_current(self, weights: Array, x: Array, current: Array) -> Array:
        if self.power == 2:
            return np.dot(weights, x.T, out=current)
        signed_power(weights, weights.dtype.type(self.power - 1), self.powered)
        return np.dot(self.powered, x.T, out=current)

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        number, (learning,) = current.dtype.type, self.learning
        given = learning.parameters(self, current.shape[1])
        numbers = [number(value) if isinstance(value, float) else value for value in given]
        learning.function(current, *numbers, modulation, decay)


@njit(error_model="numpy")
def add_ranked(current, rank, anti_hebbian, modulation, decay):  # type: ignore[no-untyped-def]  # compiled
    """Add g to the modulation (neuron, sample) and the sample mean of g u to the decay (neuron,).

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
            insert(current[i, b], i, b, i, units, currents)
    for first in range(rank, n_neuron, _TOGETHER):
        end = min(first + _TOGETHER, n_neuron)
        _find_largest(current, first, end, largest)
        for b in range(n_sample):
            if not largest[b] > currents[rank - 1, b]:
                continue
            for i in range(first, end):
                if current[i, b] > currents[rank - 1, b]:
                    insert(current[i, b], i, b, rank - 1, units, currents)
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
def insert(u, unit, b, place, units, currents):  # type: ignore[no-untyped-def]  # compiled
    """Put a unit among the first of sample b, from a place on that is given up."""
    while place > 0 and u > currents[place - 1, b]:
        currents[place, b] = currents[place - 1, b]
        units[place, b] = units[place - 1, b]
        place -= 1
    currents[place, b] = u
    units[place, b] = unit


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

    learning = kernel("modulate", add_ranked, "rank", "anti_hebbian")

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


@njit(error_model="numpy")
def settle(current: Array, inhibition: Scalar, step: Scalar, n_step: Scalar, h: Array) -> None:
    """Integrate the inhibited currents h (neuron,) of one sample from 0, in steps of tau."""
    h[:] = 0
    for _ in range(n_step):
        active = inhibition * 0
        for i in range(len(h)):
            active += max(h[i], 0)
        for i in range(len(h)):
            others = active - max(h[i], 0)
            h[i] += step * (current[i] - inhibition * others - h[i])


@njit(error_model="numpy")
def add_settled(  # type: ignore[no-untyped-def]  # compiled
    current, inhibition, level, anti_hebbian, gain, step, n_step, modulation, decay
):
    """Add gain g(h) to the modulation and the sample mean of g(h) I to the decay; gain = R^p."""
    n_neuron, n_sample = current.shape
    given = np.empty(n_neuron, current.dtype)
    h = np.empty(n_neuron, current.dtype)
    for b in range(n_sample):
        for i in range(n_neuron):
            given[i] = current[i, b]
        settle(given, inhibition, step, n_step, h)
        for i in range(n_neuron):
            if h[i] < 0:
                continue
            g = gain * 0 + 1 if h[i] >= level else -anti_hebbian
            modulation[i, b] += gain * g
            decay[i] += g * given[i] / n_sample


@component(source="krotov2019unsupervised")
class KrotovHopfieldDynamic(PoweredWeights):
    """Hebbian learning for the units that stay active under mutual inhibition.

        I_i = sum_j sign(w_ij) |w_ij|^(p-1) x_j
        tau dh_i/dt = I_i - w_inh sum_(k != i) max(h_k, 0) - h_i        from h = 0, for a duration
        g(h) = 1 for h >= h*, -delta for 0 <= h < h*, 0 for h < 0
        dw_ij = < g(h_i) (R^p x_j - I_i w_ij) >

    h of one sample is integrated by Euler's method while the weights stand still, for they are much
    slower. Below w_inh = 1 it settles on several units, from 1 on a single one wins. h* and w_inh
    act on the currents as they are: scale the inputs, and R, to suit them. The p-norm of a unit
    that learns converges to R. Lateral connections act on the current before it is integrated.
    `krotov_hopfield` is the fast form, which ranks in place of integrating.

    Raises `SettingError` where a time step is too long for the number of neurons: the currents
    would swing to infinity.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, the equations of the weights, of the inhibition
    and of g, with g of the inhibited current h as in a layer of units (of Q, the current over the
    norm, for one unit alone). The values of w_inh, h* and the integration are ours. The paper
    follows single samples; we take the mean of a batch.
    """

    inhibition: float = setting(
        default=0.8, low=0, doc="w_inh, strength of the inhibition", because="it inhibits"
    )
    level: float = setting(
        default=0.5,
        above=0,
        doc="h*, from which on a unit learns with the sign of Hebb",
        because="at 0 no unit would learn with the opposite sign",
    )
    anti_hebbian: float = setting(
        default=0.4,
        low=0,
        doc="strength delta of the opposite sign; 0 turns it off",
        because="below 0 the units under h* would learn like those above",
    )
    radius: float = setting(
        default=1.0, above=0, doc="R, the p-norm of a unit that learns", because="0 leaves none"
    )
    duration: float = setting(
        default=10.0, above=0, unit="tau", doc="time for which h is integrated"
    )
    time_step: float | None = setting(
        default=None,
        above=0,
        unit="tau",
        doc="step of the integration; half of the longest that is stable if not set",
    )

    learning = kernel("modulate", add_settled, "_numbers")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        longest = 2 / self._fastest(len(weights))
        if self.time_step is not None and self.time_step >= longest:
            raise SettingError(
                f"krotov_hopfield_dynamic: time_step must lie in (0, {longest:.3g}) for a layer of "
                f"{len(weights)} neurons with inhibition {self.inhibition:g}, got "
                f"{self.time_step:g}: the integration would swing to infinity"
            )

    @property
    def _numbers(self) -> tuple[float, ...]:
        gain = self.radius**self.power
        return self.inhibition, self.level, self.anti_hebbian, gain, *self._steps()

    def _steps(self) -> tuple[float, int]:
        step = self.time_step or 1 / self._fastest(len(self.powered))
        return step, math.ceil(self.duration / step)

    def _fastest(self, n_neuron: int) -> float:
        """Return the rate at which h settles where all units are active and alike, per tau."""
        return 1 + self.inhibition * (n_neuron - 1)
