"""What `plasticity bench --online` measures, but for the time it takes."""

import numpy as np
import pytest

from plasticity import Data, assemble
from plasticity.errors import SpecError
from plasticity.experiment.configure import configure
from plasticity_bench.cases import all_cases
from plasticity_bench.timing import Row, Spread, Watch

CASES = all_cases().online
SIZES = [(2, 1), (169, 1), (169, 10), (784, 10), (784, 100)]


def test_the_bundled_cases_have_the_sizes_and_bars_that_are_promised():
    with_bar = [case for case in CASES if case.bar is not None]
    assert [(case.inputs, case.neurons) for case in with_bar] == SIZES
    assert {(case.bar, case.observed_bar) for case in with_bar} == {(0.8, 0.95)}


def test_the_loop_by_hand_learns_what_the_experiment_learns():
    case = next(case for case in CASES if (case.inputs, case.neurons) == (169, 10))
    samples = np.random.default_rng(0).random((40, 169), np.float32)
    made = assemble(
        configure(case.experiment(), data=Data(samples), epochs=1, shuffle=False, fuse="never")
    )
    # The loop by hand starts with a threshold of 1.
    rate = {**case.settings, "rate": 1e-3}
    threshold = made.layers[0].components["layers[0].threshold"]
    optimizer = made.layers[0].components["layers[0].optimizer"]
    threshold.initial, optimizer.rate = 1.0, rate["rate"]
    weights = made.layers[0].arrays["weights"].copy()
    before = weights.copy()
    made.run()
    case.plain_loop()(weights, samples, np.arange(40), rate=rate["rate"])
    assert np.abs(weights - before).max() > 0.01
    np.testing.assert_allclose(weights, made.layers[0].arrays["weights"], rtol=1e-4, atol=1e-6)


def test_a_run_is_watched_from_when_it_has_begun_to_the_end_of_its_block():
    watch = Watch(1000, 5000)
    steps = [0]
    for _ in range(4):
        steps.append(watch.following(steps[-1]))
    assert steps == [0, 1000, 6000, 7000, 12000]


def test_a_row_tells_which_bars_are_met():
    case = next(case for case in CASES if case.bar is not None)
    speed, low = Spread(2e6, 1e6, 3e6), Spread(0.9, 0.8, 1.0)
    measured = {"alone": speed, "hand": speed, "ratio": low, "observed": low}
    row = Row(case, measured, others=0.0)
    assert row.verdicts() == {"bar": True, "observed_bar": False}
    assert row.to_dict() == {
        "title": "BCM, SGD",
        "neurons": 1,
        "inputs": 2,
        "bar": 0.8,
        "observed_bar": 0.95,
        "alone": {"median": 2e6, "low": 1e6, "high": 3e6},
        "hand": {"median": 2e6, "low": 1e6, "high": 3e6},
        "ratio": {"median": 0.9, "low": 0.8, "high": 1.0},
        "observed": {"median": 0.9, "low": 0.8, "high": 1.0},
        "met": {"bar": True, "observed_bar": False},
        "others": 0.0,
    }


def test_a_case_without_a_bar_for_each_size_is_refused(monkeypatch):
    text = '[[online]]\ntitle = "few"\nsizes = [[2, 1], [3, 1]]\nbar = [1]\nlayer = {}\n'
    monkeypatch.setattr("plasticity_bench.cases.text_of", lambda *_: text)
    with pytest.raises(SpecError) as caught:
        all_cases()
    assert str(caught.value) == (
        "benchmark 'few': bar must give a number for each of 2 sizes, got 1"
    )
