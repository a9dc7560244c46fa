"""Lateral connections within and between populations of neurons."""

from __future__ import annotations

import numpy as np

from plasticity import component, setting
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
        """Return the pattern k (neuron, neuron), 0 on the diagonal."""
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
