"""A part of a data set: the first so many samples, or some classes, of whatever a source gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from plasticity import discovery
from plasticity.components import component
from plasticity.data import Data
from plasticity.entries import Reference
from plasticity.errors import DataError, SettingError
from plasticity.settings import setting, settings_of

_SHOWN = 10  # classes in a message


@component
class Portion:
    """What is used of the data of a source; the settings of every source, beside its own.

    Classes are chosen first, in training and test data; then the first `limit` samples, in training
    data alone. Where a source draws its samples, `limit` is the length of an epoch.
    """

    limit: int | None = setting(default=None, low=1, unit="samples", doc="use only the first ones")
    classes: tuple[int | str, ...] | None = setting(
        default=None, doc="use only the samples with one of these labels"
    )

    def of(self, data: Data) -> Data:
        """Return the chosen samples of the data, which remember by what they were chosen.

        Raises `DataError` where there is no such class, or the data have no labels.
        """
        chosen = {name: value for name in PORTION if (value := getattr(self, name)) is not None}
        if self.classes is not None:
            data = data.subset(self._rows(data))
        if data.n_drawn is not None:
            drawn = min(data.n_drawn, self.limit or data.n_drawn)
            return attrs.evolve(data, n_drawn=drawn, chosen=chosen)
        if self.limit is not None:
            data = data.subset(slice(self.limit))
        return attrs.evolve(data, chosen=chosen)

    def _rows(self, data: Data) -> Any:
        if data.labels is None:
            raise DataError(f"{data.name}: classes cannot be chosen, because there are no labels")
        if data.n_drawn is not None:
            raise DataError(f"{data.name}: classes cannot be chosen of samples that are drawn")
        known = np.unique(data.labels).tolist()
        missing = [name for name in self.classes or () if name not in known]
        if missing or not self.classes:
            shown = ", ".join(map(repr, known[:_SHOWN])) + (", ..." if len(known) > _SHOWN else "")
            raise DataError(
                f"{data.name}: no class {missing[0]!r} (there are {shown})"
                if missing
                else f"{data.name}: classes is an empty list; name one or more of {shown}"
            )
        return np.flatnonzero(np.isin(data.labels, list(self.classes)))


PORTION = tuple(settings_of(Portion))


def portion_of(reference: Any) -> dict[str, Any]:
    """Return the settings of a source that say which part of its data is used."""
    if not isinstance(reference, Reference):
        return {}
    own = settings_of(discovery.find(reference.name, "source"))
    return {
        name: reference.settings[name]
        for name in PORTION
        if name in reference.settings and name not in own
    }


def portion(settings: Mapping[str, Any], place: str) -> Portion:
    """Return the portion of these settings; the error of a wrong one begins with the place."""
    try:
        return Portion(**settings)
    except SettingError as error:
        raise SettingError(f"{place}: {str(error).removeprefix('portion: ')}") from None
