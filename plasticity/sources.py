"""Where the data of an experiment come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from plasticity.components import events_of, label_of
from plasticity.data import Data
from plasticity.errors import DataError
from plasticity.fallbacks import GivenData
from plasticity.portion import portion, portion_of
from plasticity.spec import Experiment
from plasticity.structure import make


@attrs.frozen
class Source:
    """The source component of an experiment, and the settings that say what of its data is used."""

    component: Any
    portion: Mapping[str, Any] = attrs.field(factory=dict)

    @staticmethod
    def of(experiment: Experiment) -> Source:
        """Return the source of the data of an experiment."""
        if isinstance(experiment.data, Data):
            return Source(GivenData(data=experiment.data))
        component = make(experiment.data, "data", "source")
        return Source(component, portion_of(experiment.data))

    def open_data(self, split: str) -> Any:
        """Return the data of a split as the component gives them, and of these the part wanted.

        Raises `DataError` where the component draws samples that could be of no part.
        """
        data = self.component.open_data(split)
        if not self.portion or not isinstance(data, Data):
            return data
        named = f"data {label_of(self.component)!r}"
        if data.n_drawn is None and "draw_batch" in events_of(self.component):
            raise DataError(f"{named}: draws its samples itself, so that no part can be chosen")
        wanted = {
            name: value
            for name, value in self.portion.items()
            if split == "train" or name != "limit"
        }
        return portion(wanted, named).of(data)
