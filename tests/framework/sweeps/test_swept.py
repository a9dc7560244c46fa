"""What a sweep comes to: its dataset, its runs, and one store of all."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import plasticity as pl
from plasticity import component, hookimpl
from plasticity.errors import StoreError, UnknownNameError
from plasticity.sweeps.swept import setting_at
from tests.support.console import command

SAMPLES = np.random.default_rng(0).random((120, 16))
SMALL = {"data": SAMPLES, "neurons": 3, "epochs": 2, "observers": []}
OVER = {"threshold.memory": [0.0, 0.9], "optimizer.rate": [0.01, 0.1]}
RECORDER = {"name": "recorder", "variables": ["weights"], "every": 1}


@component
class Explodes:
    """Observer that raises at the second step of a run with four neurons."""

    @hookimpl
    def step_finished(self, weights, clock):
        if len(weights) == 4 and clock.step == 2:
            raise RuntimeError("boom")


# -- the dataset -------------------------------------------------------------------------------


def test_the_dataset_has_the_axes_the_seed_and_the_steps():
    dataset = pl.sweep("bcm", OVER, seeds=2, seed=7, **SMALL).dataset
    assert dict(dataset.overlap.sizes) == {"memory": 2, "rate": 2, "seed": 2, "step": 2}
    assert dataset.memory.values.tolist() == [0.0, 0.9]
    assert dataset.seed.values.tolist() == [7, 8]
    assert dataset.step.values.tolist() == [2, 4]
    assert set(dataset.outcome.values.flat) == {"finished"}
    assert (dataset.seconds.values > 0).all()


def test_coordinates_and_measurements_say_what_they_are_and_their_units(small_sweep):
    dataset = pl.open_sweep(small_sweep).dataset
    assert dataset.memory.attrs == {
        "long_name": "share gamma of the old threshold kept at each step",
        "units": "1",
        "setting": "threshold.memory",
    }
    assert dataset.rate.attrs["long_name"] == "learning rate"
    assert dataset.overlap.attrs["long_name"] == "overlap index"
    assert dataset.seconds.attrs["units"] == "s"


@pytest.mark.parametrize(
    ("path", "doc"),
    [
        ("optimizer.rate", "learning rate"),
        ("layers.0.optimizer.rate", "learning rate"),
        ("layers.below.optimizer.rate", "learning rate"),
        ("layers.1.rule.power", None),
        ("neurons", None),
        ("optimizer.nothing", None),
        ("data.limit", None),
    ],
)
def test_the_declaration_of_a_setting_is_found_by_its_path(path, doc):
    layer = pl.Experiment.load("bcm").layers[0]
    spec = pl.Experiment(
        data="digits", layers=[pl.Layer(**{**vars_of(layer), "name": "below"}), layer]
    )
    found = setting_at(spec, path)
    assert (found and found.doc) == doc


def vars_of(layer):
    import attrs

    return {field.name: getattr(layer, field.name) for field in attrs.fields(type(layer))}


def test_a_cell_has_what_the_same_run_has_alone():
    swept = pl.sweep("bcm", OVER, seeds=2, **SMALL)
    alone = pl.run("bcm", seed=1, **SMALL, **{"threshold.memory": 0.9, "optimizer.rate": 0.1})
    cell = swept.run(memory=0.9, rate=0.1, seed=1)
    assert np.array_equal(cell.weights, alone.weights)
    means = alone.metrics.selectivity.mean("neuron").values
    assert swept.dataset.selectivity.sel(memory=0.9, rate=0.1, seed=1).values == pytest.approx(
        means, rel=1e-6
    )


def test_a_cell_in_a_folder_is_an_ordinary_store(small_sweep):
    swept = pl.open_sweep(small_sweep)
    (cell,) = (c for c in swept.cells if c.title == "memory=0.9 rate=0.1 seed=1")
    run = pl.open_run(cell.path)
    assert np.array_equal(run.weights, swept.run(memory=0.9, rate=0.1, seed=1).weights)
    settings = {"data": "digits", "data.limit": 200, "neurons": 6, "epochs": 2, "observers": []}
    at = {"threshold.memory": 0.9, "optimizer.rate": 0.1}
    assert np.array_equal(run.weights, pl.run("bcm", seed=1, **settings, **at).weights)
    shown = command("show", cell.path)
    assert (shown.status, "finished" in shown.out) == (0, True)


def test_a_run_that_fails_is_told_and_the_others_are_there():
    swept = pl.sweep("bcm", {"neurons": [3, 4]}, data=SAMPLES, epochs=3, observers=[Explodes()])
    outcome = swept.dataset.outcome.sel(seed=0).values.tolist()
    assert outcome[0] == "finished"
    assert outcome[1].startswith("failed: ")
    assert "boom" in outcome[1]
    assert swept.failed == {"neurons=4 seed=0": outcome[1]}
    assert np.isfinite(swept.dataset.overlap.sel(neurons=3)).all()
    assert swept.standing() == "1 complete, 1 failed"


def test_a_run_that_diverges_says_at_which_step():
    swept = pl.sweep(
        "bcm",
        {"optimizer": ["adam", {"name": "sgd", "rate": 1e30}]},
        metrics=["selectivity"],
        **SMALL,
    )
    good, bad = swept.dataset.outcome.sel(seed=0).values
    assert (good, bad[:22]) == ("finished", "diverged at step 4: la")


def test_what_has_not_begun_is_missing_and_nan(tmp_path):
    swept = pl.sweep("bcm", {"threshold.memory": [0.0]}, out=tmp_path / "s", **NUMBERED)
    from plasticity.sweeps.axes import grid
    from plasticity.sweeps.design import Design

    wider = Design(swept.design.base, grid({"threshold.memory": [0.0, 0.5]}), 1)
    swept.design.joined(wider, "s").checked().write(str(tmp_path / "s"))
    opened = pl.open_sweep(tmp_path / "s")
    assert opened.dataset.outcome.sel(seed=0).values.tolist() == ["finished", "missing"]
    assert np.isnan(opened.dataset.overlap.sel(memory=0.5)).all()
    assert (opened.standing(), opened.failed) == ("1 complete, 1 to do", {})
    with pytest.raises(StoreError, match=r"memory=0\.5 seed=0: has not begun"):
        opened.run(memory=0.5)


NUMBERED = {"data": "digits", "data.limit": 200, "neurons": 3, "epochs": 2, "observers": []}


def test_steps_are_a_dimension_only_where_all_runs_measure_at_the_same():
    both = pl.sweep("bcm", {"epochs": [2, 3]}, **{**SMALL, "epochs": 2})
    assert dict(both.dataset.overlap.sizes) == {"epochs": 2, "seed": 1}
    last = [run.metrics.overlap.values[-1] for _, run in both.runs()]
    assert both.dataset.overlap.values[:, 0] == pytest.approx(last, rel=1e-6)


def test_values_that_move_together_share_a_dimension():
    over = {("threshold.memory", "optimizer.rate"): [(0.0, 0.1), (0.9, 0.01), (0.9, 0.1)]}
    swept = pl.sweep("bcm", over, **SMALL)
    assert swept.dims == ("memory", "seed")
    assert swept.dataset.rate.dims == ("memory",)
    spec = swept.run(memory=0.9, rate=0.01).experiment
    assert spec.layers[0].optimizer.settings["rate"] == 0.01
    with pytest.raises(UnknownNameError, match="memory: 2 of its places are meant; say more"):
        swept.run(memory=0.9)


def test_a_setting_of_a_component_counts_after_the_component():
    over = {"optimizer.rate": [0.1, 0.2], "optimizer": ["adam", {"name": "sgd", "rate": 0.5}]}
    specs = [cell.spec.layers[0].optimizer for cell in pl.sweep("bcm", over, **SMALL).cells]
    assert [(part.name, part.settings["rate"]) for part in specs] == [
        ("adam", 0.1), ("sgd", 0.1), ("adam", 0.2), ("sgd", 0.2)
    ]  # fmt: skip


def test_whole_specs_and_data_are_axes():
    over = {"experiment": ["bcm", "krotov_hopfield"]}
    swept = pl.sweep(None, over, **{**SMALL, "metrics": ["selectivity"]})
    assert swept.dataset.experiment.values.tolist() == ["bcm", "krotov_hopfield"]
    rules = [str(cell.spec.layers[0].rule) for cell in swept.cells]
    assert rules[0] != rules[1]


def test_samples_of_a_space_have_their_settings_as_coordinates():
    swept = pl.sweep("bcm", {"threshold.memory": "0:1", "neurons": "2:5"}, draw=5, **SMALL)
    dataset = swept.dataset
    assert dict(dataset.overlap.isel(step=0).sizes) == {"draw": 5, "seed": 1}
    # A range between integers is one of fractions where the setting is a fraction.
    assert len(set(dataset.memory.values.tolist())) == 5
    assert set(dataset.neurons.values.tolist()) <= {2, 3, 4, 5}
    assert swept.run(draw=3).experiment.layers[0].neurons == dataset.neurons.values[3]


def test_the_best_is_that_of_the_mean_over_the_seeds():
    swept = pl.sweep("bcm", OVER, seeds=3, **SMALL)
    last = swept.dataset.overlap.isel(step=-1).mean("seed")
    cell = swept.best("overlap")
    assert last.values[cell.at[:-1]] == last.max()
    assert last.values[swept.best("overlap", smallest=True).at[:-1]] == last.min()
    with pytest.raises(UnknownNameError, match="'overlp' was measured; did you mean 'overlap'"):
        swept.best("overlp")


# -- its runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"memory": 0.9, "rate": 0.1}, r"run: say which seed \(2 values\)"),
        ({"memory": 0.5}, r"memory: has no value 0.5 \(there are 0.0, 0.9\)"),
        ({"memry": 0.9}, "the sweep has no coordinate 'memry'; did you mean 'memory'?"),
        ({"seed": 5}, r"seed: has no value 5 \(there are 0, 1\)"),
    ],
)
def test_a_selection_that_is_not_one_run_says_why(wanted, message, small_sweep):
    with pytest.raises(UnknownNameError, match=message):
        pl.open_sweep(small_sweep).run(**wanted)


def test_a_component_is_a_coordinate_by_its_label_or_its_table():
    table = {"name": "sgd", "rate": 0.5}
    swept = pl.sweep("bcm", {"optimizer": ["adam", table]}, **SMALL)
    assert swept.dataset.optimizer.values.tolist() == ["adam", "sgd rate=0.5"]
    assert swept.run(optimizer=table) is swept.run(optimizer="sgd rate=0.5")


def test_a_trajectory_of_all_runs_is_read_when_it_is_used(tmp_path):
    dask = pytest.importorskip("dask.array")
    settings = {**NUMBERED, "observers": [RECORDER]}
    swept = pl.sweep("bcm", OVER, seeds=2, out=tmp_path / "s", **settings)
    weights = swept.trajectory("weights")
    assert isinstance(weights.data, dask.Array)
    assert weights.dims == ("memory", "rate", "seed", "step", "neuron", "input")
    one = swept.run(memory=0.9, rate=0.01, seed=1).trajectory["weights"]
    part = weights.sel(memory=0.9, rate=0.01, seed=1)
    assert np.array_equal(part.values, one.values)
    assert weights.step.values.tolist() == one.step.values.tolist()
    with pytest.raises(StoreError, match="activity: was recorded in no run"):
        swept.trajectory("activity")


# -- one store of all --------------------------------------------------------------------------


def test_a_gathered_store_opens_in_xarray_alone(small_sweep, tmp_path):
    target = tmp_path / "all.zarr"
    done = command("gather", str(small_sweep), "-o", str(target))
    assert (done.status, done.out) == (0, f"{target}\n")
    swept = pl.open_sweep(small_sweep)
    with xr.open_zarr(target) as gathered:
        xr.testing.assert_identical(gathered.drop_vars("weights").load(), swept.dataset)
        weights = gathered.weights.sel(memory=0.9, rate=0.1, seed=1).values
    assert np.array_equal(weights, swept.run(memory=0.9, rate=0.1, seed=1).weights)


def test_booleans_and_words_are_gathered_too(tmp_path):
    over = {"fuse": ["auto", "never"], "schedule": ["linear_to_zero", None]}
    over["constraints.0.at_most"] = [True, False]
    swept = pl.sweep("bcm", over, **SMALL, constraints=[{"name": "row_norm", "norm": 2.0}])
    swept.gather(tmp_path / "all.zarr")
    with xr.open_zarr(tmp_path / "all.zarr") as gathered:
        assert gathered.schedule.values.tolist() == ["linear_to_zero", "none"]
        assert gathered.at_most.values.tolist() == [True, False]


def test_only_a_gathered_store_is_replaced(small_sweep, tmp_path):
    target = tmp_path / "all.zarr"
    swept = pl.open_sweep(small_sweep)
    swept.gather(target)
    with pytest.raises(StoreError, match="exists already; choose another path, or --overwrite"):
        swept.gather(target)
    swept.gather(target, overwrite=True)
    for other in (small_sweep, tmp_path):
        with pytest.raises(StoreError, match="holds something else than a gathered sweep"):
            swept.gather(other, overwrite=True)
    assert pl.open_sweep(small_sweep).standing() == "8 complete"
