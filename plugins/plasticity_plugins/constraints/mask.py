"""Connections that are not there."""

from pathlib import Path
from typing import Any

import numpy as np

from plasticity import Stream, Variable, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel


def _connected(w: Scalar, mask: Scalar) -> Scalar:
    return (w if mask != 0 else mask), mask


@component
class Mask:
    """Weights that stay 0 where there is no connection.

        w_ij <- w_ij M_ij,   M_ij = 1 where input j reaches neuron i, else 0

    M is given by `values`, a list of rows (neuron, input), an array, or the path of a .npy file, in
    which all but 0 is a connection; or by `density`, with which round(density D) of the D inputs,
    chosen at random, reach each neuron; or, unless one of these is set, by the first weights: what
    is 0 stays 0. The first weights are masked as well, so that no neuron ever responds through a
    connection that is not there. Write it last among the constraints.

    Raises `SettingError`, before the first step, where both are given, or where `values` cannot be
    read or has not the shape of the weights.
    """

    values: Any = setting(default=None, doc="M as a list of rows, or the path of a .npy file")
    density: float | None = setting(
        default=None, low=0, high=1, doc="share of the inputs that reach each neuron"
    )

    mask = Variable(("neuron", "input"), description="1 where there is a connection, else 0")
    rng = Stream()

    kernels = kernel("constrain_weights", _connected, state=("mask",))

    def __attrs_post_init__(self) -> None:
        if isinstance(self.values, np.ndarray):
            self.values = self.values.tolist()
        if self.values is not None and self.density is not None:
            raise SettingError("mask: connections come from values or from density, not from both")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        if self.density is not None:
            self.mask[...] = 0
            n_reaching = round(self.density * weights.shape[1])
            self.mask[:, :n_reaching] = 1
            self.rng.permuted(self.mask, axis=1, out=self.mask)
        else:
            self.mask[...] = (weights if self.values is None else self._given(weights.shape)) != 0
        weights[self.mask == 0] = 0

    def _given(self, shape: tuple[int, ...]) -> Array:
        where, given = "values", self.values
        try:
            if isinstance(given, str | Path):
                where = str(given)
                given = np.load(Path(given).expanduser(), allow_pickle=False)
                if not isinstance(given, np.ndarray):
                    given.close()
                    raise TypeError("it is an archive of several; save one by np.save")
            given = np.array(given, np.float64)
        except (OSError, ValueError, TypeError) as error:
            moved = ""
            if isinstance(error, FileNotFoundError):
                moved = (
                    "; a run that goes on needs it there, `plasticity branch` takes another by "
                    "--set layers.0.constraints.mask.values=FILE"
                )
            raise SettingError(
                f"mask: {where}: no array can be read of it: {error}{moved}"
            ) from error
        if given.shape != shape:
            raise SettingError(
                f"mask: {where}: must have the shape of the weights (neuron, input), {shape}, got "
                f"{given.shape}"
            )
        if np.isnan(given).any():
            raise SettingError(f"mask: {where}: is NaN somewhere, neither a connection nor none")
        return given
