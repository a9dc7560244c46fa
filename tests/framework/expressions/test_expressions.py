"""Formulas as text: what they compute, what they refuse, and with which words."""

import sys
import warnings
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plasticity import Expression
from plasticity.errors import ExpressionError
from plasticity.expressions.evaluate import Labelled, evaluate
from plasticity.expressions.parse import ELEMENTWISE, REDUCTIONS
from tests.support.effort import cases

DRAWN = np.random.default_rng(7)
W = DRAWN.normal(size=(3, 4)).astype(np.float32)
Y = DRAWN.normal(size=(3, 5)).astype(np.float32)
THETA = DRAWN.random(3).astype(np.float32)
ARRAYS = {
    "w": Labelled(W, ("neuron", "input")),
    "y": Labelled(Y, ("neuron", "sample")),
    "theta": Labelled(THETA, ("neuron",)),
    "rate": Labelled(np.array(0.5, np.float32), ()),
}


def value_of(text, arrays=ARRAYS):
    return evaluate(Expression.parse(text), arrays)


# -- what they compute -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "dims"),
    [
        ("2", 2.0, ()),
        ("mean(theta)", THETA.mean(), ()),
        ("norm(w, 'input')", np.linalg.norm(W, axis=1), ("neuron",)),
        ("norm(w, 'input', p=3)", (np.abs(W) ** 3).sum(1) ** (1 / 3), ("neuron",)),
        ("norm(w, p=1e999)", np.abs(W).max(), ()),
        ("std(w, 'neuron')", W.std(0), ("input",)),
        ("quantile(w, 0.25, 'input')", np.quantile(W, 0.25, axis=1), ("neuron",)),
        ("min(w, 'input') + max(w, 'input')", W.min(1) + W.max(1), ("neuron",)),
        ("sum(w > 0, 'input')", (W > 0).sum(1), ("neuron",)),
        ("mean(w > 0)", (W > 0).mean(), ()),
        ("std(w > 0, 'input')", (W > 0).std(1), ("neuron",)),
        ("y * (y - theta) / theta", Y * (Y - THETA[:, None]) / THETA[:, None], None),
        ("where(y > theta, y, 0)", np.where(THETA[:, None] < Y, Y, 0), ("neuron", "sample")),
        ("maximum(w, 0) - minimum(w, 0)", np.abs(W), ("neuron", "input")),
        ("-abs(w) ** 2", -(np.abs(W) ** 2), ("neuron", "input")),
        ("any(0 < w < 0.5, 'input')", ((W > 0) & (W < 0.5)).any(1), ("neuron",)),
        ("all(w > 0 or not w > 0)", True, ()),
        ("all(w > 0 and theta > 0, 'input')", (W > 0).all(1) & (THETA > 0), ("neuron",)),
        ("(w > 0) + (w > 0)", 2.0 * (W > 0), ("neuron", "input")),
        ("sqrt(abs(w)) * sign(w)", np.sqrt(np.abs(W)) * np.sign(W), ("neuron", "input")),
        ("tanh(w) + exp(w)", np.tanh(W) + np.exp(W), ("neuron", "input")),
        ("rate * theta", np.float32(0.5) * THETA, ("neuron",)),
        ("mean(w,\n 'neuron',\n 'input')", W.mean(), ()),
    ],
)
def test_an_expression_computes_what_numpy_does(text, expected, dims):
    found = value_of(text)
    assert found.dims == (("neuron", "sample") if dims is None else dims)
    assert np.allclose(found.values, expected, rtol=1e-6)
    assert found.values.shape == np.shape(expected)


@pytest.mark.parametrize(
    "text", ["2 * 3 * w", "norm(w, 'input', p=3)", "quantile(w, 0.5)", "(w > 0) * w", "w ** 2.5"]
)
def test_float32_stays_float32(text):
    assert value_of(text).values.dtype == np.float32


def test_what_is_undefined_or_overflows_is_nan_or_inf_without_a_word():
    assert np.isnan(value_of("log(0 - 1)").values)
    assert value_of("1 / 0").values == np.inf
    assert value_of("9 ** 9 ** 9 ** 9").values == np.inf
    assert value_of("exp(1000 + w)").values.tolist() == np.full((3, 4), np.inf).tolist()


leaves = st.sampled_from(["w", "theta", "rate", "1.5", "2", "0.25"])


def grown(parts):
    pair = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), pair).map(lambda t: f"({t[1][0]} {t[0]} {t[1][1]})"),
        st.tuples(st.sampled_from(["<", ">=", "=="]), pair).map(
            lambda t: f"where({t[1][0]} {t[0]} {t[1][1]}, {t[1][0]}, {t[1][1]})"
        ),
        parts.map(lambda part: f"(-{part})"),
        parts.map(lambda part: f"abs({part}) ** 0.5"),
        st.tuples(st.sampled_from(["tanh", "exp", "sign"]), parts).map(lambda t: f"{t[0]}({t[1]})"),
        pair.map(lambda both: f"maximum({both[0]}, {both[1]})"),
        st.tuples(st.sampled_from(["mean", "std", "max"]), parts).map(lambda t: f"{t[0]}({t[1]})"),
    )


