"""Frames over `step`: collected in memory, written a whole file at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.errors import StoreError
from plasticity.recording.arrays import ALL_CHUNKS, FIRST, dims_stored, read_to_go_on
from plasticity.recording.layout import cut, frames_per_buffer
from plasticity.recording.packing import Cut, Packer, codecs_of, compression_of
from plasticity.recording.writer import Writer
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.recording.staged import StagedStore

ORDER, BLOCK = "order", "frames_per_write"


@attrs.frozen
class Column:
    """One array of a series: shape, type and dimensions of a frame, and its labels."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dims: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return self.dtype.itemsize * math.prod(self.shape)

    @property
    def blank(self) -> Any:
        """What stands where no value was given."""
        return np.nan if self.dtype.kind == "f" else 0


_CLOCK = {
    "step": Column((), np.dtype(np.int64), (), {"long_name": "steps done", "units": "1"}),
    "epoch": Column(
        (), np.dtype(np.int64), (), {"long_name": "epoch of the step, from 0", "units": "1"}
    ),
}


class Series:
    """One group of a store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a buffer two; so frames fill a
    buffer, and a full buffer becomes a file of each array, compressed and written beside the run.

    store        the store, which shows nothing of it before its next commit
    path         the group; if there is one already, its frames stay and new ones follow
    writer       does the writing
    room         bytes that the buffer may take
    compression  of the files, "zstd", "lz4" or "none"; None for a store in memory, which has none

    A frame that is not later than the last one is left out: a run that goes on from a checkpoint
    repeats the steps after it, and what it did then is here already.
    """

    def __init__(
        self,
        store: StagedStore,
        path: str,
        writer: Writer,
        room: int,
        compression: str | None = None,
    ) -> None:
        self._store = store
        self._path = path
        self._writer = writer
        self._room = room
        self._packer = Packer(compression) if compression else None
        self._codecs = codecs_of(compression)
        self._columns: dict[str, Column] = dict(_CLOCK)
        self._arrays: dict[str, zarr.Array[Any]] = {}
        self._cuts: dict[str, Cut] = {}
        self._begun: dict[str, Array] = {}  # frames of files that take several buffers
        self._buffers: dict[str, Array] = {}
        self._free: list[dict[str, Array]] = []  # buffers that are written
        self._capacity = 0
        self._filled = 0  # frames in the buffer,
        self._flushed = 0  # those of them that are written too,
        self._written = 0  # and the frames before the buffer
        self.last_step = -1
        if path in store.nodes:
            self._go_on()
        else:
            # How xarray knows that the epoch labels the steps and is no data of its own.
            self.label({"coordinates": "epoch"})

    def __len__(self) -> int:
        return self._written + self._filled

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame of all arrays that are described."""
        return sum(column.frame_bytes for column in self._columns.values())

    def describe(self, name: str, column: Column) -> None:
        """Say what an array is, before its first frame; a name that is known stays as it is."""
        self._columns.setdefault(name, column)

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the group attributes, seen from the next commit on."""
        self._writer.put(partial(self._store.put_group, self._path, dict(attributes)))

    def append(self, step: int, epoch: int, frame: Mapping[str, Array]) -> None:
        """Add one frame: arrays of described names.

        An array that is missing from a frame, or shorter than described, is filled up with NaN.
        """
        if step <= self.last_step:
            return
        self.last_step = step
        if len(self._buffers) < len(self._columns):
            self._make_buffers()
        position = self._filled
        for name, buffer in self._buffers.items():
            if name in frame:
                _put(buffer[position, ...], frame[name])
            elif name not in _CLOCK:
                buffer[position] = self._columns[name].blank
        self._buffers["step"][position] = step
        self._buffers["epoch"][position] = epoch
        self._filled += 1
        if self._filled == self._capacity:
            self._hand_over()

    def append_many(self, steps: Array, epoch: int, frames: Mapping[str, Array]) -> None:
        """Add frames of one epoch, in their order, as `append` adds each: arrays (frame, ...)."""
        begin = int(np.searchsorted(steps, self.last_step, side="right"))
        while begin < len(steps):
            if len(self._buffers) < len(self._columns):
                self._make_buffers()
            end = min(begin + self._capacity - self._filled, len(steps))
            place = slice(self._filled, self._filled + end - begin)
            for name, buffer in self._buffers.items():
                if name in frames:
                    _put(buffer[place], frames[name][begin:end])
                elif name not in _CLOCK:
                    buffer[place] = self._columns[name].blank
            self._buffers["step"][place] = steps[begin:end]
            self._buffers["epoch"][place] = epoch
            self.last_step = int(steps[end - 1])
            self._filled = place.stop
            begin = end
            if self._filled == self._capacity:
                self._hand_over()

    def flush(self) -> None:
        """Give the writer the frames of the buffer; what is written is replaced when it is full."""
        if self._flushed < self._filled:
            # Copies, because the buffer goes on being filled.
            frames = {name: buffer[: self._filled].copy() for name, buffer in self._buffers.items()}
            self._flushed = self._filled
            self._writer.put(self._writing(frames), _bytes(frames))

    def _hand_over(self) -> None:
        """Give the writer the full buffers, which are its own from now on, and begin others."""
        full, write = self._buffers, self._writing(self._buffers)
        self._written += self._filled
        self._filled = self._flushed = 0
        # Memory that was used before is at hand; fresh memory costs as much as the copy into it.
        used = self._free.pop() if self._free else {}
        self._buffers = {
            name: used[name] if name in used else np.empty_like(buffer)
            for name, buffer in full.items()
        }

        def write_and_free() -> None:
            write()
            if self._packer is not None:
                self._free.append(full)

        self._writer.put(write_and_free, _bytes(full))

    def _make_buffers(self) -> None:
        """Make the buffers of the arrays that were described since the last frame."""
        if not self._capacity:
            self._capacity = frames_per_buffer(self.frame_bytes, self._room)
        for name, column in self._columns.items():
            if name not in self._buffers:
                buffer = np.empty((self._capacity, *column.shape), column.dtype)
                buffer[: self._filled] = column.blank
                self._buffers[name] = buffer

    def _writing(self, frames: Mapping[str, Array]) -> Callable[[], None]:
        return partial(self._write, frames, dict(self._columns), self._written)

    # -- what the writer does --------------------------------------------------------------------

    def _write(
        self, frames: Mapping[str, Array], columns: Mapping[str, Column], start: int
    ) -> None:
        if len(self._arrays) < len(columns):
            self._create(columns, start)
        if self._packer is not None:
            self._packer.begin(_bytes(frames))
        for name, block in frames.items():
            if self._packer is None:
                array = self._arrays[name]
                array.resize((start + len(block), *array.shape[1:]))
                array[start:] = block
            else:
                self._write_file(self._packer, name, block, start)

    def _write_file(self, packer: Packer, name: str, block: Array, start: int) -> None:
        cut, path = self._cuts[name], f"{self._path}/{name}"
        number, offset = divmod(start, cut.file[0])
        if cut.file[0] > self._capacity:
            begun, end = self._begun[name], offset + len(block)
            begun[offset:end] = block
            block, start = begun[:end], start - offset
        place = "/".join([str(number), *("0" for _ in block.shape[1:])])
        self._store.put(f"{path}/c/{place}", packer.pack(block, cut))
        self._store.grow(path, start + len(block))

    def _create(self, columns: Mapping[str, Column], start: int) -> None:
        """Create the arrays that were described since the last write, blank before `start`."""
        import zarr

        for name, column in columns.items():
            if name in self._arrays:
                continue
            self._cut(name, column)
            lasting = self._packer is not None
            self._arrays[name] = zarr.create_array(
                self._store,
                name=f"{self._path}/{name}",
                shape=(0, *column.shape),
                chunks=self._cuts[name].chunk,
                shards=self._cuts[name].file if lasting else None,
                dtype=column.dtype.newbyteorder("<"),
                fill_value=column.blank,
                compressors=self._codecs,
                dimension_names=("step", *column.dims),
                attributes={**column.attributes, **({FIRST: start} if start else {})},
                config=ALL_CHUNKS,
            )
        # A store gives its arrays in any order.
        order = [name for name in columns if name not in _CLOCK]
        self._store.put_group(self._path, {ORDER: order, BLOCK: self._capacity})

    def _cut(self, name: str, column: Column) -> None:
        chunk, file = cut(column.shape, column.dtype.itemsize, self._capacity)
        self._cuts[name] = Cut(chunk, file, column.dtype, column.blank)
        if self._packer is not None and file[0] > self._capacity:
            self._begun[name] = np.full((file[0], *column.shape), column.blank, column.dtype)

    # -- a series that is there already ----------------------------------------------------------

    def _go_on(self) -> None:
        """Take up the series where its last commit left it."""
        import zarr

        told = self._store.nodes[self._path]["attributes"]
        if BLOCK not in told:
            return
        self._capacity = told[BLOCK]
        for name in (*_CLOCK, *told[ORDER]):
            array: zarr.Array[Any] = zarr.open_array(
                self._store, path=f"{self._path}/{name}", config=ALL_CHUNKS
            )
            dims = dims_stored(array)[1:]
            self._arrays[name] = array
            self._columns[name] = Column(array.shape[1:], array.dtype, dims, dict(array.attrs))
        length = self._arrays["step"].shape[0]
        self._written = length // self._capacity * self._capacity
        self._make_buffers()
        self._filled = self._flushed = length - self._written
        for name, array in self._arrays.items():
            self._cut(name, self._columns[name])
            if self._packer is not None:
                self._check_packing(array, self._packer, self._cuts[name])
            if name in self._begun:
                start = self._written // len(self._begun[name]) * len(self._begun[name])
                self._begun[name][: self._written - start] = self._read(
                    name, slice(start, self._written)
                )
            self._buffers[name][: self._filled] = self._read(name, slice(self._written, length))
        if length:
            self.last_step = int(self._read("step", slice(length - 1, length))[0])

    def _read(self, name: str, frames: slice) -> Array:
        blank = self._columns[name].blank
        return read_to_go_on(self._arrays[name], self._store.place, frames, blank)

    def _check_packing(self, array: zarr.Array[Any], packer: Packer, cut: Cut) -> None:
        """Go on packing as it was begun; raise `StoreError` where an array is not as we pack it."""
        found = compression_of(array)
        if found is None or (array.chunks, array.shards) != (cut.chunk, cut.file):
            raise StoreError(
                f"{self._store.place}: {array.path} was written by another program, or by another "
                "version of this one; it can be read, but the run cannot go on in it"
            )
        packer.go_on(found)


def _bytes(frames: Mapping[str, Array]) -> int:
    return sum(array.nbytes for array in frames.values())


def _put(target: Array, array: Array) -> None:
    if array.shape == target.shape:
        target[...] = array
    else:
        target[...] = np.nan
        target[tuple(slice(size) for size in array.shape)] = array
