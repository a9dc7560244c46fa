"""An optimizer that is walked through given updates, without a simulation around it."""

import numpy as np

from plasticity import Clock
from tests.support.binding import with_arrays

# Rounding adds up over a dozen steps, of the size of the largest weight on the way.
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def walk(optimizer, weights, updates, factors=None):
    """The weights after each of these updates."""
    weights, path = weights.copy(), []
    optimizer = with_arrays(optimizer, weights)
    for step, update in enumerate(updates):
        clock = Clock(10, 10, step=step, rate_factor=1.0 if factors is None else factors[step])
        assert optimizer.apply_update(weights, update.copy(), clock) is weights
        path.append(weights.copy())
    return path


def random_walk(seed, dtype, n_step=12):
    """Initial weights, updates and factors of the rate."""
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(3, 4)).astype(dtype)
    updates = generator.normal(size=(n_step, 3, 4)).astype(dtype)
    return weights, updates, generator.uniform(0, 1, n_step)


def assert_same_path(path, expected, dtype):
    """Both go one way, but for the rounding of numbers of about 1, or as large as a weight got."""
    reached = np.maximum.accumulate(np.abs(expected), axis=0)
    difference = np.abs(np.asarray(path, np.float64) - expected)
    assert np.all(difference <= TOLERANCE[dtype] * np.maximum(reached, 1)), difference.max()
