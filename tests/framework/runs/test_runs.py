"""`run`, `configure` and `open_run`: five lines for the common case."""

import attrs
import numpy as np
import pytest
import xarray as xr

import plasticity as pl
from plasticity import Data, hookimpl
from plasticity.errors import UnknownNameError
from plasticity.experiment.configure import configure, source_of
from tests.support.toys import experiment, layer

SAMPLES = np.random.default_rng(7).random((60, 16))


@pytest.fixture(scope="module")
def run():
    """The five lines of the README, on less data."""
    return pl.run(
        "bcm",
        data=SAMPLES,
        neurons=5,
        epochs=3,
        batch_size=20,
        seed=42,
        observers=[
            {"name": "recorder", "variables": ["weights", "threshold"], "every": 2, "first": False}
        ],
        metrics=["selectivity", "weight_change"],
    )


def test_the_weights_of_a_run_are_labelled(run):
    assert isinstance(run.weights, xr.DataArray)
    assert run.weights.sizes == {"neuron": 5, "input": 16}
    assert run.weights.dtype == np.float32


def test_the_trajectory_of_a_run_goes_over_step(run):
    assert isinstance(run.trajectory, xr.Dataset)
    assert run.trajectory.step.values.tolist() == [2, 4, 6, 8]
    assert run.trajectory.threshold.dims == ("step", "neuron")


def test_the_metrics_of_a_run_go_over_step(run):
    assert isinstance(run.metrics, xr.Dataset)
    assert list(run.metrics.data_vars) == ["selectivity", "weight_change"]
    assert run.metrics.step.values.tolist() == [3, 6, 9]


def test_the_trajectory_ends_where_the_weights_stand():
    run = pl.run(experiment(), observers=[{"name": "recorder", "every": 4, "first": False}])
    assert np.array_equal(run.trajectory.weights.values[-1], run.weights.values)


def test_a_run_tells_in_a_line_what_it_is(run):
    assert repr(run) == "<Run of layer_0, finished, in memory>"


def test_a_run_gives_the_same_bits_with_and_without_observers(run):
    again = pl.run(attrs.evolve(run.experiment, metrics=(), observers=()))
    assert np.array_equal(again.weights.values, run.weights.values)


def test_a_run_on_disk_is_opened_with_everything_in_it(tmp_path, run):
    out = tmp_path / "run.zarr"
    written = pl.run(run.experiment, out=out)
    opened = pl.open_run(out)
    assert opened.outcome == "finished"
    assert opened.layers == ("layer_0",)
    assert repr(opened) == f"<Run of layer_0, finished, in {out}>"
    for name in ("trajectory", "metrics", "weights"):
        assert getattr(opened, name).identical(getattr(written, name))
        assert getattr(opened, name).identical(getattr(run, name))


def test_an_opened_run_knows_its_experiment(tmp_path):
    made = configure("bcm", neurons=4, epochs=1, metrics=[], observers=[])
    pl.run(made, out=tmp_path / "run.zarr")
    assert pl.open_run(tmp_path / "run.zarr").experiment == made


def test_the_last_layer_is_the_one_a_run_shows():
    run = pl.run(experiment(layer(), layer(neurons=2, name="top")))
    assert run.weights.sizes == {"neuron": 2, "input": 3}
    assert run.state(0).weights.sizes == {"neuron": 3, "input": 4}
    assert run.layers == ("layer_0", "top")


def test_listeners_are_plain_objects():
    class Counts:
        steps = 0

        @hookimpl
        def step_finished(self):
            self.steps += 1

    counts = Counts()
    pl.run(experiment(epochs=2), listeners=[counts])
    assert counts.steps == 8


def test_settings_reach_their_component():
    made = configure("bcm", **{"optimizer.rate": 0.5, "neurons": 7, "dtype": "float64"})
    table = made.to_dict()
    assert table["layers"][0]["optimizer"]["rate"] == 0.5
    assert table["layers"][0]["neurons"] == 7
    assert table["dtype"] == "float64"


def test_a_setting_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        configure("bcm", neurns=7)
    assert str(caught.value) == "no setting 'neurns'; did you mean 'neurons'?"


def test_data_may_be_an_array_images_or_data():
    images = SAMPLES.reshape(60, 4, 4)
    labels = np.arange(60) % 3
    for given in (SAMPLES, SAMPLES.tolist(), images, Data(SAMPLES)):
        assert configure("bcm", data=given).data.samples.shape == (60, 16)
    assert configure("bcm", data=images).data.image_shape == (4, 4)
    assert configure("bcm", data=SAMPLES, labels=labels).data.labels.tolist() == labels.tolist()


def test_data_that_were_given_survive_other_settings():
    made = configure(configure("bcm", data=SAMPLES), neurons=3)
    assert np.array_equal(made.data.samples, SAMPLES)


def test_a_file_is_read_by_the_source_of_its_suffix(tmp_path):
    np.save(tmp_path / "samples.npy", SAMPLES)
    path = str(tmp_path / "samples.npy")
    assert source_of(path) == {"name": "arrays", "path": path}
    assert source_of("digits") == "digits"
    run = pl.run("bcm", data=path, neurons=3, epochs=1, batch_size=20, metrics=[], observers=[])
    assert run.weights.sizes == {"neuron": 3, "input": 16}
