"""Epochs, batches, layers, phases and schedules: what the loop does, on toy components."""

import numpy as np
import pytest

from plasticity import Data, Phase, assemble, component, hookimpl
from tests.support.toys import (
    SAMPLES,
    Draws,
    Mean,
    Notes,
    ToyHebb,
    by_hand,
    experiment,
    layer,
    start_of,
    trained,
    weights_of,
)


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
