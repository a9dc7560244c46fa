"""Who comes, goes, looks and changes things in the middle of runs of compiled steps."""

import numpy as np
import pytest

from plasticity import Phase, component, hookimpl, rule
from plasticity.errors import ComponentError, ContractError
from plasticity_plugins.rules.correlation import oja
from tests.support.fused import BCM, RANKED, assert_same_bits, kept, layer, simulation, trained


class Freezes:
    """Registers a listener in the middle of a run that changes the weights, then takes it back."""

    def __init__(self):
        self.simulation, self.prunes, self.reasons = None, Prunes(), []

    @hookimpl
    def step_finished(self, clock):
        if clock.step == 4:
            self.simulation.register(self.prunes)
        if clock.step == 8:
            self.simulation.unregister(self.prunes)
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
    begun.unregister(begun.network.whole.components["listeners[0]"])
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


@rule("limited")
def limited(y, u):
    if u > 1.05:
        raise ValueError("too much")
    return y * u


@pytest.mark.parametrize("batch_size", [7, 1])
def test_a_rule_that_fails_in_the_middle_of_many_steps_is_told_as_one_of_a_component(batch_size):
    with pytest.raises(ComponentError) as caught:
        trained(layer(rule=limited()), batch_size=batch_size, epochs=20)
    assert str(caught.value).endswith(
        " raised ValueError: too much; what was recorded until then is kept"
    )
