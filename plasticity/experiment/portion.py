"""What is used of whatever a source gives: a part of the samples, and a constant input."""

from typing import Any

import attrs
import numpy as np

from plasticity.components.component import component
from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.components.setting import setting
from plasticity.errors import DataError


@component(label="data")
class Portion:
    """What is used of the data of a source; the settings of every source, beside its own.

    Classes are chosen first, in training and test data; then the first `limit` samples, in training
    data alone. Where a source draws its samples, `limit` is the length of an epoch.

    `validation` sets a share of the training samples aside, drawn at random and the same ones
    whatever the seed: they are not trained on, and stand in for the test samples, so that choices
    can be made without a look at these.

    `constant` is one more input, the last one, of this value in every sample, also in new ones that
    the neurons respond to. Its weight is learnt like the others: a bias. It is appended to what the
    neurons see, so neither scaled nor encoded, and is left out where inputs are shown as an image.
    """

    limit: int | None = setting(default=None, low=1, unit="samples", doc="use only the first ones")
    classes: tuple[int | str, ...] | None = setting(
        default=None, doc="use only the samples with one of these labels"
    )
    validation: float | None = setting(
        default=None, above=0, below=1, doc="share of the training samples set aside for choices"
    )
    constant: float | None = setting(default=None, doc="value of one more input, a bias, never 0")

    def of(self, data: Data) -> Data:
        """Return the chosen samples of the data, which remember by what they were chosen."""
        chosen = {n: value for n in PORTION if (value := getattr(self, n)) is not None}
        constant = chosen.pop("constant", data.constant)
        if self.classes is not None:
            data = data.subset(self._rows(data))
        if data.n_drawn is not None:
            if self.validation is not None:
                raise DataError(f"{data.name}: none can be set aside of samples that are drawn")
            drawn = min(data.n_drawn, self.limit or data.n_drawn)
            return attrs.evolve(data, n_drawn=drawn, chosen=chosen, constant=constant)
        held, data = None, data.subset(slice(self.limit))
        if self.validation is not None:
            held, data = _set_aside(data, self.validation)
            held = attrs.evolve(held, constant=constant)
        return attrs.evolve(data, chosen=chosen, constant=constant, held_out=held)

    def _rows(self, data: Data) -> Any:
        if data.labels is None or data.n_drawn is not None:
            reason = "there are no labels" if data.labels is None else "the samples are drawn"
            raise DataError(f"{data.name}: classes cannot be chosen, because {reason}")
        known = np.unique(data.labels).tolist()
        wanted = list(self.classes or ())
        missing = [name for name in wanted if name not in known]
        if missing or not wanted:
            reason = f"no class {missing[0]!r}" if missing else "the list of classes is empty"
            raise DataError(f"{data.name}: {reason} (there are {', '.join(map(repr, known))})")
        return np.flatnonzero(np.isin(data.labels, wanted))


def _set_aside(data: Data, share: float) -> tuple[Data, Data]:
    """Return a share of the samples, at least one, and the rest; each in the order of the data."""
    count = max(1, round(share * data.n_sample))
    if count >= data.n_sample:
        raise DataError(f"{data.name}: {data.n_sample} samples are too few to set any aside")
    order = np.random.default_rng(0).permutation(data.n_sample)
    return data.subset(np.sort(order[:count])), data.subset(np.sort(order[count:]))


PORTION = tuple(interface_of(Portion).settings)
