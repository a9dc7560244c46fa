"""What currents become where neurons act on each other: solved, or settled in small steps."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import attrs
import numpy as np
from numba import njit

from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar

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
        """Tell the radius and the critical strength, and warn of a strength beyond it.

        label     of the component
        strength  the factor on all connections
        solved    whether 1 - L is inverted
        may_grow  whether currents stay bounded where the network does not settle

        Raises `SettingError` where 1 - L is to be inverted and cannot be.
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
        rectified: Array = np.maximum(current, 0)
        return rectified
    # The logistic function by tanh, which overflows nowhere.
    squashed: Array = np.tanh(current if transfer == "tanh" else current / 2)
    return squashed if transfer == "tanh" else (squashed + 1) / 2


def relax(
    current: Array, coupling: Array, iterations: int, time_constant: float, transfer: str
) -> float:
    """Let currents settle in place; the largest change of the last iteration over the largest |u|.

        u <- u + (W x + L r(u) - u) / time_constant,   from u = W x

    current        (neuron, sample)  W x, overwritten
    coupling       (neuron, neuron)  L, to each neuron from each other
    time_constant  in iterations
    """
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
    """Return the kernel: solve with `inverse` where there are no iterations, else relax.

    share     1 / time_constant
    transfer  its place in TRANSFERS

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
