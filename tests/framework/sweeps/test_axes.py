"""Axes of a sweep: how they are read, what they may hold, and what they are called."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plasticity as pl
from plasticity.errors import EntryError, SpecError
from plasticity.sweeps.axes import (
    Axis,
    Range,
    assigned,
    drawn,
    grid,
    label_of,
    short_names,
    together,
    values_of,
)

NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False, allow_infinity=False)
)


@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_a_list_of_numbers_is_read_back(numbers):
    assert values_of(",".join(map(repr, numbers)), "rule.power") == numbers


@given(st.floats(-100, 100), st.floats(0.1, 100), st.integers(2, 20))
def test_evenly_spaced_numbers_run_from_end_to_end(low, width, count):
    low, high = round(low, 3), round(low + width, 3)
    read = values_of(f"{low!r}:{high!r}:{count}", "rule.power")
    assert read == pytest.approx(np.linspace(low, high, count), abs=1e-9)


@given(st.floats(1e-6, 1), st.floats(2, 1e6), st.integers(2, 20))
def test_a_logarithmic_axis_has_equal_ratios(low, factor, count):
    read = np.array(values_of(f"log:{low!r}:{low * factor!r}:{count}", "optimizer.rate"))
    assert np.diff(np.log(read)) == pytest.approx(np.log(factor) / (count - 1), rel=1e-6)
    assert (read[0], read[-1]) == pytest.approx((low, low * factor))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("bcm,oja", ["bcm", "oja"]),
        ("true,false", [True, False]),
        ("{name='sgd',rate=0.1}, adam", [{"name": "sgd", "rate": 0.1}, "adam"]),
        ("['bcm','oja'],bcm", [["bcm", "oja"], "bcm"]),
        ("'a,b',c", ["a,b", "c"]),
        ("-0.5:0.5:3", [-0.5, 0.0, 0.5]),
        ("1:9:5", [1, 3, 5, 7, 9]),
        ("0:0.6:4", [0.0, 0.2, 0.4, 0.6]),
    ],
)
def test_values_of_every_kind_are_read(text, values):
    read = values_of(text, "rule")
    assert read == values
    assert list(map(type, read)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5:0.1:3", "range: must rise, got 0.5:0.1"),
        ("log:0:1:3", "range: must rise, from above 0, got log:0:1"),
    ],
)
def test_a_range_that_does_not_rise_is_refused(text, message):
    with pytest.raises(EntryError) as caught:
        values_of(text, "rule.power")
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["threshold.memory", "threshold.memory=", "=0,1"])
def test_an_assignment_without_path_or_values_is_refused(text):
    with pytest.raises(SpecError, match=r"--over takes path=values, as in threshold.memory=0,0.5"):
        assigned(text)


def test_equal_values_are_one_point_but_a_boolean_is_no_number():
    (axis,) = grid({"a": [0, 0.0, 1, True, 1.0, {"name": "x", "n": 1}, {"name": "x", "n": 1.0}]})
    assert [point["a"] for point in axis.points] == [0, 1, True, {"name": "x", "n": 1}]


def test_tuples_move_together():
    (axis,) = grid({("threshold.memory", "optimizer.rate"): [(0, 0.1), (0.9, 0.2)]})
    assert axis.paths == ("threshold.memory", "optimizer.rate")
    assert [tuple(point.values()) for point in axis.points] == [(0, 0.1), (0.9, 0.2)]
    with pytest.raises(SpecError, match=r"a, b: 2 settings, but 1 values \(3,\)"):
        grid({("a", "b"): [(3,)]})
    with pytest.raises(SpecError) as caught:
        together([("a", [1, 2]), ("b", "1:2:3")])
    assert str(caught.value) == "axes that move together have as many values each, got a 2, b 3"


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5))
def test_more_samples_of_a_space_begin_with_the_fewer(few, many, seed):
    space = {
        "a": Range(0.0, 1.0),
        "b": Range(1e-4, 1.0, log=True),
        "c": ["x", "y"],
        "d": Range(1, 6),
    }
    fewer, more = sorted([few, many])
    points = drawn(space, more, seed).points
    assert drawn(space, fewer, seed).points == points[:fewer]
    for point in points:
        assert 0 <= point["a"] < 1
        assert 1e-4 <= point["b"] < 1
        assert point["c"] in ("x", "y")
        assert point["d"] in range(1, 7)


def test_a_further_path_leaves_the_samples_of_the_others_as_they_are():
    one, two = (drawn({"a": Range(0.0, 1.0)} | more, 5, 0) for more in ({}, {"b": Range(1, 9)}))
    assert [point["a"] for point in one.points] == [point["a"] for point in two.points]


def test_numbers_that_are_added_are_sorted_and_words_come_last():
    numbers, words = grid({"a": [0.9, 0]})[0], grid({"a": ["oja"]})[0]
    joined = numbers.joined(grid({"a": [0.5]})[0])
    assert [point["a"] for point in joined.points] == [0, 0.5, 0.9]
    assert [point["a"] for point in words.joined(grid({"a": ["bcm"]})[0]).points] == ["oja", "bcm"]
    assert numbers.joined(numbers) == numbers


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["threshold.memory", "optimizer.rate"], ["memory", "rate"]),
        (["layers.0.optimizer.rate", "layers.1.optimizer.rate"],
         ["layers_0_optimizer_rate", "layers_1_optimizer_rate"]),
        (["rule", "metrics.0"], ["rule", "metrics_0"]),
        (["schedule.step", "data.neuron"], ["schedule_step", "data_neuron"]),
    ],
)  # fmt: skip
def test_a_coordinate_is_called_after_the_last_part_where_that_tells_it(paths, names):
    axes = [Axis(path, ({path: 0},)) for path in paths]
    assert list(short_names(axes).values()) == names


@given(st.lists(st.sampled_from(["a.x", "b.x", "a.y", "c.seed", "z", "d.1"]), unique=True))
def test_no_two_coordinates_have_one_name(paths):
    names = short_names([Axis(path, ({path: 0},)) for path in paths])
    assert len(set(names.values())) == len(paths)
    assert not {"seed", "step", "outcome"} & set(names.values())


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0.5, 0.5),
        (None, "none"),
        ("bcm", "bcm"),
        ({"name": "adam", "rate": 0.1}, "adam rate=0.1"),
        ([], "none"),
        (["bcm", {"name": "oja", "coefficient": 2}], "bcm + oja coefficient=2"),
        ({"layers": [{"rule": "bcm"}, {"rule": "oja"}]}, "bcm / oja"),
    ],
)
def test_labels_of_values(value, label):
    assert label_of(value) == label


def test_components_of_python_are_values_of_an_axis():
    from plasticity_plugins.optimizers.sgd import SGD

    (axis,) = grid({"optimizer": [SGD(rate=0.1), SGD()]})
    assert json.loads(json.dumps(axis.points)) == [
        {"optimizer": {"name": "sgd", "rate": 0.1}},
        {"optimizer": "sgd"},
    ]


def test_arrays_are_no_values_of_an_axis():
    with pytest.raises(SpecError, match=r"data: a value of an axis is .*, got ndarray; save data"):
        grid({"data": [np.ones((3, 2))]})
    with pytest.raises(SpecError, match=r"data: .*, got Data; save data to a file and name"):
        grid({"data": [pl.Data(np.ones((3, 2)))]})


def test_an_axis_needs_values_and_the_seed_is_none():
    with pytest.raises(SpecError, match="a: the axis has no values; give at least one"):
        grid({"a": []})
    with pytest.raises(SpecError, match="seed: is no axis of its own: seeds=5"):
        grid({"seed": [1, 2]})
