"""Arrays from npy, npz, zarr and idx files. Nothing is ever unpickled: a pickle runs code."""

import gzip
import math
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from plasticity.errors import DataError, nearest
from plasticity.typing import Array

_NPY = b"\x93NUMPY"
_WHOLE = 200_000_000  # bytes of a zarr array that is read into memory
_SHOWN = 10  # names in a message
_NUMBERS = {"images": 2051, "labels": 2049}
_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST = 64  # dimensions that NumPy has
_GZIP = b"\x1f\x8b"


def read_npy(path: Path, key: str | None = None, besides: str | None = None) -> Array:
    """Return the array of an npy file, mapped into memory: what is not used is not read.

    Raises `DataError` where the file is damaged, holds Python objects, or a key is given.
    """
    if key is not None:
        raise DataError(f"{path}: an npy file holds one array without a name, got key {key!r}")
    with path.open("rb") as file:
        begin = file.read(len(_NPY))
    if begin != _NPY:
        raise DataError(f"{path}: an npy file begins with {_NPY!r}, found {begin!r}")
    array = _loaded(path, lambda: np.load(path, mmap_mode="r", allow_pickle=False))
    promised, found = getattr(array, "offset", 0) + array.nbytes, path.stat().st_size
    if isinstance(array, np.memmap) and promised != found:
        raise DataError(
            f"{path}: its header promises {promised} bytes in all, found {found}; the file is "
            "damaged, or holds several arrays, which an npz file can"
        )
    return array


def read_npz(path: Path, key: str | None = None, besides: str | None = None) -> Array:
    """Return one array of an npz file, read whole: that of the key, or the one beside the labels.

    Raises `DataError` where there is no such array, or it is damaged or holds Python objects.
    """
    with _archive(path) as archive:
        members = _members(archive)
        return _member(path, archive, members[choose(path, members, key, besides)])


def read_all_of_npz(path: Path) -> list[Array]:
    """Return every array of an npz file; it is refused as by `read_npz`."""
    with _archive(path) as archive:
        return [_member(path, archive, member) for member in _members(archive).values()]


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(
            f"{path}: not an npz file (it is no zip archive); it may be cut short"
        ) from error


def _members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return name of an array -> name of its file in the archive."""
    return {name.removesuffix(".npy"): name for name in archive.namelist()}


def _member(path: Path, archive: zipfile.ZipFile, member: str) -> Array:
    def load() -> Array:
        with archive.open(member) as file:
            array: Array = np.lib.format.read_array(file, allow_pickle=False)
            # Read to its end, since only then is its checksum looked at.
            if file.read():
                raise ValueError(f"{member} is longer than its header promises")
        return array

    return _loaded(path, load)


def read_zarr(path: Path, key: str | None = None, besides: str | None = None) -> Array:
    """Return a zarr array, or one array of a zarr group: that of the key, or beside the labels.

    One of more than 200 MB is unpacked, chunk by chunk, to a temporary file without a name, which
    is mapped into memory: samples are drawn at random, and each would unpack its whole chunk anew.
    TMPDIR tells where; the file goes when the process ends.
    Raises `DataError` where there is no such array or it holds Python objects.
    """
    import zarr

    try:
        opened: Any = zarr.open(path, mode="r")
        names = _arrays_in(opened) if isinstance(opened, zarr.Group) else None
    except (OSError, ValueError, KeyError) as error:
        # New versions of zarr refuse pickles themselves, old ones do not: see below.
        if "pickle" in str(error):
            raise DataError(_pickled(path)) from error
        raise DataError(f"{path}: not a zarr array or group") from error
    if names is not None:
        opened = opened[choose(path, names, key, besides)]
    elif key is not None:
        raise DataError(f"{path}: a zarr array, not a group, and so without names, got key {key!r}")
    codecs = (*opened.filters, *opened.compressors)
    if any(getattr(codec, "codec_id", "") == "pickle" for codec in codecs):
        raise DataError(_pickled(path))
    return _loaded(path, lambda: _unpacked(opened))


def _unpacked(stored: Any) -> Array:
    if stored.nbytes <= _WHOLE or stored.ndim == 0 or stored.dtype.hasobject:
        return np.asarray(stored[...])
    # The file stays as long as the array that maps it.
    with tempfile.TemporaryFile(prefix="plasticity-") as file:
        rows = (stored.shards or stored.chunks)[0]
        for start in range(0, stored.shape[0], rows):
            np.ascontiguousarray(stored[start : start + rows], stored.dtype).tofile(file)
        file.flush()
        return np.memmap(file, stored.dtype, "r", shape=stored.shape)


def choose(path: Path, names: Iterable[str], key: str | None, besides: str | None) -> str:
    """Return the name that was asked for or, where there is but one beside the labels, that one."""
    names = list(names)
    if key is not None:
        if key in names:
            return key
        raise DataError(f"{path}: no array {key!r}{nearest(key, names)} (it holds {shown(names)})")
    left = [name for name in names if name != besides]
    if len(left) == 1:
        return left[0]
    if not left:
        raise DataError(f"{path}: holds no array of samples (it holds {shown(names)})")
    raise DataError(
        f"{path}: holds {shown(left)}; say which are the samples, for example key = {left[0]!r}"
    )


def shown(names: list[str]) -> str:
    """Return names for a sentence, in their order, cut where they are many.

    >>> shown(["b", "a"])
    "'b', 'a'"
    >>> shown([])
    'nothing'
    """
    text = ", ".join(map(repr, names[:_SHOWN])) or "nothing"
    return text if len(names) <= _SHOWN else f"{text}, ... ({len(names)} in all)"


def _arrays_in(group: Any) -> list[str]:
    import zarr

    members = group.members(max_depth=None)
    return sorted(name for name, member in members if isinstance(member, zarr.Array))


def _loaded(path: Path, load: Callable[[], Array]) -> Array:
    try:
        return load()
    except Exception as error:  # a damaged file fails anywhere in NumPy and zipfile
        # NumPy has one class of error for both.
        if "Python objects" in str(error) or "Object arrays" in str(error):
            raise DataError(_pickled(path)) from error
        raise DataError(f"{path}: the file is cut short or damaged ({error})") from error


def _pickled(path: Path) -> str:
    return (
        f"{path}: holds Python objects in a pickle, and opening a pickle runs whatever code is in "
        "it, so it is not read: save numbers, for example array.astype(float)"
    )


def read_any_idx(path: Path, key: str | None = None, besides: str | None = None) -> Array:
    """Return the values of an idx file, as MNIST and its kin are published, gzipped or not.

        4 bytes    0, 0, the type of a value and the number of dimensions: together 2051 for images
                   of bytes, 2049 for labels
        4 bytes    size of each dimension, the highest byte first
        the rest   the values, the last dimension running fastest

    Raises `DataError` as `read_bytes` does, and where a key is given.
    Source: http://yann.lecun.com/exdb/mnist, section "File formats".
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
