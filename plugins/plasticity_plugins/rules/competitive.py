"""Competitive learning: the winners of a sample move towards it."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Rule, component, hookimpl, njit, setting
from plasticity.errors import SettingError
from plasticity.typing import Array


@njit(error_model="numpy")
def add_winners(current, n_winner, leak, modulation, decay):  # type: ignore[no-untyped-def]  # compiled
    """Add c to the modulation and its sample mean to the decay.

    current     (neuron, sample)  u
    n_winner    k, from 1 to the number of neurons
    leak        c of those who do not win
    modulation  (neuron, sample)  added to
    decay       (neuron,)         added to

    The first k neurons of each sample are kept in order while the neurons are passed once; one
    moves ahead of another only if its current is larger, so equal currents rank by index.
    """
    n_neuron, n_sample = current.shape
    units = np.zeros((n_winner, n_sample), np.int64)
    currents = np.zeros((n_winner, n_sample), current.dtype)
    for i in range(n_neuron):
        for b in range(n_sample):
            u = current[i, b]
            if i >= n_winner and not u > currents[n_winner - 1, b]:
                continue
            place = min(i, n_winner - 1)
            while place > 0 and u > currents[place - 1, b]:
                currents[place, b] = currents[place - 1, b]
                units[place, b] = units[place - 1, b]
                place -= 1
            currents[place, b] = u
            units[place, b] = i
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

    kernels = (
        Kernel("modulate", add_winners, parameters=lambda self, batch: (self.winners, self.leak)),
    )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron = len(weights)
        if self.winners > n_neuron:
            raise SettingError(
                f"competitive: winners must lie in [1, {n_neuron}] for a layer of that many "
                f"neurons, got {self.winners}"
            )
