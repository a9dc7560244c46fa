"""Frames as the bytes of a file: compressed chunks with their index, as Zarr's sharding has them.

Zarr does this as well, with several copies in fresh memory: half the speed, and it asks to be read
again what is there where a file grows. Here the memory is used again, and the compressor chosen
anew for each file: a Blosc chunk tells by itself what packed it.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

# From the smallest files to the least work; lz4 at level 0 packs nothing, and says so in the chunk.
_WAYS = (("zstd", 3), ("lz4", 1), ("lz4", 0))
_BYTES_PER_S = {"zstd": 130e6, "lz4": 1.3e9}  # until measured; of slow float32 weights on one core
_SHARE = 0.05  # of the time of the run that packing may take before a faster way is chosen
_BITSHUFFLE = 2
_NOTHING = 2**64 - 1
_CHECK_BYTES = 4


@attrs.frozen
class Cut:
    """How an array is cut: the shape of a chunk, that of a file, and what fills what is missing."""

    chunk: tuple[int, ...]
    file: tuple[int, ...]
    dtype: np.dtype[Any]
    blank: Any


class Packer:
    """Packs the frames of one series.

    compression   "zstd", in whose place comes lz4 when the frames come faster than a twentieth of
                  the time would let it pack them, and nothing when they come too fast for lz4;
                  "lz4"; or "none"
    """

    def __init__(self, compression: str) -> None:
        self._compression = compression
        self._bytes_per_s = dict(_BYTES_PER_S)
        self._packed_at = perf_counter()
        self._out: Array = np.empty(0, np.uint8)
        self._name, self._level = compression, 1

    def go_on(self, compression: str) -> None:
        """Pack as the files were begun, "none" or not: that is said once for all of an array."""
        if "none" in (compression, self._compression):
            self._compression = self._name = compression

    def begin(self, size: int) -> None:
        """Choose how to pack so many bytes, which came since the last time."""
        now = perf_counter()
        elapsed, self._packed_at = now - self._packed_at, now
        if self._compression != "zstd":
            return
        for self._name, self._level in _WAYS:
            if not self._level or size / self._bytes_per_s[self._name] <= _SHARE * elapsed:
                break

    def pack(self, block: Array, cut: Cut) -> Array:
        """The bytes of a file that begins with these frames; overwritten by the next call."""
        parts = [size // chunk for size, chunk in zip(cut.file, cut.chunk, strict=True)]
        index = np.full((*parts, 2), _NOTHING, "<u8")
        self._make_room(len(block), index, cut)
        begun, position = perf_counter(), 0
        for place, chunk in _chunks(block, cut):
            length = self._put(self._compressed(chunk), position)
            index[place] = position, length
            position += length
        if self._name in self._bytes_per_s and self._level and position:
            self._bytes_per_s[self._name] = block.nbytes / (perf_counter() - begun)
        return self._out[: position + self._put(index, position)]

    def _make_room(self, n_frame: int, index: Array, cut: Cut) -> None:
        frames = math.ceil(n_frame / cut.chunk[0]) * cut.chunk[0]
        values = frames * math.prod(cut.file[1:]) * cut.dtype.itemsize
        # What cannot be compressed becomes a little longer.
        room = values + values // 64 + 64 * index.size + index.nbytes + _CHECK_BYTES
        if len(self._out) < room:
            # Whole pages, which a disk takes without a copy.
            self._out = np.frombuffer(mmap.mmap(-1, room), np.uint8)

    def _compressed(self, chunk: Array) -> Any:
        from numcodecs import blosc

        if self._name == "none":
            return chunk
        return blosc.compress(chunk, self._name.encode(), self._level, _BITSHUFFLE)

    def _put(self, data: Any, position: int) -> int:
        """Put bytes at a position, and their checksum; how long both are."""
        import google_crc32c

        values = np.frombuffer(data, np.uint8)
        end = position + len(values)
        self._out[position:end] = values
        check = google_crc32c.value(self._out[position:end])
        self._out[end : end + _CHECK_BYTES] = np.frombuffer(np.uint32(check).tobytes(), np.uint8)
        return len(values) + _CHECK_BYTES


def codecs_of(compression: str | None) -> Any:
    """The codecs of a chunk, as Zarr takes them: how it is packed, and its checksum."""
    if compression is None:
        return None
    from zarr.codecs import BloscCodec, Crc32cCodec

    if compression == "none":
        return [Crc32cCodec()]
    blosc = (
        BloscCodec(cname="zstd", clevel=_WAYS[0][1], shuffle="bitshuffle")
        if compression == "zstd"
        else BloscCodec(cname="lz4", clevel=_WAYS[1][1], shuffle="bitshuffle")
    )
    return [blosc, Crc32cCodec()]


def compression_of(array: zarr.Array[Any]) -> str | None:
    """How the chunks of an array are packed; None where they are not as a `Packer` packs them."""
    sharding: Any = array.metadata.to_dict()["codecs"]
    codecs = sharding[0].get("configuration", {}).get("codecs", ())
    told = {codec["name"]: codec.get("configuration", {}) for codec in codecs}
    names = list(told)
    if names[:1] != ["bytes"] or told["bytes"].get("endian", "little") != "little":
        return None
    if names[1:] == ["crc32c"]:
        return "none"
    return str(told["blosc"]["cname"]) if names[1:] == ["blosc", "crc32c"] else None


def _chunks(block: Array, cut: Cut) -> Iterator[tuple[tuple[int, ...], Array]]:
    """The place of each chunk in the file, and its values, which the next one overwrites."""
    chunk = np.empty(cut.chunk, cut.dtype.newbyteorder("<"))
    frames = cut.chunk[0]
    rows = cut.chunk[1] if len(cut.chunk) > 1 else 1
    n_row = block.shape[1] if block.ndim > 1 else 1
    rest = (0,) * (block.ndim - 2)
    for t in range(math.ceil(len(block) / frames)):
        for r in range(math.ceil(n_row / rows)):
            part = block[t * frames : (t + 1) * frames]
            if block.ndim > 1:
                part = part[:, r * rows : (r + 1) * rows]
            if part.shape != chunk.shape:
                chunk[...] = cut.blank
            chunk[tuple(map(slice, part.shape))] = part
            yield ((t, r, *rest) if block.ndim > 1 else (t,)), chunk
