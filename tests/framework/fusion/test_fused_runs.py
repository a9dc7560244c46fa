"""Runs of compiled steps: threads, ties, numbers that are none, phases, layers."""

import numba
import numpy as np
import pytest

from plasticity import Phase, hookimpl, rule
from plasticity.errors import DivergenceError
from plasticity.fusion.blocks import rows_at_a_time
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.constraints.bounds import Bounds
from plasticity_plugins.constraints.scaling import RowNorm
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.schedules.falling import LinearToZero
from plasticity_plugins.transforms.updates import MaxAbs
from tests.support.fused import (
    BCM,
    LARGE,
    RANKED,
    assert_as_planned,
    assert_same_bits,
    kept,
    layer,
    simulation,
    trained,
)


@rule("tangent")
def tangent(y, limit: float = 1.0):
    return 1 / (limit - y)


@pytest.fixture
def one_thread():
    """Lets Numba run the test on one thread, and gives the others back."""
    count = numba.get_num_threads()
    numba.set_num_threads(1)
    yield lambda: numba.set_num_threads(count)
    numba.set_num_threads(count)


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="there is one core")
@pytest.mark.parametrize("parts", [BCM, RANKED], ids=["bcm", "krotov_hopfield"])
def test_the_number_of_threads_changes_no_bit(parts, one_thread):
    alone = kept(trained(layer(neurons=50, **parts), samples=LARGE, batch_size=50))
    one_thread()
    together = kept(trained(layer(neurons=50, **parts), samples=LARGE, batch_size=50))
    again = kept(trained(layer(neurons=50, **parts), samples=LARGE, batch_size=50))
    assert_same_bits(together, alone)
    assert_same_bits(together, again)


@pytest.mark.parametrize("parts", [BCM, RANKED], ids=["bcm", "krotov_hopfield"])
def test_a_step_that_is_shared_among_threads_does_what_the_plan_does(parts):
    assert_as_planned(layer(neurons=50, **parts), samples=LARGE, batch_size=50, epochs=1)


@pytest.mark.parametrize("count", [1, 3, 1000])
@pytest.mark.parametrize("parts", [BCM, RANKED], ids=["bcm", "krotov_hopfield"])
def test_it_does_not_matter_how_many_neurons_a_step_takes_at_a_time(parts, count, monkeypatch):
    fast = kept(trained(layer(neurons=50, **parts), samples=LARGE, batch_size=50))
    monkeypatch.setattr("plasticity.fusion.step.rows_at_a_time", lambda *shape: count)
    found = kept(trained(layer(neurons=50, **parts), samples=LARGE, batch_size=50))
    for name, array in fast.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-6, err_msg=str(name))


@pytest.mark.parametrize(
    ("n_sample", "n_input", "count"),
    [(100, 784, 12), (20, 784, 60), (100, 64, 12), (10, 784, 120), (200, 1000, 4)],
)
def test_neurons_are_taken_a_few_at_a_time_where_blas_is_fast_on_a_few(n_sample, n_input, count):
    assert rows_at_a_time(2000, n_sample, n_input) in (count, 2000)


@pytest.mark.parametrize(("n_sample", "n_input"), [(100, 3072), (1000, 784), (5000, 10)])
def test_neurons_are_taken_all_at_once_where_a_product_of_a_few_is_large(n_sample, n_input):
    assert rows_at_a_time(2000, n_sample, n_input) == 2000


def test_units_with_equal_currents_rank_by_their_index():
    samples = np.ones((6, 3)) / 2
    ranked = layer(**RANKED | {"initializer": Normal(mean=0.5, std=1e-30)})
    made = trained(ranked, samples=samples, batch_size=6, epochs=1)
    planned = trained(ranked, samples=samples, batch_size=6, epochs=1, fuse="never")
    assert_same_bits(kept(made), kept(planned))
    weights = made.layers[0].arrays["weights"]
    assert np.array_equal(weights[[1, 2, 4]], np.full((3, 3), np.float32(0.5)))
    assert np.all(weights[0] > 0.5)  # the norm is below 1: the winner grows, the fourth shrinks
    assert np.all(weights[3] < 0.5)


class Spoils:
    """Encoder that puts a value into one sample of one step."""

    def __init__(self, value):
        self.value = value

    @hookimpl
    def encode(self, x, clock):
        if clock.step == 2:
            x[1, 2] = self.value


def diverged(*layers, **changes):
    """A simulation whose run ended because its weights are no numbers."""
    made = simulation(*layers, **changes)
    with pytest.raises(DivergenceError):
        made.run()
    return made


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    "parts",
    [
        {"rule": hebb(), "transforms": (MaxAbs(),)},
        {"constraints": (RowNorm(at_most=True), Bounds())},
        BCM,
    ],
    ids=["max_abs", "constraints", "bcm"],
)
def test_what_is_not_a_number_goes_where_it_goes_in_the_plan(parts, value):
    made = diverged(layer(**parts), listeners=[Spoils(value)], epochs=1)
    planned = diverged(layer(**parts), listeners=[Spoils(value)], epochs=1, fuse="never")
    assert made.explain_step(made.layers[0]) is None
    found, expected = (each.layers[0].arrays["weights"] for each in (made, planned))
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    assert not np.isfinite(found).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_neuron_that_wins_no_sample_takes_in_nothing_that_is_not_a_number():
    """Where all others stay as they are, the plan multiplies their zeros by NaN."""
    made = diverged(layer(**RANKED), listeners=[Spoils(np.nan)], epochs=1)
    planned = diverged(layer(**RANKED), listeners=[Spoils(np.nan)], epochs=1, fuse="never")
    found, expected = (each.layers[0].arrays["weights"] for each in (made, planned))
    assert np.isnan(expected).all()
    spoilt = np.isnan(found).all(axis=1)
    assert 0 < spoilt.sum() < len(found)
    assert np.isfinite(found[~spoilt]).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_rule_that_divides_by_zero_makes_infinite_weights():
    # The weights are below 0, so no neuron is active: 1 / (0 - 0).
    parts = {"rule": tangent(limit=0.0), "initializer": Normal(mean=-1.0, std=0.1)}
    found = diverged(layer(**parts), epochs=1).layers[0].arrays["weights"]
    planned = diverged(layer(**parts), epochs=1, fuse="never").layers[0].arrays["weights"]
    assert np.isposinf(found).all()
    assert np.array_equal(found, planned)


@pytest.mark.parametrize("batch_size", [7, 1])
def test_rules_learn_in_their_phases_and_on_their_schedules(batch_size):
    terms = (
        hebb().during("rearing")
        + 0.3 * oja().during("rearing", "late")
        + 0.2 * tangent(limit=50.0).during("late")
        + 0.1 * oja().following(LinearToZero(per="step"))
        + hebb().following("cosine")
    )
    phases = (Phase("rearing", 1), Phase("dark", 1), Phase("late", 2))
    assert_as_planned(layer(rule=terms), epochs=None, phases=phases, batch_size=batch_size)


@pytest.mark.parametrize("training", ["together", "layer_by_layer"])
def test_two_layers_learn_as_planned(training):
    two = (layer(**RANKED), layer(neurons=3, activation=Linear()))
    assert_as_planned(*two, training=training)
