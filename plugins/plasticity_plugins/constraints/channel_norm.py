"""Channels of equal norm."""

from __future__ import annotations

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array


@component(source="cooper2004theory")
class ChannelNorm:
    """Gives the weights from each channel, such as an eye, an equal share of a neuron's norm.

        w_ic <- w_ic |w_i| / (|w_ic| sqrt(C))        for each channel c of C

    The inputs are C channels of equal size, one after another. |w_i| is as it was, so `row_norm`
    or another constraint must bound it. A channel whose weights are all 0 keeps them.

    Raises `SettingError` where the inputs cannot be parted.

    Source: stabilizer 8 of the simulator of Blais, which bounds the weights first (`bounds`), lets
    channels differ in size, and divides by 0 where a channel has no weights.
    """

    channels: int = setting(default=2, low=1, doc="C, how many channels the inputs are")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_input = weights.shape[1]
        if n_input % self.channels:
            raise SettingError(
                f"channel_norm: channels must divide the number of inputs, got {self.channels} "
                f"channels for {n_input} inputs"
            )

    @hookimpl
    def constrain_weights(self, weights: Array) -> None:
        parted = weights.reshape(len(weights), self.channels, -1)
        norms = np.sqrt(np.einsum("icj,icj->ic", parted, parted))
        whole = np.sqrt(np.einsum("ic,ic->i", norms, norms))
        shares = whole[:, np.newaxis] / np.where(norms > 0, norms, 1)
        shares /= weights.dtype.type(self.channels) ** 0.5
        parted *= shares[:, :, np.newaxis]
