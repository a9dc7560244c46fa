"""Epochs, batches, layers, phases and schedules: what the loop does, on toy components."""

import attrs
import numpy as np
import pytest
from toys import SAMPLES, Notes, Small, ToyHebb, experiment, layer, trained, weights_of

from plasticity import Data, Phase, Rule, Stream, Variable, assemble, component, hookimpl


def by_hand(weights, batches, rate=0.1):
    """The weights after each batch, by the formula of ToyHebb."""
    for x in batches:
        y = weights @ x.T
        weights = weights + rate * (y @ x / len(x) - 0.1 * weights)
    return weights


def start_of(simulation, index=0):
    return weights_of(assemble(simulation.experiment), index)


class Draws:
    """Notes the inputs and the weights of every step."""

    def __init__(self):
        self.x, self.weights = [], []

    @hookimpl
    def step_finished(self, layer, x, weights):
        if layer.name == "layer_0":
            self.x.append(x.copy())
        self.weights.append((layer.name, weights.copy()))


def drawn(**changes):
    draws = Draws()
    trained(listeners=[draws], **changes)
    return draws.x


def test_a_run_does_what_the_formula_says():
    draws = Draws()
    simulation = trained(listeners=[draws], dtype="float64", epochs=3)
    expected = by_hand(start_of(simulation), draws.x)
    # float64 keeps 16 digits; 12 steps lose less than 4 of them.
    np.testing.assert_allclose(weights_of(simulation), expected, rtol=1e-12)


def test_each_epoch_draws_every_sample_once():
    batches = drawn(epochs=3)
    for epoch in np.split(np.array(batches), 3):
        rows = epoch.reshape(20, 4)
        assert np.array_equal(rows[np.argsort(rows[:, 0])], sorted_samples())


def sorted_samples():
    return SAMPLES[np.argsort(SAMPLES[:, 0])].astype(np.float32)


def test_each_epoch_has_an_order_of_its_own():
    first, second = np.split(np.array(drawn(epochs=2)), 2)
    assert not np.array_equal(first, second)


def test_without_shuffling_samples_come_in_their_order():
    batches = drawn(epochs=2, shuffle=False)
    assert np.array_equal(np.vstack(batches), np.vstack([SAMPLES, SAMPLES]).astype(np.float32))


def test_a_last_batch_that_is_not_full_is_drawn():
    assert [len(x) for x in drawn(batch_size=8, epochs=2)] == [8, 8, 4, 8, 8, 4]


def test_a_last_batch_that_is_not_full_can_be_left_out():
    assert [len(x) for x in drawn(batch_size=8, epochs=2, drop_last=True)] == [8, 8, 8, 8]


def test_a_partial_batch_is_averaged_over_its_own_samples():
    draws = Draws()
    simulation = trained(listeners=[draws], batch_size=8, dtype="float64", epochs=2)
    np.testing.assert_allclose(
        weights_of(simulation), by_hand(start_of(simulation), draws.x), rtol=1e-12
    )


def test_batches_of_one_sample_learn_what_the_formula_says():
    draws = Draws()
    simulation = trained(listeners=[draws], batch_size=1, dtype="float64")
    assert len(draws.x) == 20
    np.testing.assert_allclose(
        weights_of(simulation), by_hand(start_of(simulation), draws.x), rtol=1e-12
    )


