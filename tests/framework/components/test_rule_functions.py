"""Rules made of a function: what it may ask for, what it gives, and what is refused."""

import math

import numpy as np
import pytest
from numba import njit

from plasticity import assemble, component, hookimpl, rule, setting
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError, SettingError
from tests.support.toys import experiment, layer, trained, weights_of

RANDOM = np.random.default_rng(8)
ARRAYS = {
    "activity": RANDOM.random((3, 5)).astype(np.float32),
    "current": RANDOM.normal(size=(3, 5)).astype(np.float32),
    "threshold": RANDOM.random(3).astype(np.float32) + 1,
    "slope": RANDOM.random((3, 5)).astype(np.float32),
}


def given_by(made):
    """What the rule adds to a modulation of ones and a decay of ones."""
    for variable in interface_of(made).variables:
        variable.bind(made, ARRAYS[variable.name])
    modulation, decay = np.ones((3, 5), np.float32), np.ones(3, np.float32)
    made.modulate(*(modulation, decay) if made.decays else (modulation,))
    return modulation - 1, decay - 1


def test_phi_is_added_for_each_neuron_and_sample():
    @rule("of_all")
    def of_all(y, u, theta, slope):
        return y * (y - theta) + u * slope

    y, u, theta, slope = ARRAYS.values()
    phi, decay = given_by(of_all())
    # float32, added to and taken from 1.
    np.testing.assert_allclose(phi, y * (y - theta[:, None]) + u * slope, rtol=0, atol=1e-6)
    assert np.array_equal(decay, np.zeros(3))


def test_the_mean_of_d_is_added_to_the_decay():
    @rule("oja_like")
    def oja_like(y, alpha: float = 1.0):
        return y, alpha * y * y

    phi, decay = given_by(oja_like(alpha=0.5))
    y = ARRAYS["activity"]
    np.testing.assert_allclose(phi, y, rtol=0, atol=1e-6)
    np.testing.assert_allclose(decay, 0.5 * (y * y).mean(axis=1), rtol=0, atol=1e-6)


def winner(u, phi, d, power: int = 1):
    first = np.argmax(u)
    phi[first] = 1
    d[first] += u[first] ** power


def winner_in_another_order(d, phi, u, power: int = 1):
    first = np.argmax(u)
    phi[first] = 1
    d[first] += u[first] ** power


@pytest.mark.parametrize("function", [winner, winner_in_another_order])
def test_neurons_may_compete_whatever_the_order_of_the_arguments(function):
    phi, decay = given_by(rule("winner", competitive=True)(function)())
    u = ARRAYS["current"]
    wins = np.argmax(u, axis=0)[None] == np.arange(3)[:, None]
    assert np.array_equal(phi, wins)
    np.testing.assert_allclose(decay, (wins * u).mean(axis=1), rtol=0, atol=1e-6)


def test_competing_neurons_may_see_their_thresholds():
    @rule("above", competitive=True)
    def above(theta, y, phi):
        phi[:] = y - theta

    phi, _ = given_by(above())
    expected = ARRAYS["activity"] - ARRAYS["threshold"][:, None]
    np.testing.assert_allclose(phi, expected, rtol=0, atol=1e-6)


def test_arguments_with_a_default_are_settings():
    @rule("leaky")
    def leaky(y, leak: float = setting(default=0.1, low=0, doc="leak", because="no gain"), n=2):
        return y, leak * n

    told = interface_of(leaky).settings
    assert {name: (known.default, known.doc) for name, known in told.items()} == {
        "leak": (0.1, "leak"),
        "n": (2, "n"),
    }
    with pytest.raises(SettingError) as caught:
        leaky(leak=-1)
    assert str(caught.value) == "leaky: leak must lie in [0, inf), got -1: no gain"
    np.testing.assert_allclose(given_by(leaky(leak=0.5))[1], np.ones(3), rtol=1e-6)


def test_a_setting_may_be_called_as_an_array_of_the_loop_is():
    @rule("fading")
    def fading(y, decay: float = 0.1, i: int = 2):
        return y * i, decay

    phi, decay = given_by(fading(decay=0.5))
    np.testing.assert_allclose(phi, 2 * ARRAYS["activity"], rtol=1e-6)
    assert decay.tolist() == [0.5] * 3


def test_a_rule_keeps_its_name_documentation_and_module():
    @rule("label", source="@article{x}")
    def named(y):
        """phi = y"""
        return y

    assert (named.__name__, named.__doc__, named.__module__) == ("named", "phi = y", __name__)
    assert (named.label, named().cite()) == ("label", "@article{x}")


