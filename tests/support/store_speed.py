"""The speed and the memory of the store itself, measured in processes of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import xarray
import zarr
from zarr.storage import LocalStore

from plasticity.machine.memory import peak_bytes
from plasticity.store.background import BackgroundWriter
from plasticity.store.commit.staged import StagedStore
from plasticity.store.encoding.block import BUFFER_BYTES, Cut, frames_per_buffer
from plasticity.store.encoding.packing import codecs_of
from plasticity.store.series import Column, Series
from plasticity.typing import Array


def peak_megabytes():
    """The most memory that this process had at any time."""
    return peak_bytes() / 1e6


def tell(name: str, asked: str) -> None:
    """Do a task and print what was found as JSON."""
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        "weights": _write_weights,
        "write": _write_frames,
        "read": _read_neuron,
        "monitor": _list_frames,
    }
    print(json.dumps(tasks[name](**json.loads(asked))))


def measured(name: str, **asked: Any) -> dict[str, Any]:
    """Do a task in a process of its own, since its memory is measured; return what was found."""
    command = [sys.executable, __file__, name, json.dumps(asked)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _weights(rng: np.random.Generator, frames: int) -> Iterator[Array]:
    """Weights that learn slowly, a few of them at each step."""
    weights = rng.standard_normal((100, 784), np.float32) / 10
    change = rng.standard_normal((100, 784), np.float32) * 1e-4
    for step in range(frames):
        weights += change if step % 2 else -0.999 * change
        yield weights


class _Writing:
    """A store with one series, as a recorder has it."""

    def __init__(self, folder: str, shape: tuple[int, ...]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._store = StagedStore(LocalStore(folder))
        self._store.put_group("")
        self._writer = BackgroundWriter(32_000_000)
        self._series = Series(self._store, "frames", self._writer, BUFFER_BYTES, "zstd")
        dims = ("neuron", "input")[: len(shape)]
        self._series.describe("value", Column(shape, np.dtype(np.float32), dims, {}))

    def append(self, step: int, values: Array) -> None:
        """Add a frame."""
        self._series.append(step, 0, {"value": values})

    def close(self) -> None:
        """Write what is left."""
        self._series.flush()
        self._writer.close()
        self._store.commit()


def _write_weights(folder: str, files: int) -> dict[str, Any]:
    capacity = frames_per_buffer(313_600 + 16, BUFFER_BYTES)
    whole = np.stack([w.copy() for w in _weights(np.random.default_rng(0), capacity)])
    before = peak_megabytes()
    begun = perf_counter()
    writing = _Writing(folder, (100, 784))
    for step in range(files * capacity):
        writing.append(step, whole[step % capacity])
    writing.close()
    ours, megabytes = perf_counter() - begun, peak_megabytes() - before
    shutil.rmtree(folder)
    made = Cut.of((100, 784), np.dtype(np.float32), capacity)
    begun = perf_counter()
    array = zarr.create_array(
        folder, shape=(files * capacity, 100, 784), chunks=made.chunk, shards=made.file,
        dtype=np.float32, compressors=codecs_of("zstd"),
    )  # fmt: skip
    for start in range(0, array.shape[0], capacity):
        array[start : start + capacity] = whole
    alone = perf_counter() - begun
    shutil.rmtree(folder)
    return {"ours_s": ours, "zarr_s": alone, "megabytes": megabytes}


def frames_of(frames: int, values: int) -> Iterator[Array]:
    rng = np.random.default_rng(0)
    pool = rng.standard_normal((64, values), np.float32)
    for step in range(frames):
        yield pool[step % 64]


def _write_frames(folder: str, frames: int, values: int) -> dict[str, Any]:
    writing = _Writing(folder, (values,))
    before = peak_megabytes()
    begun = perf_counter()
    for step, frame in enumerate(frames_of(frames, values)):
        writing.append(step, frame)
    writing.close()
    return {"s": perf_counter() - begun, "megabytes": peak_megabytes() - before}


def _list_frames(folder: str, frames: int, values: int) -> dict[str, Any]:
    kept = []
    begun = perf_counter()
    for frame in frames_of(frames, values):
        kept.append(frame.copy())
    whole = np.asarray(kept)
    return {"s": perf_counter() - begun, "megabytes": whole.nbytes / 1e6}


def _read_neuron(folder: str) -> dict[str, Any]:
    begun = perf_counter()
    with xarray.open_datatree(folder, engine="zarr") as opened:
        opened["frames"].to_dataset()["value"][:, 7].load()
    seconds = perf_counter() - begun
    files = sum(path.is_file() for path in Path(folder).rglob("*"))
    return {"s": seconds, "megabytes": peak_megabytes(), "files": files}


if __name__ == "__main__":
    tell(*sys.argv[1:])
