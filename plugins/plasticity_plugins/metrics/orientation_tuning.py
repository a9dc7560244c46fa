"""Preferred orientation of a grating, and sharpness of the tuning."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from plasticity import LayerView, component, hookimpl, setting
from plasticity.typing import Array
from plasticity_plugins.metrics.gratings import ByGratings
from plasticity_plugins.metrics.tuning import bandwidth, grating_responses, mean_orientation


@component(source="swindale1998orientation")
class OrientationTuning(ByGratings):
    """Orientation tuning of neurons that look at images, measured with sine gratings.

        r_i(theta) = max over phases of sum_j w_ij cos(k n(theta).x_j + phase)
        z_i = sum_theta r_i exp(2 i theta) / sum_theta r_i
        preferred_orientation = arg(z_i) / 2,   orientation_selectivity = |z_i|

    The bandwidth is half the width of r_i at half its height; NaN where r_i stays above half. An
    orientation of 0 degrees is a level bar, and it turns anticlockwise. The responses are currents
    W x, to the phase that suits each neuron best: lateral connections and activation are left out.
    Gratings reach the first layer, where inputs are pixels; layers above are not measured. With
    `eyes = 2`, as in `natural_images`, the upper half of the inputs is what the left eye sees.

    Raises `DataError` before the first step where the inputs are no images, or no images for two
    eyes.

    Source: Swindale, Biological Cybernetics 78 (1998) 45, for the mean orientation; Ringach et al.,
    J Neuroscience 22 (2002) 5639, for |z|, 1 less the circular variance. Gratings, 24 angles and
    the spatial frequency as in Blais's simulator, which takes the angle of the largest response and
    looks through a round mask.
    """

    eyes: int = setting(default=1, low=1, high=2, doc="number of eyes; two see the same grating")

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "preferred_orientation": {
            "long_name": "preferred orientation of a grating",
            "units": "degrees",
            "comment": "in [0, 180): 0 is level, 90 upright, 45 rises to the right",
        },
        "orientation_selectivity": {
            "long_name": "length of the mean orientation vector",
            "units": "1",
            "comment": "0 where all orientations are alike, 1 where one alone is answered",
        },
        "orientation_bandwidth": {
            "long_name": "half the width of the tuning curve at half its height",
            "units": "degrees",
            "comment": "NaN where the curve stays above half",
        },
    }

    @property
    def n_eye(self) -> int:
        """Return the number of eyes."""
        return self.eyes

    @hookimpl
    def measure(self, layer: LayerView, weights: Array) -> dict[str, Any]:
        shape = layer.image_shape
        if shape is None:
            return {}
        pixels = weights[:, : math.prod(shape)]  # without a constant input
        seen = pixels.reshape(len(weights), self.eyes, -1).sum(axis=1)
        angles, shape = self.orientations, (shape[0] // self.eyes, *shape[1:])
        responses = grating_responses(seen, shape, angles, self.frequency)
        preferred, selectivity = mean_orientation(responses, angles)
        return {
            "preferred_orientation": preferred,
            "orientation_selectivity": selectivity,
            "orientation_bandwidth": bandwidth(responses),
        }
