"""`Data`: what it accepts, what it refuses, and that it copies nothing without need."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from plasticity import Data
from plasticity.errors import DataError


def refusal(*arguments, **settings) -> str:
    with pytest.raises(DataError) as caught:
        Data(*arguments, **settings)
    return str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_value_that_is_not_finite_is_refused_with_its_row_and_column(value, dtype):
    samples = np.zeros((5, 3), dtype)
    samples[4, 1] = value
    assert refusal(samples) == (
        f"data: row 4, column 1 is {value}; all values must be finite: clean or leave out that "
        "sample"
    )


def test_the_first_of_several_values_that_are_not_finite_is_told():
    samples = np.zeros((4, 3))
    samples[1, 2], samples[3, 0] = np.inf, -np.inf
    assert refusal(samples, name="mine") == (
        "mine: row 1, column 2 is inf; all values must be finite: clean or leave out that sample"
    )


def test_a_value_that_is_not_finite_is_found_beyond_the_first_block_of_rows():
    samples = np.zeros((5000, 2), np.float32)
    samples[4999, 1] = np.nan
    assert refusal(samples) == (
        "data: row 4999, column 1 is nan; all values must be finite: clean or leave out that sample"
    )


def test_finite_values_whose_sum_is_not_finite_are_accepted():
    assert Data(np.full((3, 2), 1e308)).n_sample == 3


@pytest.mark.parametrize("shape", [(), (6,), (2, 2, 2, 2, 2)])
def test_another_rank_is_refused(shape):
    assert refusal(np.zeros(shape)) == (
        "data: samples must have 2 dimensions (sample, input), 3 or 4 for images, got shape "
        f"{shape}"
    )


@pytest.mark.parametrize("shape", [(0, 4), (4, 0)])
def test_no_samples_are_refused(shape):
    assert refusal(np.zeros(shape)) == f"data: there are no samples: the array has shape {shape}"


def test_no_images_are_refused():
    assert refusal(np.zeros((0, 4, 4))) == "data: there are no samples: the array has shape (0, 16)"


@pytest.mark.parametrize("n_label", [2, 4])
def test_labels_of_another_length_are_refused(n_label):
    assert refusal(np.zeros((3, 2)), labels=np.arange(n_label)) == (
        f"data: 3 samples need as many labels, got labels of shape ({n_label},)"
    )


def test_labels_of_another_rank_are_refused():
    assert refusal(np.zeros((3, 2)), labels=np.eye(3)) == (
        "data: 3 samples need as many labels, got labels of shape (3, 3)"
    )


@pytest.mark.parametrize(
    ("samples", "dtype"),
    [
        (np.array([["a", "b"]]), "<U1"),
        (np.array([[1 + 2j]]), "complex128"),
        (np.array([[{}, 1]], object), "object"),
    ],
)
def test_samples_that_are_no_real_numbers_are_refused(samples, dtype):
    assert refusal(samples) == f"data: samples must be real numbers, got values of type {dtype}"


def test_samples_of_different_lengths_are_refused():
    assert refusal([[1.0, 2.0], [3.0]]).startswith("data: the samples do not make one array: ")


def test_masked_samples_are_refused():
    assert refusal(np.ma.masked_equal([[1.0, 2.0]], 2.0)) == (
        "data: some values are masked, and all are used: fill them, or leave out those samples"
    )


def test_an_image_shape_of_another_size_is_refused():
    assert refusal(np.zeros((3, 12)), image_shape=(5, 2)) == (
        "data: images of shape (5, 2) have 10 values, but a sample has 12"
    )


@pytest.mark.parametrize("image_shape", [(4, 5), (4, 5, 3)])
def test_images_are_flattened_and_their_shape_is_kept(image_shape):
    images = np.random.default_rng(0).random((6, *image_shape))
    data = Data(images)
    assert data.image_shape == image_shape
    assert np.array_equal(data.samples, images.reshape(6, -1))


def test_bytes_stay_bytes_and_are_scaled_by_255_when_taken():
    data = Data(np.array([[0, 51, 255]], np.uint8))
    assert data.samples.dtype == np.uint8
    assert data.scale == 1 / 255
    taken = data.take(slice(None))
    assert taken.dtype == np.float32
    assert np.array_equal(taken, np.float32([[0, 51, 255]]) * np.float32(1 / 255))


def test_other_numbers_are_taken_as_they_are():
    data = Data(np.array([[3, -7]]))
    assert np.array_equal(data.take(np.array([0]), np.float64), [[3.0, -7.0]])


def test_a_scale_that_is_given_is_used():
    data = Data(np.array([[0, 8, 16]], np.uint8), scale=1 / 16)
    assert np.array_equal(data.take(slice(None), np.float64), [[0.0, 0.5, 1.0]])


def test_the_subset_keeps_labels_shape_scale_and_name():
    data = Data(np.zeros((4, 2, 3), np.uint8), labels=[5, 6, 7, 8], scale=0.5, name="mine")
    part = data.subset(np.array([3, 1]))
    assert (part.n_sample, part.image_shape, part.scale, part.name) == (2, (2, 3), 0.5, "mine")
    assert np.array_equal(part.labels, [8, 6])


def test_the_fingerprint_is_the_sha256_of_the_values():
    samples = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert Data(samples, name="mine").fingerprint() == {
        "name": "mine",
        "shape": [4, 3],
        "dtype": "float32",
        "sha256": hashlib.sha256(samples.tobytes()).hexdigest(),
        "scale": 1.0,
    }


def test_the_fingerprint_does_not_depend_on_how_the_array_lies_in_memory():
    samples = np.random.default_rng(0).random((5000, 3))
    assert Data(np.asfortranarray(samples)).fingerprint() == Data(samples).fingerprint()


def test_samples_mapped_into_memory_stay_on_the_disk(tmp_path):
    np.save(tmp_path / "images.npy", np.ones((10, 4, 4), np.float32))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    data = Data(mapped)
    assert isinstance(data.samples, np.memmap)
    assert np.shares_memory(data.samples, mapped)
    assert isinstance(data.subset(slice(2, 5)).samples, np.memmap)


def test_an_array_given_in_python_is_not_copied():
    samples = np.ones((10, 3))
    assert np.shares_memory(Data(samples).samples, samples)


def test_a_label_that_is_no_number_is_refused_with_its_place():
    with pytest.raises(DataError) as caught:
        Data([[0.0], [1.0], [2.0]], labels=np.array([0, 1, np.nan]))
    assert str(caught.value) == "data: the label of sample 2 is nan; leave out what has none"


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (np.int32([1, 0, 2, 2]), np.int64([1, 0, 2, 2]), np.int64([1, 0, 2, 1])),
        (np.array(["a", "b", "a", "b"], "<U5"), ["a", "b", "a", "b"], ["a", "b", "b", "b"]),
    ],
)
def test_the_fingerprint_of_labels_does_not_depend_on_their_type(one, same, other):
    told, again, changed = (
        Data(np.ones((4, 2)), labels=labels).fingerprint() for labels in (one, same, other)
    )
    assert told == again
    assert told["labels"] != changed["labels"]


def test_a_scale_that_is_no_number_is_refused():
    with pytest.raises(DataError) as caught:
        Data(np.ones((4, 2)), scale="2")
    assert str(caught.value) == "data: scale must be a number other than 0, got '2'"
