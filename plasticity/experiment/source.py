"""Where the data of an experiment come from."""

from __future__ import annotations

from typing import Any

import attrs

from plasticity.components.data import Data
from plasticity.components.defaults import GivenData
from plasticity.components.interface import interface_of
from plasticity.errors import DataError
from plasticity.experiment.instantiate import make
from plasticity.experiment.portion import PORTION, Portion
from plasticity.experiment.spec import Experiment


@attrs.frozen
class Source:
    """The source component of an experiment, and the settings that say what of its data is used."""

    component: Any
    portion: dict[str, Any]

    @staticmethod
    def of(experiment: Experiment) -> Source:
        """Return the source of the data of an experiment."""
        if isinstance(experiment.data, Data):
            return Source(GivenData(data=experiment.data), {})
        component = make(experiment.data, "data", "source")
        given, own = getattr(experiment.data, "settings", {}), interface_of(component).settings
        return Source(component, {n: given[n] for n in PORTION if n in given and n not in own})

    def open_data(self, split: str) -> Any:
        """Return the data of a split as the component gives them, and of these the part wanted.

        Raises `DataError` where the component draws samples that could be of no part.
        """
        data = self.component.open_data(split)
        if not self.portion or not isinstance(data, Data):
            return data
        part, interface = self.portion.keys() - {"constant"}, interface_of(self.component)
        if part and data.n_drawn is None and "draw_batch" in interface.events:
            raise DataError(
                f"data {interface.label!r}: draws its samples itself, so that no part can be chosen"
            )
        beyond = {} if split == "train" else {"limit": None}
        return Portion(**{**self.portion, **beyond}).of(data)
