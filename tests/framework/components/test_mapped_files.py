"""Data in a file that is mapped into memory: the same run, and little of the file in memory."""

import subprocess
import sys

import numpy as np
import pytest

import plasticity as pl
from plasticity.components import defaults
from plasticity.components.data import Data
from plasticity_plugins.sources import array_files
from plasticity_plugins.sources.arrays import Arrays


@pytest.fixture
def samples():
    return np.random.default_rng(0).random((230, 12), np.float32)


@pytest.fixture
def mapped(samples, tmp_path):
    np.save(tmp_path / "samples.npy", samples)
    return np.load(tmp_path / "samples.npy", mmap_mode="r")


def trained(samples, fuse):
    finished = pl.run(
        "bcm", data=Data(samples), neurons=5, epochs=2, seed=3, fuse=fuse,
        schedule="linear_to_zero", metrics=[], observers=[],
    )  # fmt: skip
    return finished.weights.values


@pytest.mark.parametrize("fuse", ["never", "always"])
def test_a_large_mapped_file_trains_as_the_same_samples_in_memory(
    samples, mapped, fuse, monkeypatch
):
    monkeypatch.setattr(defaults, "LARGE", 0)
    assert isinstance(defaults.batches_of(Data(mapped), True, 10), defaults.MappedBatches)
    np.testing.assert_array_equal(trained(mapped, fuse), trained(samples, fuse))


def test_a_small_mapped_file_is_read_like_samples_in_memory(mapped):
    assert type(defaults.batches_of(Data(mapped), True, 10)) is defaults.Batches


def test_rows_of_a_mapped_file_are_those_of_the_array_more_than_are_taken_at_once(samples, mapped):
    rows = np.random.default_rng(1).permutation(230)
    taken = Data(mapped, scale=0.5).take(rows)
    np.testing.assert_array_equal(taken, samples[rows] * np.float32(0.5))


def test_a_large_zarr_array_becomes_a_mapped_file_with_the_same_values(
    samples, tmp_path, monkeypatch
):
    import zarr

    monkeypatch.setattr(array_files, "_WHOLE", 0)
    path = tmp_path / "samples.zarr"
    zarr.create_array(path, data=samples, chunks=(50, 5))
    read = Arrays(path=path).open_data("train").samples
    assert isinstance(read, np.memmap)
    np.testing.assert_array_equal(read, samples)


_RUN = """
import sys
import numpy as np
import plasticity as pl
from plasticity.machine.memory import peak_bytes
before = peak_bytes()
pl.run("bcm", data=sys.argv[1], neurons=5, epochs=1, fuse="never", metrics=[], observers=[])
print((peak_bytes() - before) / 1e6)
"""


@pytest.mark.slow  # about 10 s: writes 600 MB
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_run_over_a_mapped_file_takes_half_its_size_at_most(tmp_path):
    path = tmp_path / "samples.npy"
    samples = np.lib.format.open_memmap(path, "w+", np.float32, (200_000, 750))
    for start in range(0, len(samples), 10_000):
        samples[start : start + 10_000] = 0.5
    del samples
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(path)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 300
