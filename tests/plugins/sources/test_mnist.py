"""MNIST: where its files are looked for, how they are read, and what is wrong with bad ones."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from plasticity import cache_folder
from plasticity.errors import DataError
from plasticity_plugins.sources.mnist import Mnist

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 5), np.uint8)
LABELS = np.array([5, 0, 4, 1, 9, 2], np.uint8)


def idx(values: np.ndarray) -> bytes:
    sizes = np.array(values.shape, ">u4").tobytes()
    return bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()


def write(folder: Path, images: bytes, labels: bytes, prefix: str = "train", end: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}-images-idx3-ubyte{end}").write_bytes(images)
    (folder / f"{prefix}-labels-idx1-ubyte{end}").write_bytes(labels)
    return folder


@pytest.fixture(autouse=True)
def _nothing_else_to_find(monkeypatch, tmp_path):
    monkeypatch.delenv("PLASTICITY_DATA", raising=False)
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path / "cache"))


def refusal(folder: Path | None, split: str = "train") -> str:
    with pytest.raises(DataError) as caught:
        Mnist(folder=folder).open_data(split)
    return str(caught.value)


def test_images_and_labels_are_read_as_bytes(tmp_path):
    data = Mnist(folder=write(tmp_path, idx(IMAGES), idx(LABELS))).open_data("train")
    assert data.samples.dtype == np.uint8
    assert data.image_shape == (4, 5)
    assert np.array_equal(data.samples, IMAGES.reshape(6, 20))
    assert np.array_equal(data.labels, LABELS)


def test_gzipped_files_are_read(tmp_path):
    zipped = (gzip.compress(idx(IMAGES)), gzip.compress(idx(LABELS)))
    data = Mnist(folder=write(tmp_path, *zipped, end=".gz")).open_data("train")
    assert np.array_equal(data.samples, IMAGES.reshape(6, 20))
    assert np.array_equal(data.labels, LABELS)


def test_the_test_split_has_files_of_its_own(tmp_path):
    write(tmp_path, idx(IMAGES), idx(LABELS))
    write(tmp_path, idx(IMAGES[:2]), idx(LABELS[:2]), prefix="t10k")
    assert Mnist(folder=tmp_path).open_data("test").n_sample == 2


def test_there_is_no_other_split(tmp_path):
    assert Mnist(folder=tmp_path).open_data("validation") is None


def test_the_folder_given_comes_before_the_environment_and_this_before_the_cache(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PLASTICITY_DATA", str(tmp_path / "environment"))
    counts = []
    for n, folder in enumerate([cache_folder() / "mnist", tmp_path / "environment/mnist"], 1):
        write(folder, idx(IMAGES[:n]), idx(LABELS[:n]))
        counts.append(Mnist().open_data("train").n_sample)
    write(tmp_path / "environment", idx(IMAGES[:3]), idx(LABELS[:3]))
    counts.append(Mnist().open_data("train").n_sample)
    write(tmp_path / "given/mnist", idx(IMAGES[:4]), idx(LABELS[:4]))
    counts.append(Mnist(folder=tmp_path / "given").open_data("train").n_sample)
    write(tmp_path / "given", idx(IMAGES[:5]), idx(LABELS[:5]))
    counts.append(Mnist(folder=str(tmp_path / "given")).open_data("train").n_sample)
    assert counts == [1, 2, 3, 4, 5]


def test_missing_files_are_told_with_all_places_and_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PLASTICITY_DATA", str(tmp_path / "environment"))
    inside = [f"{tmp_path}/{place}{part}"
              for place in ("environment", "environment/mnist", "cache/mnist")
              for part in ("", "/raw", "/MNIST/raw")]  # fmt: skip
    assert refusal(None) == (
        f"mnist: no 'train-images-idx3-ubyte', gzipped or not, in {', '.join(inside)}; get it with "
        "'plasticity fetch mnist', or set PLASTICITY_DATA to the folder that holds it"
    )


def test_a_folder_that_was_given_and_lacks_the_files_is_told_with_what_it_holds(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PLASTICITY_DATA", str(write(tmp_path / "good", idx(IMAGES), idx(LABELS))))
    given = tmp_path / "given"
    assert refusal(given) == f"mnist: {given}: there is no such folder"
    (given / "FashionMNIST").mkdir(parents=True)
    (given / "notes.txt").touch()
    assert refusal(given) == (
        f"mnist: no 'train-images-idx3-ubyte', gzipped or not, in {given}, which was given as "
        "folder; it holds 'FashionMNIST', 'notes.txt'"
    )


@pytest.mark.parametrize("folder", [None, "root"])
@pytest.mark.parametrize(
    "name",
    [
        "{}.idx{}-ubyte",
        "{}.idx{}-ubyte.gz",
        "raw/{}-idx{}-ubyte",
        "MNIST/raw/{}-idx{}-ubyte",
        "{0}-idx{1}-ubyte/{0}-idx{1}-ubyte",
        "mnist/MNIST/raw/{}-idx{}-ubyte.gz",
    ],
)
def test_names_that_programs_leave_are_found(tmp_path, monkeypatch, name, folder):
    for stem, kind, values in (("train-images", 3, IMAGES), ("train-labels", 1, LABELS)):
        path = tmp_path / "root" / name.format(stem, kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(idx(values)) if path.suffix == ".gz" else idx(values))
    monkeypatch.setenv("PLASTICITY_DATA", str(tmp_path / ("nowhere" if folder else "root")))
    data = Mnist(folder=folder and tmp_path / folder).open_data("train")
    assert np.array_equal(data.samples, IMAGES.reshape(6, 20))
    assert np.array_equal(data.labels, LABELS)


def test_other_images_are_called_by_their_folder_and_cite_nothing(tmp_path):
    write(tmp_path / "FashionMNIST" / "raw", idx(IMAGES), idx(LABELS))
    source = Mnist(folder=tmp_path / "FashionMNIST")
    assert source.open_data("train").name == "FashionMNIST"
    assert source.cite() == ""


def test_files_published_as_fashion_mnist_are_called_and_cited_so(tmp_path, monkeypatch):
    write(tmp_path, *(gzip.compress(idx(part), mtime=0) for part in (IMAGES, LABELS)), end=".gz")
    published = hashlib.md5((tmp_path / "train-images-idx3-ubyte.gz").read_bytes()).hexdigest()
    monkeypatch.setattr("plasticity_plugins.sources.mnist._FASHION", (published,))
    source = Mnist(folder=tmp_path)
    assert source.open_data("train").name == "fashion_mnist"
    assert "xiao2017fashion" in source.cite()


def test_what_is_not_there_is_cited_as_it_was_asked_for(tmp_path):
    assert "lecun1998gradient" in Mnist(folder=tmp_path).cite()


def test_missing_labels_are_told(tmp_path):
    write(tmp_path, idx(IMAGES), b"")
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    assert refusal(tmp_path) == (
        f"mnist: no 'train-labels-idx1-ubyte', gzipped or not, in {tmp_path}, which was given as "
        "folder; it holds 'train-images-idx3-ubyte'"
    )


@pytest.mark.parametrize("change", [-7, 3])
def test_a_file_of_another_length_than_its_header_promises_is_refused(tmp_path, change):
    content = (idx(IMAGES) + bytes(3))[: 136 + change]
    write(tmp_path, content, idx(LABELS))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-images-idx3-ubyte: its header promises 6 x 4 x 5 values, 136 bytes in "
        f"all, found {136 + change}; the file is cut short or damaged: get it again"
    )


@pytest.mark.parametrize("length", [0, 3, 10])
def test_a_file_without_a_whole_header_is_refused(tmp_path, length):
    write(tmp_path, idx(IMAGES)[:length], idx(LABELS))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-images-idx3-ubyte: an idx file of images begins with 16 bytes that "
        f"describe it, found {length} bytes in all; the file is cut short: get it again"
    )


def test_a_file_of_another_kind_is_refused(tmp_path):
    write(tmp_path, b"<!DOCTYPE html><html>", idx(LABELS))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-images-idx3-ubyte: an idx file of images begins with the number 2051, "
        "found 1008813135; the file is damaged or of another kind: get it again"
    )


def test_labels_in_the_place_of_images_are_refused(tmp_path):
    write(tmp_path, idx(LABELS), idx(LABELS))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-images-idx3-ubyte: an idx file of images begins with the number 2051, "
        "found 2049, that of labels; are two files exchanged?"
    )


def test_images_in_the_place_of_labels_are_refused(tmp_path):
    write(tmp_path, idx(IMAGES), idx(IMAGES))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-labels-idx1-ubyte: an idx file of labels begins with the number 2049, "
        "found 2051, that of images; are two files exchanged?"
    )


def test_another_number_of_labels_than_images_is_refused(tmp_path):
    write(tmp_path, idx(IMAGES), idx(LABELS[:5]))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-labels-idx1-ubyte: 6 images need as many labels, found 5; the file does "
        f"not belong to {tmp_path}/train-images-idx3-ubyte"
    )


def test_a_label_that_is_no_digit_is_refused(tmp_path):
    labels = LABELS.copy()
    labels[3] = 10
    write(tmp_path, idx(IMAGES), idx(labels))
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-labels-idx1-ubyte: labels must lie in 0 to 9, but that of image 3 is "
        "10; the file is damaged or of another data set, of which the path of the images can be "
        "given as data"
    )


@pytest.mark.parametrize("damage", [lambda raw: raw[:-9], lambda raw: raw[:20] + b"?" + raw[21:]])
def test_a_damaged_gzip_file_is_refused(tmp_path, damage):
    write(tmp_path, damage(gzip.compress(idx(IMAGES))), idx(LABELS), end=".gz")
    assert refusal(tmp_path) == (
        f"{tmp_path}/train-images-idx3-ubyte.gz: a gzip file that cannot be unpacked; it is cut "
        "short or damaged: get it again"
    )


def test_the_real_mnist_has_60000_digits_of_which_the_first_is_a_5(real_data):
    data = Mnist(folder=real_data("mnist")).open_data("train")
    assert data.samples.shape == (60000, 784)
    assert data.image_shape == (28, 28)
    assert data.labels[0] == 5
    # Published: yann.lecun.com/exdb/mnist counts the digits of the training set so.
    assert data.name == "mnist"
    assert "lecun1998gradient" in Mnist(folder=real_data("mnist")).cite()
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.labels).tolist() == counts


def test_the_real_mnist_has_10000_digits_to_test_of_which_the_first_is_a_7(real_data):
    data = Mnist(folder=real_data("mnist")).open_data("test")
    assert data.samples.shape == (10000, 784)
    assert data.name == "mnist"
    assert data.labels[0] == 7
