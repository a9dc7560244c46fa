"""Metrics that show gratings to neurons with images as inputs."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import LayerView, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled
from plasticity_plugins.metrics.tuning import (
    bandwidth,
    eye_responses,
    grating_responses,
    mean_orientation,
)


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

    describes = (
        labelled(
            "preferred_orientation",
            "preferred orientation of a grating",
            "in [0, 180): 0 is level, 90 upright, 45 rises to the right",
            units="degrees",
        )
        | labelled(
            "orientation_selectivity",
            "length of the mean orientation vector",
            "0 where all orientations are alike, 1 where one alone is answered",
        )
        | labelled(
            "orientation_bandwidth",
            "half the width of the tuning curve at half its height",
            "NaN where the curve stays above half",
            units="degrees",
        )
    )

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

    describes = (
        labelled(
            "ocular_dominance",
            "ocular dominance index",
            "-1: the left eye alone drives the neuron, 0: both alike, 1: the right one",
        )
        | labelled("left_eye_response", "largest current that a grating in the left eye evokes")
        | labelled("right_eye_response", "largest current that a grating in the right eye evokes")
    )

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
