"""Base of metrics that show gratings to neurons with images as inputs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.errors import DataError
from plasticity.typing import Array


@component
class ByGratings:
    """A metric that shows sine gratings of every orientation and one spatial frequency.

    Raises `DataError` before the first step where the inputs are no images, or no images for as
    many eyes.
    """

    label: ClassVar[str]  # how messages call it; `component` fills it in

    angles: int = setting(
        default=24,
        low=3,
        doc="number of orientations over 180 degrees",
        because="two do not tell to which side of an orientation a neuron leans",
    )
    frequency: float = setting(
        default=4.4 / 26,
        above=0,
        high=0.5,
        unit="cycles/pixel",
        doc="of the gratings; 2.2 cycles in 13 pixels unless set",
        because="beyond half a cycle a pixel the pixels show another grating",
    )

    @hookimpl
    def run_started(self, store: Any) -> None:
        shape = store.attributes["image_shape"]
        if shape is None:
            raise DataError(
                f"{self.label}: gratings are for inputs that are images, and these are not: "
                "give the data as images (sample, y, x), or with an image_shape"
            )
        if shape[0] % self.n_eye:
            raise DataError(
                f"{self.label}: two eyes see an image of an even number of rows, the upper half "
                f"the left one, and these have {shape[0]}"
            )

    @property
    def n_eye(self) -> int:
        """Return the number of eyes, one below the other in an image."""
        return 2

    @property
    def orientations(self) -> Array:
        """Return the orientations (angle,) in degrees."""
        return np.arange(self.angles) * 180 / self.angles
