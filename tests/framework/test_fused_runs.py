"""Runs of compiled steps: threads, ties, numbers that are none, phases, layers, snapshots."""

import numba
import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, Phase, assemble, component, hookimpl, rule
from plasticity.errors import ContractError
from plasticity_plugins.activations.linear import Linear
from plasticity_plugins.activations.relu import Relu
from plasticity_plugins.constraints.bounds import Bounds
from plasticity_plugins.constraints.row_norm import RowNorm
from plasticity_plugins.initializers.normal import Normal
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.optimizers.adam import Adam
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.hebb import hebb
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.rules.oja import oja
from plasticity_plugins.thresholds.moving_average import MovingAverage
from plasticity_plugins.transforms.max_abs import MaxAbs

SAMPLES = np.random.default_rng(3).random((30, 6))
LARGE = np.random.default_rng(4).random((250, 100))  # 50 neurons, batches of 50: two threads
BCM = {
    "rule": lc94(),
    "threshold": MovingAverage(),
    "lateral": UniformLateral(strength=-0.01),
    "optimizer": Adam(),
}
RANKED = {"rule": KrotovHopfield(power=3.0, rank=4), "transforms": (MaxAbs(),)}


@rule("tangent")
def tangent(y, limit: float = 1.0):
    return 1 / (limit - y)


def layer(**parts):
    parts = {
        "neurons": 5,
        "rule": oja(),
        "activation": Relu(),
        "optimizer": SGD(rate=0.05),
        "initializer": Normal(mean=0.1, std=0.3),
    } | parts
    return Layer(**parts)


def simulation(*layers, samples=SAMPLES, listeners=(), **changes):
    changes = {"batch_size": 7, "epochs": 3, "seed": 2, "fuse": "always"} | changes
    return assemble(Experiment(data=Data(samples), layers=layers, **changes), listeners)


def trained(*layers, **changes):
    made = simulation(*layers, **changes)
    made.run()
    return made


def kept(made):
    return {
        (place, name): array
        for place, state in made.snapshot().items()
        for name, array in state["arrays"].items()
    }


def assert_same_bits(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.tobytes() == other[name].tobytes(), name


def assert_as_planned(*layers, **changes):
    """Compiled and planned runs end alike, up to the rounding of sums in another order."""
    found = kept(trained(*layers, **changes))
    for name, array in kept(trained(*layers, fuse="never", **changes)).items():
        np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-6, err_msg=str(name))


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
    made = trained(layer(**parts), listeners=[Spoils(value)], epochs=1)
    planned = trained(layer(**parts), listeners=[Spoils(value)], epochs=1, fuse="never")
    assert made.explain_step(made.layers[0]) is None
    found, expected = (each.layers[0].arrays["weights"] for each in (made, planned))
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    assert not np.isfinite(found).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_neuron_that_wins_no_sample_takes_in_nothing_that_is_not_a_number():
    """Where all others stay as they are, the plan multiplies their zeros by NaN."""
    made = trained(layer(**RANKED), listeners=[Spoils(np.nan)], epochs=1)
    planned = trained(layer(**RANKED), listeners=[Spoils(np.nan)], epochs=1, fuse="never")
    found, expected = (each.layers[0].arrays["weights"] for each in (made, planned))
    assert np.isnan(expected).all()
    spoilt = np.isnan(found).all(axis=1)
    assert 0 < spoilt.sum() < len(found)
    assert np.isfinite(found[~spoilt]).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_rule_that_divides_by_zero_makes_infinite_weights():
    # The weights are below 0, so no neuron is active: 1 / (0 - 0).
    parts = {"rule": tangent(limit=0.0), "initializer": Normal(mean=-1.0, std=0.1)}
    found = trained(layer(**parts), epochs=1).layers[0].arrays["weights"]
    planned = trained(layer(**parts), epochs=1, fuse="never").layers[0].arrays["weights"]
    assert np.isposinf(found).all()
    assert np.array_equal(found, planned)


@pytest.mark.parametrize("batch_size", [7, 1])
def test_rules_learn_in_their_phases(batch_size):
    terms = (
        hebb().during("rearing")
        + 0.3 * oja().during("rearing", "late")
        + 0.2 * tangent(limit=50.0).during("late")
    )
    phases = (Phase("rearing", 1), Phase("dark", 1), Phase("late", 2))
    assert_as_planned(layer(rule=terms), epochs=None, phases=phases, batch_size=batch_size)


@pytest.mark.parametrize("training", ["together", "layer_by_layer"])
def test_two_layers_learn_as_planned(training):
    two = (layer(**RANKED), layer(neurons=3, activation=Linear()))
    assert_as_planned(*two, training=training)


