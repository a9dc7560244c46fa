import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, Phase, assemble, hookimpl
from plasticity.errors import ContractError
from plasticity.kernels.loops import interpreting
from plasticity_plugins.optimizers.adagrad import Adadelta, Adagrad, RMSprop
from plasticity_plugins.optimizers.adam import Adam, Adamax, AdamW, Lion
from plasticity_plugins.optimizers.sgd import SGD, Momentum, Nesterov
from tests.naive.optimizers import naive_adam, naive_momentum
from tests.support.walking import assert_same_path, random_walk, walk

OPTIMIZERS = (SGD, Momentum, Nesterov, Adagrad, RMSprop, Adadelta, Adam, Adamax, AdamW, Lion)
dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])
SAMPLES = np.random.default_rng(4).random((8, 5))


def experiment(*optimizers, **changes):
    """Layers of four neurons that learn by Hebb's rule, one for each optimizer."""
    rule = changes.pop("rule", "hebb")
    layers = [
        Layer(
            neurons=4,
            rule=rule,
            activation="tanh",
            optimizer=optimizer,
            initializer="glorot_normal",
        )
        for optimizer in optimizers
    ]
    defaults = {"data": Data(SAMPLES), "batch_size": 4, "dtype": "float64"}
    return Experiment(layers=layers, **{**defaults, **changes})


def trained_weights(described):
    simulation = assemble(described)
    simulation.run()
    return [layer.arrays["weights"] for layer in simulation.layers]


@dtypes
def test_sgd_steps_along_the_update(dtype):
    weights, updates, factors = random_walk(0, dtype)
    path = walk(SGD(rate=0.05), weights, updates, factors)
    steps = 0.05 * factors[:, np.newaxis, np.newaxis] * updates.astype("float64")
    assert_same_path(path, weights + np.cumsum(steps, axis=0), dtype)


@dtypes
@given(seed=st.integers(0, 2**32), momentum=st.floats(0, 0.99))
def test_momentum_is_its_naive_twin(dtype, seed, momentum):
    weights, updates, factors = random_walk(seed, dtype)
    path = walk(Momentum(rate=0.05, momentum=momentum), weights, updates, factors)
    expected = naive_momentum(weights, updates, 0.05 * factors, momentum)
    assert_same_path(path, expected, dtype)


def test_momentum_takes_the_steps_of_the_equation_by_hand():
    path = walk(
        Momentum(rate=0.1, momentum=0.5), np.array([[1.0]]), np.array([[[2.0]], [[-1.0]], [[0.0]]])
    )
    # v = 0.2, then 0.5 * 0.2 - 0.1 = 0, then 0.5 * 0 + 0 = 0.
    np.testing.assert_allclose(np.ravel(path), [1.2, 1.2, 1.2], rtol=1e-15)


def test_momentum_under_a_constant_update_ends_at_rate_over_one_minus_momentum():
    path = walk(Momentum(rate=0.1, momentum=0.9), np.zeros((1, 1)), np.ones((400, 1, 1)))
    assert (path[-1] - path[-2]).item() == pytest.approx(0.1 / (1 - 0.9), rel=1e-12)


def test_momentum_of_zero_is_sgd():
    weights, updates, factors = random_walk(1, "float64")
    plain = walk(SGD(rate=0.05), weights, updates, factors)
    assert np.array_equal(walk(Momentum(rate=0.05, momentum=0.0), weights, updates, factors), plain)


@dtypes
@given(seed=st.integers(0, 2**32), beta1=st.floats(0, 0.99), beta2=st.floats(0, 0.9999))
def test_adam_is_algorithm_1_of_its_paper(dtype, seed, beta1, beta2):
    weights, updates, factors = random_walk(seed, dtype)
    adam = Adam(rate=0.05, beta1=beta1, beta2=beta2, epsilon=1e-4)
    path = walk(adam, weights, updates, factors)
    expected = naive_adam(weights, updates, 0.05 * factors, beta1, beta2, 1e-4)
    assert_same_path(path, expected, dtype)


