"""Data that are given again: read as before, or refused with the setting that was forgotten."""

from __future__ import annotations

import shutil
from pathlib import Path

import attrs
import numpy as np
import pytest
from typer.testing import CliRunner

import plasticity as pl
from plasticity import Data, analysis
from plasticity.cli import app
from plasticity.comparison.comparison import compare
from plasticity.errors import DataError, StoreError
from plasticity_plugins.sources.arrays import Arrays

X = np.random.default_rng(0).random((400, 16)).astype("float32")
LABELS = np.arange(400) % 4
SMALL = {"neurons": 4, "seed": 1, "observers": [], "metrics": [], "fuse": "never"}
LINEAR = pl.Experiment(
    data="digits",
    layers=[
        pl.Layer(neurons=4, rule="oja", activation="linear", initializer="normal", optimizer="sgd")
    ],
    seed=1,
    fuse="never",
)


@pytest.fixture
def of_file(folder):
    """A run of one epoch on a file with every setting of one, moved since; and of two on it."""
    np.savez(folder / "x.npz", samples=X, others=-X, digit=LABELS)
    data = {
        "name": "arrays",
        "path": str(folder / "x.npz"),
        "scale": 0.1,
        "key": "samples",
        "labels": "digit",
        "image_shape": [4, 4],
        "limit": 350,
    }
    pl.run("bcm", data=data, epochs=1, out=folder / "begun", **SMALL)
    pl.run("bcm", data=data, epochs=2, out=folder / "whole", **SMALL)
    shutil.move(folder / "x.npz", folder / "y.npz")
    return folder


def ways_to_go_on(folder):
    def by_command(*arguments):
        done = CliRunner().invoke(app, [*map(str, arguments), "--quiet"], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    place, path = folder / "begun", folder / "y.npz"
    return {
        "resume": lambda: pl.resume(place, data=path, epochs=2),
        "resume a string": lambda: pl.resume(place, data=str(path), epochs=2),
        "resume by path": lambda: pl.resume(place, epochs=2, **{"data.path": str(path)}),
        "branch": lambda: pl.branch(place, folder / "other", data=path, epochs=2),
        "plasticity resume": lambda: by_command("resume", place, "--data", path, "--epochs", 2),
        "plasticity branch": lambda: by_command(
            "branch", place, "--data", path, "--set=epochs=2", "--out", folder / "other"
        ),
    }


@pytest.mark.parametrize("way", list(ways_to_go_on(Path())))
def test_a_file_that_was_moved_is_read_as_before(of_file, way):
    ways_to_go_on(of_file)[way]()
    found = pl.open_run(of_file / ("other" if "branch" in way else "begun"))
    assert found.weights.identical(pl.open_run(of_file / "whole").weights)
    assert found.store.attributes["image_shape"] == [4, 4]
    told = found.experiment.data.settings
    assert (told["scale"], told["key"], told["limit"]) == (0.1, "samples", 350)


def refused(call, *arguments, error=StoreError, **settings) -> str:
    with pytest.raises(error) as caught:
        call(*arguments, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (Data(X, labels=LABELS, image_shape=(4, 4)), "data.scale: 0.1 in the store, 1.0 now"),
        (Data(X, scale=0.1, image_shape=(4, 4)), "data.labels: "),
        (Data(X, scale=0.1, labels=LABELS[::-1], image_shape=(4, 4)), "data.labels: "),
        (Data(X, scale=0.1, labels=LABELS), "data.image_shape: [4, 4] in the store, None now"),
        (Data(-X, scale=0.1, labels=LABELS, image_shape=(4, 4)), "data.sha256: "),
    ],
)
def test_data_that_lost_a_setting_are_refused_with_its_name(folder, given, line):
    whole = Data(X, scale=0.1, labels=LABELS, image_shape=(4, 4))
    pl.run("bcm", data=whole, epochs=1, out=folder / "run", **SMALL)
    told = refused(pl.resume, folder / "run", data=given, epochs=2)
    assert told.splitlines()[1].startswith(f"  {line}")
    longer = pl.resume(folder / "run", data=whole, epochs=2)
    assert np.array_equal(longer.weights, pl.run("bcm", data=whole, epochs=2, **SMALL).weights)


