"""Samples of every type: the same weights by every way in, or a refusal before the first step."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
import zarr
from typer.testing import CliRunner

import plasticity as pl
from plasticity.cli import app
from plasticity.errors import DataError
from plasticity.sklearn import BCM, LabelsAsInputs, PlasticityTransformer, completed

X = np.random.default_rng(0).random((400, 16)).astype("float32")
LABELS = np.arange(400) % 3
# No metric: with integers as inputs neurons may select nothing, which `overlap` warns of.
SMALL = {"neurons": 4, "epochs": 2, "seed": 1, "observers": [], "metrics": []}
KINDS = ("bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "longdouble")
SWAPPED = (">i2", ">u2", ">i4", ">u8", ">f2", ">f4", ">f8")


def weights(data, **settings) -> np.ndarray:
    return pl.run("bcm", data=data, **{**SMALL, **settings}).weights.values


def of_type(kind: str) -> np.ndarray:
    return (X > 0.5) if kind == "bool" else (100 * X).astype(kind)


@pytest.mark.parametrize("kind", KINDS + SWAPPED)
def test_a_compiled_step_takes_every_type_and_byte_order_as_the_plain_one(kind):
    samples = of_type(kind)
    native = samples.astype(samples.dtype.newbyteorder("="))
    assert np.array_equal(weights(samples, fuse="always"), weights(native, fuse="always"))
    assert np.allclose(weights(samples, fuse="always"), weights(native, fuse="never"), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS + SWAPPED)
def test_an_estimator_learns_what_a_run_learns(kind):
    samples, settings = of_type(kind), {"neurons": 4, "epochs": 2, "metrics": [], "fuse": "never"}
    fitted = BCM(**settings, random_state=1).fit(samples)
    assert np.array_equal(fitted.weights_, weights(samples, fuse="never"))


@pytest.mark.parametrize("kind", ["bool", "u1", ">u2", ">f4", "f2", "f8"])
@pytest.mark.parametrize("end", ["npy", "npz", "zarr"])
def test_the_command_line_learns_from_a_file_what_a_run_learns_from_the_array(
    tmp_path, monkeypatch, kind, end
):
    monkeypatch.chdir(tmp_path)
    samples, path = of_type(kind), f"x.{end}"
    if end == "zarr":
        zarr.create_array(path, data=samples)
    else:
        (np.save if end == "npy" else np.savez)(path, samples)
    given = [f"--set={key}={value}" for key, value in SMALL.items()]
    done = CliRunner().invoke(
        app, ["run", "bcm", "--data", path, "--out", "run.zarr", "--quiet", *given]
    )
    assert done.exit_code == 0, done.output
    assert np.array_equal(pl.open_run("run.zarr").weights, weights(samples))


def test_a_large_mapped_file_of_another_byte_order_stays_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("plasticity.components.data.LARGE", 0)
    monkeypatch.setattr("plasticity.components.defaults.LARGE", 0)
    np.save(tmp_path / "x.npy", X.astype(">f4"))
    data = pl.Data(np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert isinstance(data.samples, np.memmap)
    fused = {"fuse": "always", "schedule": "linear_to_zero"}
    assert np.array_equal(weights(data, **fused), weights(X, **fused))


@pytest.mark.parametrize(
    "samples", [X.astype(complex), X.astype(int).astype("M8[s]"), X.astype("U"), X.astype(object)]
)
def test_what_are_no_real_numbers_is_refused(samples):
    with pytest.raises(DataError) as caught:
        pl.run("bcm", data=samples, **SMALL)
    assert str(caught.value) == (
        f"data: samples must be real numbers, got values of type {samples.dtype}"
    )


def test_values_beyond_the_type_of_the_experiment_are_refused():
    samples = X.astype(float)
    samples[3, 2] = -1e39
    with pytest.raises(DataError) as caught:
        pl.run("bcm", data=samples, **SMALL)
    assert str(caught.value) == (
        "data: a value of 1e+39 is beyond the largest float32; give smaller numbers, or dtype = "
        "'float64'"
    )
    scaled = pl.Data(samples, scale=1e-39)
    assert np.isfinite(weights(scaled, dtype="float64")).all()


@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_a_scale_that_leaves_nothing_is_refused(scale):
    with pytest.raises(DataError, match=f"data: scale must be a number other than 0, got {scale}"):
        pl.Data(X, scale=scale)


# -- bytes -------------------------------------------------------------------------------------


def test_bytes_without_a_value_above_1_are_told(caplog):
    run = pl.run("bcm", data=(X > 0.5).astype("uint8"), **SMALL)
    assert run.notices[0] == (
        "data: no byte is above 1, and as bytes are divided by 255 no input is above 0.004; give "
        "scale = 1, or numbers of another type, where 0 and 1 are meant"
    )


@pytest.mark.parametrize(
    "data",
    [
        X > 0.5,
        (2 * X).astype("int8"),
        (3 * X).astype("uint8"),
        pl.Data((X > 0.5).astype("uint8"), scale=1),
    ],
)
def test_nothing_is_told_of_the_bytes_of_other_numbers(data):
    notices = pl.run("bcm", data=data, **SMALL).notices
    assert [text for text in notices if "byte" in text] == []


def test_bytes_after_other_integers_are_refused_by_an_estimator():
    samples = (100 * X).astype("uint8")
    fitted = BCM(neurons=2, epochs=1, metrics=[], fuse="never").fit(samples.astype(int))
    with pytest.raises(DataError) as caught:
        fitted.transform(samples)
    assert str(caught.value) == (
        "BCM: was fitted on values of type int64 and is given uint8; bytes (uint8) count as value "
        "/ 255 and other numbers as they are: give the type that it was fitted on"
    )
    of_bytes = BCM(neurons=2, epochs=1, metrics=[], fuse="never").fit(samples)
    with pytest.raises(DataError, match="was fitted on values of type uint8 and is given int64"):
        of_bytes.transform(samples.astype(int))
    grey = samples * np.float32(1 / 255)
    assert np.array_equal(of_bytes.transform(samples), of_bytes.transform(grey))


def test_labels_as_inputs_and_completion_take_bytes_as_grey_levels():
    samples = (255 * X[:60]).astype("uint8")
    grey = samples * np.float32(1 / 255)
    layer = PlasticityTransformer("krotov_hopfield", neurons=4, epochs=1, fuse="never")
    hidden = np.arange(16) > 11
    found = []
    for given in (samples, grey):
        both = LabelsAsInputs(layer).fit(given, LABELS[:60])
        found.append(both.decision_function(given))
        found.append(completed(layer.fit(given), given, hidden))
    assert np.array_equal(found[0], found[2])
    assert np.array_equal(found[1], found[3])


# -- sparse matrices ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csr_matrix", "csc_array", "coo_array", "lil_matrix"])
def test_a_sparse_matrix_is_filled_with_its_zeros(form):
    samples = np.where(X > 0.7, X, 0)
    sparse = getattr(scipy.sparse, form)(samples)
    fitted = BCM(neurons=4, epochs=2, metrics=[], random_state=1).fit(sparse)
    assert np.array_equal(weights(sparse), weights(samples))
    assert np.array_equal(fitted.weights_, weights(samples))
    assert np.array_equal(fitted.transform(sparse), fitted.transform(samples))


def test_a_sparse_matrix_that_does_not_fit_is_refused_and_not_filled():
    with pytest.raises(DataError) as caught:
        pl.run("bcm", data=scipy.sparse.csr_matrix((10**8, 10**6)), **SMALL)
    assert str(caught.value) == (
        "data: a sparse array of shape (100000000, 1000000) takes 8e+05 GB with its zeros, more "
        "than half of the memory left: give fewer samples or inputs at a time"
    )


def test_samples_that_make_no_array_are_refused():
    class Elsewhere:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("the values are on another device")

    with pytest.raises(DataError) as caught:
        pl.Data(Elsewhere())
    assert str(caught.value) == (
        "data: the samples do not make one array: the values are on another device"
    )
