"""Neurons of a layer that act on each other by a matrix of connections."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import Kernel, Variable, component, hookimpl, one_thread, setting
from plasticity.typing import Array
from plasticity_plugins.lateral.settling import TRANSFERS, Spectrum, relax, shape


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
    describes: ClassVar[dict[str, dict[str, str]]] = {
        "lateral_change": {
            "long_name": "change of the lateral currents in the last iteration",
            "units": "1",
            "comment": "largest change over the largest current; 0 where they have settled",
        },
        "lateral_radius": {
            "long_name": "spectral radius of the lateral connections",
            "units": "1",
            "comment": "largest size of an eigenvalue of L; below 1 a network of them settles",
        },
    }

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

    kernels = (
        Kernel(
            "shape_current",
            shape,
            parameters=lambda self, batch: (
                self.coupling,
                self.inverse,
                0 if self.solution == "stationary" else self.iterations,
                1 / self.time_constant,
                TRANSFERS.index(self.transfer),
            ),
        ),
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

    def spectrum(self, coupling: Array, precision: Any) -> Spectrum:
        """Return the stability of L (neuron, neuron), from its eigenvalues in this type."""
        return Spectrum.of(coupling, precision)
