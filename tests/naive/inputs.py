"""Slow twins of the components that draw inputs, in Python's integers of any size."""

import math
from statistics import NormalDist

import numpy as np

_ALL = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15


def naive_mix(z):
    """SplitMix64's mixing of 64 bits."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _ALL
    return z ^ (z >> 31)


def naive_bits(key, step, sample, i):
    """mix(mix(mix(key + g (step + 1)) + g (sample + 1)) + g (i + 1)) modulo 2^64."""
    z = key
    for place in (step, sample, i):
        z = naive_mix((z + _GOLDEN * (place + 1)) & _ALL)
    return z


def naive_uniform(key, step, sample, i):
    """The first 53 bits as a number in [0, 1)."""
    return (naive_bits(key, step, sample, i) >> 11) / 2**53


def naive_normal(key, step, sample, i):
    """The normal number below which lies a share of the first 52 bits and a half."""
    return NormalDist().inv_cdf(((naive_bits(key, step, sample, i) >> 12) + 0.5) / 2**52)


def naive_noise(key, step, shape, kind, mean, std):
    """mean + std z."""
    x = np.empty(shape)
    for sample, j in np.ndindex(shape):
        u = naive_uniform(key, step, sample, j)
        z = {
            "normal": naive_normal(key, step, sample, j),
            "uniform": math.sqrt(3) * (2 * u - 1),
            "laplace": math.copysign(math.log(1 - 2 * abs(u % 0.5)) / math.sqrt(2), u - 0.5),
        }[kind]
        x[sample, j] = mean + std * z
    return x


def naive_patch(
    key, step, sample, images, size, eyes=1, jitter=0, remove_mean=False, standardize=False
):
    """The patch at one of all places of all images, listed; that of the second eye moved."""
    places = [
        (image, i, j)
        for image in images
        for i in range(jitter, image.shape[0] - size - jitter + 1)
        for j in range(jitter, image.shape[1] - size - jitter + 1)
    ]
    image, i, j = places[int(naive_uniform(key, step, sample, 0) * len(places))]
    moves = [int(naive_uniform(key, step, sample, n) * (2 * jitter + 1)) - jitter for n in (1, 2)]
    seen = []
    for up, right in [(0, 0), tuple(moves)][:eyes]:
        patch = image[i + up : i + up + size, j + right : j + right + size].astype(float)
        if remove_mean:
            patch = patch - patch.mean()
        if standardize:
            patch = (patch - patch.mean()) / patch.std()
        seen.append(patch.ravel())
    return np.concatenate(seen)


def naive_low_pass(x, tau):
    """x_b <- m_b of samples (sample, input) that follow each other."""
    mean, seen = x[0].astype(float), []
    for sample in x:
        mean = mean + (sample - mean) / tau
        seen.append(mean)
    return np.array(seen)


def naive_high_pass(x, tau):
    """x_b <- x_b - m_(b-1)."""
    before = np.concatenate([x[:1], naive_low_pass(x, tau)[:-1]])
    return x - before


def naive_drifting(key, time, size, directions, frames, frequency, speed, contrast=1.0):
    """The grating at a time, in samples since the first; (row, column)."""
    shown, frame = divmod(time, frames)
    theta = 2 * math.pi * int(naive_uniform(key, shown, 0, 0) * directions) / directions
    phase = naive_uniform(key, shown, 0, 1) + speed * frame
    image = np.empty((size, size))
    for row, column in np.ndindex(image.shape):
        along = math.sin(theta) * column + math.cos(theta) * row
        image[row, column] = contrast * math.cos(2 * math.pi * (frequency * along - phase))
    return image


def naive_standardized(x, scales=True, epsilon=0.0):
    """Deviations from the mean over the samples (sample, input), by their spread; 0 stays 0."""
    columns = []
    for column in x.T.astype(float):
        mean = sum(column) / len(column)
        variance = sum((value - mean) ** 2 for value in column) / len(column) + epsilon
        spread = math.sqrt(variance) if scales and variance > 0 else 1.0
        columns.append([(value - mean) / spread for value in column])
    return np.array(columns).T


def naive_unit_length(x, p):
    """Each sample by the p-th root of the sum of its p-th powers, or by its largest value."""
    found = []
    for sample in x.tolist():
        sizes = [abs(value) for value in sample]
        length = max(sizes) if p == math.inf else sum(size**p for size in sizes) ** (1 / p)
        found.append([value / length if length else value for value in sample])
    return np.array(found)


def naive_whitened(x, epsilon):
    """(x - m) times the inverse square root of C + epsilon tr(C) / D, by Newton's iteration."""
    deviations = x - x.mean(axis=0)
    covariance = deviations.T @ deviations / len(x)
    n_input = len(covariance)
    covariance += epsilon * np.trace(covariance) / n_input * np.eye(n_input)
    # Denman & Beavers: y tends to the square root of C, z to its inverse.
    y, z = covariance, np.eye(n_input)
    for _ in range(60):
        y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
    return deviations @ z
