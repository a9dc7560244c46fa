"""Nothing but the experiment decides: no bit changes because somebody looks on."""

import attrs
import numpy as np
import pytest

from plasticity import Rule, Stream, Variable, assemble, component, hookimpl
from tests.support.toys import (
    SAMPLES,
    Mean,
    Notes,
    Small,
    ToyHebb,
    experiment,
    layer,
    trained,
    weights_of,
)


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
