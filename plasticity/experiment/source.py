"""Where the data of an experiment come from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from plasticity.components.data import Data
from plasticity.components.defaults import GivenData
from plasticity.components.interface import interface_of
from plasticity.errors import DataError
from plasticity.experiment.fields import Reference
from plasticity.experiment.instantiate import make
from plasticity.experiment.portion import PORTION, Portion
from plasticity.experiment.spec import Experiment

_kept: dict[tuple[str, str], Any] | None = None


@contextmanager
def data_kept() -> Iterator[None]:
    """Open the data of a spec once within the context: the last that were opened are kept."""
    global _kept
    before, _kept = _kept, {} if _kept is None else _kept
    try:
        yield
    finally:
        _kept = before


@attrs.frozen
class Source:
    """The source component of an experiment, and the settings that say what of its data is used."""

    component: Any
    portion: dict[str, Any]
    entry: str = ""  # of the spec; empty for data that are not kept

    @staticmethod
    def of(experiment: Experiment) -> Source:
        if isinstance(experiment.data, Data):
            return Source(GivenData(data=experiment.data), {})
        component = make(experiment.data, "data", "source")
        given, interface = getattr(experiment.data, "settings", {}), interface_of(component)
        own = interface.settings
        portion = {n: given[n] for n in PORTION if n in given and n not in own}
        # A source that draws its samples itself may keep what it draws from as it opens.
        named = isinstance(experiment.data, Reference) and "draw_batch" not in interface.events
        entry = json.dumps([experiment.data.name, given], default=str) if named else ""
        return Source(component, portion, entry)

    def open_data(self, split: str) -> Any:
        """Return the data of a split, as `_open` does, or those that are kept open."""
        if _kept is None or not self.entry:
            return self._open(split)
        if any(entry != self.entry for entry, _ in _kept):
            _kept.clear()
        if (self.entry, split) not in _kept:
            _kept[self.entry, split] = self._open(split)
        return _kept[self.entry, split]

    def _open(self, split: str) -> Any:
        """Return the data of a split as the component gives them, and of these the part wanted."""
        validation = "validation" in self.portion
        data = self.component.open_data("train" if validation else split)
        if not self.portion or not isinstance(data, Data):
            return data
        part, interface = self.portion.keys() - {"constant"}, interface_of(self.component)
        if part and data.n_drawn is None and "draw_batch" in interface.events:
            raise DataError(
                f"data {interface.label!r}: draws its samples itself, so that no part can be chosen"
            )
        beyond = {} if split == "train" or validation else {"limit": None}
        chosen = Portion(**{**self.portion, **beyond}).of(data)
        return chosen.held_out if validation and split == "test" else chosen
