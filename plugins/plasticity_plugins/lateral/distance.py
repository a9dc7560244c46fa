"""Lateral connections that depend on how far two neurons are apart."""

from typing import Any

import numpy as np

from plasticity import component, setting
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins.lateral.connected import Fixed

_PLANES = ("grid", "torus")
_CLOSED = ("ring", "torus")


@component
class ByDistance(Fixed):
    """What connections by distance share: where neurons stand.

        L_ij = strength k(d_ij) for i != j, L_ii = 0

    d is the distance in units of that of neighbours: along a line, along a ring (the shorter way
    round), on a grid (straight), or on a torus, a grid whose opposite edges meet. On a plane,
    neurons fill row after row.

    Raises `SettingError` where `rows` does not divide the neurons, and where the only grid of so
    many neurons is a line.
    """

    layout: str = setting(
        default="ring", choices=("line", "ring", *_PLANES), doc="where the neurons stand"
    )
    rows: int | None = setting(
        default=None,
        low=1,
        unit="neurons",
        doc="rows of a grid or torus; as near to a square as can be unless given",
        because="a grid has rows",
    )

    def __attrs_post_init__(self) -> None:
        if self.rows is not None and self.layout not in _PLANES:
            raise SettingError(
                f"{self.label}: rows is for a grid or torus, got rows = {self.rows} for a "
                f"{self.layout}"
            )

    def profile(self, distance: Array) -> Any:
        """Return k of the distances (neuron, neuron)."""
        raise NotImplementedError

    def pattern(self, n_neuron: int) -> Array:
        pattern: Array = self.profile(self.distances(n_neuron))
        np.fill_diagonal(pattern, 0)
        return pattern

    def distances(self, n_neuron: int) -> Array:
        """Return the distance of each neuron from each other (neuron, neuron).

        >>> NearestNeighbours(layout="line").distances(3).tolist()
        [[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]
        """
        n_row = self._n_row(n_neuron) if self.layout in _PLANES else 1
        n_column = n_neuron // n_row
        squared = np.zeros((n_neuron, n_neuron))
        for place, size in zip(
            np.divmod(np.arange(n_neuron), n_column), (n_row, n_column), strict=True
        ):
            apart = np.abs(place[:, np.newaxis] - place)
            if self.layout in _CLOSED:
                apart = np.minimum(apart, size - apart)
            squared += apart**2
        return np.asarray(np.sqrt(squared))

    def _n_row(self, n_neuron: int) -> int:
        if self.rows is None:
            fitting = [n for n in range(1, int(n_neuron**0.5) + 1) if n_neuron % n == 0]
            if fitting[-1] == 1 and n_neuron > 3:
                raise SettingError(
                    f"{self.label}: a {self.layout} of {n_neuron} neurons has one row only; take "
                    "another number of neurons, or a line or ring"
                )
            return fitting[-1]
        if n_neuron % self.rows:
            raise SettingError(
                f"{self.label}: rows must divide the {n_neuron} neurons of the layer, got "
                f"{self.rows}"
            )
        return self.rows


@component(source="castellani1999solutions")
class GaussianLateral(ByDistance):
    """Connections that fall with the distance as a Gaussian.

    k(d) = exp(-d^2 / (2 width^2))
    """

    width: float = setting(
        default=1.0, above=0, unit="neurons", doc="width", because="0 reaches no neighbour"
    )

    def profile(self, distance: Array) -> Any:
        return np.exp(-(distance**2) / (2 * self.width**2))


@component(source="castellani1999solutions")
class ExponentialLateral(ByDistance):
    """Connections that fall with the distance exponentially.

    k(d) = exp(-d / width)
    """

    width: float = setting(
        default=1.0,
        above=0,
        unit="neurons",
        doc="distance over which a connection falls to 1/e",
        because="0 reaches no neighbour",
    )

    def profile(self, distance: Array) -> Any:
        return np.exp(-distance / self.width)


@component(source="castellani1999solutions")
class MexicanHat(ByDistance):
    """Near neighbours excite and far ones inhibit, or the reverse: a difference of Gaussians.

        k(d) = exp(-d^2 / (2 width^2)) - surround exp(-d^2 / (2 surround_width^2))

    Centre and surround balance over all distances where surround is width / surround_width on a
    line or ring, and its square on a plane.

    Raises `SettingError` where the surround is not wider than the centre.
    """

    strength: float = setting(
        default=0.1, doc="factor on all connections; below 0 near neighbours inhibit"
    )
    width: float = setting(
        default=1.0, above=0, unit="neurons", doc="width of the centre", because="it has none"
    )
    surround_width: float = setting(
        default=3.0, above=0, unit="neurons", doc="width of the surround", because="it has none"
    )
    surround: float = setting(
        default=0.5, low=0, doc="height of the surround over that of the centre", because="no hat"
    )

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.surround_width <= self.width:
            raise SettingError(
                f"{self.label}: surround_width must exceed width, got surround_width = "
                f"{self.surround_width:g} and width = {self.width:g}"
            )

    def profile(self, distance: Array) -> Any:
        squared = distance**2 / 2
        centre = np.exp(-squared / self.width**2)
        return centre - self.surround * np.exp(-squared / self.surround_width**2)


@component(source="castellani1999solutions")
class NearestNeighbours(ByDistance):
    """Connections of one strength between neurons that are near, and none between others.

        k(d) = 1 for d <= reach, else 0

    On a plane a reach of 1 is to 4 neighbours, and one of 1.5 to 8.
    """

    reach: float = setting(
        default=1.0,
        low=1,
        unit="neurons",
        doc="largest distance of connected neurons",
        because="below 1 it reaches no neighbour",
    )

    def profile(self, distance: Array) -> Array:
        return (distance <= self.reach).astype(np.float64)
