"""What a recorder writes through: some arrays of one layer, frame by frame."""

from __future__ import annotations

from plasticity.errors import StoreError
from plasticity.recording.labels import dims_of, labels_of
from plasticity.recording.series import Column, Series
from plasticity.state import LayerView
from plasticity.typing import Array


class Recording:
    """Arrays of one layer that go to the store together.

    A batch that is smaller than the others leaves the rest of its frame NaN.
    """

    def __init__(
        self, layer: LayerView, names: tuple[str, ...], series: Series, batch_size: int
    ) -> None:
        self._layer = layer
        self._series = series
        self._lasting: dict[str, Array] = {}
        self._of_batch: tuple[str, ...] = ()
        for name in names:
            variable = layer.declaration(name)
            array = layer.array(name, batch_size)
            dims = dims_of(name, variable)
            series.describe(name, Column(array.shape, array.dtype, dims, labels_of(variable)))
            if "sample" not in variable.dims:
                self._lasting[name] = array
            elif array.dtype.kind == "f":
                self._of_batch += (name,)
            else:
                raise StoreError(
                    f"{layer.name}: {name!r} has a value for each sample and is of type "
                    f"{array.dtype}, which has no NaN to fill up a smaller batch with; only "
                    "floating point numbers of samples can be recorded"
                )

    def take(self) -> None:
        """Add the arrays as they are now."""
        clock = self._layer.clock
        frame = self._lasting
        if self._of_batch:
            frame = frame | {name: self._layer.array(name) for name in self._of_batch}
        self._series.append(clock.step, clock.epoch, frame)