def test_a_rule_made_of_a_function_learns_like_the_same_rule_written_as_a_class():
    @rule("toy_hebb")
    def toy_hebb(y):
        return y, 0.1

    one, other = trained(layer(rule=toy_hebb()), dtype="float64"), trained(dtype="float64")
    np.testing.assert_allclose(weights_of(one), weights_of(other), rtol=1e-12)


def test_a_rule_that_asks_for_the_slope_gets_that_of_the_activation():
    @component
    class Squared:
        @hookimpl
        def activate(self, current, activity):
            return np.square(current, out=activity)

        @hookimpl
        def differentiate(self, current, slope):
            return np.multiply(current, 2, out=slope)

    @rule("gradient")
    def gradient(u, slope):
        return slope / u

    simulation = assemble(experiment(layer(rule=gradient(), activation=Squared())))
    simulation.run()
    np.testing.assert_allclose(
        simulation.layers[0].batch_arrays(5)["modulation"], np.full((3, 5), 2 / 5), rtol=1e-6
    )


# -- what the machine code depends on ----------------------------------------------------------

SHELF = """
import numpy as np
from numba import njit

FACTOR = {factor}
TABLE = np.array([{factor}, 0.0])

@njit
def helper(y, gain={factor}):
    return gain * y

def by_constant(y):
    return FACTOR * y

def by_table(y):
    return TABLE[0] * y

def by_helper(y):
    return helper(y)

def by_closure():
    factor = FACTOR
    def closed(y):
        return factor * y
    return closed
"""


@pytest.mark.parametrize("name", ["by_constant", "by_table", "by_helper", "by_closure"])
def test_a_changed_value_is_never_taken_for_the_old_one(name):
    for factor in (2.0, 3.0):
        shelf = {"__name__": "shelf"}
        exec(SHELF.format(factor=factor), shelf)
        function = shelf[name]() if name == "by_closure" else shelf[name]
        phi, _ = given_by(rule("shelf")(function)())
        np.testing.assert_allclose(phi, factor * ARRAYS["activity"], rtol=0, atol=1e-6)


def test_a_changed_attribute_of_a_module_is_never_taken_for_the_old_one():
    from types import ModuleType

    for factor in (2.0, 3.0):
        constants = ModuleType("constants")
        constants.factor = factor

        @rule("by_module")
        def by_module(y):
            return constants.factor * y  # noqa: B023 - each rule has the constants of its round

        phi, _ = given_by(by_module())
        np.testing.assert_allclose(phi, factor * ARRAYS["activity"], rtol=0, atol=1e-6)


def test_a_rule_works_where_the_cache_folder_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path / "file"))

    @rule("homeless")
    def homeless(y):
        return 7 * y

    phi, _ = given_by(homeless())
    np.testing.assert_allclose(phi, 7 * ARRAYS["activity"], rtol=0, atol=1e-6)


def test_a_trial_of_the_function_compiles_nothing():
    @njit
    def helper(y):
        return y + 1

    @rule("trial")
    def trial(y):
        return helper(y), 0.0

    assert trial.decays
    assert helper.signatures == []


# -- what is refused ---------------------------------------------------------------------------


def refusal(function, **options):
    with pytest.raises(ContractError) as caught:
        rule("mine", **options)(function)
    return str(caught.value)


def test_a_symbol_that_no_neuron_sees_is_refused():
    assert refusal(lambda teta: teta) == (
        "rule 'mine': unknown argument 'teta'; did you mean 'theta'? (available are "
        "'slope', 'theta', 'u', 'y'; a setting of the rule has a default; a rule that needs x or "
        "w itself is a class that answers propose_update)"
    )


def test_an_argument_by_keyword_only_is_refused():
    def keyword(y, *, leak=0.1):
        return y

    assert refusal(keyword) == (
        "rule 'mine': Numba compiles no arguments by keyword only; take 'leak' by position: leave "
        "out the '*'"
    )


def test_a_competitive_rule_without_phi_is_refused():
    assert refusal(lambda u: u, competitive=True) == (
        "rule 'mine': a competitive rule takes phi and fills it"
    )


def test_three_values_are_refused():
    assert refusal(lambda y: (y, y, y)) == ("rule 'mine': return phi or (phi, d), got 3 values")


def test_a_function_that_fails_is_refused_with_its_error():
    assert refusal(lambda y: math.acos(2 * y)) == (
        "rule 'mine': the function fails where all its symbols are 1: ValueError: math domain error"
    )


def test_a_function_may_be_infinite_where_its_symbols_are_1():
    assert not rule("singular")(lambda y: 1 / (y - 1)).decays
