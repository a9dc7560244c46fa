"""Frames packed into files: what Zarr reads from them, whatever the shape, the type and the way."""

import math

import attrs
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from zarr.storage import MemoryStore

from plasticity.store.commit.staged import StagedStore
from plasticity.store.encoding.block import BUFFER_BYTES, Block, Cut, frames_per_buffer
from plasticity.store.encoding.packing import Packer, codecs_of

SHAPES = st.lists(st.integers(1, 9), max_size=3).map(tuple)


def array_of(store, shape, dtype, frames, compression):
    made = Cut.of(shape, dtype, frames)
    zarr.create_array(
        store, name="a", shape=(0, *shape), chunks=made.chunk, shards=made.file, dtype=dtype,
        fill_value=made.blank, compressors=codecs_of(compression),
    )  # fmt: skip
    return made


def filled(made, shape, frames):
    """A block with these frames, in memory that held others before."""
    block = Block(made, shape)
    block.put(0, np.full((block.n_frame, *shape), 9, made.dtype))
    block.put(0, frames)
    return block


@given(
    SHAPES,
    st.sampled_from(["f4", "f8", "f2", "i8", "u1", ">f4"]),
    st.sampled_from(["zstd", "lz4", "none"]),
    st.integers(1, 40),
    st.integers(1, 200),
    st.booleans(),
)
def test_zarr_reads_what_was_packed(shape, dtype, compression, frames, n_frame, hurried):
    dtype = np.dtype(dtype)
    store = StagedStore(MemoryStore())
    store.put_group("")
    made = array_of(store, shape, dtype.newbyteorder("="), frames, compression)
    values = np.random.default_rng(0).integers(0, 250, (n_frame, *shape)).astype(dtype)
    packer = Packer(compression)
    if not hurried:
        packer._packed_at -= 1000  # as if the frames had come in a quarter of an hour
    for number, start in enumerate(range(0, n_frame, made.file[0])):
        frames = values[start : start + made.file[0]]
        block = filled(made, shape, frames)
        packer.begin(frames.nbytes)
        place = "/".join([str(number), *("0" for _ in shape)])
        store.put(f"a/c/{place}", packer.pack(block, len(frames)))
    store.grow("a", n_frame)
    assert np.array_equal(zarr.open_array(store, path="a")[...], values)
    store.grow("a", math.ceil(n_frame / made.chunk[0]) * made.chunk[0])
    beyond = zarr.open_array(store, path="a")[n_frame:]
    assert np.array_equal(beyond, np.full_like(beyond, made.blank), equal_nan=dtype.kind == "f")


@given(
    SHAPES,
    st.sampled_from(["f4", "f8", "i8", "u1"]),
    st.integers(1, 40),
    st.lists(st.tuples(st.sampled_from(["put", "slots", "clear"]), st.integers(1, 30))),
)
def test_a_block_holds_the_frames_that_were_put_into_it(shape, dtype, frames, filled_by):
    dtype = np.dtype(dtype)
    made = attrs.evolve(Cut.of(shape, dtype, frames), blank=7)
    block = Block(made, shape)
    plain, rng, done = np.zeros((block.n_frame, *shape), dtype), np.random.default_rng(0), 0
    for way, count in filled_by:
        count = min(count, block.n_frame - done)
        plain[done : done + count] = rng.integers(0, 100, (count, *shape))
        if way == "put":
            block.put(done, plain[done : done + count])
        elif way == "clear":
            plain[done : done + count] = 7
            block.clear(done, count)
        else:
            # As a compiled step puts each value where the slots tell.
            slots = block.slots(done, count)
            for frame, slot in zip(plain[done : done + count], slots.slots, strict=True):
                for k, value in enumerate(frame.reshape(-1)):
                    p, place = divmod(k, slots.run)
                    slots.flat[slot + slots.parts[p] + place] = value
        done += count
    for found in (block, block.copy(done)):
        assert np.array_equal(frames_in(found, done), plain[:done])


def frames_in(block, count):
    times, groups, per_chunk, run = block._values.shape
    rows = block._values.swapaxes(1, 2).reshape(times * per_chunk, groups * run)
    return rows[:count, : math.prod(block.shape)].reshape(count, *block.shape)


def packed_by(frames_per_second):
    """What packs frames of 8 kB that come at some rate, as the header of the Blosc chunk tells."""
    packer, made = Packer("zstd"), Cut((100, 20, 100), (100, 20, 100), np.dtype("f4"), np.nan)
    frames = np.random.default_rng(0).random((100, 20, 100), np.float32)
    packer._packed_at -= 100 / frames_per_second
    packer.begin(frames.nbytes)
    data = packer.pack(filled(made, (20, 100), frames), 100)
    begin = int(data[-20:-12].view("<u8")[0])  # of the one chunk, as the index tells
    flags = int(data[begin + 2])
    copied = flags & 0b10
    return "nothing" if copied else {1: "lz4", 4: "zstd"}[flags >> 5]


@pytest.mark.parametrize(("rate", "name"), [(10, "zstd"), (1_000, "lz4"), (1_000_000, "nothing")])
def test_frames_that_come_fast_are_packed_fast(rate, name):
    assert packed_by(rate) == name


@pytest.mark.parametrize("compression", ["lz4", "none"])
def test_what_lay_in_the_memory_of_a_block_is_not_in_its_file(compression, monkeypatch):
    # Some rows of the last chunk are no neurons, and one frame of two is filled.
    made = Cut((2, 3, 5), (2, 6, 5), np.dtype("f4"), np.nan)
    packer = Packer(compression)
    packer.begin(10**12)
    packer._level = 0
    files = []
    for before in (0, 255):
        monkeypatch.setattr(
            "plasticity.store.encoding.block.pages",
            lambda size, b=before: np.full(size, b, np.uint8),
        )
        block = Block(made, (4, 5))
        block.put(0, np.arange(20, dtype=np.float32).reshape(1, 4, 5))
        files.append(packer.pack(block, 1).tobytes())
    assert files[0] == files[1]


def test_a_damaged_chunk_is_noticed():
    store = StagedStore(MemoryStore())
    store.put_group("")
    made = array_of(store, (3,), np.dtype("f4"), 8, "lz4")
    data = Packer("lz4").pack(filled(made, (3,), np.ones((8, 3), np.float32)), 8).copy()
    data[20] ^= 1
    store.put("a/c/0/0", data)
    store.grow("a", 8)
    with pytest.raises(ValueError, match="checksum do not match"):
        zarr.open_array(store, path="a")[...]


@pytest.mark.parametrize("frame_bytes", [1, 16, 400, 4000, 313_600, 10**9])
def test_a_million_frames_of_up_to_four_kilobytes_make_some_hundred_files(frame_bytes):
    frames = frames_per_buffer(frame_bytes, BUFFER_BYTES)
    made = Cut.of((frame_bytes,), np.dtype("u1"), frames)
    chunk, file = made.chunk[0], made.file[0]
    assert file % chunk == 0
    assert file % frames == 0
    if frame_bytes <= 4000:
        assert 1_000_000 / file < 300
