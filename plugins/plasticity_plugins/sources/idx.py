"""The idx format, in which MNIST and its kin are published: a header, then one byte a value.

    4 bytes    number that tells the content: 2051 for images, 2049 for labels
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
_GZIP = b"\x1f\x8b"


def read_idx(path: Path, content: Literal["images", "labels"]) -> Array:
    """The values of an idx file, gzipped or not: images (sample, y, x) or labels (sample,), uint8.

    Raises `DataError` where the file is damaged, of another length than its header promises, or
    holds something else. The array is read-only.
    """
    raw = _unzipped(path)
    expected, found = _NUMBERS[content], int.from_bytes(raw[:4], "big")
    if len(raw) >= 4 and found != expected:
        others = [name for name, number in _NUMBERS.items() if number == found]
        told = f"that of {others[0]}; are two files exchanged?" if others else "get it again"
        raise DataError(
            f"{path}: an idx file of {content} begins with the number {expected}, found {found}"
            f"{', ' if others else '; the file is damaged or of another kind: '}{told}"
        )
    # The last byte of the number is how many dimensions there are.
    header = 4 + 4 * (expected & 0xFF)
    if len(raw) < header:
        raise DataError(
            f"{path}: an idx file of {content} begins with {header} bytes that describe it, found "
            f"{len(raw)} bytes in all; the file is cut short: get it again"
        )
    shape = tuple(int(size) for size in np.frombuffer(raw[4:header], ">u4"))
    length = header + math.prod(shape)
    if len(raw) != length:
        raise DataError(
            f"{path}: its header promises {' x '.join(map(str, shape))} values, {length} "
            f"bytes in all, found {len(raw)}; the file is cut short or damaged: get it again"
        )
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _unzipped(path: Path) -> bytes:
    raw = path.read_bytes()
    if not raw.startswith(_GZIP):
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: a gzip file that cannot be unpacked; it is cut short or damaged: get it again"
        ) from error
