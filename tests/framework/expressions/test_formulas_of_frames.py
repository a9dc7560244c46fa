"""Formulas of many frames at once: each frame comes out as it does alone, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Expression
from plasticity.errors import ExpressionError
from plasticity.expressions.evaluate import FRAME, Labelled, Total, compute_frames, evaluate
from plasticity.kernels.pairwise_sum import total

DIMS = {"w": ("neuron", "input"), "y": ("neuron", "sample"), "theta": ("neuron",)}
TEXTS = [
    "mean(w)",
    "mean(w)**0.5",
    "exp(sum(y)) / tanh(max(theta))",
    "norm(w)",
    "norm(w, 'input', p=3)",
    "std(y, 'sample')",
    "min(w, 'input') + theta",
    "y * (y - theta)",
    "log(abs(w))",
    "quantile(w, 0.3, 'neuron')",
    "where(y > mean(theta), y, 0)",
    "any(y > 1) + all(theta > 0)",
    "norm(w, p=1 + mean(y)**2)",
    "quantile(y, minimum(mean(theta)**2, 1), 'sample')",
    "2 + 3",
]


def frames_of(count, dtype, seed=0):
    rng = np.random.default_rng(seed)
    sizes = {"neuron": 7, "input": 33, "sample": 20}
    return {
        name: Labelled(
            rng.normal(size=(count, *map(sizes.get, dims))).astype(dtype), (FRAME, *dims)
        )
        for name, dims in DIMS.items()
    }


def used(expression, arrays, frames=slice(None)):
    return {
        name: Labelled(arrays[name].values[frames], arrays[name].dims) for name in expression.names
    }


@given(st.sampled_from(TEXTS), st.integers(1, 40), st.sampled_from(["f4", "f8"]), st.integers(0, 9))
def test_a_frame_is_the_same_among_others_and_alone(text, count, dtype, seed):
    expression, arrays = Expression.parse(text), frames_of(count, dtype, seed)
    found = compute_frames(expression, used(expression, arrays), count)
    for k in range(count):
        alone = compute_frames(expression, used(expression, arrays, slice(k, k + 1)), 1)
        assert alone.dims == found.dims
        assert alone.values.dtype == found.values.dtype
        assert alone.values[0].tobytes() == found.values[k].tobytes()


@pytest.mark.parametrize("text", TEXTS)
def test_a_frame_is_what_the_formula_makes_of_its_arrays(text):
    expression, arrays = Expression.parse(text), frames_of(5, "f8")
    found = compute_frames(expression, used(expression, arrays), 5)
    for k in range(5):
        plain = {name: Labelled(arrays[name].values[k], DIMS[name]) for name in expression.names}
        expected = evaluate(expression, plain)
        assert found.dims == (FRAME, *expected.dims)
        np.testing.assert_allclose(found.values[k], expected.values, rtol=1e-14)


@given(
    st.sampled_from(["mean(y)", "sum(y) - theta", "mean(y)**2 + mean(w, 'input')"]),
    st.sampled_from(["f4", "f8"]),
)
def test_of_an_array_of_which_only_the_total_counts_the_sum_is_enough(text, dtype):
    expression, arrays = Expression.parse(text), frames_of(6, dtype)
    expected = compute_frames(expression, used(expression, arrays), 6)
    y = arrays["y"].values
    totals = {"y": Total(np.array([total(frame.reshape(-1)) for frame in y], dtype), y[0].size)}
    others = {name: arrays[name] for name in expression.names if name != "y"}
    found = compute_frames(expression, others, 6, totals)
    assert found.dims == expected.dims
    assert found.values.tobytes() == expected.values.tobytes()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("mean(y) + sum(w)", ("y", "w")),
        ("mean(y) + y", ()),
        ("mean(y) + mean(y, 'sample')", ()),
        ("mean(2 * y) + sum(theta)", ("theta",)),
        ("max(y)", ()),
        ("quantile(w, mean(y))", ()),
    ],
)
def test_the_arrays_of_which_only_the_total_counts_are_told(text, names):
    assert Expression.parse(text).names_in_total == names


def test_no_formula_can_name_the_dimension_of_the_frames():
    expression, arrays = Expression.parse(f"mean(theta, '{FRAME}')"), frames_of(2, "f8")
    with pytest.raises(ExpressionError) as caught:
        compute_frames(expression, used(expression, arrays), 2)
    assert str(caught.value) == (
        f"\"mean(theta, '{FRAME}')\", at position 13: there is no dimension '{FRAME}' to take the "
        "mean over (there are 'neuron')"
    )


@given(st.integers(0, 3000), st.sampled_from(["f4", "f8"]), st.integers(0, 2**32 - 1))
def test_a_sum_has_the_bits_of_that_of_numpy(size, dtype, seed):
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=size) * 10.0 ** rng.integers(-3, 4, size)).astype(dtype)
    assert values.dtype.type(total(values)).tobytes() == np.add.reduce(values).tobytes()
