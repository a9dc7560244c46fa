"""Arrays of a layer, what a snapshot holds, and going on from one."""

import numpy as np
import pytest

from plasticity import Rule, Stream, Variable, assemble, component, hookimpl
from plasticity.errors import ContractError
from tests.support.toys import (
    SAMPLES,
    Notes,
    Plain,
    ToyHebb,
    experiment,
    layer,
    trained,
    weights_of,
)


@component
class Momentous(Plain):
    """An optimizer with a memory and with noise: all of its state decides the next step."""

    velocity = Variable(("neuron", "input"), description="velocity")
    count = Variable((), dtype="int64", description="steps")
    rng = Stream()

    @hookimpl
    def apply_update(self, weights, update):
        self.count += 1
        self.velocity *= weights.dtype.type(0.9)
        self.velocity += update + self.rng.random(update.shape, update.dtype) / (10 + self.count)
        weights += weights.dtype.type(0.01) * self.velocity
        return weights


def made(**changes):
    """Two layers with state of their own, 3 batches an epoch of which the last is not full."""
    layers = (layer(optimizer=Momentous()), layer(neurons=2, optimizer=Momentous()))
    return experiment(*layers, batch_size=8, epochs=2, **changes)


class Takes:
    """Takes a snapshot after one step."""

    def __init__(self, step, layer):
        self.at, self.taken = (layer, step), None

    @hookimpl(trylast=True)  # as a checkpoint, when all others have heard of the step
    def step_finished(self, layer, clock):
        if (layer.name, clock.step) == self.at:
            self.taken = self.simulation.snapshot()


def taken(step, layer, **changes):
    """The snapshot after a step, and the simulation after its whole run."""
    takes = Takes(step, layer)
    takes.simulation = assemble(made(**changes), [takes])
    takes.simulation.run()
    return takes.taken, takes.simulation


def assert_same_state(one, other):
    for mine, yours in zip(one.layers, other.layers, strict=True):
        assert mine.arrays.keys() == yours.arrays.keys()
        for name in mine.checkpointed:
            assert np.array_equal(mine.arrays[name], yours.arrays[name]), name
        assert mine.clock == yours.clock


@pytest.mark.parametrize("step", range(1, 7))
def test_a_run_goes_on_from_a_snapshot_as_if_nothing_had_happened(step):
    snapshot, whole = taken(step, "layer_1")
    resumed = assemble(made())
    resumed.restore(snapshot)
    resumed.run()
    assert_same_state(resumed, whole)


@pytest.mark.parametrize("step", range(1, 7))
@pytest.mark.parametrize("at", ["layer_0", "layer_1"])
def test_layers_trained_one_by_one_go_on_from_a_snapshot_too(step, at):
    snapshot, whole = taken(step, at, training="layer_by_layer")
    resumed = assemble(made(training="layer_by_layer"))
    resumed.restore(snapshot)
    resumed.run()
    assert_same_state(resumed, whole)


@pytest.mark.parametrize("step", [2, 3])
def test_a_simulation_can_go_back_to_a_snapshot_of_its_own(step):
    snapshot, whole = taken(step, "layer_1")
    notes = Notes(every=2)
    whole.register(notes)
    expected = {name: array.copy() for name, array in whole.layers[1].checkpointed.items()}
    whole.restore(snapshot)
    whole.run()
    assert all(np.array_equal(whole.layers[1].arrays[name], expected[name]) for name in expected)
    assert [at for name, at in notes.steps if name == "layer_1"] == [4, 6]


def test_a_snapshot_does_not_change_when_the_run_goes_on():
    simulation = assemble(made())
    snapshot = simulation.snapshot()
    before = snapshot["layer_0"]["arrays"]["weights"].copy()
    simulation.run()
    assert np.array_equal(snapshot["layer_0"]["arrays"]["weights"], before)
    assert snapshot["layer_0"]["clock"]["step"] == 0


