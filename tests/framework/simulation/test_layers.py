"""Two layers, trained together or one after the other."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import Data, assemble, component, hookimpl
from plasticity.analysis import responses_of
from plasticity.errors import UnknownNameError
from tests.support.toys import (
    SAMPLES,
    Draws,
    Notes,
    by_hand,
    experiment,
    layer,
    start_of,
    trained,
    weights_of,
)

NAMES = " (there are 'above', 'layer_0')"


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


def test_a_layer_may_be_meant_by_its_name_or_its_number():
    run = pl.run(experiment(layer(), layer(neurons=2, name="above")), metrics=["weight_norm"])
    for number, name in enumerate(run.layers):
        assert run.state(name).equals(run.state(number))
        assert run.recorded("metrics", name).equals(run.recorded("metrics", number))
        by_name, by_number = (responses_of(run, SAMPLES, layer=item) for item in (name, number))
        assert by_name.equals(by_number)
    assert run.state("above")["weights"].shape == (2, 3)


@pytest.mark.parametrize(("given", "near"), [("abov", "; did you mean 'above'?"), (2, NAMES)])
def test_a_layer_that_is_not_there_is_refused_with_those_that_are(given, near):
    run = pl.run(experiment(layer(), layer(name="above")))
    simulation = assemble(run.experiment)
    for ask in (run.state, lambda item: simulation.respond(SAMPLES, item)):
        with pytest.raises(UnknownNameError) as refused:
            ask(given)
        assert str(refused.value) == f"no layer {given!r} among the 2{near}"


def test_init_state_gets_the_shape_of_an_image_in_the_lowest_layer_alone():
    shapes = []

    @component
    class Shaped:
        @hookimpl
        def init_state(self, weights, image_shape):
            shapes.append(image_shape)
            weights.fill(0.1)

    layers = layer(initializer=Shaped()), layer(initializer=Shaped())
    assemble(experiment(*layers, data=Data(SAMPLES.reshape(20, 2, 2))))
    assemble(experiment(layers[0]))
    assert shapes == [(2, 2), None, None]