@given(st.recursive(leaves, grown, max_leaves=8))
@settings(max_examples=cases(300), derandomize=True)
def test_any_expression_is_what_python_makes_of_it_with_numpy(text):
    names = {name: getattr(np, name) for name in (*ELEMENTWISE, *REDUCTIONS) if hasattr(np, name)}
    arrays = {"w": W, "theta": THETA[:, np.newaxis], "rate": np.float32(0.5)}
    with np.errstate(all="ignore"):
        expected = eval(text, {**names, **arrays})
    found = value_of(text).values
    assert np.allclose(
        found, np.reshape(expected, found.shape), rtol=1e-4, atol=1e-5, equal_nan=True
    )


def test_an_expression_names_its_arrays_once_in_their_order():
    read = Expression.parse("mean(y * theta, 'sample') - y_0 * norm(y)")
    assert read.names == ("y", "theta", "y_0")


# -- what they refuse --------------------------------------------------------------------------

MAY = (
    "an expression has numbers, names of arrays, + - * / **, comparisons, and, or, not, and "
    "functions"
)


def refused(text):
    with pytest.raises(ExpressionError) as caught:
        value_of(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("w.T", f"at position 1: attributes are not allowed; {MAY}"),
        ("2 * w.__class__", f"at position 5: attributes are not allowed; {MAY}"),
        ("w[0]", f"at position 1: items are not allowed; {MAY}"),
        ("[w]", f"at position 1: List is not known; {MAY}"),
        ("lambda: 0", f"at position 1: Lambda is not known; {MAY}"),
        ("(x := 1)", f"at position 2: NamedExpr is not known; {MAY}"),
        ("f'{w}'", f"at position 1: JoinedStr is not known; {MAY}"),
        (
            "w if rate > 1 else 0",
            f"at position 1: there is no if; write where(condition, a, b); {MAY}",
        ),
        ("w @ y", f"at position 1: this operator is not known; {MAY}"),
        ("~(w > 0)", f"at position 1: this operator is not known; write not in place of ~; {MAY}"),
        ("w in y", "at position 1: compares by < <= > >= == != alone"),
        ("1j * w", "at position 1: 1j is no number"),
        ("None", "at position 1: None is no number"),
        ("'input'", "at position 1: a string names a dimension, as in mean(weights, 'input')"),
        ("w ** 1000", "at position 6: an exponent is at most 100"),
        ("mean", "at position 1: there is no array 'mean' (there are 'rate', 'theta', 'w', 'y')"),
        (
            "1 + thetta",
            "at position 5: there is no array 'thetta'; did you mean 'theta'? (there are 'rate', "
            "'theta', 'w', 'y')",
        ),
        (
            "mean(w, 'inptu')",
            "at position 9: there is no dimension 'inptu'; did you mean 'input'? to take the mean "
            "over (there are 'input', 'neuron')",
        ),
        ("mean(w, 'input', 'input')", "at position 18: this dimension is named twice"),
        (
            "w + y",
            "at position 1: dimensions that do not fit meet here: 'input', 'neuron' and 'neuron', "
            "'sample'; take a mean or a sum over some before",
        ),
        (
            "min(w, 0)",
            "at position 8: min is followed by names of dimensions, as in min(..., 'input'); "
            "minimum(a, b) takes the one or the other at each place",
        ),
        ("where(w, 0)", "at position 1: where takes 3 arguments, got 2"),
        ("mean('input')", "at position 1: mean takes 1 argument, got 1"),
        ("abs(w, w)", "at position 8: abs takes 1, got 2"),
        ("mean(*w)", "at position 6: a * unpacks nothing here"),
        ("mean(w, axis=0)", "at position 14: mean has no argument 'axis'"),
        ("norm(w, **w)", "at position 11: norm has no argument '**'"),
        ("norm(w, p=0)", "at position 11: p must be above 0, got 0"),
        ("norm(w, p=theta)", "at position 11: expected a number, got an array with 'neuron'"),
        ("quantile(w, 2)", "at position 13: the share must lie in [0, 1], got 2"),
        ("θ * thta", "at position 1: there is no array 'θ' (there are 'rate', 'theta', 'w', 'y')"),
        ("0 * (rate + θ.T)", f"at position 13: attributes are not allowed; {MAY}"),
    ],
)
def test_a_refusal_tells_the_text_the_position_and_a_way_out(text, told):
    assert refused(text) == f"{text!r}, {told}"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "eval('1')",
        "open('/etc/passwd')",
        "getattr(w, 'T')",
        "mean.__globals__",
        "(lambda: w)()",
        "mean(w)(w)",
        "[i for i in w]",
        "w; w",
        "import os",
        "x = 1",
        "await w",
        "yield",
        "",
        "w +",
        "(" * 300 + "w" + ")" * 300,
        "-" * 900 + "w",
        "1" * 900,
        "w\0",
        "\\",
        "1e5000j",
        "'" + "\\x" * 5 + "'",
        "1_0__0",
        "print(w)",
    ],
)
def test_hostile_text_is_refused(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(text.strip())[:6] in refused(text)[:60]


def test_a_text_that_is_too_long_is_refused():
    assert refused("w" + " + w" * 300) == (
        "'w + w + w + w + w + w + w + w + w + w + ...': has 1201 characters, and an expression at "
        "most 1000; write a function in Python"
    )
    assert refused(7) == "an expression must be a string, got 7"


@given(st.text(max_size=60) | st.text("w+-*/()<>='theanm,.[]_ 0123456789", max_size=60))
@settings(max_examples=cases(250), derandomize=True)
def test_any_text_is_an_expression_or_refused_and_nothing_else(text):
    before = set(sys.modules)
    with suppress(ExpressionError):
        value_of(text)
    assert set(sys.modules) == before
