"""The idx format, in which MNIST and its kin are published: a header, then the values.

    4 bytes    0, 0, the type of a value and the number of dimensions: together 2051 for images of
               bytes, 2049 for labels
    4 bytes    size of each dimension, the highest byte first
    the rest   the values, the last dimension running fastest

Source: http://yann.lecun.com/exdb/mnist, section "File formats".
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from plasticity.errors import DataError
from plasticity.typing import Array

_NUMBERS = {"images": 2051, "labels": 2049}
_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST = 64  # dimensions that NumPy has
_GZIP = b"\x1f\x8b"


def read_any_idx(path: Path, key: str | None = None, besides: str | None = None) -> Array:
    """Return the values of an idx file of any type and number of dimensions, gzipped or not.

    Raises `DataError` as `read_bytes` does, and where a key is given.
    """
    if key is not None:
        raise DataError(f"{path}: an idx file holds one array without a name, got key {key!r}")
    raw = unzipped(path)
    dtype = _TYPES.get(raw[2]) if len(raw) >= 4 else None
    if raw[:2] != b"\0\0" or dtype is None or not 0 < raw[3] <= _MOST:
        raise DataError(
            f"{path}: an idx file begins with 0, 0, the type of its values and their dimensions, "
            f"found {raw[:4]!r}; the file is damaged or of another kind: get it again"
        )
    return _values(raw, path, dtype, raw[3], "values")


def labels_beside(path: Path) -> Path | None:
    """Return the file of labels beside a file of images, as they are published; None without one.

    >>> labels_beside(Path("nowhere/train-images-idx3-ubyte.gz"))
    """
    name = path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    for found in (path.with_name(name), path.with_name(f"{name}.gz")):
        if "images" in path.name and found.is_file():
            return found
    return None


def read_bytes(raw: bytes, path: Path, content: Literal["images", "labels"]) -> Array:
    """Return the images (sample, y, x) or labels (sample,) of the content of an idx file, uint8.

    Raises `DataError` where it is damaged, of another length than its header promises, or something
    else. The array is read-only.
    """
    expected, found = _NUMBERS[content], int.from_bytes(raw[:4], "big")
    if len(raw) >= 4 and found != expected:
        others = [name for name, number in _NUMBERS.items() if number == found]
        told = f"that of {others[0]}; are two files exchanged?" if others else "get it again"
        raise DataError(
            f"{path}: an idx file of {content} begins with the number {expected}, found {found}"
            f"{', ' if others else '; the file is damaged or of another kind: '}{told}"
        )
    # The last byte of the number is how many dimensions there are.
    return _values(raw, path, "u1", expected & 0xFF, content)


def _values(raw: bytes, path: Path, dtype: str, n_dim: int, content: str) -> Array:
    """Return the values that follow a header of known type and number of dimensions."""
    header = 4 + 4 * n_dim
    if len(raw) < header:
        raise DataError(
            f"{path}: an idx file of {content} begins with {header} bytes that describe it, found "
            f"{len(raw)} bytes in all; the file is cut short: get it again"
        )
    shape = tuple(int(size) for size in np.frombuffer(raw[4:header], ">u4"))
    length = header + math.prod(shape) * np.dtype(dtype).itemsize
    if len(raw) != length:
        raise DataError(
            f"{path}: its header promises {' x '.join(map(str, shape))} values, {length} "
            f"bytes in all, found {len(raw)}; the file is cut short or damaged: get it again"
        )
    return np.frombuffer(raw, dtype, offset=header).reshape(shape)


def unzipped(path: Path) -> bytes:
    """Return the content of a file, gzipped or not."""
    raw = path.read_bytes()
    if not raw.startswith(_GZIP):
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: a gzip file that cannot be unpacked; it is cut short or damaged: get it again"
        ) from error
