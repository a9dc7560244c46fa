"""Neurons of a layer that act on each other by a matrix of connections."""

from __future__ import annotations

import logging
import warnings
from typing import Any, ClassVar

import attrs
import numpy as np
from numba import njit

from plasticity import Variable, component, hookimpl, one_thread, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel
from plasticity_plugins.metrics.labels import labelled

logger = logging.getLogger("plasticity")

# What a neuron passes on of its current while the network settles.
TRANSFERS = ("linear", "relu", "logistic", "tanh")


@attrs.frozen
class Spectrum:
    """What the eigenvalues of L tell.

    radius    spectral radius, the largest |eigenvalue|
    growth    largest real part; above 1 the network does not settle
    singular  whether 1 - L cannot be inverted in the precision at hand
    """

    radius: float
    growth: float
    singular: bool

    @staticmethod
    def of(coupling: Array, precision: Any) -> Spectrum:
        """Return the spectrum of L (neuron, neuron), for arithmetic of this floating point type."""
        coupling = np.asarray(coupling, np.float64)
        opposite = np.eye(len(coupling)) - coupling
        if np.array_equal(coupling, coupling.T):
            values = np.linalg.eigvalsh(coupling)
            stretches = np.abs(1 - values)
        else:
            values = np.linalg.eigvals(coupling)
            stretches = np.linalg.svd(opposite, compute_uv=False)
        return Spectrum(
            float(np.max(np.abs(values))),
            float(np.max(values.real)),
            bool(np.min(stretches) <= np.finfo(precision).eps * np.max(stretches)),
        )

    def check(
        self, label: str, strength: float, n_neuron: int, solved: bool, may_grow: bool
    ) -> None:
        """Tell the radius and the critical strength, and warn of one beyond it.

        Raises `SettingError` where 1 - L is to be solved and is singular.
        """
        told = f"the spectral radius of L is {self.radius:.6g}"
        critical = f"{strength / self.growth:.6g}" if self.growth > 0 else "none"
        layer = f"for a layer of {n_neuron} neurons"
        if solved and self.singular:
            raise SettingError(
                f"{label}: 1 - L is singular at strength = {strength:g} {layer}, and {told}: take "
                f"a strength nearer to 0 than the critical {critical}"
            )
        logger.info("%s: %s; critical strength: %s", label, told, critical)
        if self.growth > 1 and not may_grow:
            warnings.warn(
                f"{label}: strength = {strength:g} is beyond the critical {critical} {layer}, and "
                f"{told}: a network of these connections does not settle, so the currents are "
                "those of none",
                stacklevel=3,
            )


def passed_on(current: Array, transfer: str) -> Array:
    """Return r(u) of the currents; the currents themselves if it is linear.

    >>> passed_on(np.array([-1.0, 2.0]), "relu").tolist()
    [0.0, 2.0]
    """
    if transfer == "linear":
        return current
    if transfer == "relu":
        return np.asarray(np.maximum(current, 0))
    # The logistic function by tanh, which overflows nowhere.
    squashed: Array = np.tanh(current if transfer == "tanh" else current / 2)
    return squashed if transfer == "tanh" else (squashed + 1) / 2


def relax(
    current: Array, coupling: Array, iterations: int, time_constant: float, transfer: str
) -> float:
    """Let currents settle in place; return the largest last change over the largest |u|."""
    drive = current.copy()
    step = drive
    for _ in range(iterations):
        step = coupling @ passed_on(current, transfer)
        step += drive
        step -= current
        step /= time_constant
        current += step
    largest = float(np.max(np.abs(current), initial=0))
    return float(np.max(np.abs(step), initial=0)) / largest if largest > 0 else 0.0


@njit(error_model="numpy")
def _rate(u: Scalar, transfer: Scalar) -> Scalar:
    if transfer == 0:
        return u
    if transfer == 1:
        return max(u, u * 0)
    if transfer == 2:
        return (np.tanh(u / 2) + 1) / 2
    return np.tanh(u)


def shape(current, coupling, inverse, iterations, share, transfer):  # type: ignore[no-untyped-def]  # compiled
    """Solve with `inverse` where there are no iterations, else relax.

    Copied by loops: Numba takes seconds to compile an assignment to a slice.
    """
    n_neuron, n_sample = current.shape
    drive = np.empty((n_neuron, n_sample), current.dtype)
    for i in range(n_neuron):
        for b in range(n_sample):
            drive[i, b] = current[i, b]
    if iterations == 0:
        solved = np.dot(inverse, drive)
        for i in range(n_neuron):
            for b in range(n_sample):
                current[i, b] = solved[i, b]
        return
    rates = np.empty((n_neuron, n_sample), current.dtype)
    for _ in range(iterations):
        for i in range(n_neuron):
            for b in range(n_sample):
                rates[i, b] = _rate(current[i, b], transfer)
        pulled = np.dot(coupling, rates)
        for i in range(n_neuron):
            for b in range(n_sample):
                current[i, b] += share * (drive[i, b] + pulled[i, b] - current[i, b])


