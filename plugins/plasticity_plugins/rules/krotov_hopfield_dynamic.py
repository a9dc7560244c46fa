"""The rule of Krotov and Hopfield with their inhibition integrated in time."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, component, hookimpl, njit, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.rules.krotov_hopfield import PoweredWeights


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

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the parts of a compiled step."""
        return (
            self.current_kernel,
            Kernel("modulate", add_settled, parameters=lambda self, batch: self._numbers()),
        )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        longest = 2 / self._fastest(len(weights))
        if self.time_step is not None and self.time_step >= longest:
            raise SettingError(
                f"krotov_hopfield_dynamic: time_step must lie in (0, {longest:.3g}) for a layer of "
                f"{len(weights)} neurons with inhibition {self.inhibition:g}, got "
                f"{self.time_step:g}: the integration would swing to infinity"
            )

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        number = current.dtype.type
        step, n_step = self._steps()
        add_settled(
            current,
            number(self.inhibition),
            number(self.level),
            number(self.anti_hebbian),
            number(self.radius**self.power),
            number(step),
            n_step,
            modulation,
            decay,
        )

    def _numbers(self) -> tuple[float, ...]:
        gain = self.radius**self.power
        return self.inhibition, self.level, self.anti_hebbian, gain, *self._steps()

    def _steps(self) -> tuple[float, int]:
        step = self.time_step or 1 / self._fastest(len(self.powered))
        return step, math.ceil(self.duration / step)

    def _fastest(self, n_neuron: int) -> float:
        """Return the rate at which h settles where all units are active and alike, per tau."""
        return 1 + self.inhibition * (n_neuron - 1)


@njit(error_model="numpy")
def settle(current: Array, inhibition: Scalar, step: Scalar, n_step: Scalar, h: Array) -> None:
    """Integrate the inhibited currents of one sample.

    current     (neuron,)  I
    inhibition  w_inh
    step        time step, in units of tau
    n_step      number of steps
    h           (neuron,)  overwritten
    """
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
    """Add R^p g(h) to the modulation and the sample mean of g(h) I to the decay.

    current     (neuron, sample)  I
    level       h*
    gain        R^p
    modulation  (neuron, sample)  added to
    decay       (neuron,)         added to

    The other arguments are those of `settle`.
    """
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
