"""Frames over `step`: collected in memory, written a whole file at a time."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.errors import StoreError
from plasticity.experiment.quantities import size_text
from plasticity.machine.memory import memory_left
from plasticity.network.capture import Slots
from plasticity.store.arrays import (
    ALL_CHUNKS,
    FIRST,
    FLAT,
    dims_stored,
    file_of,
    open_array,
    read_to_go_on,
)
from plasticity.store.background import Writer
from plasticity.store.encoding.block import Block, Cut
from plasticity.store.encoding.layout import cut, frames_per_buffer
from plasticity.store.encoding.packing import Packer, codecs_of, compression_of
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.store.commit.staged import StagedStore

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

    A write a frame costs hundreds of microseconds, a copy into a block two; so frames fill the
    blocks of their files, and full ones are compressed and written beside the run.

    store        the store, which shows nothing of it before its next commit
    path         the group; if there is one already, its frames stay and new ones follow
    writer       does the writing
    room         bytes of frames that may be in memory before they are given to the writer
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
        self._blocks: dict[str, Block] = {}
        self._free: dict[str, list[Block]] = {}  # blocks that are written
        self._clock: dict[str, Array] = {}  # steps and epochs since the last full blocks
        self._capacity = 0  # frames after which full blocks are given to the writer,
        self._filled = 0  # those since the last time,
        self._before = 0  # and those before
        self._first: dict[str, int] = {}  # frame of each array,
        self._given: dict[str, int] = {}  # and how many the writer has got
        self.last_step = -1
        if path in store.nodes:
            self._go_on()
        else:
            # How xarray knows that the epoch labels the steps and is no data of its own.
            self.label({"coordinates": "epoch"})

    def __len__(self) -> int:
        return self._before + self._filled

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame of all arrays that are described."""
        return sum(column.frame_bytes for column in self._columns.values())

    @property
    def bytes_left(self) -> float:
        """Bytes for which there is room where frames stay in memory; infinite on a disk."""
        return math.inf if self._packer is not None else memory_left()

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
        self._make_blocks()
        for name, array in frame.items():
            self.put(name, array[np.newaxis])
        self.take(np.array([step]), np.array([epoch]), frame)

    def dtype(self, name: str) -> np.dtype[Any]:
        """The type of an array as it is stored."""
        return self._columns[name].dtype.newbyteorder("<")

    @property
    def room(self) -> int:
        """How many frames may be filled before `take`."""
        self._make_blocks()
        return self._capacity - self._filled

    def slots(self, name: str, count: int) -> Slots:
        """Where the next frames of an array go; `take` adds them once they are there."""
        block = self._blocks[name]
        return block.slots(len(self) % block.n_frame, count)

    def put(self, name: str, frames: Array) -> None:
        """Fill the next frames (frame, ...) of an array; `take` adds them."""
        block = self._blocks[name]
        block.put(len(self) % block.n_frame, frames)

    def take(self, steps: Array, epochs: Array, names: Container[str]) -> None:
        """Add frames, of which these arrays are filled and others are blank.

        steps   later than the last one, not more than there is `room` for
        """
        for name, block in self._blocks.items():
            if name not in names and name not in _CLOCK:
                block.clear(len(self) % block.n_frame, len(steps))
        place = slice(self._filled, self._filled + len(steps))
        self._clock["step"][place] = steps
        self._clock["epoch"][place] = epochs
        self.last_step = int(steps[-1])
        self._filled = place.stop
        if self._filled == self._capacity:
            if 2 * self._filled * self.frame_bytes > self.bytes_left:  # as much again, for others
                raise StoreError(
                    f"{self._path}: {size_text(len(self) * self.frame_bytes)} of frames are in "
                    f"memory, which has only {size_text(self.bytes_left)} left: record less often, "
                    "give the recorder at_most, or give the run a store (out)"
                )
            self._keep_clock()
            self._give([n for n in self._blocks if self._count(n) == self._blocks[n].n_frame])
            self._before += self._filled
            self._filled = 0

    def flush(self) -> None:
        """Give the writer all frames; a file that is not full is replaced when it is."""
        self._keep_clock()
        self._give([name for name in self._blocks if self._given[name] < len(self)])

    def _keep_clock(self) -> None:
        for name, values in self._clock.items():
            block = self._blocks[name]
            block.put(self._before % block.n_frame, values[: self._filled])

    def _count(self, name: str) -> int:
        """How many frames there are in the block of an array, of one at least that there is."""
        return (len(self) - 1) % self._blocks[name].n_frame + 1

    def _give(self, names: list[str]) -> None:
        """Give the writer some blocks: full ones are its own from now on.

        Of others it reads what is there, and comes to it before it gets them full.
        """
        given: dict[str, tuple[Block, int]] = {}
        done: dict[str, Block] = {}
        for name in names:
            block, count = self._blocks[name], self._count(name)
            self._given[name] = len(self)
            given[name] = block, count
            if count == block.n_frame:
                done[name] = block
                self._blocks[name] = self._unused(name) or block.like()
        columns = {name: self._columns[name] for name in self._blocks}

        def write_and_free() -> None:
            self._write(given, columns, length)
            if self._packer is not None:
                for name, block in done.items():
                    self._free[name].append(block)

        length = len(self)
        if given:
            self._writer.put(write_and_free, _bytes(given, columns))

    def _unused(self, name: str) -> Block | None:
        """A block that is written: memory at hand, where fresh memory costs as much as a copy."""
        try:
            return self._free.setdefault(name, []).pop()
        except IndexError:
            return None

    def _make_blocks(self) -> None:
        """Make the blocks of the arrays that were described since the last frame."""
        if len(self._blocks) == len(self._columns):
            return
        if not self._capacity:
            self._capacity = frames_per_buffer(self.frame_bytes, self._room)
        for name, column in self._columns.items():
            if name not in self._blocks:
                block = self._make_block(name, column)
                block.clear(0, len(self) % block.n_frame)
                self._first[name] = self._given[name] = len(self)
        for name in _CLOCK:
            self._clock.setdefault(name, np.empty(self._capacity, np.int64))

    def _make_block(self, name: str, column: Column) -> Block:
        chunk, file = cut(column.shape, column.dtype.itemsize, self._capacity)
        found = self._cuts[name] = Cut(chunk, file, column.dtype, column.blank)
        if self._packer is None:
            whole = (self._capacity, *column.shape)
            found = Cut(whole, whole, column.dtype, column.blank)
        self._blocks[name] = Block(found, column.shape)
        return self._blocks[name]

    # -- what the writer does --------------------------------------------------------------------

    def _write(
        self, given: Mapping[str, tuple[Block, int]], columns: Mapping[str, Column], length: int
    ) -> None:
        """Write the last frames of some arrays, so many of each, of `length` in all."""
        if not self._arrays.keys() >= given.keys():
            self._create(columns)
        if self._packer is not None:
            self._packer.begin(_bytes(given, columns))
        for name, (block, count) in given.items():
            if self._packer is None:
                array = self._arrays[name]
                array.resize((length, *array.shape[1:]))
                array[length - count :] = block.frames(count)
            else:
                file = file_of(self._arrays[name], (length - count) // block.n_frame)
                path = f"{self._path}/{name}"
                spare = None
                if count < block.n_frame and self._packer.in_place:
                    # The run goes on to fill the block itself.
                    spare = self._unused(name)
                    block = block.copy(count, spare)
                self._store.put(f"{path}/{file}", self._packer.pack(block, count))
                self._store.grow(path, length)
                if spare is not None:
                    self._free[name].append(spare)

    def _create(self, columns: Mapping[str, Column]) -> None:
        """Create the arrays that came since the last write."""
        import zarr

        for name, column in columns.items():
            if name in self._arrays:
                continue
            lasting, first = self._packer is not None, self._first[name]
            self._arrays[name] = zarr.create_array(
                self._store,
                name=f"{self._path}/{name}",
                shape=(0, *column.shape),
                chunks=self._cuts[name].chunk,
                shards=self._cuts[name].file if lasting else None,
                chunk_key_encoding=FLAT,
                dtype=column.dtype.newbyteorder("<"),
                fill_value=column.blank,
                compressors=self._codecs,
                dimension_names=("step", *column.dims),
                attributes={**column.attributes, **({FIRST: first} if first else {})},
                config=ALL_CHUNKS,
            )
        # A store gives its arrays in any order.
        order = [name for name in columns if name not in _CLOCK]
        self._store.put_group(self._path, {ORDER: order, BLOCK: self._capacity})

    # -- a series that is there already ----------------------------------------------------------

    def _go_on(self) -> None:
        """Take up the series where its last commit left it."""
        told = self._store.nodes[self._path]["attributes"]
        if BLOCK not in told:
            return
        self._capacity = told[BLOCK]
        for name in (*_CLOCK, *told[ORDER]):
            path = f"{self._path}/{name}"
            array = open_array(self._store, path, self._store.place, config=ALL_CHUNKS)
            dims = dims_stored(array)[1:]
            self._arrays[name] = array
            self._columns[name] = Column(array.shape[1:], array.dtype, dims, dict(array.attrs))
        length = self._arrays["step"].shape[0]
        self._before = length // self._capacity * self._capacity
        self._filled = length - self._before
        for name, array in self._arrays.items():
            block = self._make_block(name, self._columns[name])
            if self._packer is not None:
                self._check_packing(array, self._packer, self._cuts[name])
            begin = length // block.n_frame * block.n_frame
            block.put(0, self._read(name, slice(begin, length)))
            self._given[name] = length
        for name in _CLOCK:
            self._clock[name] = np.empty(self._capacity, np.int64)
            self._clock[name][: self._filled] = self._read(name, slice(self._before, length))
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


def _bytes(given: Mapping[str, tuple[Block, int]], columns: Mapping[str, Column]) -> int:
    return sum(columns[name].frame_bytes * count for name, (_, count) in given.items())