@component
class Connected:
    """What all lateral connections by a matrix L share: how the currents follow from it.

    L_ij is the connection to neuron i from neuron j. The stationary solution is that of Castellani
    et al. 1999, factored once and solved on the currents:

        u <- (1 - L)^-1 u

    The relaxed one takes so many steps of the rate equation, from u = W x, without noting where
    other samples ended:

        time_constant du/dt = W x + L r(u) - u,   dt = 1 iteration

    With r linear it tends to the stationary one. With r = "relu", "logistic" or "tanh", which is
    best that of the layer's activation, neurons act on each other by their activity. The metric
    `lateral_change` tells how far it came: the largest change of the last iteration over the
    largest |u|, on the evaluation samples.
    """

    label: ClassVar[str]  # how messages call it; `component` fills it in
    describes = labelled(
        "lateral_change",
        "change of the lateral currents in the last iteration",
        "largest change over the largest current; 0 where they have settled",
    ) | labelled(
        "lateral_radius",
        "spectral radius of the lateral connections",
        "largest size of an eigenvalue of L; below 1 a network of them settles",
    )

    solution: str = setting(
        default="stationary",
        choices=("stationary", "relaxed"),
        doc="whether currents are solved or settle in steps",
    )
    iterations: int = setting(
        default=20, low=1, doc="steps of the relaxed solution", because="0 is no lateral connection"
    )
    time_constant: float = setting(
        default=2.0,
        low=1,
        unit="iterations",
        doc="time constant of the relaxed solution",
        because="a step would lead beyond where it points",
    )
    transfer: str = setting(
        default="linear",
        choices=TRANSFERS,
        doc="r, what neurons pass on to each other in the relaxed solution",
    )

    coupling = Variable(("neuron", "from_neuron"), description="lateral connections L")
    inverse = Variable(
        ("neuron", "from_neuron"), description="(1 - L)^-1, filled for the stationary solution"
    )
    change = Variable((), intent="scratch", description="change in the last iteration")

    kernels = kernel(
        "shape_current",
        shape,
        "coupling",
        "inverse",
        lambda self, batch: 0 if self.solution == "stationary" else self.iterations,
        lambda self, batch: 1 / self.time_constant,
        lambda self, batch: TRANSFERS.index(self.transfer),
    )

    @hookimpl
    def shape_current(self, current: Array) -> None:
        if self.solution == "stationary":
            current[...] = self.inverse @ current
        else:
            self.change[...] = relax(
                current, self.coupling, self.iterations, self.time_constant, self.transfer
            )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        # The responses are asked for so that the change is that on the evaluation samples.
        return {} if self.solution == "stationary" else {"lateral_change": float(self.change)}


@component
class Fixed(Connected):
    """What lateral connections that stay share: their strength, and the check that they settle.

        L_ij = strength k_ij

    where k is the pattern of a component. 1 - L is singular where L has the eigenvalue 1; beyond,
    where an eigenvalue has a real part above 1, a network of these connections does not settle.
    Before the run, the spectral radius of L and the critical strength are told; a singular 1 - L is
    refused, and a strength beyond the critical one gets a warning. The radius is also the metric
    `lateral_radius`.

    Raises `SettingError` where 1 - L is singular.

    Source: Castellani et al., Network 10 (1999) 111, y = sigma((1 - L)^-1 W x). We solve on the
    currents, the same result as on the weights.
    """

    strength: float = setting(
        default=-0.1, doc="factor on all connections; where the pattern is positive, < 0 inhibits"
    )

    radius = Variable((), description="spectral radius of L")

    def pattern(self, n_neuron: int) -> Array:
        """Return the pattern k (neuron, neuron), float64."""
        raise NotImplementedError

    @hookimpl
    def init_state(self, weights: Array) -> None:
        coupling = self.strength * self.pattern(len(weights))
        spectrum = Spectrum.of(coupling, weights.dtype)
        solved = self.solution == "stationary"
        spectrum.check(self.label, self.strength, len(weights), solved, self._may_grow)
        self.radius[...] = spectrum.radius
        self.coupling[...] = coupling
        if self.solution == "stationary":
            with one_thread():
                self.inverse[...] = np.linalg.inv(np.eye(len(coupling)) - coupling)

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return super().measure(responses) | {"lateral_radius": float(self.radius)}

    @property
    def _may_grow(self) -> bool:
        """Return whether the transfer bounds the activity, however strong the connections are."""
        return self.solution == "relaxed" and self.transfer != "linear"
