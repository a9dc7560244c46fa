"""Frames as the bytes of a file: compressed chunks with their index, as Zarr's sharding has them.

Zarr does this as well, with several copies in fresh memory: half the speed, and it asks to be read
again what is there where a file grows. Here the memory is used again, and the compressor chosen
anew for each file: a Blosc chunk tells by itself what packed it.
"""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.store.encoding.block import Block
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

# From the smallest files to the least work; lz4 at level 0 packs nothing, and says so in the chunk.
_WAYS = (("zstd", 3), ("lz4", 1), ("lz4", 0))
_BYTES_PER_S = {"zstd": 130e6, "lz4": 1.3e9}  # until measured; of slow float32 weights on one core
_SHARE = 0.01  # of the time of the run that packing may take before a faster way is chosen
_BITSHUFFLE = 2


class Packer:
    """Packs the frames of one series.

    compression   "zstd", in whose place comes lz4 when the frames come faster than a hundredth of
                  the time would let it pack them, and nothing when they come too fast for lz4;
                  "lz4"; or "none"
    """

    def __init__(self, compression: str) -> None:
        self.compression = compression
        self._bytes_per_s = dict(_BYTES_PER_S)
        self._packed_at = perf_counter()
        self._name, self._level = compression, 1

    def continue_with(self, compression: str) -> None:
        """Compress or not as the files before: the metadata of an array say so once for all."""
        if "none" in (compression, self.compression):
            self.compression = self._name = compression

    def begin(self, size: int) -> None:
        """Choose how to pack `size` bytes, which came since the last time."""
        now = perf_counter()
        elapsed, self._packed_at = now - self._packed_at, now
        if self.compression != "zstd":
            return
        for self._name, self._level in _WAYS:
            if not self._level or size / self._bytes_per_s[self._name] <= _SHARE * elapsed:
                break

    def pack(self, block: Block, count: int) -> Array:
        """Return the bytes of a file with the first frames of a block, which holds nothing else."""
        if self._name == "none":
            return block.packed(count)
        if not self._level:
            blank = np.zeros(block.cut.chunk, block.cut.dtype)
            return block.packed(count, head=bytes(self._compressed(blank)[: -blank.nbytes]))
        begun = perf_counter()
        packed = block.packed(count, self._compressed)
        size = count * math.prod(block.shape) * block.cut.dtype.itemsize
        self._bytes_per_s[self._name] = size / (perf_counter() - begun)
        return packed

    def _compressed(self, chunk: Array) -> Any:
        from numcodecs import blosc

        return blosc.compress(chunk, self._name.encode(), self._level, _BITSHUFFLE)


def codecs_of(compression: str) -> Any:
    """Return the codecs of a chunk, as Zarr takes them: how it is packed, and its checksum."""
    from zarr.codecs import BloscCodec, Crc32cCodec

    if compression == "none":
        return [Crc32cCodec()]
    blosc: Any = BloscCodec  # which takes the names as strings
    level = dict(_WAYS[:2])[compression]
    return [blosc(cname=compression, clevel=level, shuffle="bitshuffle"), Crc32cCodec()]


def compression_of(array: zarr.Array[Any]) -> str | None:
    """Return how the chunks of an array are packed; None if a `Packer` packs in another way."""
    sharding: Any = array.metadata.to_dict()["codecs"]
    codecs = sharding[0].get("configuration", {}).get("codecs", ())
    settings = {codec["name"]: codec.get("configuration", {}) for codec in codecs}
    names = list(settings)
    if names[:1] != ["bytes"] or settings["bytes"].get("endian", "little") != "little":
        return None
    if names[1:] == ["crc32c"]:
        return "none"
    return str(settings["blosc"]["cname"]) if names[1:] == ["blosc", "crc32c"] else None
