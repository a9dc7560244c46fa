"""A path to an idx file given as data: images of any data set in the format of MNIST."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import plasticity as pl
from plasticity.errors import DataError
from plasticity_plugins.sources.arrays import Arrays
from tests.support.console import command

random = np.random.default_rng(0)
IMAGES = random.integers(0, 256, (130, 4, 5), np.uint8)
LETTERS = random.integers(1, 27, 130).astype(np.uint8)
TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
EMNIST = "emnist-letters-train-{}-idx{}-ubyte"


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    sizes = np.array(values.shape, ">u4").tobytes()
    return bytes([0, 0, kind, values.ndim]) + sizes + values.astype(TYPES[kind]).tobytes()


def opened(path, **settings):
    return Arrays(path=path, **settings).open_data("train")


def refusal(path, **settings) -> str:
    with pytest.raises(DataError) as caught:
        opened(path, **settings)
    return str(caught.value)


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("labels_end", ["", ".gz"])
def test_letters_are_read_with_the_labels_beside_them(tmp_path, end, labels_end):
    path = tmp_path / (EMNIST.format("images", 3) + end)
    path.write_bytes(gzip.compress(idx(IMAGES)) if end else idx(IMAGES))
    beside = tmp_path / (EMNIST.format("labels", 1) + labels_end)
    beside.write_bytes(gzip.compress(idx(LETTERS)) if labels_end else idx(LETTERS))
    data = opened(path)
    assert data.image_shape == (4, 5)
    assert np.array_equal(data.samples, IMAGES.reshape(130, 20))
    assert np.array_equal(data.labels, LETTERS)
    assert data.name == path.name
    assert opened(path, labels=False).labels is None


@pytest.mark.parametrize("name", ["x-images-idx3-ubyte", "x.idx3-ubyte.gz", "x.idx", "x.idx.gz"])
def test_a_run_takes_the_path_and_the_command_line_too(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(gzip.compress(idx(IMAGES)) if ".gz" in name else idx(IMAGES))
    settings = {"neurons": 3, "epochs": 1, "metrics": [], "observers": []}
    run = pl.run("bcm", data=tmp_path / name, **settings)
    assert np.array_equal(run.weights, pl.run("bcm", data=IMAGES, **settings).weights)
    told = [f"--set={key}={value}" for key, value in settings.items()]
    assert command("run", "bcm", "--data", name, "--out", "run.zarr", *told).status == 0
    assert pl.open_run("run.zarr").weights.identical(run.weights)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_values_is_read(tmp_path, kind):
    values = random.integers(0, 100, (7, 3))
    (tmp_path / "x.idx").write_bytes(idx(values, kind))
    assert np.array_equal(opened(tmp_path / "x.idx").samples, values)


def test_labels_come_from_a_second_idx_file(tmp_path):
    (tmp_path / "a.idx").write_bytes(idx(IMAGES))
    (tmp_path / "b.idx").write_bytes(idx(LETTERS))
    data = opened(tmp_path / "a.idx", labels_path=tmp_path / "b.idx")
    assert np.array_equal(data.labels, LETTERS)
    assert refusal(tmp_path / "a.idx", labels="digit") == (
        f"{tmp_path}/a.idx: labels = 'digit' names an array, but an idx file holds one; name the "
        "file of the labels by labels_path"
    )


def test_labels_of_another_number_beside_the_images_are_refused(tmp_path):
    (tmp_path / EMNIST.format("images", 3)).write_bytes(idx(IMAGES))
    (tmp_path / EMNIST.format("labels", 1)).write_bytes(idx(LETTERS[:7]))
    assert refusal(tmp_path / EMNIST.format("images", 3)) == (
        "emnist-letters-train-images-idx3-ubyte: 130 samples need as many labels, got labels of "
        "shape (7,)"
    )


@pytest.mark.parametrize(
    "head", [b"", b"\0\0\x08", b"\0\0\x07\x03....", b"\0\1\x08\x03....", b"<ht"]
)
def test_another_header_is_refused(tmp_path, head):
    (tmp_path / "x.idx").write_bytes(head)
    assert refusal(tmp_path / "x.idx") == (
        f"{tmp_path}/x.idx: an idx file begins with 0, 0, the type of its values and their "
        f"dimensions, found {head[:4]!r}; the file is damaged or of another kind: get it again"
    )


def test_a_key_of_an_idx_file_is_refused(tmp_path):
    (tmp_path / "x.idx").write_bytes(idx(IMAGES))
    assert refusal(tmp_path / "x.idx", key="a") == (
        f"{tmp_path}/x.idx: an idx file holds one array without a name, got key 'a'"
    )
