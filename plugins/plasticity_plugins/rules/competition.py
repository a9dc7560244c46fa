"""Competition of the neurons of a layer for a sample."""

import math

import numpy as np

from plasticity import Clock, Rule, Variable, component, hookimpl, njit, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel
from plasticity_plugins.rules.krotov_hopfield import insert


@njit(error_model="numpy")
def add_winners(current, n_winner, leak, modulation, decay):  # type: ignore[no-untyped-def]  # compiled
    """Add c to the modulation (neuron, sample) and its sample mean to the decay (neuron,).

    The first k neurons of each sample are kept in order while the neurons are passed once; one
    moves ahead of another only if its current is larger, so equal currents rank by index.
    """
    n_neuron, n_sample = current.shape
    units = np.zeros((n_winner, n_sample), np.int64)
    currents = np.zeros((n_winner, n_sample), current.dtype)
    for i in range(n_neuron):
        place = min(i, n_winner - 1)
        for b in range(n_sample):
            if i < n_winner or current[i, b] > currents[place, b]:
                insert(current[i, b], i, b, place, units, currents)
    if leak > 0:
        for i in range(n_neuron):
            decay[i] += leak
            for b in range(n_sample):
                modulation[i, b] += leak
    gain = 1 - leak
    for b in range(n_sample):
        for place in range(n_winner):
            winner = units[place, b]
            modulation[winner, b] += gain
            decay[winner] += gain / n_sample


@component(source="rumelhart1985feature")
class Competitive(Rule):
    """Competitive learning: the k neurons with the largest currents move towards the sample.

        dw_ij = < c_ib (x_bj - w_ij) >
        c_ib  = 1 for the k neurons with the largest u_ib, else `leak`

    Neurons with equal currents rank by their index, the lowest first. Currents compare neurons
    fairly where their weights are of like size: scale the inputs to a common sum or length. A leak
    lets neurons that never win come near the data.

    Raises `SettingError` where there are more winners than neurons.

    Source: Rumelhart & Zipser, Cognitive Science 9 (1985) 75, with leaky learning. There an input
    is 0 or 1 and is divided by the number of active ones, and k is 1; we take the inputs as they
    are, and the mean of a batch.
    """

    winners: int = setting(
        default=1, low=1, doc="k, how many neurons win", because="without winners nobody learns"
    )
    leak: float = setting(
        default=0.0,
        low=0,
        high=1,
        doc="rate of the neurons that do not win, as a share of the winners'",
        because="losers do not learn faster than winners, nor away from the data",
    )

    kernels = kernel("modulate", add_winners, "winners", "leak")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron = len(weights)
        if self.winners > n_neuron:
            raise SettingError(
                f"competitive: winners must lie in [1, {n_neuron}] for a layer of that many "
                f"neurons, got {self.winners}"
            )


def _add_shares(current: Array, temperature: Scalar, modulation: Array, decay: Array) -> None:
    n_neuron, n_sample = current.shape
    for b in range(n_sample):
        largest = current[0, b]
        for i in range(1, n_neuron):
            largest = max(largest, current[i, b])
        total = largest * 0
        for i in range(n_neuron):
            total += np.exp((current[i, b] - largest) / temperature)
        for i in range(n_neuron):
            share = np.exp((current[i, b] - largest) / temperature) / total
            modulation[i, b] += share
            decay[i] += share * current[i, b] / n_sample


@component(source="moraitis2022softhebb", label="softhebb")
class SoftHebb(Rule):
    """Hebbian learning in proportion to the share of a neuron in a sample.

        p_ib  = exp(u_ib / T) / sum_k exp(u_kb / T)
        dw_ij = < p_ib (x_bj - u_ib w_ij) >

    p is a pure number, of sum 1 over the neurons; it is computed here from the current, whatever
    the activation of the layer. The weights of a neuron that learns converge to unit length.

    Source: Moraitis et al., Neuromorphic Computing and Engineering 2 (2022) 044017. Their biases
    (log-priors) are left out, which makes all neurons equally likely beforehand. The paper follows
    single samples; we take the mean of a batch.
    """

    temperature: float = setting(
        default=1.0,
        above=0,
        doc="T, how soft the competition is; 1 / T is the logarithm of the paper's base",
        because="at 0 a single neuron would win, as with `competitive`",
    )

    share = Variable(("neuron", "sample"), intent="scratch", description="share p of a neuron")

    kernels = kernel("modulate", _add_shares, "temperature")

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        # The largest is taken off first, so that no power overflows.
        np.subtract(current, current.max(axis=0), out=self.share)
        self.share /= self.temperature
        np.exp(self.share, out=self.share)
        self.share /= self.share.sum(axis=0)
        modulation += self.share
        self.share *= current
        decay += self.share.mean(axis=1)


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
