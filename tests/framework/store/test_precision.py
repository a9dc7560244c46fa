"""Rounding to fewer bits of the mantissa."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plasticity as pl
from plasticity.store.recording import rounded


def rounded_exactly(value, bits):
    """The nearest number of so many bits after the first, the even one of two; in exact numbers."""
    if value == 0 or not np.isfinite(value):
        return value
    size = Fraction(float(abs(value)))
    exponent = 0
    while size >= 2:
        size, exponent = size / 2, exponent + 1
    while size < 1:
        size, exponent = size * 2, exponent - 1
    nearest = Fraction(round(size * 2**bits), 2**bits)  # Python's round takes the even one
    return float(np.copysign(1, value)) * float(nearest * Fraction(2) ** exponent)


@given(st.floats(width=32, allow_subnormal=False, allow_nan=False), st.integers(1, 22))
def test_float32_is_rounded_to_the_nearest_or_even(value, bits):
    found = rounded(np.array([value], np.float32), bits)
    with np.errstate(over="ignore"):
        assert found[0] == np.float32(rounded_exactly(np.float32(value), bits))


@given(st.floats(-1e300, 1e300, allow_subnormal=False), st.integers(1, 51))
def test_float64_is_rounded_to_the_nearest_or_even(value, bits):
    assert rounded(np.array([value]), bits)[0] == rounded_exactly(value, bits)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nan_and_inf_stay_and_so_does_the_argument(dtype):
    values = np.array([np.nan, -np.nan, np.inf, -np.inf, 0, -0.0, 1.7], dtype)
    before = values.copy()
    found = rounded(values, 2)
    assert found.dtype == dtype
    assert np.array_equal(
        found, np.array([np.nan, np.nan, np.inf, -np.inf, 0, 0, 1.75], dtype), True
    )
    assert np.signbit(found[5])
    assert np.array_equal(values, before, True)


def test_as_many_bits_as_there_are_change_nothing():
    values = np.random.default_rng(1).normal(size=9).astype(np.float32)
    assert rounded(values, 23) is values


def test_what_a_smaller_type_cannot_hold_is_inf():
    recorder = {"name": "recorder", "variables": ["weights"], "precision": "float16", "at": [0]}
    run = pl.run(
        "bcm",
        data=np.ones((20, 3)),
        neurons=2,
        batch_size=10,
        epochs=1,
        initializer={"name": "constant", "value": -1e6},
        metrics=[],
        observers=[recorder],
    )
    assert run.trajectory.weights.dtype == np.float16
    assert np.array_equal(run.trajectory.weights[0], np.full((2, 3), -np.inf))
