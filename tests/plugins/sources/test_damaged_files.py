"""Damaged files of every kind: an error of ours that names the file, or what the file still says.

Five hundred of each kind, the same in each run.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.image import imsave
from PIL import Image

from plasticity.errors import DataError
from plasticity_plugins.sources.arrays import Arrays
from plasticity_plugins.sources.cifar10 import Cifar10
from plasticity_plugins.sources.images import read_images
from plasticity_plugins.sources.mnist import Mnist
from tests.naive import files as naive_files
from tests.support.effort import cases

RANDOM = np.random.default_rng(0)
SAMPLES = RANDOM.random((6, 4)).astype(np.float32)
IMAGES = RANDOM.integers(0, 256, (6, 4, 5), np.uint8)
LABELS = np.array([5, 0, 4, 1, 9, 2], np.uint8)
CIFAR = RANDOM.integers(0, 256, (5, 2, 3073), np.uint8)
CIFAR[:, :, 0] %= 10

fuzzed = settings(
    max_examples=cases(500),
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

TOKENS = (
    *(
        b",",
        b"\n",
        b"\r",
        b'"',
        b" ",
        b"\t",
        b";",
        b"-",
        b".",
        b"#",
        b"\0",
        b"\xff",
        b"\xc3\xa9",
        b"",
    ),
    *(b"0", b"1_0", b"1e999", b"nan", b"inf", b"x", b"label", b"0x1p3", b"1j"),
)
BYTES = st.binary(min_size=1, max_size=4) | st.sampled_from([b"\0", b"\1", b"\xff", b"\x80", b""])


def changes(tokens=BYTES):
    """What is done to a file: at a place, so many bytes give way to others; or it ends there."""
    change = st.tuples(
        st.sampled_from(["replace", "replace", "insert", "delete", "repeat", "cut"]),
        st.floats(0, 1),
        tokens,
        st.integers(1, 12),
    )
    return st.lists(change, min_size=1, max_size=3)


def damaged(raw: bytes, wanted) -> bytes:
    """The content of a file with these changes; the beginning, where headers are, is hit most."""
    for kind, share, token, count in wanted:
        at = int(share * share * len(raw))
        if kind == "replace":
            raw = raw[:at] + token + raw[at + len(token) :]
        elif kind == "insert":
            raw = raw[:at] + token + raw[at:]
        elif kind == "delete":
            raw = raw[:at] + raw[at + count :]
        elif kind == "repeat":
            raw = raw[:at] + raw[at : at + count] + raw[at:]
        else:
            raw = raw[:at]
    return raw


def read(call, *arguments, name: str):
    """What is read of a damaged file; None where it was refused, with its name."""
    try:
        return call(*arguments)
    except DataError as error:
        told = str(error)
    assert name in told
    return None


def opened(source, path: Path):
    return read(source.open_data, "train", name=path.name)


@pytest.fixture(scope="module")
def place(new_folder) -> Path:
    return new_folder()


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def npy(array, **options) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(save, **arrays) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def table(header: bool) -> bytes:
    lines = ["alpha,beta,gamma,delta"] if header else []
    lines += [",".join(f"{value:.4g}" for value in row) for row in SAMPLES]
    return "\n".join(lines).encode()


@fuzzed
@given(changes(st.sampled_from(TOKENS)), st.booleans())
def test_damaged_csv_files_hold_the_numbers_of_their_cells_or_are_refused(place, wanted, header):
    raw = damaged(table(header), wanted)
    path = written(place / "x.csv", raw)
    data = opened(Arrays(path=path), path)
    if data is None:
        return
    rows = naive_files.csv_cells(raw)
    assert len(rows) - data.n_sample in (0, 1)
    for found, cells in zip(data.samples, rows[-data.n_sample :], strict=True):
        # An index may be left out.
        assert len(cells) - data.n_input in (0, 1)
        assert found.tolist() == [float(cell) for cell in cells[-data.n_input :]]


@fuzzed
@given(changes(), st.booleans(), st.booleans())
def test_damaged_idx_files_hold_the_values_of_their_bytes_or_are_refused(
    place, wanted, zipped, of_labels
):
    parts = {"images-idx3": IMAGES, "labels-idx1": LABELS}
    for name, values in parts.items():
        sizes = np.array(values.shape, ">u4").tobytes()
        raw = bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()
        parts[name] = gzip.compress(raw, mtime=0) if zipped else raw
    name = "labels-idx1" if of_labels else "images-idx3"
    parts[name] = damaged(parts[name], wanted)
    folder = place / "mnist"
    folder.mkdir(exist_ok=True)
    for part, raw in parts.items():
        written(folder / f"train-{part}-ubyte", raw)
    data = opened(Mnist(folder=folder), folder / f"train-{name}-ubyte")
    if data is None:
        return
    images, labels = (gzip.decompress(raw) if zipped else raw for raw in parts.values())
    assert data.samples.ravel().tolist() == naive_files.idx_values(images)
    assert data.labels.tolist() == naive_files.idx_values(labels)
    if zipped:  # which has a checksum
        assert np.array_equal(data.samples, IMAGES.reshape(6, 20))


@fuzzed
@given(changes())
def test_damaged_idx_files_given_by_their_path_are_read_or_refused(place, wanted):
    raw = bytes([0, 0, 13, 2, 0, 0, 0, 6, 0, 0, 0, 4]) + SAMPLES.astype(">f4").tobytes()
    raw = damaged(raw, wanted)
    path = written(place / "x.idx", raw)
    data = opened(Arrays(path=path), path)
    if data is not None and raw[2] == 13:
        values = np.frombuffer(raw[4 + 4 * raw[3] :], ">f4")
        assert np.array_equal(data.samples.ravel(), values)


@fuzzed
@given(changes(), st.integers(0, 4))
def test_damaged_cifar_files_hold_the_records_of_their_bytes_or_are_refused(place, wanted, which):
    folder = place / "cifar10"
    folder.mkdir(exist_ok=True)
    parts = [part.tobytes() for part in CIFAR]
    parts[which] = damaged(parts[which], wanted)
    for number, raw in enumerate(parts, 1):
        written(folder / f"data_batch_{number}.bin", raw)
    data = opened(Cifar10(folder=folder), Path(".bin"))
    if data is None:
        return
    labels, images = naive_files.cifar_records(b"".join(parts))
    assert data.labels.tolist() == labels
    assert np.array_equal(data.samples.reshape(images.shape), images)


ARRAYS = (SAMPLES, IMAGES, SAMPLES.astype(">f8"), np.asfortranarray(SAMPLES))


@fuzzed
@given(changes(), st.sampled_from(ARRAYS))
def test_damaged_npy_files_hold_the_array_of_their_bytes_or_are_refused(place, wanted, array):
    raw = damaged(npy(array), wanted)
    # A new file each time: what was mapped before stays as it was.
    (place / "x.npy").unlink(missing_ok=True)
    path = written(place / "x.npy", raw)
    data = opened(Arrays(path=path), path)
    if data is not None:
        told = naive_files.npy_array(raw)
        assert np.array_equal(data.samples, told.reshape(len(told), -1))


@fuzzed
@given(changes(), st.sampled_from([np.savez, np.savez_compressed]))
def test_damaged_npz_files_hold_their_arrays_or_are_refused(place, wanted, save):
    raw = damaged(npz(save, x=SAMPLES, y=LABELS), wanted)
    path = written(place / "x.npz", raw)
    data = opened(Arrays(path=path, labels="y"), path)
    if data is not None:
        # Each array has a checksum.
        assert np.array_equal(data.samples, SAMPLES)
        assert np.array_equal(data.labels, LABELS)
        assert naive_files.npz_arrays(raw)


def png(mode: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(IMAGES[0]).convert(mode).save(file, "png")
    return file.getvalue()


PNG = {mode: png(mode) for mode in ("L", "RGB", "RGBA", "P", "1")}


@fuzzed
@given(changes(), st.sampled_from(list(PNG)))
def test_damaged_png_files_hold_their_image_or_are_refused(place, wanted, mode):
    folder = place / "png"
    folder.mkdir(exist_ok=True)
    (whole,) = read_images(written(folder / "a.png", PNG[mode]).parent)
    path = written(folder / "a.png", damaged(PNG[mode], wanted))
    images = read(read_images, folder, name=str(path))
    # Each chunk has a checksum.
    assert images is None or np.array_equal(images[0], whole)


@fuzzed
@given(changes(), st.sampled_from(["jpg", "bmp", "tif"]))
def test_damaged_pictures_without_a_checksum_are_images_or_refused(place, wanted, end):
    folder = place / end
    folder.mkdir(exist_ok=True)
    file = io.BytesIO()
    Image.fromarray(IMAGES[0]).save(file, {"jpg": "jpeg", "tif": "tiff"}.get(end, end))
    path = written(folder / f"a.{end}", damaged(file.getvalue(), wanted))
    images = read(read_images, folder, name=str(path))
    assert images is None or images[0].ndim in (2, 3)


# -- folders of images -------------------------------------------------------------------------


def test_hidden_files_of_a_folder_are_skipped(tmp_path):
    imsave(tmp_path / "a.png", IMAGES[0])
    written(tmp_path / "._a.png", b"\0\5\x16\7Mac OS X")
    assert len(read_images(tmp_path)) == 1


@pytest.mark.parametrize("end", ["png", "jpg", "tif"])
def test_half_an_image_is_told_with_its_name(tmp_path, end):
    colours = RANDOM.integers(0, 256, (64, 64, 3), np.uint8)
    for name in ("a", "b"):
        Image.fromarray(colours).save(tmp_path / f"{name}.{end}")
    whole = (tmp_path / f"b.{end}").read_bytes()
    path = written(tmp_path / f"b.{end}", whole[: len(whole) // 2])
    with pytest.raises(DataError) as caught:
        read_images(tmp_path)
    assert str(caught.value).startswith(f"{path}: is no image that can be read (")
    assert str(caught.value).endswith("get it again, or take it out of the folder")


def test_a_folder_called_like_an_image_is_told(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(DataError, match=r"a\.png: is no image that can be read"):
        read_images(tmp_path)
