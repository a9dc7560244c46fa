"""What a source gives: samples, and what belongs to them. Checked before the first step."""

from __future__ import annotations

import hashlib
import math
import mmap
from typing import Any

import attrs
import numpy as np

from plasticity.errors import DataError

Array = np.ndarray[Any, np.dtype[Any]]
_LOOKS = 64  # rows taken here and there before the memory of a mapped file is given back
_ROWS = 4096  # rows looked at at a time, so that a file on disk is never whole in memory


def _default_scale(data: Data) -> float:
    return 1 / 255 if data.samples.dtype == np.uint8 else 1.0


def _as_array(values: Any) -> Array:
    """The values as a plain array; a file mapped into memory stays one and is not read."""
    if isinstance(values, np.memmap):
        return values
    if np.ma.is_masked(values):
        raise DataError(
            "data: some values are masked, and all are used: fill them, or leave out those samples"
        )
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(f"data: the samples do not make one array: {error}") from error


@attrs.frozen(eq=False)
class Data:
    """Samples (sample, input) with their labels and, for images, their shape.

    samples      numbers or, for images, uint8, which stays uint8 in memory and is scaled when a
                 batch is drawn; images (sample, y, x) or (sample, y, x, channel) are flattened
    labels       whole numbers (sample,), or None
    image_shape  (y, x) or (y, x, channel), or None where the inputs are no images
    scale        factor from the stored to the used values; 1 / 255 for uint8 unless given
    name         how the report calls the data
    n_drawn      samples of an epoch, for a source that draws them itself; the samples here are then
                 examples, which metrics look at

    Raises `DataError` where the rank is wrong, there is no sample, a value is not finite (telling
    row and column), or the labels are of another length.

    >>> Data([[0.0, 1.0], [float("nan"), 1.0]])
    Traceback (most recent call last):
    plasticity.errors.DataError: data: row 1, column 0 is nan; all values must be finite: clean \
or leave out that sample
    """

    samples: Array = attrs.field(converter=_as_array)
    labels: Array | None = attrs.field(
        default=None, converter=attrs.converters.optional(np.asarray)
    )
    image_shape: tuple[int, ...] | None = None
    scale: float = attrs.field(default=attrs.Factory(_default_scale, takes_self=True))
    name: str = "data"
    n_drawn: int | None = None

    def __attrs_post_init__(self) -> None:
        samples = self.samples
        if samples.ndim in (3, 4):
            if self.image_shape is None:
                object.__setattr__(self, "image_shape", tuple(samples.shape[1:]))
            samples = samples.reshape(len(samples), math.prod(samples.shape[1:]))
            object.__setattr__(self, "samples", samples)
        self._check()

    @property
    def n_sample(self) -> int:
        """How many samples there are."""
        return int(self.samples.shape[0])

    @property
    def per_epoch(self) -> int:
        """How many samples an epoch has."""
        return self.n_sample if self.n_drawn is None else self.n_drawn

    @property
    def n_input(self) -> int:
        """How many inputs a sample has."""
        return int(self.samples.shape[1])

    def take(self, rows: Array | slice, dtype: Any = np.float32) -> Array:
        """The samples of these rows, as numbers of the given type, scaled."""
        if isinstance(rows, slice) or not isinstance(self.samples, np.memmap):
            return np.multiply(self.samples[rows], self.scale, dtype=dtype)
        taken = np.empty((len(rows), self.n_input), dtype)
        self.take_into(rows, taken)
        return taken

    def take_into(self, rows: Array, taken: Array) -> None:
        """Fill an array with the samples of these rows, scaled; a mapped file stays out of memory.

        A look at a row of a mapped file maps up to 2 MB around it.
        """
        for start in range(0, len(rows), _LOOKS):
            block = self.samples[rows[start : start + _LOOKS]]
            out = taken[start : start + len(block)]
            np.multiply(block, self.scale, out=out, dtype=taken.dtype, casting="same_kind")
            let_go(self.samples)

    def subset(self, rows: Array | slice) -> Data:
        """The data of these rows alone."""
        labels = None if self.labels is None else self.labels[rows]
        return attrs.evolve(self, samples=self.samples[rows], labels=labels)

    def fingerprint(self) -> dict[str, Any]:
        """Shape, type and sha256 of the samples: what a store keeps to know the data again."""
        return {"name": self.name, **fingerprint(self.samples)}

    def _check(self) -> None:
        samples, labels = self.samples, self.labels
        if samples.ndim != 2:
            raise DataError(
                f"{self.name}: samples must have 2 dimensions (sample, input), 3 or 4 for images, "
                f"got shape {samples.shape}"
            )
        if samples.dtype.kind not in "fiub":
            raise DataError(
                f"{self.name}: samples must be real numbers, got values of type {samples.dtype}"
            )
        if 0 in samples.shape:
            raise DataError(
                f"{self.name}: there are no samples: the array has shape {samples.shape}"
            )
        if labels is not None and labels.shape != (len(samples),):
            raise DataError(
                f"{self.name}: {len(samples)} samples need as many labels, got labels of shape "
                f"{labels.shape}"
            )
        if self.image_shape is not None and np.prod(self.image_shape) != samples.shape[1]:
            raise DataError(
                f"{self.name}: images of shape {self.image_shape} have "
                f"{np.prod(self.image_shape)} values, but a sample has {samples.shape[1]}"
            )
        if samples.dtype.kind == "f":
            self._check_finite()

    def _check_finite(self) -> None:
        for start in range(0, len(self.samples), _ROWS):
            block = np.asarray(self.samples[start : start + _ROWS])
            with np.errstate(over="ignore", invalid="ignore"):
                total = np.sum(block, dtype=np.float64)
            let_go(self.samples)
            if np.isfinite(total):
                continue
            bad = np.argwhere(~np.isfinite(block))
            if len(bad):
                row, column = bad[0]
                raise DataError(
                    f"{self.name}: row {start + row}, column {column} is {block[row, column]}; "
                    "all values must be finite: clean or leave out that sample"
                )


def let_go(array: Array) -> None:
    """Give back the memory of what was read of a file mapped into memory; the values stay.

    The pages of the file that were looked at count as memory of the process until then.
    """
    _advise(array, "MADV_DONTNEED")


def read_at_random(array: Array) -> None:
    """Tell the system that a mapped file is read here and there, so that it reads nothing ahead.

    Measured: of a file of 300 MB that was not in memory, 100 rows took 8 ms in place of 39 ms.
    """
    _advise(array, "MADV_RANDOM")


def _advise(array: Array, advice: str) -> None:
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, advice):  # not every system has each
        mapped.madvise(getattr(mmap, advice))


def fingerprint(array: Any) -> dict[str, Any]:
    """Shape, type and sha256 of the values of an array.

    >>> fingerprint(np.zeros((2, 3)))["shape"]
    [2, 3]
    """
    array = _as_array(array)
    digest = hashlib.sha256()
    for start in range(0, len(array), _ROWS):
        digest.update(np.ascontiguousarray(array[start : start + _ROWS]).data)
        let_go(array)
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "sha256": digest.hexdigest(),
    }
