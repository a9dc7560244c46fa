"""Kohonen's self-organizing map."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Clock, Rule, Variable, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array


@component(source="kohonen1982self")
class Kohonen(Rule):
    """Self-organizing map: the neuron nearest to a sample moves towards it with its neighbours.

        c_b   = argmin_i |x_b - w_i|
        h_ib  = exp(-r^2 / (2 s^2)),   r the distance of i from c_b on the grid
        dw_ij = < h_ib (x_bj - w_ij) >
        s     = radius (final_radius / radius)^progress,   progress from 0 to 1 over the run

    Neuron i stands in row i // columns and column i % columns of the grid; `torus` joins its edges.
    Of neurons equally near the one of the lowest index wins. The current and the activation have no
    part in the contest: weights and inputs are compared.

    Raises `SettingError` where the neurons do not fill the grid.

    Source: Kohonen, Biological Cybernetics 43 (1982) 59, which has a neighbourhood with an edge;
    the Gaussian one that shrinks exponentially is that of his later work and of common use. The
    paper follows single samples; we take the mean of a batch.
    """

    columns: int | None = setting(
        default=None,
        low=1,
        unit="neurons",
        doc="neurons in a row of the grid; as many as make it nearest to a square if not set",
        because="neurons stand in rows",
    )
    radius: float | None = setting(
        default=None,
        above=0,
        unit="neurons",
        doc="standard deviation s at first; half the longer side of the grid if not set",
        because="it divides",
    )
    final_radius: float = setting(
        default=0.5,
        above=0,
        unit="neurons",
        doc="standard deviation s at the end of the run",
        because="it divides",
    )
    torus: bool = setting(default=False, doc="join opposite edges of the grid")

    score = Variable(
        ("neuron", "sample"), intent="scratch", description="the larger, the nearer the sample"
    )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron, columns = len(weights), self._columns(len(weights))
        if n_neuron % columns:
            raise SettingError(
                f"kohonen: columns must divide the number of neurons, got {columns} columns for "
                f"{n_neuron} neurons, which leaves a row that is not full"
            )

    @hookimpl
    def modulate(
        self, x: Array, weights: Array, modulation: Array, decay: Array, clock: Clock
    ) -> None:
        # |x - w|^2 = |x|^2 - 2 (w x - |w|^2 / 2), and |x| is the same for all neurons.
        np.dot(weights, x.T, out=self.score)
        self.score -= (np.einsum("ij,ij->i", weights, weights) / 2)[:, np.newaxis]
        near = self._neighbourhood(self.score.argmax(axis=0), clock, modulation.dtype)
        modulation += near
        decay += near.mean(axis=1)

    def _neighbourhood(self, winners: Array, clock: Clock, dtype: np.dtype[np.generic]) -> Array:
        """h (neuron, sample), looked up in a table of what it is so many rows and columns away."""
        n_neuron = len(self.score)
        n_column = self._columns(n_neuron)
        n_row = n_neuron // n_column
        radius = max(n_row, n_column) / 2 if self.radius is None else self.radius
        radius *= (self.final_radius / radius) ** clock.progress
        down, across = (self._distances(count) for count in (n_row, n_column))
        square = down[:, np.newaxis] ** 2 + across**2
        table = np.exp(-square / (2 * radius**2)).astype(dtype)
        row, column = np.divmod(np.arange(n_neuron), n_column)
        near: Array = table[
            np.abs(row[:, np.newaxis] - row[winners]),
            np.abs(column[:, np.newaxis] - column[winners]),
        ]
        return near

    def _distances(self, count: int) -> Array:
        steps = np.arange(count)
        return np.minimum(steps, count - steps) if self.torus else steps

    def _columns(self, n_neuron: int) -> int:
        if self.columns is not None:
            return self.columns
        longest = math.isqrt(n_neuron)
        return n_neuron // next(rows for rows in range(longest, 0, -1) if n_neuron % rows == 0)
