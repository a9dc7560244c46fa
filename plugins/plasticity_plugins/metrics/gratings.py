"""Metrics that show sine gratings to neurons with images as inputs: orientation and eye."""

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import LayerView, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled


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


def grating_responses(
    weights: Array, image_shape: tuple[int, ...], angles: Array, frequency: float
) -> Array:
    """Return the largest current (neuron, angle) that a drifting sine grating evokes.

        r_i(theta) = max over phases of sum_j w_ij cos(k n.x_j + phase) = sqrt(c^2 + s^2)
        c = sum_j w_ij cos(k n.x_j),   s = sum_j w_ij sin(k n.x_j),   k = 2 pi frequency

    n is the normal of the bars, x_j the place of input j. The bars of 0 degrees are level; as
    the angle grows they turn anticlockwise on the screen, where y runs downwards. All channels of
    an image see the same grating. The frequency is in cycles a pixel.

    Source: Blais's simulator `plasticity` (test_stim.py), which looks through a round mask; here
    the whole image counts.

    >>> bars = np.array([[1.0, 1.0, -1.0, -1.0]])  # of an image of 4 rows and a column
    >>> grating_responses(bars, (4, 1), np.array([0.0, 90.0]), 0.25).round(3).tolist()
    [[2.828, 0.0]]
    """
    height, width = image_shape[:2]
    fields = weights.reshape(len(weights), height * width, -1).sum(axis=2)
    y, x = np.mgrid[:height, :width].reshape(2, -1)
    turned = np.deg2rad(angles)
    across = np.outer(np.sin(turned), x) + np.outer(np.cos(turned), y)
    phase = 2 * np.pi * frequency * across.T
    cosine, sine = np.cos(phase).astype(weights.dtype), np.sin(phase).astype(weights.dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
        return np.asarray(np.hypot(fields @ cosine, fields @ sine))


def eye_responses(
    weights: Array, image_shape: tuple[int, ...], angles: Array, frequency: float
) -> Array:
    """Return the largest current (neuron, eye) over all gratings in the left and right eye alone.

    The upper half of the image is what the left eye sees, the lower half the right one.

    >>> left_alone = np.array([[1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0]])
    >>> eye_responses(left_alone, (8, 1), np.array([0.0, 90.0]), 0.25).round(3).tolist()
    [[2.828, 0.0]]
    """
    height, *rest = image_shape
    eyes = weights.reshape(2 * len(weights), -1)
    responses = grating_responses(eyes, (height // 2, *rest), angles, frequency)
    return np.asarray(responses.max(axis=1).reshape(-1, 2))


def mean_orientation(responses: Array, angles: Array) -> tuple[Array, Array]:
    """Return the preferred orientation (neuron,) in degrees, and the selectivity (neuron,) for it.

        z_i = sum_theta r_i(theta) exp(2 i theta) / sum_theta r_i(theta)
        preferred = arg(z_i) / 2   in [0, 180),   selectivity = |z_i|   in [0, 1]

    The responses (neuron, angle) are not negative, the angles equally spaced over 180 degrees. NaN
    where there is no response.

    >>> tuned = mean_orientation(np.array([[0.0, 1.0, 0.0]]), np.array([0.0, 60.0, 120.0]))
    >>> [value.round(6).tolist() for value in tuned]
    [[60.0], [1.0]]
    """
    total = responses.sum(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
        vector = responses @ np.exp(2j * np.deg2rad(angles))
        mean = np.divide(vector, total, out=np.full_like(vector, np.nan), where=total > 0)
        # Twice, since what lies just below 0 is rounded to 180.
        return np.rad2deg(np.angle(mean)) / 2 % 180 % 180, np.abs(mean)


def bandwidth(responses: Array) -> Array:
    """Return half the width (neuron,) of tuning curves at half their height, in degrees.

    From the largest response to both sides, up to where the curve, a line between two angles, falls
    to half of it; the mean of the two. NaN where the curve stays above half on its whole way.

    >>> bandwidth(np.array([[0.0, 0.5, 1.0, 0.5, 0.0, 0.0]])).tolist()
    [30.0]
    """
    n_angle = responses.shape[1]
    peak = np.argmax(responses, axis=1)[:, np.newaxis]
    away = np.arange(n_angle)
    up, down = (
        _fall(np.take_along_axis(responses, (peak + way * away) % n_angle, axis=1))
        for way in (1, -1)
    )
    return np.asarray((up + down) / 2 * (180 / n_angle))


def _fall(curves: Array) -> Array:
    """Return the steps in which curves (neuron, angle) fall to half their first value, or NaN."""
    half = curves[:, 0] / 2
    below = curves <= half[:, np.newaxis]
    first = np.argmax(below, axis=1)
    rows = np.arange(len(curves))
    after, before = curves[rows, first], curves[rows, first - 1]
    falls = below.any(axis=1) & (half > 0) & np.isfinite(half)
    part = np.divide(before - half, before - after, out=np.full(len(curves), np.nan), where=falls)
    return np.asarray(first - 1 + part)
