"""CIFAR-10: how its binary files are read, that pickles are not, and what is said of bad files."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from plasticity.errors import DataError
from plasticity_plugins.sources.cifar10 import Cifar10

RECORD = 3073
BATCHES = [f"data_batch_{batch}.bin" for batch in range(1, 6)]


def records(n: int, seed: int) -> np.ndarray:
    """n records as the official files hold them: a label, then channel x height x width."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 256, (n, RECORD), np.uint8)
    made[:, 0] = rng.integers(0, 10, n)
    return made


TRAIN = [records(4, seed) for seed in range(5)]


def write(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in zip(BATCHES, TRAIN, strict=True):
        (folder / name).write_bytes(content.tobytes())
    (folder / "test_batch.bin").write_bytes(records(3, 5).tobytes())
    return folder


@pytest.fixture(autouse=True)
def _nothing_else_to_find(monkeypatch, tmp_path):
    monkeypatch.delenv("PLASTICITY_DATA", raising=False)
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path / "cache"))


def refusal(folder: Path | None) -> str:
    with pytest.raises(DataError) as caught:
        Cifar10(folder=folder).open_data("train")
    return str(caught.value)


def test_the_five_batches_are_read_in_order_with_the_channel_last(tmp_path):
    data = Cifar10(folder=write(tmp_path / "given")).open_data("train")
    content = np.concatenate(TRAIN)
    assert data.samples.dtype == np.uint8
    assert data.image_shape == (32, 32, 3)
    assert np.array_equal(data.labels, content[:, 0])
    images = data.samples.reshape(20, 32, 32, 3)
    # In the file a pixel's red, green and blue lie 1024 bytes apart, after the label.
    for row, y, x in [(0, 0, 0), (7, 3, 30), (19, 31, 31)]:
        at = 1 + 32 * y + x
        assert np.array_equal(images[row, y, x], content[row, [at, at + 1024, at + 2048]])


def test_the_test_split_is_a_file_of_its_own(tmp_path):
    data = Cifar10(folder=write(tmp_path / "given")).open_data("test")
    assert np.array_equal(data.labels, records(3, 5)[:, 0])


def test_there_is_no_other_split(tmp_path):
    assert Cifar10(folder=tmp_path).open_data("validation") is None


@pytest.mark.parametrize(
    "place", ["", "cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin"]
)
def test_the_files_are_found_in_each_layout_of_the_data_folder(tmp_path, monkeypatch, place):
    write(tmp_path / "data" / place)
    monkeypatch.setenv("PLASTICITY_DATA", str(tmp_path / "data"))
    assert Cifar10().open_data("train").n_sample == 20


def test_the_files_are_found_where_fetch_unpacks_them(tmp_path):
    write(tmp_path / "cache/cifar10/cifar-10-batches-bin")
    assert Cifar10().open_data("train").n_sample == 20


def test_missing_files_are_told_with_all_places_and_how_to_get_them(tmp_path, monkeypatch):
    given, cache = tmp_path / "given", tmp_path / "cache"
    monkeypatch.setenv("PLASTICITY_DATA", str(given))
    assert refusal(None) == (
        f"cifar10: no 'data_batch_1.bin' in {given}, {given}/cifar-10-batches-bin, "
        f"{given}/cifar10, {given}/cifar10/cifar-10-batches-bin, {cache}/cifar10, "
        f"{cache}/cifar10/cifar-10-batches-bin; get it with 'plasticity fetch cifar10', or set "
        "PLASTICITY_DATA to the folder that holds it"
    )


def test_a_folder_that_was_given_and_lacks_the_files_is_told_with_what_it_holds(tmp_path):
    (tmp_path / "cifar-100-binary").mkdir()
    assert refusal(tmp_path) == (
        f"cifar10: no 'data_batch_1.bin' in {tmp_path}, which was given as folder; it holds "
        "'cifar-100-binary'"
    )


def test_one_missing_batch_is_told(tmp_path):
    folder = write(tmp_path / "given")
    (folder / "data_batch_4.bin").unlink()
    assert refusal(folder) == (
        f"cifar10: no 'data_batch_4.bin' in {folder}, which was given as folder; it holds "
        "'data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_5.bin', "
        "'test_batch.bin'"
    )


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (self.trace,))


@pytest.mark.parametrize("given", ["", "cifar-10-batches-py"])
def test_the_pickles_of_the_python_version_are_refused_and_not_opened(tmp_path, given):
    folder, trace = tmp_path / "cifar-10-batches-py", tmp_path / "trace"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes(pickle.dumps(Bomb(trace)))
    assert refusal(tmp_path / given) == (
        f"{folder}: this is the Python version of CIFAR-10, which is made of pickles; opening a "
        "pickle runs whatever code is in it, so it is not read: get the binary version with "
        "'plasticity fetch cifar10'"
    )
    assert not trace.exists()


@pytest.mark.parametrize("size", [0, RECORD - 1, 4 * RECORD - 100])
def test_a_file_that_is_cut_short_is_refused(tmp_path, size):
    folder = write(tmp_path / "given")
    (folder / "data_batch_2.bin").write_bytes(TRAIN[1].tobytes()[:size])
    assert refusal(folder) == (
        f"{folder}/data_batch_2.bin: its size must be a multiple of 3073 bytes (a label and "
        f"3 x 32 x 32 values), found {size}; the file is cut short or another one: get it again"
    )


def test_a_file_that_is_cut_between_two_images_is_refused(tmp_path):
    folder = write(tmp_path / "given")
    (folder / "data_batch_5.bin").write_bytes(TRAIN[4][:3].tobytes())
    assert refusal(folder) == (
        f"{folder}/data_batch_5.bin: 4 images are expected, as in data_batch_1.bin, found 3; "
        "one of the two is cut short: get them again"
    )


def test_a_label_that_is_no_class_is_refused(tmp_path):
    folder = write(tmp_path / "given")
    content = TRAIN[2].copy()
    content[1, 0] = 10
    (folder / "data_batch_3.bin").write_bytes(content.tobytes())
    assert refusal(folder) == (
        f"{folder}/data_batch_3.bin: labels must lie in 0 to 9, but that of image 1 is 10; the "
        "file is damaged or another one: get it again"
    )


def test_the_real_cifar10_has_5000_images_of_each_class(real_data):
    data = Cifar10(folder=real_data("cifar10")).open_data("train")
    assert data.samples.shape == (50000, 3072)
    assert data.image_shape == (32, 32, 3)
    assert np.bincount(data.labels).tolist() == [5000] * 10


def test_the_real_cifar10_has_channel_means_as_published(real_data):
    data = Cifar10(folder=real_data("cifar10")).open_data("train")
    pixels = data.samples.reshape(-1, 3)
    means = [pixels[:, channel].mean() / 255 for channel in range(3)]
    # 0.4914, 0.4822, 0.4465 are the means that normalizations of CIFAR-10 use everywhere; the
    # tolerance allows for copies that went through a lossy format.
    assert means == pytest.approx([0.4914, 0.4822, 0.4465], abs=1e-3)


def test_the_real_cifar10_has_1000_images_of_each_class_to_test(real_data):
    data = Cifar10(folder=real_data("cifar10")).open_data("test")
    assert np.bincount(data.labels).tolist() == [1000] * 10
