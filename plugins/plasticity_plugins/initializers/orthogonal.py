"""Weights that are a random rotation, or a part of one."""

from __future__ import annotations

import numpy as np

from plasticity import Stream, component, hookimpl, one_thread, setting
from plasticity.typing import Array


@component(source="saxe2014exact")
class Orthogonal:
    """Weights of the neurons at right angles to each other, or those of the inputs.

        W W^T = gain^2 1    if there are at most as many neurons as inputs
        W^T W = gain^2 1    else

    The matrix is uniformly distributed among all of this kind: it is the Q of a QR decomposition of
    normal numbers, its columns signed so that the diagonal of R is positive.

    Source: Saxe, McClelland & Ganguli, ICLR 2014; the signs are of Mezzadri, Notices of the AMS 54
    (2007) 592. The code of Squadrani et al. takes the singular vectors, of the same kind.
    """

    gain: float = setting(default=1.0, above=0, doc="length of the weights of a neuron")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        short, long = sorted(weights.shape)
        # Several threads round in another way than one.
        with one_thread():
            rotation, triangle = np.linalg.qr(self.rng.standard_normal((long, short)))
        rotation *= self.gain * np.where(np.diagonal(triangle) < 0, -1, 1)
        weights[...] = rotation if weights.shape == (long, short) else rotation.T
