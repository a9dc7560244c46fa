"""Filters in time against slow twins, through batches and against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock, Data, Experiment, Layer, assemble
from plasticity_plugins.encoders.time_filters import HighPass, LowPass
from tests.naive.inputs import naive_high_pass, naive_low_pass
from tests.support.binding import with_arrays

TWINS = {LowPass: naive_low_pass, HighPass: naive_high_pass}
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def filtered(encoder, x, batch=None):
    """What an encoder makes of samples (sample, input) in batches."""
    with_arrays(encoder, np.zeros((1, x.shape[1]), x.dtype))
    batch = batch or len(x)
    blocks = [x[start : start + batch].copy() for start in range(0, len(x), batch)]
    clock = Clock(len(blocks), 1)
    for block in blocks:
        encoder.encode(block, clock)
        clock.advance()
    assert all(block.dtype == x.dtype for block in blocks)
    return np.concatenate(blocks)


@given(
    st.sampled_from(sorted(TWINS, key=str)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 9),
    st.integers(1, 9),
    st.floats(1, 50),
    st.sampled_from(sorted(TOLERANCE)),
)
def test_a_filter_is_its_slow_twin_however_the_samples_are_batched(
    cls, seed, n_sample, batch, tau, dtype
):
    x = np.random.default_rng(seed).uniform(-1, 1, (n_sample, 3)).astype(dtype)
    expected = TWINS[cls](x.astype(float), tau)
    np.testing.assert_allclose(
        filtered(cls(tau=tau), x, batch), expected, rtol=0, atol=TOLERANCE[dtype]
    )


def test_a_step_is_followed_exponentially():
    x = np.concatenate([np.zeros((1, 1)), np.ones((20, 1))])
    expected = 1 - (1 - 1 / 4) ** np.arange(21)
    np.testing.assert_allclose(filtered(LowPass(tau=4), x)[:, 0], expected, rtol=1e-12)
    # What is new fades as it is followed, a sample later.
    fading = np.concatenate([[0], 0.75 ** np.arange(20)])
    np.testing.assert_allclose(filtered(HighPass(tau=4), x)[:, 0], fading, rtol=1e-12)


def test_with_a_time_constant_of_1_the_high_pass_is_the_difference_in_time():
    x = np.random.default_rng(2).random((7, 2))
    assert np.array_equal(filtered(LowPass(tau=1), x), x)
    np.testing.assert_allclose(
        filtered(HighPass(tau=1), x), np.diff(x, axis=0, prepend=x[:1]), rtol=0, atol=1e-15
    )


@pytest.mark.parametrize("encoder", [LowPass(), HighPass()])
def test_metrics_see_the_inputs_without_the_filter(encoder):
    layer = Layer(neurons=1, rule="hebb", activation="linear", initializer="ones", optimizer="sgd")
    x = np.arange(6.0).reshape(3, 2)
    made = assemble(
        Experiment(data=Data(x), layers=[layer], encoders=[encoder], batch_size=1, fuse="never")
    )
    made.run()
    weights = made.layers[0].arrays["weights"]
    np.testing.assert_allclose(made.respond(x), weights @ x.T, rtol=1e-6)
