"""Dominance of one of two eyes over a neuron."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import LayerView, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.metrics.gratings import ByGratings
from plasticity_plugins.metrics.tuning import eye_responses


@component(source="blais1999presynaptic")
class OcularDominance(ByGratings):
    """Ocular dominance of neurons that see images with two eyes, measured with sine gratings.

        L_i, R_i = the largest current that a grating in the left, the right eye alone evokes
        ocular_dominance = (R_i - L_i) / (R_i + L_i)

    The largest over all orientations and phases; 0 where both eyes drive a neuron alike, 1 where
    the right one alone does; NaN where none does. The upper half of the inputs is what the left eye
    sees, as `natural_images` with two eyes gives them. Currents are W x: lateral connections and
    activation are left out. Layers above the first are not measured.

    Raises `DataError` before the first step where the inputs are no images for two eyes.

    Source: Blais, Shouval & Cooper, PNAS 96 (1999) 1083, where each eye is shown oriented stimuli
    and its largest response counts.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "ocular_dominance": {
            "long_name": "ocular dominance index",
            "units": "1",
            "comment": "-1: the left eye alone drives the neuron, 0: both alike, 1: the right one",
        },
        "left_eye_response": {
            "long_name": "largest current that a grating in the left eye evokes",
            "units": "1",
        },
        "right_eye_response": {
            "long_name": "largest current that a grating in the right eye evokes",
            "units": "1",
        },
    }

    @hookimpl
    def measure(self, layer: LayerView, weights: Array) -> dict[str, Any]:
        shape = layer.image_shape
        if shape is None:
            return {}
        pixels = weights[:, : math.prod(shape)]  # without a constant input
        responses = eye_responses(pixels, shape, self.orientations, self.frequency)
        left, right = responses.T
        total = left + right
        index = np.full_like(total, np.nan)
        with np.errstate(invalid="ignore"):  # weights may have diverged
            np.divide(right - left, total, out=index, where=total > 0)
        return {"ocular_dominance": index, "left_eye_response": left, "right_eye_response": right}
