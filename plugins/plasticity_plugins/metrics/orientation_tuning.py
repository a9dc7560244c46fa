"""Which orientation of a grating a neuron prefers, and how sharply."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import LayerView, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity.formulas import bandwidth, grating_responses, mean_orientation
from plasticity.typing import Array
from plasticity_plugins import bibliography


@component(source=bibliography.SWINDALE_1998)
class OrientationTuning:
    """Orientation tuning of neurons that look at images, measured with sine gratings.

        r_i(theta) = max over phases of sum_j w_ij cos(k n(theta).x_j + phase)
        z_i = sum_theta r_i exp(2 i theta) / sum_theta r_i
        preferred_orientation = arg(z_i) / 2,   orientation_selectivity = |z_i|

    The bandwidth is half the width of r_i at half its height; NaN where r_i stays above half. An
    orientation of 0 degrees is a level bar, and it turns anticlockwise. The responses are currents
    W x, to the phase that suits each neuron best: lateral connections and activation are left out.
    Gratings reach the first layer, where inputs are pixels; layers above are not measured.

    Raises `DataError` before the first step where the inputs are no images.

    Source: Swindale, Biological Cybernetics 78 (1998) 45, for the mean orientation; Ringach et al.,
    J Neuroscience 22 (2002) 5639, for |z|, 1 less the circular variance. Gratings, 24 angles and
    the spatial frequency as in Blais's simulator, which takes the angle of the largest response and
    looks through a round mask.
    """

    angles: int = setting(
        default=24,
        low=3,
        doc="how many orientations of the gratings, over 180 degrees",
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

    @hookimpl
    def run_started(self, store: Any) -> None:
        if store.attributes["image_shape"] is None:
            raise DataError(
                "orientation_tuning: gratings are for inputs that are images, and these are not: "
                "give the data as images (sample, y, x), or with an image_shape"
            )

    @hookimpl
    def measure(self, layer: LayerView, weights: Array) -> dict[str, Any]:
        shape = layer.image_shape
        if shape is None:
            return {}
        angles = np.arange(self.angles) * 180 / self.angles
        responses = grating_responses(weights, shape, angles, self.frequency)
        preferred, selectivity = mean_orientation(responses, angles)
        return {
            "preferred_orientation": preferred,
            "orientation_selectivity": selectivity,
            "orientation_bandwidth": bandwidth(responses),
        }