def test_one_neuron_with_one_input_learns_what_the_formula_says():
    draws = Draws()
    simulation = trained(
        layer(neurons=1), listeners=[draws], data=Data(SAMPLES[:, :1]), dtype="float64"
    )
    assert weights_of(simulation).shape == (1, 1)
    np.testing.assert_allclose(
        weights_of(simulation), by_hand(start_of(simulation), draws.x), rtol=1e-12
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_arrays_of_a_run_have_its_type(dtype):
    simulation = trained(layer(), layer(), dtype=dtype)
    arrays = [array for one in simulation.layers for array in one.batch_arrays(5).values()]
    assert {str(array.dtype) for array in arrays} == {dtype}


# -- time --------------------------------------------------------------------------------------


def events_of(*events, **changes):
    """What a listener hears of these events: name, step, epoch and phase."""
    heard = []

    def method(event):
        @hookimpl
        def listen(self, clock):
            heard.append((event, clock.step, clock.epoch, clock.phase))

        return listen

    listener = type("Listener", (), {event: method(event) for event in events})()
    trained(listeners=[listener], **changes)
    return heard


def test_the_clock_counts_steps_and_epochs():
    assert events_of(
        "epoch_started", "step_finished", "epoch_finished", batch_size=10, epochs=2
    ) == [
        ("epoch_started", 0, 0, ""),
        ("step_finished", 1, 0, ""),
        ("step_finished", 2, 1, ""),
        ("epoch_finished", 2, 1, ""),
        ("epoch_started", 2, 1, ""),
        ("step_finished", 3, 1, ""),
        ("step_finished", 4, 2, ""),
        ("epoch_finished", 4, 2, ""),
    ]


def test_phases_follow_one_another():
    phases = (Phase("dark", 1), Phase("light", 2))
    assert events_of("epoch_started", "epoch_finished", batch_size=20, phases=phases) == [
        ("epoch_started", 0, 0, "dark"),
        ("epoch_finished", 1, 1, "dark"),
        ("epoch_started", 1, 1, "light"),
        ("epoch_finished", 2, 2, "light"),
        ("epoch_started", 2, 2, "light"),
        ("epoch_finished", 3, 3, "light"),
    ]


def test_nothing_is_learned_in_a_phase_without_a_rule():
    draws = Draws()
    simulation = trained(
        layer(rule=ToyHebb().during("light")),
        listeners=[draws],
        batch_size=20,
        phases=(Phase("dark", 2), Phase("light", 1)),
    )
    start = start_of(simulation)
    same = [np.array_equal(weights, start) for _, weights in draws.weights]
    assert same == [True, True, False]


def test_the_update_is_zero_in_a_phase_without_a_rule():
    class Updates:
        norms = ()

        @hookimpl
        def step_finished(self, update):
            self.norms += (float(np.abs(update).max()),)

    updates = Updates()
    trained(
        layer(rule=ToyHebb().during("light")),
        listeners=[updates],
        batch_size=20,
        phases=(Phase("light", 1), Phase("dark", 1)),
    )
    assert updates.norms[0] > 0
    assert updates.norms[1] == 0


@component
class Halving:
    """f_t = 2^-t"""

    @hookimpl
    def schedule_rate(self, clock):
        return 0.5**clock.step


def test_the_schedule_multiplies_the_rate_of_its_step():
    draws = Draws()
    simulation = trained(layer(schedule=Halving()), listeners=[draws], dtype="float64")
    weights = start_of(simulation)
    for step, x in enumerate(draws.x):
        weights = by_hand(weights, [x], rate=0.1 * 0.5**step)
    np.testing.assert_allclose(weights_of(simulation), weights, rtol=1e-12)


def test_a_reason_to_stop_ends_the_run_and_is_told():
    class Enough:
        @hookimpl
        def should_stop(self, clock):
            return "enough" if clock.step == 3 else None

    notes = Notes()
    simulation = assemble(experiment(epochs=2), [Enough(), notes])
    assert simulation.run().outcome == "stopped: enough"
    assert [step for _, step in notes.steps] == [1, 2, 3]


def test_the_first_reason_to_stop_wins():
    def stopper(reason):
        class Stopper:
            @hookimpl
            def should_stop(self):
                return reason

        return Stopper()

    listeners = [stopper(None), stopper("one"), stopper("another")]
    assert assemble(experiment(), listeners).run().outcome == "stopped: one"


def test_metrics_measure_at_the_end_of_each_epoch():
    assert measured_at(epochs=2) == [4, 8]


def test_metrics_measure_every_so_many_steps_and_at_the_end():
    assert measured_at(epochs=2, measure_every=3) == [3, 6, 8]


def measured_at(**changes):
    class Listens:
        heard = ()

        @hookimpl
        def measured(self, clock, measurements):
            assert measurements == {"mean": 1.0}
            self.heard += (clock.step,)

    listens = Listens()
    trained(metrics=[Mean()], listeners=[listens], **changes)
    return list(listens.heard)


@component
class Mean:
    @hookimpl
    def measure(self, responses):
        return {"mean": float(np.isfinite(responses).mean())}


# -- layers ------------------------------------------------------------------------------------


def test_layers_trained_one_by_one_leave_the_first_as_if_alone():
    two = trained(layer(), layer(neurons=2), training="layer_by_layer", epochs=2)
    alone = trained(layer(), epochs=2)
    assert np.array_equal(weights_of(two, 0), weights_of(alone))


def test_layers_trained_together_leave_the_first_as_if_alone():
    two = trained(layer(), layer(neurons=2), epochs=2)
    alone = trained(layer(), epochs=2)
    assert np.array_equal(weights_of(two, 0), weights_of(alone))


def test_the_second_layer_learns_otherwise_one_by_one_than_together():
    together = trained(layer(), layer(neurons=2), epochs=2)
    one_by_one = trained(layer(), layer(neurons=2), training="layer_by_layer", epochs=2)
    assert not np.array_equal(weights_of(together, 1), weights_of(one_by_one, 1))


def test_a_second_layer_trained_together_learns_from_the_first_as_it_is_at_that_step():
    draws = Draws()
    simulation = trained(layer(), layer(neurons=2), listeners=[draws], dtype="float64")
    first, second = start_of(simulation, 0), start_of(simulation, 1)
    for x in draws.x:
        second = by_hand(second, [x @ first.T])
        first = by_hand(first, [x])
    np.testing.assert_allclose(weights_of(simulation, 1), second, rtol=1e-12)


def test_a_second_layer_trained_after_the_first_learns_from_it_as_it_ended():
    class Inputs:
        x = ()

        @hookimpl
        def step_finished(self, layer, x):
            if layer.name == "layer_1":
                self.x += (x.copy(),)

    inputs = Inputs()
    simulation = trained(
        layer(),
        layer(neurons=2),
        listeners=[inputs],
        training="layer_by_layer",
        dtype="float64",
        epochs=2,
    )
    responses = SAMPLES @ weights_of(simulation, 0).T
    seen = np.vstack(inputs.x[:4])
    in_order = [np.argsort(rows[:, 0]) for rows in (seen, responses)]
    np.testing.assert_allclose(seen[in_order[0]], responses[in_order[1]], rtol=1e-12)
    expected = by_hand(start_of(simulation, 1), inputs.x)
    np.testing.assert_allclose(weights_of(simulation, 1), expected, rtol=1e-12)


def test_each_layer_keeps_time_of_its_own():
    notes = Notes(every=2)
    trained(layer(), layer(), listeners=[notes], training="layer_by_layer")
    assert notes.steps == [("layer_0", 2), ("layer_0", 4), ("layer_1", 2), ("layer_1", 4)]


def test_a_layer_may_have_a_name():
    notes = Notes(every=4)
    trained(layer(name="retina"), layer(name="cortex"), listeners=[notes])
    assert notes.steps == [("retina", 4), ("cortex", 4)]


# -- nothing but the experiment decides --------------------------------------------------------


def bits(*layers, **changes):
    return weights_of(trained(*layers, epochs=2, **changes)).tobytes()


def test_the_same_seed_gives_the_same_bits_twice():
    assert bits() == bits()


def test_another_seed_gives_other_weights():
    assert bits() != bits(seed=4)


def test_a_listener_that_draws_random_numbers_changes_no_bit():
    class Draws:
        rng = Stream()

        @hookimpl
        def step_finished(self):
            self.rng.random(7)

    assert bits(listeners=[Draws(), Notes(3)]) == bits()


def test_a_metric_changes_no_bit():
    assert bits(metrics=[Mean()], measure_every=1) == bits()


@component
class Recalls(Rule):
    """Reads its arrays as Variables, which an evaluation binds to other arrays for a while."""

    activity = Variable(("neuron", "sample"), intent="in")

    @hookimpl
    def modulate(self, modulation):
        modulation += self.activity


@pytest.mark.parametrize("rule", [ToyHebb(), Recalls(), 0.5 * Recalls() + ToyHebb()])
@pytest.mark.parametrize("event", ["modulate", "shape_update", "step_finished"])
def test_an_evaluation_in_the_middle_of_a_step_changes_no_bit(rule, event):
    def evaluate(self):
        assert simulation.respond(SAMPLES[:7]).shape == (2, 7)

    listener = type("Evaluates", (), {event: hookimpl(evaluate)})()
    made = experiment(layer(rule=rule), layer(neurons=2), batch_size=8, epochs=2)
    simulation = assemble(made, [listener])
    simulation.run()
    undisturbed = assemble(made)
    undisturbed.run()
    for index in (0, 1):
        assert np.array_equal(weights_of(simulation, index), weights_of(undisturbed, index))


def test_a_response_is_what_the_layers_make_of_a_sample():
    simulation = trained(layer(), layer(neurons=2), dtype="float64")
    expected = weights_of(simulation, 1) @ (weights_of(simulation, 0) @ SAMPLES.T)
    np.testing.assert_allclose(simulation.respond(SAMPLES), expected, rtol=1e-12)
    np.testing.assert_allclose(
        simulation.respond(SAMPLES, layer=0), weights_of(simulation) @ SAMPLES.T, rtol=1e-12
    )


def test_an_experiment_can_be_run_twice_and_its_components_are_left_alone():
    made = experiment(layer(initializer=Small()))
    one, other = assemble(made), assemble(made)
    one.run()
    assert np.array_equal(weights_of(other), weights_of(assemble(made)))
    assert attrs.asdict(other.layers[0].clock)["step"] == 0
