"""Experiments side by side: same data, same order, one table, an honest probe."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from threadpoolctl import threadpool_info, threadpool_limits

from plasticity import Data, component, hookimpl, open_run
from plasticity.comparison.comparison import compare
from plasticity.comparison.listeners import Stopwatch, samples_until
from plasticity.errors import SpecError
from plasticity.machine.threads import one_thread_if_small
from tests.support import toys
from tests.support.comparing import CLASSES, RNG, SEPARABLE, LastStep, Norms, Stumbles, spec


@component
class Labelled:
    """A source with a test split of its own."""

    @hookimpl
    def open_data(self, split):
        rows = slice(0, 60) if split == "train" else slice(60, 100)
        return Data(SEPARABLE[rows], labels=CLASSES[rows], name="labelled")


class Seen:
    """Keeps the inputs of every step."""

    def __init__(self):
        self.samples = []

    @hookimpl
    def step_finished(self, x):
        self.samples.append(x.copy())


# -- comparing ---------------------------------------------------------------------------------


def test_all_runs_draw_the_same_samples_in_the_same_order():
    seen = {"a": Seen(), "b": Seen()}
    other = toys.layer(neurons=7)
    compare(
        {"a": spec(epochs=2), "b": spec(layers=[other], epochs=2, seed=99)},
        listeners=lambda name: [seen[name]],
    )
    assert np.array_equal(seen["a"].samples, seen["b"].samples)
    assert not np.array_equal(seen["a"].samples[:20], seen["a"].samples[20:])


def test_a_row_holds_the_last_measurements_with_the_mean_over_the_neurons():
    compared = compare([spec(metrics=[LastStep(), Norms()], epochs=2)])
    (row,) = compared.table
    weights = compared.runs[0].simulation.layers[0].arrays["weights"]
    assert row["last_step"] == 40
    assert row["norm"] == pytest.approx(np.linalg.norm(weights, axis=1).mean(), rel=1e-6)
    assert compared.columns == ("last_step", "norm", "samples_per_second")


def test_a_run_lacks_the_measurements_that_only_others_have_but_for_those_of_weights():
    compared = compare({"a": spec(), "b": spec(metrics=[Norms()])})
    assert compared.columns == ("norm", "last_step", "samples_per_second")
    names = [set(row) & {"last_step", "norm"} for row in compared.table]
    assert names == [{"last_step", "norm"}, {"norm"}]
    assert compared.table[0]["norm"] == compared.table[1]["norm"]
    assert [len(run.asked.metrics) for run in compared.runs] == [1, 1]


def test_experiments_of_one_name_are_numbered():
    compared = compare([spec(), spec(), spec()])
    assert [row["run"] for row in compared.table] == ["experiment", "experiment-2", "experiment-3"]


def test_a_run_that_fails_does_not_stop_the_others():
    compared = compare(
        {"a": spec(), "b": spec()}, listeners=lambda name: [Stumbles()] if name == "a" else []
    )
    assert [run.failure for run in compared.runs] == [
        "'stumbles' in event step_finished at step 3 (epoch 0) raised ValueError: a stone in the "
        "way; what was recorded until then is kept",
        "",
    ]
    assert compared.table[0] == {"run": "a"}
    assert compared.table[1]["last_step"] == 20


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_ends_with_weights_that_are_no_numbers_has_failed(folder):
    wild = spec(layers=[toys.layer(optimizer=toys.Plain(rate=1e9))])
    for _ in range(2):  # the second time it finds the store
        (run,) = compare({"wild": wild}, out=folder / "compared").runs
        assert run.failure == (
            "layer_0: 'weights' holds infinity or NaN after step 20 (not looked at since step 0); "
            "lower the learning rate, or bound the weights; no state was kept before that "
            "(storage.checkpoint tells how often)"
        )


def test_different_data_are_refused_because_nothing_would_be_compared():
    with pytest.raises(SpecError) as refused:
        compare({"a": spec(data="digits"), "b": spec(data={"name": "mnist", "folder": "x"})})
    assert str(refused.value) == (
        "a has the data 'digits' and b has {'name': 'mnist', 'folder': 'x'}; a comparison takes "
        "the same data for all: say which with --data, or compare(..., data=...)"
    )


def test_a_mistake_names_the_run_before_anything_runs():
    seen = Seen()
    with pytest.raises(SpecError) as refused:
        compare({"a": spec(), "b": spec(metrics=["nom"])}, listeners=lambda name: [seen])
    assert str(refused.value).startswith("b: metrics[0]: unknown component 'nom'")
    assert seen.samples == []


def test_a_name_with_a_path_is_refused():
    with pytest.raises(SpecError) as refused:
        compare({"../a": spec()})
    assert str(refused.value) == "a run is called like a folder, without a path, got '../a'"


def test_the_stores_lie_in_a_folder_by_name(tmp_path):
    compare({"a": spec(), "b": spec()}, out=tmp_path / "both")
    found = sorted(path.name for path in (tmp_path / "both").iterdir())
    assert found == ["a", "b", "comparison.json"]
    assert open_run(tmp_path / "both" / "a" / "seed_3").outcome == "finished"


# -- the linear probe --------------------------------------------------------------------------


def test_the_probe_is_scored_on_the_test_split_of_the_source():
    compared = compare({"a": spec(data=Labelled())})
    assert compared.held.told == "Scored on the test split, 40 samples that no run saw."
    assert compared.runs[0].simulation.data.n_sample == 60
    # The classes lie apart along one input, so a line between them makes no mistake.
    assert compared.baseline == 1


def test_without_a_test_split_a_fifth_is_set_aside_before_training():
    seen = Seen()
    compared = compare(
        {"a": spec(epochs=2, dtype="float64")},
        data=SEPARABLE,
        labels=CLASSES,
        listeners=lambda name: [seen],
    )
    assert compared.held.told == (
        "Scored on 20 samples, drawn with seed 3 and set aside before training; no run saw them."
    )
    drawn = {tuple(sample) for batch in seen.samples for sample in batch}
    held = {tuple(sample) for sample in compared.held.data.samples}
    assert (len(drawn), len(held), len(drawn | held)) == (80, 20, 100)


def test_labels_that_have_nothing_to_do_with_the_inputs_are_not_read_off_them():
    labels = RNG.integers(0, 2, 400)
    compared = compare({"a": spec()}, data=RNG.random((400, 6)), labels=labels)
    # 80 held-out samples: four standard deviations around a half.
    assert abs(compared.runs[0].scores.accuracy("linear_probe") - 0.5) < 4 * 0.5 / math.sqrt(80)


def test_without_labels_there_is_no_probe_and_all_samples_are_trained_on():
    compared = compare({"a": spec()})
    assert compared.held.told == "No probe: the data have no labels. All samples were trained on."
    assert compared.runs[0].simulation.data.n_sample == 100
    assert "linear_probe" not in compared.columns
    assert compared.baseline is None


# -- speed -------------------------------------------------------------------------------------


def test_the_speed_leaves_out_compilation_and_measurements(monkeypatch):
    # 16 steps an epoch, heard every 4; the first stretch compiles, each fourth is measured.
    seconds = [0.0, 9.0, 9.5, 15.0, 15.5, 16.0, 16.5, 22.0]
    monkeypatch.setattr("plasticity.comparison.listeners.perf_counter", iter(seconds).__next__)
    watch = Stopwatch(spec(batch_size=10, epochs=2), 160)
    assert watch.every == 4
    for step in range(4, 36, 4):
        watch.step_finished(type("Clock", (), {"step": step}))
    assert watch.samples_per_second == 4 * 10 / 0.5


@pytest.mark.parametrize(
    ("drop_last", "step", "samples"),
    [(False, 4, 40), (False, 5, 45), (False, 7, 65), (True, 4, 40), (True, 5, 50)],
)
def test_samples_are_counted_as_often_as_they_are_drawn(drop_last, step, samples):
    experiment = spec(batch_size=10, drop_last=drop_last)
    assert samples_until(experiment, 45, step) == samples


def test_small_products_run_on_one_thread_and_large_ones_as_before():
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    with threadpool_limits(2):
        assert set(threads()) == {2}
        with one_thread_if_small(10_000):
            assert set(threads()) == {1}
        with one_thread_if_small(10_000_000):
            assert set(threads()) == {2}
        assert set(threads()) == {2}


# -- one dataset -------------------------------------------------------------------------------


def test_the_dataset_holds_all_measurements_over_experiment_seed_and_step():
    small = toys.layer(neurons=3)
    specs = {
        "a": spec(metrics=[LastStep(), Norms()], epochs=2),
        "b": spec(layers=[small], epochs=1, metrics=[Norms()], measure_every=8),
    }
    compared = compare(specs, seeds=2, budget="own")
    dataset = compared.dataset
    assert dataset.norm.dims == ("experiment", "seed", "step", "neuron")
    assert dataset.experiment.values.tolist() == ["a", "b"]
    assert dataset.seed.values.tolist() == list(compared.seeds)
    assert dataset.step.values.tolist() == [8, 16, 20, 40]
    for run in compared.runs:
        metrics = run.run.metrics
        found = dataset.sel(experiment=run.name, seed=run.seed, step=metrics.step.values)
        n_neuron = metrics.sizes["neuron"]
        assert np.array_equal(found.norm[:, :n_neuron], metrics.norm)
        assert np.isnan(found.norm[:, n_neuron:]).all()
        assert np.array_equal(found.epoch, metrics.epoch)
        assert float(found.samples_per_second) == run.row["samples_per_second"]
    assert np.isnan(dataset.norm.sel(experiment="a", step=[8, 16])).all()
    assert np.isnan(dataset.last_step.sel(experiment="b")).all()
    assert dataset.norm.attrs == compared.runs[0].run.metrics.norm.attrs


def test_the_dataset_has_room_for_a_run_that_failed():
    compared = compare({"a": spec(metrics=[Norms()]), "b": spec(observers=[Stumbles()])})
    assert compared.runs[1].failure
    assert np.isnan(compared.dataset.norm.sel(experiment="b", step=20)).all()


def test_the_dataset_is_saved_by_xarray_in_both_formats(tmp_path):
    dataset = compare({"a": spec(metrics=[LastStep(), Norms()])}).dataset
    dataset.to_netcdf(tmp_path / "compared.nc", engine="scipy")
    dataset.to_zarr(tmp_path / "compared.zarr", consolidated=False)
    with xr.open_dataset(tmp_path / "compared.nc", engine="scipy") as netcdf:
        xr.testing.assert_equal(netcdf.load(), dataset)
    with xr.open_zarr(tmp_path / "compared.zarr", consolidated=False) as zarr:
        xr.testing.assert_equal(zarr.load(), dataset)
