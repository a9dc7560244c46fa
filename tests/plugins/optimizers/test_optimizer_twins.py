"""Optimizers against the algorithms of their papers, number by number, and their rates' bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity_plugins.optimizers.adagrad import Adadelta, Adagrad, RMSprop
from plasticity_plugins.optimizers.adam import Adam, Adamax, AdamW, Lion
from plasticity_plugins.optimizers.sgd import SGD, Momentum, Nesterov
from tests.naive.optimizers import (
    naive_adadelta,
    naive_adagrad,
    naive_adam,
    naive_adamax,
    naive_adamw,
    naive_lion,
    naive_momentum,
    naive_nesterov,
    naive_rmsprop,
)
from tests.support.walking import TOLERANCE, assert_same_path, random_walk, walk

share = st.floats(0, 0.99)
slow_share = st.floats(0, 0.9999)
# An epsilon of 1e-4 keeps the rounding of float32 from being divided by next to nothing.
EPSILON = st.just(1e-4)
TWINS = {
    Nesterov: (naive_nesterov, {"momentum": share}),
    Adagrad: (naive_adagrad, {"epsilon": EPSILON}),
    RMSprop: (naive_rmsprop, {"memory": share, "epsilon": EPSILON}),
    Adadelta: (naive_adadelta, {"memory": share, "epsilon": EPSILON}),
    Adamax: (naive_adamax, {"beta1": share, "beta2": slow_share, "epsilon": EPSILON}),
    AdamW: (
        naive_adamw,
        {
            "beta1": share,
            "beta2": slow_share,
            "epsilon": EPSILON,
            "weight_decay": st.floats(0, 0.5),
        },
    ),
}
PATHS = TWINS | {
    SGD: (lambda *walk: naive_momentum(*walk, momentum=0.0), {}),
    Momentum: (lambda *walk: naive_momentum(*walk, momentum=0.9), {}),
    Adam: (naive_adam, {}),
    Lion: (naive_lion, {}),
}


@pytest.mark.parametrize("dtype", sorted(TOLERANCE))
@pytest.mark.parametrize("cls", TWINS)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_an_optimizer_is_the_algorithm_of_its_paper(dtype, cls, data, seed):
    naive, drawn = TWINS[cls]
    chosen = {name: data.draw(values) for name, values in drawn.items()}
    weights, updates, factors = random_walk(seed, dtype)
    path = walk(cls(rate=0.05, **chosen), weights, updates, factors)
    expected = naive(weights, updates, 0.05 * factors, **chosen)
    assert_same_path(path, expected, dtype)


# The sign of a mean that rounding alone keeps from 0 is rounding's, so Lion is walked in float64.
@given(seed=st.integers(0, 2**32), beta1=share, beta2=share, decay=st.floats(0, 0.5))
def test_lion_is_the_algorithm_of_its_paper(seed, beta1, beta2, decay):
    weights, updates, factors = random_walk(seed, "float64")
    lion = Lion(rate=0.05, beta1=beta1, beta2=beta2, weight_decay=decay)
    expected = naive_lion(weights, updates, 0.05 * factors, beta1, beta2, decay)
    np.testing.assert_allclose(walk(lion, weights, updates, factors), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cls", PATHS)
def test_an_optimizer_has_the_defaults_of_its_twin(cls):
    weights, updates, _ = random_walk(2, "float64")
    optimizer = cls()
    expected = PATHS[cls][0](weights, updates, [optimizer.rate] * len(updates))
    np.testing.assert_allclose(walk(optimizer, weights, updates), expected, rtol=1e-12)


@pytest.mark.parametrize("cls", PATHS)
def test_the_rate_of_a_step_stays_in_its_bounds(cls):
    weights, updates, factors = random_walk(5, "float64")
    bounded = cls(rate=0.05, rate_min=0.02, rate_max=0.03)
    expected = PATHS[cls][0](weights, updates, np.clip(0.05 * factors, 0.02, 0.03))
    np.testing.assert_allclose(walk(bounded, weights, updates, factors), expected, rtol=1e-12)


@pytest.mark.parametrize("cls", PATHS)
def test_an_optimizer_in_float32_makes_no_weight_a_float64(cls):
    weights, updates, factors = random_walk(6, "float32")
    assert {found.dtype for found in walk(cls(), weights, updates, factors)} == {weights.dtype}


def test_nesterov_takes_the_update_at_the_place_to_which_the_last_step_leads():
    # On the parabola -a w^2 / 2, whose update at w is -a w, by the equations of the paper.
    a, rate, momentum = np.array([[1.0, 30.0]]), 0.03, 0.8
    theta, v = np.array([[2.0, -1.0]]), np.zeros((1, 2))
    ahead = []
    for _ in range(20):
        v = momentum * v + rate * -a * (theta + momentum * v)
        theta = theta + v
        ahead.append(theta + momentum * v)
    weights, found = np.array([[2.0, -1.0]]), []
    nesterov = Nesterov(rate=rate, momentum=momentum)
    walk(nesterov, weights, [np.zeros((1, 2))])
    for _ in range(20):
        nesterov.apply_update(weights, -a * weights, _Clock())
        found.append(weights.copy())
    np.testing.assert_allclose(found, ahead, rtol=0, atol=1e-12)


class _Clock:
    rate_factor = 1.0


def test_adamw_is_the_paper_with_its_lambda_as_rate_times_weight_decay():
    weights, updates, eta = random_walk(7, "float64")
    path = walk(AdamW(rate=0.05, weight_decay=0.2), weights, updates, eta)
    expected = naive_adamw(weights, updates, eta, weight_decay=0.2, alpha=0.05)
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_adamw_without_decay_is_adam():
    weights, updates, factors = random_walk(8, "float32")
    plain = walk(Adam(rate=0.05), weights, updates, factors)
    assert np.array_equal(
        walk(AdamW(rate=0.05, weight_decay=0.0), weights, updates, factors), plain
    )


@pytest.mark.parametrize("cls", [Adagrad, RMSprop, Adadelta, Adamax, Lion])
def test_a_weight_that_never_gets_an_update_stays(cls):
    path = walk(cls(), np.full((1, 1), 0.3), np.zeros((3, 1, 1)))
    assert np.array_equal(np.ravel(path), [0.3] * 3)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("cls", [Adagrad, Adamax, Lion])
def test_the_first_step_is_the_rate_whatever_the_size_of_the_update(cls, size):
    path = walk(cls(rate=0.5), np.zeros((1, 2)), np.array([[[size, -size]]]))
    np.testing.assert_allclose(path[0], [[0.5, -0.5]], rtol=1e-4)
