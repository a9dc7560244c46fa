"""Fixed lateral connections that do not depend on the distance."""

from pathlib import Path
from typing import Any

import numpy as np

from plasticity import Stream, component, setting
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins.lateral.connected import Fixed


@component(source="castellani1999solutions")
class Populations(Fixed):
    """Neurons in populations, with one strength within each and between each two.

        L_ij = strength strengths_ab    for i in population a, j in population b, i != j
        L_ii = 0

    The neurons of a population follow each other. As it stands, four of five neurons excite those
    of the other population, and the fifth inhibits.

    Raises `SettingError` where `strengths` is no square of the number of populations, and where a
    population gets no neuron.

    >>> halves = Populations(parts=(1, 1), strengths=((0.0, 1.0), (2.0, 3.0)))
    >>> halves.pattern(4)[[0, 2], :].tolist()
    [[0.0, 0.0, 1.0, 1.0], [2.0, 2.0, 0.0, 3.0]]
    """

    strength: float = setting(default=1.0, doc="factor on all connections")
    parts: tuple[float, ...] = setting(
        default=(4.0, 1.0), doc="sizes of the populations, of which only the ratio matters"
    )
    strengths: tuple[tuple[float, ...], ...] = setting(
        default=((0.0, -0.1), (0.1, 0.0)),
        doc="for each population a row: strength of connections to it from each population",
    )

    def __attrs_post_init__(self) -> None:
        count = len(self.parts)
        if not count or not all(part > 0 for part in self.parts):
            raise SettingError(
                f"{self.label}: parts must be numbers above 0, one for each population, got "
                f"{self.parts}"
            )
        if [len(row) for row in self.strengths] != [count] * count:
            raise SettingError(
                f"{self.label}: strengths must have {count} rows of {count} numbers, one for each "
                f"population, got {self.strengths}"
            )

    def pattern(self, n_neuron: int) -> Array:
        ends = np.rint(n_neuron * np.cumsum(self.parts) / np.sum(self.parts)).astype(int)
        sizes = np.diff(ends, prepend=0)
        if np.any(sizes == 0):
            raise SettingError(
                f"{self.label}: a layer of {n_neuron} neurons in parts {self.parts} leaves none to "
                f"population {np.argmin(sizes)}"
            )
        population = np.repeat(np.arange(len(sizes)), sizes)
        pattern: Array = np.array(self.strengths)[population[:, np.newaxis], population]
        np.fill_diagonal(pattern, 0)
        return pattern


@component(source="castellani1999solutions")
class RandomSparse(Fixed):
    """Each connection is there with one probability, and independent of all others.

        L_ij = strength (1 + spread z_ij) with probability density, else 0;   L_ii = 0

    z is normal with mean 0 and standard deviation 1. Drawn once, before the first step. Neither
    direction of a pair follows from the other, so the eigenvalues of L may be complex. The matrix
    is kept in full, and a step costs the same at any density.
    """

    density: float = setting(
        default=0.2, low=0, high=1, doc="probability of a connection", because="it is a probability"
    )
    spread: float = setting(
        default=0.0,
        low=0,
        doc="standard deviation of the connections, over the strength",
        because="a standard deviation has no sign",
    )

    rng = Stream()

    def pattern(self, n_neuron: int) -> Array:
        pattern = (self.rng.random((n_neuron, n_neuron)) < self.density).astype(np.float64)
        if self.spread:
            pattern *= 1 + self.spread * self.rng.standard_normal(pattern.shape)
        np.fill_diagonal(pattern, 0)
        return pattern


@component(source="castellani1999solutions", label="matrix_lateral")
class MatrixLateral(Fixed):
    """Connections of a given matrix.

        L_ij = strength values_ij

    to neuron i from neuron j, also from a neuron to itself where the diagonal is not 0. The matrix
    is a list of rows, an array, which becomes such a list, or the path of a .npy file, which is
    read before the first step; a large matrix is best in a file.

    Raises `SettingError` where the matrix cannot be read or is no square of finite numbers of the
    size of the layer.

    >>> MatrixLateral(values=[[0, 0.5], [-0.5, 0]]).pattern(2).tolist()
    [[0.0, 0.5], [-0.5, 0.0]]
    """

    strength: float = setting(default=1.0, doc="factor on all connections")
    values: Any = setting(doc="matrix as a list of rows, or the path of a .npy file")

    def __attrs_post_init__(self) -> None:
        if isinstance(self.values, np.ndarray):
            self.values = self.values.tolist()

    def pattern(self, n_neuron: int) -> Array:
        if isinstance(self.values, str | Path):
            matrix, where = self._read(Path(self.values)), f"{self.values} holds"
        else:
            matrix, where = self._listed(self.values), "got"
        if matrix.shape != (n_neuron, n_neuron):
            raise SettingError(
                f"{self.label}: values must have {n_neuron} rows of {n_neuron} numbers, one for "
                f"each neuron of the layer; {where} an array of shape {matrix.shape}"
            )
        if not np.all(np.isfinite(matrix)):
            row, column = np.argwhere(~np.isfinite(matrix))[0]
            raise SettingError(
                f"{self.label}: values must be finite, got {matrix[row, column]} in row {row}, "
                f"column {column}"
            )
        return matrix

    def _listed(self, values: Any) -> Array:
        try:
            return np.array(values, np.float64)
        except (TypeError, ValueError):
            raise SettingError(
                f"{self.label}: values must be a list of rows of numbers, all of one length, or "
                f"the path of a .npy file, got {values!r}"
            ) from None

    def _read(self, path: Path) -> Array:
        try:
            found = np.load(path, allow_pickle=False)
            if not isinstance(found, np.ndarray):
                found.close()
                raise TypeError("it is an archive of several; save one by np.save")
            return np.array(found, np.float64)
        except (OSError, TypeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingError(
                f"{self.label}: values: {path} cannot be read as a .npy file of numbers: {reason}"
            ) from None
