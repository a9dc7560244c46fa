"""A rule given as text learns what its text says, on both ways, and refuses every other text."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer
from plasticity.errors import SettingError
from plasticity_plugins.rules import equation
from plasticity_plugins.rules.bcm import ic92, lc94
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.rules.equation import Equation
from plasticity_plugins.thresholds.mean_square import MovingAverage
from tests.naive.equations import naive_equation
from tests.support.fused import SAMPLES, assert_as_planned, layer, trained
from tests.support.rule_updates import update_of

FLAGSHIP = "y*(y - theta)*x/theta - 0.1*y**2*w"
NOT_SEPARABLE = {
    "of x squared": "y*x**2 - 0.1*w",
    "of x times w": "y*x*w",
    "of w squared": "y*x - y*w**2/theta",
    "the same for all inputs": "0.5*y - theta",
    "of a function of x and w": "tanh(x*w) - exp(-y*w)*u*x + where(x > w, slope, -theta)",
    "divided by x": "y/(x + 5)",
}


def arrays(seed=0, dtype="float64", n_neuron=3, n_input=4, n_sample=5):
    rng = np.random.default_rng(seed)
    of_batch = (n_neuron, n_sample)
    made = {
        "weights": rng.uniform(-1, 1, (n_neuron, n_input)),
        "x": rng.uniform(-1, 2, (n_sample, n_input)),
        "activity": rng.uniform(-1, 3, of_batch),
        "current": rng.uniform(-2, 2, of_batch),
        "slope": rng.uniform(0, 1, of_batch),
        "threshold": rng.uniform(0.1, 3, n_neuron),
    }
    return {name: array.astype(dtype) for name, array in made.items()}


# -- what it learns ----------------------------------------------------------------------------


def combined(parts):
    two = st.tuples(parts, parts)
    return st.one_of(
        two.map("({0[0]} + {0[1]})".format),
        two.map("({0[0]} - {0[1]})".format),
        two.map("({0[0]} * {0[1]})".format),
        parts.map("({} / (1 + theta))".format),
        parts.map("(-{})".format),
        parts.map("({} ** 2)".format),
        parts.map("tanh({})".format),
        two.map("maximum({0[0]}, {0[1]})".format),
        two.map("where({0[0]} > 0 and not {0[1]} >= 0.5, {0[1]}, {0[0]})".format),
        two.map("({0[0]} < {0[1]})".format),
    )


of_neuron = st.sampled_from(["y", "u", "theta", "slope", "rate", "0.5", "2", "y*(y - theta)"])
synapses = st.sampled_from(["x", "w", "x", "w", "(x - w)", "(x + rate*w)/theta", "1", "x**2"])
terms = st.tuples(st.recursive(of_neuron, combined, max_leaves=3), synapses).map("*".join)
sums = st.lists(terms, min_size=1, max_size=4).map(" - ".join)
anything = st.recursive(st.one_of(of_neuron, synapses), combined, max_leaves=6)


@given(st.one_of(sums, anything), st.integers(0, 99))
def test_an_equation_learns_what_python_makes_of_its_text(text, seed):
    constants = {"rate": 0.3} if "rate" in text else {}
    seen = arrays(seed)
    expected = naive_equation(text, **seen, **constants)
    # A term of x squared is in no separable equation, and this one adds nothing.
    general = Equation(update=f"{text} + 0*x**2", constants=constants)
    assert not general.separable
    found = [update_of(general, **seen)]
    rule = Equation(update=text, constants=constants)
    if rule.separable:
        found.append(interpreted(rule, **seen))
    tolerance = 1e-11 * max(1.0, np.abs(expected).max())
    for update in found:
        np.testing.assert_allclose(update, expected, rtol=1e-9, atol=tolerance * 100)


def interpreted(rule, x, weights, **others):
    """dW by the function that would be compiled, run by Python."""
    function, numbers = type(rule).function.py_func, [getattr(rule, n) for n in rule.parameters]
    seen = [others[name] for name, _ in rule.arrays()]
    n_neuron, n_sample = others["activity"].shape
    phi, d = np.zeros((n_neuron, n_sample)), np.zeros((n_neuron, n_sample))
    for i in range(n_neuron):
        for b in range(n_sample):
            values = [array[i, b] if array.ndim == 2 else array[i] for array in seen]
            result = function(*values, *numbers)
            phi[i, b], d[i, b] = result if rule.decays else (result, 0)
    return phi @ x / n_sample - d.mean(axis=1)[:, np.newaxis] * weights


@pytest.mark.parametrize("text", NOT_SEPARABLE.values(), ids=NOT_SEPARABLE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_equation_that_is_not_separable_learns_as_well(text, dtype):
    seen = arrays(dtype=dtype)
    rule = Equation(update=text)
    tolerance = {"float32": 1e-5, "float64": 1e-13}[dtype]
    expected = naive_equation(text, **seen)
    np.testing.assert_allclose(update_of(rule, **seen), expected, rtol=tolerance, atol=tolerance)
    assert not rule.separable


def test_blocks_of_synapses_make_no_difference(monkeypatch):
    seen, text = arrays(n_neuron=5, n_input=7), NOT_SEPARABLE["of a function of x and w"]
    whole = update_of(Equation(update=text), **seen)
    for size in (1, 11, 25, 80):  # less than one synapse, some inputs of a neuron, some neurons
        monkeypatch.setattr(equation, "_BLOCK", size)
        np.testing.assert_allclose(update_of(Equation(update=text), **seen), whole, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("y*x", hebb),
        ("y*x - y**2*w", oja),
        ("y*(x - y*w)", oja),
        ("y*(y - theta)*x/theta", lc94),
        ("y*(y - theta)*slope*x", ic92),
    ],
)
def test_an_equation_learns_as_the_rule_that_is_bundled(text, rule):
    seen = arrays(dtype="float32", n_neuron=6, n_sample=9)
    seen["threshold"][0] = 0
    seen["activity"][0] = 0
    found, bundled = update_of(Equation(update=text), **seen), update_of(rule(), **seen)
    np.testing.assert_allclose(found, bundled, rtol=1e-6, atol=1e-7)


def test_the_threshold_of_a_silent_neuron_divides_nothing():
    silent = arrays() | {"activity": np.zeros((3, 5)), "threshold": np.zeros(3)}
    nothing = np.zeros((3, 4))
    assert np.array_equal(update_of(Equation(update=FLAGSHIP), **silent), nothing)
    assert np.array_equal(update_of(Equation(update=f"({FLAGSHIP})*x"), **silent), nothing)


def test_a_sum_with_an_equation_is_compiled_as_planned():
    rule = lc94() + 0.5 * Equation(update=FLAGSHIP) + Equation(update="-a*w", constants={"a": 0.1})
    assert_as_planned(layer(rule=rule, threshold=MovingAverage()))


def test_half_of_an_equation_that_is_not_separable_learns_half():
    whole = trained(
        layer(rule=Equation(update="y*x**2 - w")), epochs=1, batch_size=30, fuse="never"
    )
    half = trained(
        layer(rule=0.5 * Equation(update="y*x**2 - w")), epochs=1, batch_size=30, fuse="never"
    )
    start = trained(layer(rule=Equation(update="0*x")), epochs=1, batch_size=30, fuse="never")
    weights = [made.layers[0].arrays["weights"] for made in (start, half, whole)]
    np.testing.assert_allclose(weights[1] - weights[0], (weights[2] - weights[0]) / 2, atol=1e-7)


# -- how it is written -------------------------------------------------------------------------


def test_which_equations_are_separable():
    separable = ["(x - w)*y", "-(y*x - w)/(1 + theta)", "x", "-w", "2*x/3 - y*(w - x*slope)"]
    assert [Equation(update=text).separable for text in separable] == [True] * len(separable)


def test_an_equation_reads_the_arrays_that_it_names():
    seen = {text: set(vars(type(Equation(update=text)))) for text in ("y*x**2", "theta*x*w")}
    assert seen["y*x**2"] - seen["theta*x*w"] == {"activity"}
    assert seen["theta*x*w"] - seen["y*x**2"] == {"threshold"}


def test_an_equation_comes_back_from_toml():
    rule = Equation(update="y*x - a*w", constants={"a": 0.5}) + 2 * Equation(update="-x**2")
    parts = {"neurons": 2, "activation": "relu", "optimizer": "sgd", "initializer": "zeros"}
    experiment = Experiment(data="digits", layers=(Layer(rule=rule, **parts),))
    assert Experiment.from_toml(experiment.to_toml()) == experiment


def test_equations_that_differ_in_a_number_alone_share_their_compiled_loop():
    one, other = Equation(update="y*x - 0.1*w"), Equation(update="y*x - 0.2*w")
    assert type(one) is type(other)
    seen = arrays()
    ratio = (update_of(other, **seen) - update_of(hebb(), **seen)) / seen["weights"]
    np.testing.assert_allclose(ratio, -0.2, rtol=1e-12)


# -- what it refuses ---------------------------------------------------------------------------

REFUSED = {
    "y*z*x": "'y*z*x', at position 3: there is no 'z' (a rule sees 'slope', 'theta', 'u', 'w', "
    "'x', 'y'; a number of your own is given in constants = { z = 0.1 })",
    "activity*x": "'activity*x', at position 1: there is no 'activity'; write y (a rule sees "
    "'slope', 'theta', 'u', 'w', 'x', 'y'; a number of your own is given in constants = { "
    "activity = 0.1 })",
    "mean(y)*x": "'mean(y)*x', at position 1: mean takes many values, where a rule sees one "
    "neuron, one input and one sample (its functions are 'abs', 'exp', 'log', 'maximum', "
    "'minimum', 'sign', 'sqrt', 'tanh', 'where')",
    "y*x/(2 - 2)": "'y*x/(2 - 2)', at position 6: nothing can be divided by 0",
    "y*x*1e400": "'y*x*1e400', at position 5: this is inf, where a finite number belongs",
    "(-8)**0.5*x": "'(-8)**0.5*x', at position 1: this is nan, where a finite number belongs",
    "0 < y + u < 1": "'0 < y + u < 1', at position 5: this is compared twice; write a < b and "
    "b < c",
    "y x": "'y x', at position 3: is no expression (invalid syntax)",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_that_is_no_equation_is_refused_with_its_position(text):
    with pytest.raises(SettingError) as error:
        Equation(update=text)
    assert str(error.value) == f"equation: update {REFUSED[text]}"


HOSTILE = [
    "__import__('os').system('true')",
    "y.__class__.__mro__[1].__subclasses__()",
    "(lambda: y)()*x",
    "[y for y in (x,)][0]",
    "f'{y}'",
    "(y := x)",
    "exec('1')*x",
    "abs(*x)",
    "np.array(y)",
    "10**100**100*x",
    "9" * 999,
    "y" + "**y" * 300,
    "(" * 300 + "y" + ")" * 300,
    "x" * 5000,
    "(0 < " * 30 + "y" + " < 1)" * 30,
    "number_0*x",
    "divided(y, x)",
    "y\x00*x",
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_refused(text):
    with pytest.raises(SettingError, match=r"^equation: update "):
        Equation(update=text)


def test_products_of_many_sums_are_not_multiplied_out_without_end():
    text = "*".join(["(x + w)"] * 20)
    assert not Equation(update=text).separable


@pytest.mark.parametrize(
    ("constants", "told"),
    [
        ({"y": 1.0}, "the name 'y' has a meaning of its own; choose another"),
        ({"exp": 1.0}, "the name 'exp' has a meaning of its own; choose another"),
        ({"b": 1.0}, "'b' does not occur in 'a*y*x'; leave it out"),
        ({"a": np.inf}, "a must be a finite number, got inf"),
        ({"a": "1"}, "a must be a finite number, got '1'"),
        ({"a": True}, "a must be a finite number, got True"),
    ],
)
def test_a_constant_that_is_none_is_refused(constants, told):
    with pytest.raises(SettingError, match=f"^equation: constants: {re.escape(told)}$"):
        Equation(update="a*y*x", constants=constants)


def test_a_spec_tells_where_the_equation_stands():
    whole = Experiment(
        data=Data(SAMPLES), layers=(layer(rule={"name": "equation", "update": "q"}),)
    )
    with pytest.raises(SettingError, match=r"^layers\[0\].rule 'equation': update 'q', at posit"):
        trained(*whole.layers)
