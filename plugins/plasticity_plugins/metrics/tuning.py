"""Orientation tuning: how neurons that look at images respond to sine gratings."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


def grating_responses(
    weights: Array, image_shape: tuple[int, ...], angles: Array, frequency: float
) -> Array:
    """Return the largest current evoked by a drifting sine grating of each orientation.

        r_i(theta) = max over phases of sum_j w_ij cos(k n.x_j + phase) = sqrt(c^2 + s^2)
        c = sum_j w_ij cos(k n.x_j),   s = sum_j w_ij sin(k n.x_j),   k = 2 pi frequency

    n is the normal of the bars, x_j the place of input j. The bars of 0 degrees are level; as
    the angle grows they turn anticlockwise on the screen, where y runs downwards. All channels of
    an image see the same grating.

    weights      (neuron, input)
    image_shape  (y, x) or (y, x, channel)
    angles       (angle,)  degrees
    frequency    cycles a pixel
    returns      (neuron, angle)

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
        responses: Array = np.hypot(fields @ cosine, fields @ sine)
    return responses


def eye_responses(
    weights: Array, image_shape: tuple[int, ...], angles: Array, frequency: float
) -> Array:
    """Return the largest current over all gratings in one eye alone.

    The upper half of the image is what the left eye sees, the lower half the right one.

    weights      (neuron, input)
    image_shape  (2 y, x) or (2 y, x, channel)
    angles       (angle,)  degrees
    frequency    cycles a pixel
    returns      (neuron, eye)  left, right

    >>> left_alone = np.array([[1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0]])
    >>> eye_responses(left_alone, (8, 1), np.array([0.0, 90.0]), 0.25).round(3).tolist()
    [[2.828, 0.0]]
    """
    height, *rest = image_shape
    eyes = weights.reshape(2 * len(weights), -1)
    responses = grating_responses(eyes, (height // 2, *rest), angles, frequency)
    largest: Array = responses.max(axis=1).reshape(-1, 2)
    return largest


def mean_orientation(responses: Array, angles: Array) -> tuple[Array, Array]:
    """Return the preferred orientation in degrees, and the selectivity for it.

        z_i = sum_theta r_i(theta) exp(2 i theta) / sum_theta r_i(theta)
        preferred = arg(z_i) / 2   in [0, 180),   selectivity = |z_i|   in [0, 1]

    The selectivity is 1 less the circular variance. NaN where there is no response.

    responses  (neuron, angle)  not negative
    angles     (angle,)         degrees, equally spaced over 180
    returns    (neuron,) and (neuron,)

    Source: Swindale, Biological Cybernetics 78 (1998) 45; Ringach, Shapley & Hawken, J Neuroscience
    22 (2002) 5639, for the circular variance.

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

    responses  (neuron, angle)  not negative; the angles equally spaced over 180 degrees

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
    width: Array = (up + down) / 2 * (180 / n_angle)
    return width


def _fall(curves: Array) -> Array:
    """Return the steps in which curves (neuron, angle) fall to half their first value, or NaN."""
    half = curves[:, 0] / 2
    below = curves <= half[:, np.newaxis]
    first = np.argmax(below, axis=1)
    rows = np.arange(len(curves))
    after, before = curves[rows, first], curves[rows, first - 1]
    falls = below.any(axis=1) & (half > 0) & np.isfinite(half)
    part = np.divide(before - half, before - after, out=np.full(len(curves), np.nan), where=falls)
    fallen: Array = first - 1 + part
    return fallen
