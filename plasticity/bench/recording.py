"""What recording costs: beside the same run without it, beside Zarr alone, beside plain memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs
import numpy as np

from plasticity.bench.cases import Recorded
from plasticity.bench.memory import peak_megabytes
from plasticity.bench.timing import Spread, made_data, take_turns
from plasticity.clock import Clock
from plasticity.data import Data
from plasticity.hookspecs import hookimpl
from plasticity.typing import Array

_CHILD = "from plasticity.bench.recording import tell; tell({0!r}, {1!r})"
_MB = 1e6
_WARM = 100  # steps


@attrs.frozen(kw_only=True)
class Kept:
    """Something measured of recording.

    title   what is measured
    value   the figure
    unit    of the figure, or "" for a ratio
    bar     what it must not exceed; or, where `least`, must reach
    """

    title: str
    value: Spread
    bar: float
    unit: str = ""
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.value.median >= self.bar if self.least else self.value.median <= self.bar

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**attrs.asdict(self), "met": self.met}


def measure_recording(
    cases: Iterable[Recorded], rounds: int, quick: bool, only: str = ""
) -> Iterator[Kept]:
    """A row for each case of the packages, and for what the store itself can do.

    only    the cases whose name holds this text; the store itself is left out where one is given
    """
    frames, files = (100_000, 20) if quick else (1_000_000, 60)
    with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as name:
        folder = Path(name)
        for case in cases:
            if only in case.name:
                yield _slower(case, rounds, folder)
        if not only:
            yield from _beside_zarr(folder, files)
            yield from _reading(folder, frames)
            yield from _beside_memory(folder, frames)


# -- a run with and without --------------------------------------------------------------------


class _Watch:
    """Ends a run after so many steps and tells when the first of them was done."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.every = [_WARM, _WARM + steps]
        self.begun = 0.0

    @hookimpl
    def step_finished(self, clock: Clock) -> None:
        if not self.begun:
            self.begun = perf_counter()

    @hookimpl
    def should_stop(self, clock: Clock) -> str | None:
        return "the block is over" if clock.step >= self._steps + _WARM else None


def _slower(case: Recorded, rounds: int, folder: Path) -> Kept:
    """A run that is recorded, its store closed, beside the same run that keeps nothing."""
    data = made_data(case.inputs)
    blocks = {
        "with": _run(case, data, folder / "run"),
        "without": _run(case, data, None),
    }
    # A block is a whole run, in which a machine has its ups and downs.
    found = take_turns(blocks, rounds // 2 + 1)
    pairs = list(zip(found["with"], found["without"], strict=True))
    if case.per_checkpoint_s is None:
        return Kept(title=case.name, value=Spread.of([a / b for a, b in pairs]), bar=case.bar)
    number = case.steps // case.tables["storage"]["checkpoint"]
    shares = [(a - b) / number / case.per_checkpoint_s for a, b in pairs]
    return Kept(title=case.name, value=Spread.of(shares), bar=case.bar)


def _run(case: Recorded, data: Data, out: Path | None) -> Callable[[], float]:
    from plasticity.assembly import assemble
    from plasticity.runs import configure

    experiment = configure(case.experiment(kept=out is not None), data=data)

    def block() -> float:
        watch = _Watch(case.steps)
        simulation = assemble(experiment, [watch])
        simulation.run(out, overwrite=True)
        return perf_counter() - watch.begun

    return block


# -- the store itself --------------------------------------------------------------------------


def _beside_zarr(folder: Path, files: int) -> Iterator[Kept]:
    """All weights at each step: our writer beside Zarr, which is given whole files at once."""
    told = _child("weights", {"folder": str(folder / "store"), "files": files})
    ratio = told["zarr_s"] / told["ours_s"]
    yield Kept(
        title="all weights each step, the speed of Zarr alone",
        value=Spread.of([ratio]),
        bar=0.6,
        least=True,
    )
    yield Kept(
        title="the same, memory above that of the run",
        value=Spread.of([told["megabytes"]]),
        bar=64.0,
        unit="MB",
    )


def _reading(folder: Path, frames: int) -> Iterator[Kept]:
    place = str(folder / "frames")
    _child("write", {"folder": place, "frames": frames, "values": 100})
    told = _child("read", {"folder": place})
    title = f"one neuron of {frames:,} frames of 100"
    yield Kept(title=f"{title}: opened and read in", value=Spread.of([told["s"]]), bar=2, unit="s")
    yield Kept(title=f"{title}: memory", value=Spread.of([told["megabytes"]]), bar=200, unit="MB")
    yield Kept(title=f"{frames:,} frames: files", value=Spread.of([float(told["files"])]), bar=2000)
    shutil.rmtree(place)


def _beside_memory(folder: Path, frames: int) -> Iterator[Kept]:
    """Frames of 1000 values to the disk, beside a list that keeps a copy of each in memory."""
    asked = {"folder": str(folder / "monitor"), "frames": frames, "values": 1000}
    listed, stored = _child("monitor", asked), _child("write", asked)
    title = f"{frames:,} frames of 1000 values"
    yield Kept(
        title=f"{title}, beside a list of copies",
        value=Spread.of([stored["s"] / listed["s"]]),
        bar=1.3,
    )
    yield Kept(
        title=f"{title}: memory above that of one frame",
        value=Spread.of([stored["megabytes"]]),
        bar=100,
        unit="MB",
    )


# -- what runs in processes of their own, since their memory is measured ------------------------


def tell(name: str, asked: str) -> None:
    """Do what is asked and print what was found as JSON."""
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        "weights": _write_weights,
        "write": _write_frames,
        "read": _read_neuron,
        "monitor": _list_frames,
    }
    print(json.dumps(tasks[name](**json.loads(asked))))