class Freezes:
    """Registers a listener in the middle of a run that changes the weights, then takes it back."""

    def __init__(self):
        self.simulation, self.prunes, self.reasons = None, Prunes(), []

    @hookimpl
    def step_finished(self, clock):
        if clock.step == 4:
            self.simulation.register(self.prunes)
        if clock.step == 8:
            self.simulation.manager.unregister(self.prunes)
        made = self.simulation
        self.reasons.append(made.explain_step(made.layers[0]))


class Prunes:
    @hookimpl
    def constrain_weights(self, weights):
        weights[:, 0] = 0


class Blurs:
    @hookimpl
    def encode(self, x):
        x[:, 1:] = x[:, :1]


@pytest.mark.parametrize("batch_size", [7, 1])
def test_a_listener_may_come_and_go_in_the_middle_of_a_run(batch_size):
    ranked = layer(**RANKED)
    ends = []
    for fuse in ("always", "never"):
        freezes = Freezes()
        made = simulation(ranked, listeners=[freezes], fuse=fuse, batch_size=batch_size)
        freezes.simulation = made
        made.run()
        ends.append(kept(made))
        if fuse == "always":
            told = "'prunes' answers constrain_weights from outside the spec"
            assert freezes.reasons[2:9] == [None, told, told, told, told, None, None]
    for name, array in ends[1].items():
        np.testing.assert_allclose(ends[0][name], array, rtol=1e-4, atol=1e-6)


class Registers:
    """Registers a listener after the second step."""

    def __init__(self, listener):
        self.listener = listener

    @hookimpl
    def step_finished(self, clock):
        if clock.step == 2:
            self.simulation.register(self.listener)


def test_an_encoder_that_comes_in_the_middle_of_a_run_is_heard():
    ends = []
    for fuse in ("always", "never"):
        registers = Registers(Blurs())
        registers.simulation = simulation(layer(**RANKED), listeners=[registers], fuse=fuse)
        registers.simulation.run()
        ends.append(registers.simulation.layers[0].arrays["weights"])
    np.testing.assert_allclose(*ends, rtol=1e-4, atol=1e-6)


class Halts:
    @hookimpl
    def should_stop(self, clock):
        return "halted" if clock.step == 6 else None


@pytest.mark.parametrize("batch_size", [7, 1])
@pytest.mark.parametrize("parts", [BCM, RANKED], ids=["bcm", "krotov_hopfield"])
def test_a_run_that_goes_on_from_a_snapshot_leaves_the_same_bits(parts, batch_size):
    whole = trained(layer(**parts), batch_size=batch_size)
    begun = trained(layer(**parts), batch_size=batch_size, listeners=[Halts()])
    resumed = simulation(layer(**parts), batch_size=batch_size)
    resumed.restore(begun.snapshot())
    resumed.run()
    assert_same_bits(kept(resumed), kept(whole))
    begun.restore(begun.snapshot())
    begun.manager.unregister(begun.whole.components["listeners[0]"])
    begun.run()
    assert_same_bits(kept(begun), kept(whole))


def test_weights_that_are_changed_between_two_runs_are_used():
    ends = []
    for fuse in ("always", "never"):
        made = trained(layer(**RANKED), fuse=fuse, listeners=[Halts()], batch_size=3)
        made.layers[0].arrays["weights"][...] += 0.5
        made.run()
        assert made.layers[0].clock.step == 30
        ends.append(made.layers[0].arrays["weights"])
    np.testing.assert_allclose(*ends, rtol=1e-4, atol=1e-6)


@component
class Peeks:
    """Listener that takes an array by name without saying so."""

    @hookimpl
    def step_finished(self, layer):
        layer.array("update")


def test_an_array_that_is_not_kept_is_not_handed_out():
    with pytest.raises(ContractError) as caught:
        trained(layer(), listeners=[Peeks()])
    assert str(caught.value) == (
        "layer_0: a compiled step does not keep 'update'; name it in an attribute looks_at of the "
        'listener, or give the experiment fuse = "never"'
    )


def test_a_layer_that_learns_nothing_keeps_its_arrays_for_all_to_see():
    phases = (Phase("dark", 1), Phase("light", 1))
    made = simulation(layer(rule=oja().during("light")), epochs=None, phases=phases)
    seen = []

    class Looks:
        @hookimpl
        def step_finished(self, layer):
            seen.append("update" in layer.names)

    made.register(Looks())
    made.run()
    assert seen == [True] * 5 + [False] * 5
