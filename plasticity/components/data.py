"""What a source gives: samples, and what belongs to them. Checked before the first step."""

from __future__ import annotations

import hashlib
import math
import mmap
import numbers
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
from attrs.converters import optional

from plasticity.errors import DataError
from plasticity.machine.memory import memory_left
from plasticity.typing import Array

LARGE = 200_000_000  # bytes of a mapped file that is not to end up in memory
_LOOKS = 64  # rows taken here and there before the memory of a mapped file is given back
_ROWS = 4096  # rows looked at at a time, so that a file on disk is never whole in memory


def default_scale(samples: Array) -> float:
    """Return the factor on values whose scale is not given: 1 / 255 for bytes, else 1."""
    return 1 / 255 if samples.dtype == np.uint8 else 1.0


def _as_array(values: Any) -> Array:
    """Return the values as a plain array; a file mapped into memory stays one and is not read."""
    if isinstance(values, np.memmap):
        return values
    if np.ma.is_masked(values):
        raise DataError(
            "data: some values are masked, and all are used: fill them, or leave out those samples"
        )
    try:
        return np.asarray(_filled(values) if hasattr(values, "toarray") else values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise DataError(f"data: the samples do not make one array: {error}") from error


def _filled(sparse: Any) -> Any:
    size = math.prod(sparse.shape) * np.dtype(sparse.dtype).itemsize
    if size > memory_left() / 2:
        raise DataError(
            f"data: a sparse array of shape {tuple(sparse.shape)} takes {size / 1e9:.3g} GB with "
            "its zeros, more than half of the memory left: give fewer samples or inputs at a time"
        )
    return sparse.toarray()


def _readable(samples: Array) -> Array:
    """Return the samples in a type that compiled code reads, native, if real of 4 or 8 bytes."""
    dtype = samples.dtype
    # Only Python reads a large file mapped into memory.
    if dtype.kind not in "fiub" or (isinstance(samples, np.memmap) and samples.nbytes > LARGE):
        return samples
    wanted = dtype.newbyteorder("=")
    if dtype.kind == "f":
        wanted = np.dtype(np.float32 if dtype.itemsize <= 4 else np.float64)
    with np.errstate(over="ignore"):  # what becomes infinite is refused afterwards, with its place
        return samples if wanted == dtype else np.asarray(samples, wanted)


def _as_labels(values: Any) -> Array:
    """Return labels as integers or strings, where they are that; others as they are."""
    # Of a list NumPy would make strings where one of many numbers is a string.
    labels = np.asarray(values, object if isinstance(values, list | tuple) else None)
    if np.ma.is_masked(values) or labels.dtype.kind not in "biufSUOT":
        kind = "masked" if np.ma.is_masked(values) else f"of type {labels.dtype}"
        raise DataError(
            f"data: labels must be numbers or strings, one for each sample; they are {kind}"
        )
    if labels.dtype.kind == "O":
        labels = _of_one_kind(labels)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    elif labels.dtype.kind == "T":
        labels = np.array(labels.tolist(), np.str_)
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        place = np.flatnonzero(~np.isfinite(labels.ravel()))[0]
        raise DataError(
            f"data: the label of sample {place} is {labels.ravel()[place]}; leave out what has none"
        )
    if labels.dtype.kind == "f" and np.all((np.floor(labels) == labels) & (abs(labels) < 2**53)):
        labels = labels.astype(np.int64)
    return labels.astype(labels.dtype.newbyteorder("="), copy=False)


def _of_one_kind(labels: Array) -> Array:
    items = labels.ravel().tolist()
    kind: Any = str if items and isinstance(items[0], str) else numbers.Real
    for place, item in enumerate(items):
        if not isinstance(item, kind) or item != item:
            raise DataError(
                "data: labels must be all numbers or all strings, but that of sample "
                f"{place} is {item!r}"
            )
    return np.array(items).reshape(labels.shape)


@attrs.frozen(eq=False)
class Data:
    """Samples (sample, input) with their labels and, for images, their shape.

    samples      real numbers of any type; images (sample, y, x) or (sample, y, x, channel) are
                 flattened, a sparse matrix is filled with its zeros. Bytes (uint8) are grey levels
                 from 0 to 255: they stay bytes in memory, and value / 255 is used
    labels       integers or strings (sample,), or None
    image_shape  (y, x) or (y, x, channel), or None where the inputs are no images
    scale        factor from the stored to the used values; 1 / 255 for uint8, else 1, unless given
    name         how the report calls the data
    n_drawn      samples of an epoch, for a source that draws them itself; the samples here are then
                 examples, which metrics look at
    chosen       settings by which the samples were chosen of more, such as `limit`
    constant     value of one more input, the last one, which is the same in every sample. It is no
                 part of `samples` and `image_shape`, and neither scaled nor encoded
    held_out     samples set aside for choices, in place of a test split; see `data.validation`

    Samples of another byte order, of 2 bytes or of more than 8 are converted to the native floating
    point type of 4 or 8 bytes.

    Raises `DataError` where the rank is wrong, there is no sample, a value is not finite (telling
    row and column) or no real number, the labels are of another length or of mixed kinds, or the
    constant is infinite, or 0, which is no input.

    >>> Data([[0.0, 1.0], [float("nan"), 1.0]])
    Traceback (most recent call last):
    plasticity.errors.DataError: data: row 1, column 0 is nan; all values must be finite: clean \
or leave out that sample
    """

    samples: Array = attrs.field(converter=_as_array)
    labels: Array | None = attrs.field(default=None, converter=optional(_as_labels))
    image_shape: tuple[int, ...] | None = None
    scale: float = attrs.field(
        default=attrs.Factory(lambda self: default_scale(self.samples), takes_self=True)
    )
    name: str = "data"
    n_drawn: int | None = None
    chosen: Mapping[str, Any] = attrs.field(factory=dict)
    constant: float | None = attrs.field(default=None, converter=optional(float))
    held_out: Data | None = attrs.field(default=None, repr=False)
    largest: float = attrs.field(default=0.0, init=False)  # absolute value, of floating samples

    def __attrs_post_init__(self) -> None:
        samples, shape = self.samples, self.image_shape
        if samples.ndim in (3, 4):
            shape = samples.shape[1:] if shape is None else shape
            samples = samples.reshape(len(samples), math.prod(samples.shape[1:]))
        object.__setattr__(self, "image_shape", None if shape is None else tuple(shape))
        object.__setattr__(self, "samples", _readable(samples))
        for mistake in self._mistakes():
            raise DataError(f"{self.name}: {mistake}")

    @property
    def n_sample(self) -> int:
        """Number of samples."""
        return int(self.samples.shape[0])

    @property
    def per_epoch(self) -> int:
        """Number of samples of an epoch."""
        return self.n_sample if self.n_drawn is None else self.n_drawn

    @property
    def n_input(self) -> int:
        """Number of inputs of a sample, the constant among them."""
        return int(self.samples.shape[1]) + (self.constant is not None)

    def take(self, rows: Array | slice, dtype: Any = np.float32) -> Array:
        """Return the samples of these rows, as numbers of the given type, scaled."""
        if isinstance(rows, slice) or not isinstance(self.samples, np.memmap):
            return self.completed(np.multiply(self.samples[rows], self.scale, dtype=dtype))
        taken = np.empty((len(rows), self.samples.shape[1]), dtype)
        self.take_into(rows, taken)
        return self.completed(taken)

    def completed(self, samples: Array) -> Array:
        """Return samples with the constant input, where the data have one and these do not."""
        if self.constant is None or samples.shape[1] == self.n_input:
            return samples
        return np.pad(samples, ((0, 0), (0, 1)), constant_values=self.constant)

    def take_into(self, rows: Array, taken: Array) -> None:
        """Fill an array with the samples of these rows, scaled; a mapped file stays on disk."""
        # A look at a row of a mapped file maps up to 2 MB around it.
        for start in range(0, len(rows), _LOOKS):
            block = self.samples[rows[start : start + _LOOKS]]
            out = taken[start : start + len(block)]
            np.multiply(block, self.scale, out=out, dtype=taken.dtype, casting="same_kind")
            let_go(self.samples)

    def __repr__(self) -> str:
        labels = "" if self.labels is None else ", labelled"
        return f"<Data {self.name!r}: {self.n_sample} samples of {self.n_input} inputs{labels}>"

    def subset(self, rows: Array | slice) -> Data:
        """Return the data of these rows alone."""
        labels = None if self.labels is None else self.labels[rows]
        return attrs.evolve(
            self, samples=self.samples[rows], labels=labels, chosen={}, held_out=None
        )

    def fingerprint(self) -> dict[str, Any]:
        """Return what a store keeps to know the data again, among it sums of samples and labels."""
        known = {"name": self.name, **fingerprint(self.samples), "scale": self.scale}
        if self.labels is not None:
            # The same labels in another type, or in wider strings, are the same.
            whole = self.labels.dtype.kind in "biu"
            labels = self.labels.astype(np.int64) if whole else np.array(self.labels.tolist())
            known["labels"] = fingerprint(labels)["sha256"]
        return known if self.constant is None else {**known, "constant": self.constant}

    def doubt(self) -> str | None:
        """Return a sentence on samples that may mean something else than is done with them."""
        if self.samples.dtype != np.uint8 or self.scale != 1 / 255:
            return None
        starts = range(0, len(self.samples), _ROWS)
        if any(np.max(self.samples[start : start + _ROWS]) > 1 for start in starts):
            return None
        return (
            f"{self.name}: no byte is above 1, and as bytes are divided by 255 no input is above "
            "0.004; give scale = 1, or numbers of another type, where 0 and 1 are meant"
        )

    def _mistakes(self) -> Iterator[str]:
        samples, labels, image, scale = self.samples, self.labels, self.image_shape, self.scale
        if samples.ndim != 2:
            yield (
                "samples must have 2 dimensions (sample, input), 3 or 4 for images, got shape "
                f"{samples.shape}"
            )
        if samples.dtype.kind not in "fiub":
            yield f"samples must be real numbers, got values of type {samples.dtype}"
        if 0 in samples.shape:
            yield f"there are no samples: the array has shape {samples.shape}"
        if labels is not None and labels.shape != (len(samples),):
            yield f"{len(samples)} samples need as many labels, got labels of shape {labels.shape}"
        if image is not None and (size := np.prod(image)) != samples.shape[1]:
            yield f"images of shape {image} have {size} values, but a sample has {samples.shape[1]}"
        if not (isinstance(scale, numbers.Real) and math.isfinite(scale) and scale):
            yield f"scale must be a number other than 0, got {scale!r}"
        if self.constant is not None and not 0 < abs(self.constant) < np.finfo(np.float32).max:
            yield f"constant must not be 0 or infinite, got {self.constant}"
        for start in range(0, len(samples), _ROWS) if samples.dtype.kind == "f" else ():
            block = np.asarray(samples[start : start + _ROWS])
            largest = float(max(np.max(block), -np.min(block)))
            let_go(samples)
            if not math.isfinite(largest):
                row, column = np.argwhere(~np.isfinite(block))[0]
                yield (
                    f"row {start + row}, column {column} is {block[row, column]}; all values must "
                    "be finite: clean or leave out that sample"
                )
            object.__setattr__(self, "largest", max(self.largest, largest))


@attrs.frozen
class Inputs:
    """The training samples as a layer will see them, computed when they are asked for.

    Encoded, but for encoders that draw random numbers, and seen through the layers below as these
    are before the first step.

    n_sample  how many samples there are
    take      from the numbers of some samples to their inputs (sample, input)
    """

    n_sample: int
    take: Callable[[Array], Array]


def as_data(values: Any, labels: Any = None) -> Data:
    """Return values as `Data`; labels take the place of those that these have."""
    if not isinstance(values, Data):
        return Data(values, labels=labels)
    return values if labels is None else attrs.evolve(values, labels=labels)


def unlike(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the entries but the name in which one fingerprint of data differs from another."""
    pairs = {key: (before.get(key), given.get(key)) for key in {**before, "constant": None}}
    return {key: pair for key, pair in pairs.items() if key != "name" and pair[0] != pair[1]}


def other_scale(before: Mapping[str, Any], given: Mapping[str, Any]) -> float | None:
    """Return the scale of the first of two fingerprints of the same samples that differ in it."""
    scale: float | None = before.get("scale")  # which stores of version 0.1.0 do not tell
    same = before["sha256"] == given["sha256"]
    return scale if same and scale != given.get("scale", scale) else None


def let_go(array: Array) -> None:
    """Give back the memory of what was read of a file mapped into memory; the values stay."""
    _advise(array, "MADV_DONTNEED")


def read_at_random(array: Array) -> None:
    """Tell the system that a mapped file is read here and there, so that it reads nothing ahead."""
    # Of a file of 300 MB that was not in memory, 100 rows took 8 ms in place of 39 ms.
    _advise(array, "MADV_RANDOM")


def _advise(array: Array, advice: str) -> None:
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, advice):  # not every system has each
        mapped.madvise(getattr(mmap, advice))


def fingerprint(array: Any) -> dict[str, Any]:
    """Return shape, type and sha256 of the values of an array."""
    array = _as_array(array)
    digest = hashlib.sha256()
    for start in range(0, len(array), _ROWS):
        digest.update(np.ascontiguousarray(array[start : start + _ROWS]).data)
        let_go(array)
    return {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": digest.hexdigest()}
