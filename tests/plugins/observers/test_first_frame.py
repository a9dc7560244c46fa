"""The frame of step 0: the weights before the first step."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import hookimpl
from plasticity.analysis.course import along
from plasticity_plugins.observers.recorder import Recorder
from tests.support.fused import BCM, RANKED, layer, simulation
from tests.support.recorders import recorded, refused
from tests.support.toys import layer as toy_layer

FIRST = {"first": True}


def run_of(*layers, **told):
    changes = {name: told.pop(name) for name in ("fuse", "batch_size", "dtype") if name in told}
    made = simulation(*(layers or (layer(),)), observers=[Recorder(**told)], epochs=2, **changes)
    return made.layers[0].arrays["weights"].copy(), made.run()


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("fuse", ["always", "never"])
@pytest.mark.parametrize(
    ("told", "begin"),
    [
        ({"every": 1}, [0, 1, 2]),
        ({"every": 3}, [0, 3, 6]),
        ({"every": "1 per decade"}, [0, 1, 10]),
        ({"at": [7, 0, 1]}, [0, 1, 7]),
        ({"at": [1, 2]}, [1, 2]),
    ],
    ids=str,
)
def test_the_first_frame_holds_the_first_weights(told, begin, fuse, batch_size):
    first, run = run_of(**told, fuse=fuse, batch_size=batch_size)
    n_step = int(run.store.attributes["step"])
    expected = [step for step in begin if step <= n_step]
    assert run.trajectory.step.values[:3].tolist() == expected
    if 0 in begin:
        assert np.array_equal(run.trajectory.weights.values[0], first)
        assert run.trajectory.epoch.values[0] == 0
        assert not np.array_equal(run.trajectory.weights.values[1], first)


@pytest.mark.parametrize("parts", [BCM, RANKED], ids=["bcm", "krotov_hopfield"])
def test_all_other_frames_are_those_of_a_recorder_without_it(parts):
    how = {"every": 2, "fuse": "always", "batch_size": 1}
    _, with_it = run_of(layer(**parts), **how)
    _, without = run_of(layer(**parts), **how, first=False)
    assert with_it.trajectory.isel(step=slice(1, None)).weights.equals(without.trajectory.weights)
    assert np.array_equal(with_it.weights.values, without.weights.values)
    assert with_it.trajectory.attrs["cadence"] == "from step 0: every 2 steps"
    assert without.trajectory.attrs["cadence"] == "from step 1: every 2 steps"


@pytest.mark.parametrize("fuse", ["always", "never"])
def test_what_a_step_fills_is_nan_before_the_first(fuse):
    told = {
        "every": 1,
        "variables": ("weights", "threshold"),
        "probes": {"size": "norm(weights)", "height": "mean(threshold) * mean(weights)"},
    }
    first, run = run_of(layer(**BCM), fuse=fuse, **told)
    found = run.trajectory
    assert np.isnan(found.threshold.values[0]).all()
    assert np.isnan(found.height.values[0])
    assert found["size"].values[0] == pytest.approx(np.linalg.norm(first), rel=1e-6)
    assert np.isfinite(found.isel(step=slice(1, None)).to_array().values).all()


def test_a_threshold_is_drawn_from_the_first_step_on_and_weights_from_before():
    _, run = run_of(layer(**BCM), every=2, variables=("weights", "threshold"))
    assert along(run, "threshold").step.values[:2].tolist() == [2, 4]
    assert along(run, "weights").step.values[:2].tolist() == [0, 2]


def test_arrays_of_a_batch_and_functions_begin_with_the_first_step_that_is_due():
    for told in (
        {"variables": ("activity",)},
        {"variables": ("weights", "activity")},
        {"probes": {"largest": lambda view: view.array("weights").max()}},
        {"variables": ("threshold",)},
        {"when": "mean(threshold) > 0"},
        {"when": lambda view: True},
    ):
        _, run = run_of(layer(**BCM), every=4, **told)
        assert run.trajectory.step.values[:2].tolist() == [4, 8], told


def test_a_condition_of_the_weights_is_looked_at_before_the_first_step_as_well():
    for when, begin in (("mean(weights) > -100", 0), ("mean(weights) > 100", None)):
        found = recorded(every=4, when=when, **FIRST)[0].trajectory
        assert found.sizes.get("step", 0) == (3 if begin == 0 else 0)


def test_step_0_is_refused_where_what_is_recorded_is_not_there_yet():
    assert refused(at=[0, 1], variables=["activity"]) == (
        "recorder: at has step 0, before the first step, but what is recorded belongs to a batch "
        "or is a function in Python; leave out one of them"
    )


def test_layers_trained_one_after_the_other_have_a_first_frame_each():
    run, _ = recorded(toy_layer(), toy_layer(), training="layer_by_layer", every=3, **FIRST)
    for index in (0, 1):
        assert run.recorded(layer=index).step.values.tolist() == [0, 3, 6]


def test_the_first_frame_counts_for_the_budget():
    frame = recorded(every=1, **FIRST)[0].trajectory.weights[0].nbytes + 16
    run, _ = recorded(every=1, epochs=10, at_most=f"{8 * frame} B", **FIRST)
    assert run.trajectory.step.values[:4].tolist() == [0, 1, 2, 3]
    assert len(run.trajectory.step) <= 8


class Stops:
    @hookimpl
    def should_stop(self, clock):
        return "on purpose" if clock.step == 9 else None


def test_a_run_that_goes_on_has_one_first_frame(tmp_path):
    made = simulation(layer(), observers=[Recorder(every=2)], listeners=[Stops()])
    made.run(tmp_path / "run")
    simulation(layer(), observers=[Recorder(every=2)]).resume(tmp_path / "run")
    whole = simulation(layer(), observers=[Recorder(every=2)]).run()
    assert pl.open_run(tmp_path / "run").trajectory.load().identical(whole.trajectory.load())
    assert whole.trajectory.step.values.tolist()[:3] == [0, 2, 4]


class Hears:
    def __init__(self):
        self.heard = []

    @hookimpl
    def training_started(self, layer, clock, weights):
        self.heard.append((layer.name, clock.step, weights.copy()))
        assert not weights.flags.writeable


@pytest.mark.parametrize("training", ["together", "layer_by_layer"])
def test_the_begin_of_training_is_heard_once_for_each_layer(training, tmp_path):
    hears = Hears()
    made = simulation(layer(), layer(), training=training, listeners=[hears])
    first = [state.arrays["weights"].copy() for state in made.layers]
    made.run(tmp_path / "run")
    assert [(name, step) for name, step, _ in hears.heard] == [("layer_0", 0), ("layer_1", 0)]
    assert all(np.array_equal(one, other[2]) for one, other in zip(first, hears.heard, strict=True))
    again = Hears()
    simulation(layer(), layer(), training=training, epochs=4, listeners=[again]).resume(
        tmp_path / "run"
    )
    assert again.heard == []
