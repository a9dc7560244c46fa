"""Two layers, trained together or one after the other."""

import numpy as np
from toys import SAMPLES, Draws, Notes, by_hand, layer, start_of, trained, weights_of

from plasticity import hookimpl


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
