"""Lateral connections that are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from plasticity import component, setting
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins.lateral.connected import Fixed


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
        """Return the matrix (neuron, neuron)."""
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