def test_adam_has_the_defaults_of_its_paper():
    weights, updates, _ = random_walk(2, "float64")
    expected = naive_adam(weights, updates, [0.001] * len(updates), 0.9, 0.999, 1e-8)
    np.testing.assert_allclose(walk(Adam(), weights, updates), expected, rtol=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_first_step_of_adam_is_the_rate_whatever_the_size_of_the_update(size):
    path = walk(Adam(rate=0.5, epsilon=1e-12), np.zeros((1, 2)), np.array([[[size, -size]]]))
    np.testing.assert_allclose(path[0], [[0.5, -0.5]], rtol=1e-8)


def test_adam_leaves_a_weight_that_never_gets_an_update():
    path = walk(Adam(), np.full((1, 1), 0.3), np.zeros((3, 1, 1)))
    assert np.array_equal(np.ravel(path), [0.3] * 3)


@dtypes
def test_the_kernel_of_adam_is_the_same_without_the_jit(dtype):
    weights, updates, factors = random_walk(3, dtype)
    compiled = walk(Adam(), weights, updates, factors)
    with interpreting():
        plain = walk(Adam(), weights, updates, factors)
    # The compiler may fuse a product and a sum, which rounds once where Python rounds twice.
    np.testing.assert_allclose(compiled, plain, rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_an_optimizer_given_to_two_layers_gives_each_a_state_of_its_own(cls):
    shared = cls(rate=0.05)
    together = trained_weights(experiment(shared, shared, epochs=3))
    apart = trained_weights(experiment(cls(rate=0.05), cls(rate=0.05), epochs=3))
    for weights, expected in zip(together, apart, strict=True):
        assert np.array_equal(weights, expected)


@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_an_optimizer_given_to_two_experiments_starts_both_anew(cls):
    shared = cls(rate=0.05)
    first, second = (trained_weights(experiment(shared, epochs=3))[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_the_optimizer_object_of_a_spec_never_gets_arrays():
    shared = Momentum()
    trained_weights(experiment(shared, shared))
    with pytest.raises(ContractError) as error:
        _ = shared.velocity
    assert str(error.value) == (
        "Momentum.velocity has no array yet: it is allocated when a simulation is assembled"
    )


def test_each_layer_keeps_its_own_velocity():
    simulation = assemble(experiment(Momentum(), Momentum()))
    simulation.run()
    lower, upper = (
        layer.arrays[f"layers[{index}].optimizer.velocity"]
        for index, layer in enumerate(simulation.layers)
    )
    assert not np.shares_memory(lower, upper)
    assert lower.any()
    assert upper.any()


class Watcher:
    """Copies weights and phase after every step."""

    def __init__(self):
        self.seen = []

    @hookimpl
    def step_finished(self, clock, weights):
        self.seen.append((clock.phase, weights.copy()))


@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_weights_stay_exactly_as_they_are_in_a_phase_that_learns_nothing(cls):
    from plasticity_plugins.rules.correlation import hebb

    watcher = Watcher()
    phases = [Phase("rearing", 2), Phase("dark", 2), Phase("light", 1)]
    described = experiment(cls(rate=0.05), rule=hebb().during("rearing", "light"), phases=phases)
    assemble(described, [watcher]).run()
    by_phase = {
        name: [weights for phase, weights in watcher.seen if phase == name]
        for name in ("rearing", "dark", "light")
    }
    assert len(by_phase["dark"]) == 4
    for weights in by_phase["dark"]:
        assert np.array_equal(weights, by_phase["rearing"][-1])
    assert not np.array_equal(by_phase["light"][0], by_phase["dark"][-1])


def test_momentum_goes_on_after_a_phase_without_learning_as_if_there_had_been_none():
    from plasticity_plugins.rules.correlation import hebb

    phases = [Phase("rearing", 2), Phase("dark", 3), Phase("light", 1)]
    paused = experiment(
        Momentum(), rule=hebb().during("rearing", "light"), phases=phases, shuffle=False
    )
    straight = experiment(Momentum(), epochs=3, shuffle=False)
    assert np.array_equal(trained_weights(paused)[0], trained_weights(straight)[0])
