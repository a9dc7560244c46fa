"""Neurons whose weights are scaled: to a norm, or to a mean activity."""

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.fading import follow, remembering
from plasticity_plugins.kernels import kernel


def _scaled(row: Array, norm: Scalar, power: Scalar, at_most: Scalar) -> None:
    largest = np.max(np.abs(row))
    if largest == 0:
        return
    total = row[0] * 0
    for w in row:
        total += (abs(w) / largest) ** power
    size = largest if np.isinf(power) else largest * total ** (1 / power)
    if not size <= norm or not at_most:
        row *= norm / size


@component(source="miller1994role")
class RowNorm:
    """Scales the weights of each neuron to a given p-norm.

        w_i <- norm w_i / |w_i|_p,   |w_i|_p = (sum_j |w_ij|^p)^(1/p)

    With `at_most`, only those of a larger norm. power = inf is the largest absolute weight. A
    neuron whose weights are all 0 keeps them. Acts after each update, so the initial weights may
    have another norm until the first.

    Source: Miller & MacKay, Neural Computation 6 (1994) 100, multiplicative normalization; with
    power = 2 stabilizer 2 ("strict") of the simulator of Blais.
    """

    norm: float = setting(
        default=1.0, above=0, doc="the p-norm of a neuron's weights", because="0 leaves no weights"
    )
    power: float = setting(
        default=2.0, low=1, doc="p of the norm", because="below 1 it is not a norm"
    )
    at_most: bool = setting(default=False, doc="whether smaller norms are left as they are")

    powers = Variable(("neuron", "input"), intent="scratch", description="(|w_ij| / max_j)^p")

    kernels = kernel("constrain_weights", _scaled, "norm", "power", "at_most", row=True)

    @hookimpl
    def constrain_weights(self, weights: Array) -> None:
        norms = self._norms(weights)
        norms[norms == 0] = self.norm
        if self.at_most:
            np.maximum(norms, self.norm, out=norms)
        weights *= (self.norm / norms)[:, np.newaxis]

    def _norms(self, weights: Array) -> Array:
        # Divided by the largest first: |w|^p alone would leave the range of float32.
        np.abs(weights, out=self.powers)
        largest: Array = self.powers.max(axis=1)
        if np.isinf(self.power):
            return largest
        self.powers /= np.where(largest > 0, largest, 1)[:, np.newaxis]
        self.powers **= self.power
        norms: Array = self.powers.sum(axis=1)
        norms **= 1 / self.power
        norms *= largest
        return norms


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


@component(source="turrigiano1998activity, vanrossum2000stable")
class SynapticScaling:
    """Scales all weights of a neuron together until its mean activity is the one aimed at.

        a_i  <- gamma a_i + (1 - gamma) < y_i >
        s_i  <- s_i + goal - a_i
        w_ij <- w_ij (1 + rate (goal - a_i) + integral_rate s_i)

    Before the first step a is the first batch's own < y >, and s is 0. The weights keep their
    ratios, so what a neuron selects stays. A factor below 0 counts as 0.

    Source: Turrigiano et al., Nature 391 (1998) 892, the finding; van Rossum, Bi & Turrigiano,
    Journal of Neuroscience 20 (2000) 8812, the equation, with beta = rate and gamma there =
    integral_rate. There time is continuous and a follows spikes; a step here is one unit of it.
    """

    goal: float = setting(default=0.1, doc="mean activity that is aimed at")
    rate: float = setting(
        default=0.01,
        low=0,
        unit="1 per step",
        doc="share by which the weights grow, per unit of activity that is missing",
        because="below 0 an active neuron would become more so",
    )
    integral_rate: float = setting(
        default=0.0,
        low=0,
        unit="1 per step",
        doc="the same for what has been missing in all steps so far",
        because="below 0 an active neuron would become more so",
    )
    memory: float = remembering("mean activity", "mean", default=0.99)

    mean_activity = Variable(("neuron",), description="mean activity a, with a fading memory")
    missing = Variable(("neuron",), description="sum s of the activity that was missing")
    begun = Variable((), dtype="bool", description="whether the mean is of anything yet")

    @hookimpl
    def constrain_weights(self, weights: Array, activity: Array) -> None:
        follow(self.mean_activity, activity.mean(axis=1), self.memory, not self.begun)
        self.begun[...] = True
        short = self.goal - self.mean_activity
        self.missing += short
        factors = np.maximum(1 + self.rate * short + self.integral_rate * self.missing, 0)
        weights *= factors[:, np.newaxis]
