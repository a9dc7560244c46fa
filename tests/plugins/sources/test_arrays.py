"""Your own data: each kind of file, labels from each place, and what is wrong with bad files."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import zarr
from numcodecs import Pickle

import plasticity as pl
from plasticity.errors import DataError
from plasticity_plugins.sources.arrays import Arrays

SAMPLES = np.random.default_rng(0).random((6, 4)).astype(np.float32)
LABELS = np.array([2, 0, 1, 1, 0, 2])


def refusal(**settings) -> str:
    with pytest.raises(DataError) as caught:
        Arrays(**settings).open_data("train")
    return str(caught.value)


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (self.trace,))


# -- samples -----------------------------------------------------------------------------------


def test_an_npy_file_is_mapped_into_memory_and_not_read(tmp_path):
    np.save(tmp_path / "x.npy", SAMPLES)
    data = Arrays(path=tmp_path / "x.npy").open_data("train")
    assert isinstance(data.samples, np.memmap)
    assert np.array_equal(data.samples, SAMPLES)
    assert data.name == "x.npy"


def test_images_of_an_npy_file_stay_mapped_when_they_are_flattened(tmp_path):
    np.save(tmp_path / "x.npy", SAMPLES.reshape(6, 2, 2))
    data = Arrays(path=str(tmp_path / "x.npy")).open_data("train")
    assert isinstance(data.samples, np.memmap)
    assert data.image_shape == (2, 2)


def test_the_only_array_of_an_npz_file_needs_no_key(tmp_path):
    np.savez(tmp_path / "x.npz", anything=SAMPLES)
    data = Arrays(path=tmp_path / "x.npz").open_data("train")
    assert np.array_equal(data.samples, SAMPLES)
    assert data.labels is None


def test_an_npz_file_gives_samples_and_labels_by_key(tmp_path):
    np.savez(tmp_path / "x.npz", x=SAMPLES, y=LABELS, z=LABELS)
    data = Arrays(path=tmp_path / "x.npz", key="x", labels="y").open_data("train")
    assert np.array_equal(data.samples, SAMPLES)
    assert np.array_equal(data.labels, LABELS)


def test_what_is_left_beside_the_labels_are_the_samples(tmp_path):
    np.savez(tmp_path / "x.npz", y=LABELS, x=SAMPLES)
    data = Arrays(path=tmp_path / "x.npz", labels="y").open_data("train")
    assert np.array_equal(data.samples, SAMPLES)


def test_a_zarr_array_is_read(tmp_path):
    zarr.create_array(tmp_path / "x.zarr", data=SAMPLES)
    assert np.array_equal(Arrays(path=tmp_path / "x.zarr").open_data("train").samples, SAMPLES)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_zarr_group_gives_samples_and_labels_by_key(tmp_path, zarr_format):
    group = zarr.create_group(tmp_path / "x.zarr", zarr_format=zarr_format)
    group.create_array("train/x", data=SAMPLES)
    group.create_array("train/y", data=LABELS)
    data = Arrays(path=tmp_path / "x.zarr", key="train/x", labels="train/y").open_data("train")
    assert np.array_equal(data.samples, SAMPLES)
    assert np.array_equal(data.labels, LABELS)


def test_an_array_given_in_python_is_not_copied():
    data = Arrays(samples=SAMPLES, labels=LABELS).open_data("train")
    assert np.shares_memory(data.samples, SAMPLES)
    assert np.array_equal(data.labels, LABELS)


def test_lists_as_a_toml_file_writes_them_are_samples():
    experiment = pl.Experiment.from_toml(
        'data = {name = "arrays", samples = [[0.0, 1.0], [1.0, 0.0]], labels = [0, 1]}\n'
        "batch_size = 2\n"
        '[[layers]]\nneurons = 3\nrule = "hebb"\nactivation = "relu"\noptimizer = "sgd"\n'
        'initializer = "normal"\n'
    )
    assert np.array_equal(pl.assemble(experiment).data.samples, [[0, 1], [1, 0]])


def test_a_run_on_an_array_given_in_python_keeps_its_fingerprint():
    run = pl.run("bcm", data=Arrays(samples=SAMPLES), neurons=2, batch_size=3, observers=[])
    assert run.store.attributes["spec"]["data"] == {
        "name": "given in Python",
        "fingerprint": {
            "samples": {
                "shape": [6, 4],
                "dtype": "float32",
                "sha256": run.store.attributes["data"]["sha256"],
            }
        },
    }


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_given_as_data_of_a_run_is_read(tmp_path, kind):
    np.save(tmp_path / "x.npy", SAMPLES)
    path = kind(tmp_path / "x.npy")
    run = pl.run("bcm", data=path, neurons=2, batch_size=3, epochs=1, observers=[])
    assert run.weights.sizes["input"] == 4


def test_image_shape_and_scale_are_passed_on(tmp_path):
    np.save(tmp_path / "x.npy", np.full((3, 12), 100, np.uint8))
    settings = {"image_shape": (2, 2, 3), "scale": 0.5}
    data = Arrays(path=tmp_path / "x.npy", **settings).open_data("train")
    assert (data.image_shape, data.scale) == ((2, 2, 3), 0.5)


def test_there_is_no_other_split_than_that_to_train_on():
    assert Arrays(samples=SAMPLES).open_data("test") is None


# -- labels of a second file -------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
def test_labels_come_from_a_second_npy_file(tmp_path, shape):
    np.save(tmp_path / "x.npy", SAMPLES)
    np.save(tmp_path / "y.npy", LABELS.reshape(shape))
    paths = {"path": tmp_path / "x.npy", "labels_path": tmp_path / "y.npy"}
    assert np.array_equal(Arrays(**paths).open_data("train").labels, LABELS)


def test_labels_come_from_a_key_of_a_second_file(tmp_path):
    np.savez(tmp_path / "y.npz", y=LABELS, z=SAMPLES)
    data = Arrays(samples=SAMPLES, labels_path=tmp_path / "y.npz", labels="y").open_data("train")
    assert np.array_equal(data.labels, LABELS)


def test_labels_come_from_the_only_column_of_a_second_csv_file(tmp_path):
    path = text(tmp_path / "y.csv", "digit\n" + "\n".join(map(str, LABELS)))
    data = Arrays(samples=SAMPLES, labels_path=path).open_data("train")
    assert data.labels.tolist() == LABELS.tolist()


def test_labels_come_from_a_column_of_a_second_csv_file(tmp_path):
    path = text(tmp_path / "y.csv", "n,digit\n" + "\n".join(f"{n},{n % 3}" for n in range(6)))
    data = Arrays(samples=SAMPLES, labels_path=path, labels="digit").open_data("train")
    assert data.labels.tolist() == [0, 1, 2, 0, 1, 2]


# -- bad input ---------------------------------------------------------------------------------


def test_neither_a_path_nor_samples_are_refused():
    assert refusal() == (
        "arrays: the samples come from path or from samples, got neither; give one of them"
    )


def test_a_path_and_samples_together_are_refused():
    assert refusal(path="x.npy", samples=SAMPLES) == (
        "arrays: the samples come from path or from samples, got both; give one of them"
    )


def test_a_path_that_does_not_exist_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(path="no/x.npy") == (
        f"{tmp_path}/no/x.npy: does not exist; a relative path starts at {tmp_path}"
    )


def test_a_file_of_another_kind_is_refused(tmp_path):
    assert refusal(path=text(tmp_path / "x.txt", "1,2")) == (
        f"{tmp_path}/x.txt: a file of samples ends in one of '.csv', '.idx', '.npy', '.npz', "
        "'.zarr', got '.txt'"
    )


def test_an_npy_file_that_is_none_is_refused(tmp_path):
    assert refusal(path=text(tmp_path / "x.npy", "1,2\n3,4")) == (
        f"{tmp_path}/x.npy: an npy file begins with b'\\x93NUMPY', found b'1,2\\n3,'"
    )


def test_an_npy_file_that_is_cut_short_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", SAMPLES)
    whole = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(whole[:-5])
    assert refusal(path=tmp_path / "x.npy") == (
        f"{tmp_path}/x.npy: the file is cut short or damaged (mmap length is greater than file "
        "size)"
    )


def test_an_npy_file_has_no_keys(tmp_path):
    np.save(tmp_path / "x.npy", SAMPLES)
    assert refusal(path=tmp_path / "x.npy", key="x") == (
        f"{tmp_path}/x.npy: an npy file holds one array without a name, got key 'x'"
    )


PICKLED = (
    "holds Python objects in a pickle, and opening a pickle runs whatever code is in it, so it is "
    "not read: save numbers, for example array.astype(float)"
)


def test_an_npy_file_of_objects_is_refused_and_not_unpickled(tmp_path):
    np.save(tmp_path / "x.npy", np.array([[Bomb(tmp_path / "trace")]], object), allow_pickle=True)
    assert refusal(path=tmp_path / "x.npy") == f"{tmp_path}/x.npy: {PICKLED}"
    assert not (tmp_path / "trace").exists()


def test_a_pickle_that_is_called_npy_is_refused_and_not_unpickled(tmp_path):
    (tmp_path / "x.npy").write_bytes(pickle.dumps(Bomb(tmp_path / "trace")))
    assert refusal(path=tmp_path / "x.npy").startswith(f"{tmp_path}/x.npy: an npy file begins with")
    assert not (tmp_path / "trace").exists()


def test_an_npz_array_of_objects_is_refused_and_not_unpickled(tmp_path):
    np.savez(tmp_path / "x.npz", x=np.array([[Bomb(tmp_path / "trace")]], object))
    assert refusal(path=tmp_path / "x.npz") == f"{tmp_path}/x.npz: {PICKLED}"
    assert not (tmp_path / "trace").exists()


def test_a_zarr_array_of_pickles_is_refused_and_not_unpickled(tmp_path):
    array = zarr.create_array(
        tmp_path / "x.zarr", shape=(2, 2), dtype="float64", zarr_format=2, filters=[Pickle()]
    )
    chunk = pickle.dumps(Bomb(tmp_path / "trace"))
    (tmp_path / "x.zarr/0.0").write_bytes(array.compressors[0].encode(chunk))
    assert refusal(path=tmp_path / "x.zarr") == f"{tmp_path}/x.zarr: {PICKLED}"
    assert not (tmp_path / "trace").exists()


def test_an_npz_file_that_is_cut_short_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", x=SAMPLES)
    (tmp_path / "x.npz").write_bytes((tmp_path / "x.npz").read_bytes()[:100])
    assert refusal(path=tmp_path / "x.npz") == (
        f"{tmp_path}/x.npz: not an npz file (it is no zip archive); it may be cut short"
    )


def test_an_unknown_key_is_refused_with_the_keys_that_there_are(tmp_path):
    np.savez(tmp_path / "x.npz", images=SAMPLES, digits=LABELS)
    assert refusal(path=tmp_path / "x.npz", key="image") == (
        f"{tmp_path}/x.npz: no array 'image'; did you mean 'images'? (it holds 'images', 'digits')"
    )


def test_an_unknown_key_of_the_labels_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", images=SAMPLES)
    assert refusal(path=tmp_path / "x.npz", labels="y") == (
        f"{tmp_path}/x.npz: no array 'y' (it holds 'images')"
    )


def test_several_arrays_without_a_key_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", images=SAMPLES, digits=LABELS)
    assert refusal(path=tmp_path / "x.npz") == (
        f"{tmp_path}/x.npz: holds 'images', 'digits'; say which are the samples, for example key = "
        "'images'"
    )


def test_an_unknown_key_of_a_zarr_group_is_refused(tmp_path):
    zarr.create_group(tmp_path / "x.zarr").create_array("train/x", data=SAMPLES)
    assert refusal(path=tmp_path / "x.zarr", key="x") == (
        f"{tmp_path}/x.zarr: no array 'x' (it holds 'train/x')"
    )


def test_a_folder_that_is_no_zarr_is_refused(tmp_path):
    (tmp_path / "x.zarr").mkdir()
    assert refusal(path=tmp_path / "x.zarr") == f"{tmp_path}/x.zarr: not a zarr array or group"


def test_a_column_of_a_file_without_columns_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", x=SAMPLES)
    assert refusal(path=tmp_path / "x.npz", labels=0) == (
        f"{tmp_path}/x.npz: labels = 0 names a column, which only a csv file has; give a key"
    )


def test_a_name_for_the_labels_of_an_array_is_refused():
    assert refusal(samples=SAMPLES, labels="y") == (
        "arrays: labels of samples given in Python must be an array, got 'y'"
    )


def test_labels_that_are_no_whole_numbers_are_refused(tmp_path):
    path = text(tmp_path / "x.csv", "1,0\n1,1\n1,2.5\n")
    assert refusal(path=path, labels=1) == (
        "x.csv: labels must be integers, but that of row 2 is 2.5"
    )


def test_labels_may_be_words(tmp_path):
    words = np.array(["cat", "dog"])
    np.savez(tmp_path / "x.npz", x=SAMPLES[:2], y=words)
    of_file = Arrays(path=tmp_path / "x.npz", labels="y").open_data("train")
    given = Arrays(samples=SAMPLES[:2], labels=["cat", "dog"]).open_data("train")
    assert of_file.labels.tolist() == given.labels.tolist() == ["cat", "dog"]


def test_labels_of_another_length_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", SAMPLES)
    assert refusal(path=tmp_path / "x.npy", labels=LABELS[:5]) == (
        "x.npy: 6 samples need as many labels, got labels of shape (5,)"
    )


def test_a_value_that_is_not_finite_is_told_with_the_name_of_the_file(tmp_path):
    samples = SAMPLES.copy()
    samples[3, 2] = np.nan
    np.save(tmp_path / "x.npy", samples)
    assert refusal(path=tmp_path / "x.npy") == (
        "x.npy: row 3, column 2 is nan; all values must be finite: clean or leave out that sample"
    )


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(DataError) as caught:
        pl.run("bcm", data=Arrays(samples=SAMPLES), batch_size=7)
    assert str(caught.value) == (
        "batch_size is 7, but the data have 6 samples; give a batch_size up to 6"
    )