def test_a_branch_from_samples_without_their_scale_is_refused(folder):
    scaled = Data(X, scale=0.1)
    pl.run("bcm", data=scaled, epochs=1, out=folder / "run", **SMALL)
    np.save(folder / "x.npy", X)
    for given in (X, folder / "x.npy"):
        assert refused(pl.branch, folder / "run", None, data=given, epochs=2) == (
            f"{folder}/run: its samples had a scale of 0.1, and the same are given without one, "
            "which makes it 1; give the scale"
        )
    same = pl.branch(folder / "run", None, data=scaled, epochs=2)
    assert np.array_equal(same.weights, pl.run("bcm", data=scaled, epochs=2, **SMALL).weights)
    other = {"data.scale": 1.0}
    wanted = pl.branch(folder / "run", None, data=folder / "x.npy", epochs=2, **other)
    assert not np.array_equal(wanted.weights, same.weights)


def test_a_comparison_with_a_store_needs_the_scale_of_its_samples(folder):
    scaled = Data(X, scale=0.1, labels=LABELS)
    pl.run("bcm", data=scaled, epochs=1, out=folder / "run.zarr", **SMALL)
    assert refused(compare, [folder / "run.zarr"], data=X, labels=LABELS) == (
        "run was trained on samples with a scale of 0.1, and the same are given with 1; give them "
        "with that scale"
    )


def test_a_setting_of_a_source_is_no_setting_of_data_given_in_python():
    for call in (
        lambda: pl.run("bcm", data=X, **SMALL, **{"data.scale": 0.1}),
        lambda: pl.run(attrs.evolve(LINEAR, data=Data(X)), **{"data.scale": 0.1}),
    ):
        assert refused(call, error=DataError) == (
            "data.scale: the data are given in Python, so only limit, classes, validation, "
            "constant can be set; give a Data with what is wanted, as Data(..., scale=...)"
        )


def test_a_setting_of_a_source_that_is_an_object_is_put_in():
    settings = {**SMALL, "epochs": 1}
    scaled = pl.run("bcm", data=Arrays(samples=X), **settings, **{"data.scale": 0.1})
    assert np.array_equal(
        scaled.weights, pl.run("bcm", data=Data(X, scale=0.1), **settings).weights
    )


@pytest.mark.parametrize("data", [None, "digits", {"name": "digits"}, "x.npy"])
def test_labels_that_belong_to_no_array_are_refused(data):
    assert refused(pl.run, "bcm", data=data, labels=LABELS, error=DataError) == (
        "labels belong to an array that is given as data; those of a file or a source are given by "
        "its settings, for example data.labels"
    )


def test_labels_take_the_place_of_those_of_data():
    settings = {**SMALL, "metrics": ["class_purity"], "epochs": 1}
    one = pl.run("bcm", data=Data(X, labels=LABELS[::-1]), labels=LABELS, **settings)
    other = pl.run("bcm", data=X, labels=LABELS, **settings)
    assert one.metrics.identical(other.metrics)


# -- responses ---------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [None, "run"])
def test_responses_are_to_samples_scaled_as_those_of_the_training(folder, where):
    out = None if where is None else folder / where
    run = pl.run(LINEAR, data=Data(X, scale=0.1), out=out)
    weights, samples = run.weights.values, X[:50]
    expected = weights @ (np.float32(0.1) * samples).T
    np.testing.assert_allclose(analysis.responses_of(run, samples), expected, rtol=1e-5, atol=1e-7)
    own = analysis.responses_of(run, Data(samples))
    np.testing.assert_allclose(own, weights @ samples.T, rtol=1e-5, atol=1e-6)
    ten = analysis.responses_of(run, 10 * samples)
    np.testing.assert_allclose(ten, weights @ samples.T, rtol=1e-5, atol=1e-6)


def test_responses_to_bytes_and_to_grey_levels_are_alike():
    images = (255 * X).astype("uint8")
    grey = images * np.float32(1 / 255)
    of_bytes, of_grey = pl.run(LINEAR, data=images), pl.run(LINEAR, data=grey)
    for run in (of_bytes, of_grey):
        one, other = (analysis.responses_of(run, given) for given in (images, grey))
        assert np.array_equal(one, other)


def test_only_a_setting_that_data_have_is_suggested_of_them():
    told = refused(lambda: pl.run("bcm", data=X, **SMALL, **{"data.folder": "x"}), error=DataError)
    assert told == (
        "data.folder: the data are given in Python, so only limit, classes, validation, "
        "constant can be set"
    )


def test_a_run_with_labels_that_is_resumed_without_tells_to_give_them(folder):
    pl.run("bcm", data=X, labels=LABELS, out=folder / "run", epochs=1, **SMALL)
    told = refused(lambda: pl.resume(folder / "run", data=X, epochs=2)).splitlines()
    assert told[2] == "it was run with labels: pass labels=, or set data.labels of a file"
    labels = LABELS.astype("int16")
    assert pl.resume(folder / "run", data=X, labels=labels, epochs=2).store.attributes["epoch"] == 2