def _child(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    script = _CHILD.format(name, json.dumps(asked))
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
    )
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
        from zarr.storage import LocalStore

        from plasticity.recording.layout import BUFFER_BYTES
        from plasticity.recording.series import Column, Series
        from plasticity.recording.staged import StagedStore
        from plasticity.recording.writer import Writer

        shutil.rmtree(folder, ignore_errors=True)
        self._store = StagedStore(LocalStore(folder))
        self._store.put_group("")
        self._writer = Writer(32_000_000)
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
    import zarr

    from plasticity.recording.layout import BUFFER_BYTES, cut, frames_per_buffer
    from plasticity.recording.packing import codecs_of

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
    chunk, shard = cut((100, 784), 4, capacity)
    begun = perf_counter()
    array = zarr.create_array(
        folder, shape=(files * capacity, 100, 784), chunks=chunk, shards=shard, dtype=np.float32,
        compressors=codecs_of("zstd"),
    )  # fmt: skip
    for start in range(0, array.shape[0], capacity):
        array[start : start + capacity] = whole
    alone = perf_counter() - begun
    shutil.rmtree(folder)
    return {"ours_s": ours, "zarr_s": alone, "megabytes": megabytes}


def _frames(frames: int, values: int) -> Iterator[Array]:
    rng = np.random.default_rng(0)
    pool = rng.standard_normal((64, values), np.float32)
    for step in range(frames):
        yield pool[step % 64]


def _write_frames(folder: str, frames: int, values: int) -> dict[str, Any]:
    writing = _Writing(folder, (values,))
    before = peak_megabytes()
    begun = perf_counter()
    for step, frame in enumerate(_frames(frames, values)):
        writing.append(step, frame)
    writing.close()
    return {"s": perf_counter() - begun, "megabytes": peak_megabytes() - before}


def _list_frames(folder: str, frames: int, values: int) -> dict[str, Any]:
    kept = []
    begun = perf_counter()
    for frame in _frames(frames, values):
        kept.append(frame.copy())
    whole = np.asarray(kept)
    return {"s": perf_counter() - begun, "megabytes": whole.nbytes / _MB}


def _read_neuron(folder: str) -> dict[str, Any]:
    import xarray

    begun = perf_counter()
    with xarray.open_datatree(folder, engine="zarr") as opened:
        opened["frames"].to_dataset()["value"][:, 7].load()
    seconds = perf_counter() - begun
    files = sum(path.is_file() for path in Path(folder).rglob("*"))
    return {"s": seconds, "megabytes": peak_megabytes(), "files": files}