def test_a_snapshot_holds_the_state_and_nothing_else(monkeypatch):
    monkeypatch.setattr("plasticity.simulation.from_spec._diagnostics", dict)
    snapshot = assemble(made()).snapshot()
    assert {name: sorted(kept["arrays"]) for name, kept in snapshot.items()} == {
        "experiment": ["batches.order"],
        "layer_0": ["layers[0].optimizer.count", "layers[0].optimizer.velocity", "weights"],
        "layer_1": ["layers[1].optimizer.count", "layers[1].optimizer.velocity", "weights"],
    }
    assert {name: sorted(kept["streams"]) for name, kept in snapshot.items()} == {
        "experiment": ["batches.rng"],
        "layer_0": ["layers[0].initializer.rng", "layers[0].optimizer.rng"],
        "layer_1": ["layers[1].initializer.rng", "layers[1].optimizer.rng"],
    }


# -- arrays that components share --------------------------------------------------------------


@component
class Traces(Rule):
    """Fills an array that others read under its name, one value a neuron and sample."""

    trace = Variable(("neuron", "sample"), intent="out")
    total = Variable(("neuron",), intent="out")

    @hookimpl
    def modulate(self, activity, modulation):
        self.trace[...] = 2 * activity
        self.total[...] = self.trace.sum(axis=1)
        modulation += activity


@component
class Follows(Rule):
    trace = Variable(("neuron", "sample"), intent="in")
    total = Variable(("neuron",), intent="in")
    kept = Variable(("neuron",))

    @hookimpl
    def modulate(self, activity):
        assert np.array_equal(self.trace, 2 * activity)
        self.kept[...] = self.total


def test_a_component_reads_what_another_one_writes():
    simulation = trained(layer(rule=Traces() + Follows()), batch_size=8)
    arrays = simulation.layers[0].arrays
    assert np.array_equal(arrays["layers[0].rule[1].kept"], arrays["total"])
    assert np.any(arrays["total"])


def test_components_of_two_layers_do_not_share_their_arrays():
    rule = Traces()
    simulation = trained(layer(rule=rule), layer(rule=rule, neurons=2))
    totals = [one.arrays["total"] for one in simulation.layers]
    assert [total.shape for total in totals] == [(3,), (2,)]
    assert all(np.any(total) for total in totals)


# -- what observers see ------------------------------------------------------------------------


class Looks:
    @hookimpl
    def step_finished(self, layer):
        self.layer = layer
        self.x = layer.array("x").copy()


def test_a_view_of_a_layer_gives_arrays_by_name():
    looks = Looks()
    simulation = trained(layer(optimizer=Momentous()), listeners=[looks], batch_size=8)
    assert looks.layer.name == "layer_0"
    assert looks.x.shape == (4, 4)
    assert np.array_equal(looks.layer.array("weights"), weights_of(simulation))
    assert looks.layer.array("layers[0].optimizer.velocity").shape == (3, 4)
    assert looks.layer.declaration("layers[0].optimizer.velocity").description == "velocity"
    assert looks.layer.answers["apply_update"] == ("momentous",)


def test_a_view_has_no_array_of_an_unknown_name():
    looks = Looks()
    trained(listeners=[looks])
    with pytest.raises(ContractError) as caught:
        looks.layer.array("weigths")
    assert str(caught.value) == (
        "layer_0 has no array 'weigths' (it has 'activity', 'current', 'decay', 'modulation', "
        "'update', 'weights', 'x')"
    )


# -- random streams ----------------------------------------------------------------------------


def test_two_layers_start_from_different_weights():
    simulation = assemble(experiment(layer(neurons=4), layer(neurons=4)))
    assert not np.array_equal(weights_of(simulation, 0), weights_of(simulation, 1))


def test_a_second_rule_changes_no_other_stream():
    one = assemble(experiment(layer()))
    two = assemble(experiment(layer(rule=ToyHebb() + ToyHebb())))
    assert np.array_equal(weights_of(one), weights_of(two))


def test_a_stream_is_not_there_before_assembly():
    with pytest.raises(ContractError) as caught:
        Momentous().rng  # noqa: B018 - looking is the test
    assert str(caught.value) == (
        "Momentous.rng has no stream yet: it is given when a simulation is assembled"
    )


def test_the_samples_of_an_evaluation_are_drawn_once_and_in_their_order():
    simulation = assemble(experiment(measure_samples=6))
    rows = simulation.evaluation.samples
    places = [np.flatnonzero(np.all(SAMPLES.astype(np.float32) == row, axis=1)) for row in rows]
    assert [len(place) for place in places] == [1] * 6
    assert np.all(np.diff(np.concatenate(places)) > 0)
    assert np.array_equal(assemble(experiment(measure_samples=6)).evaluation.samples, rows)
