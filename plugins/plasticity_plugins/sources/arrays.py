"""Your own samples: from a file, or an array given in Python."""

import numbers
from pathlib import Path
from typing import Any

import numpy as np

from plasticity import Data, component, hookimpl, setting
from plasticity.errors import DataError, listed
from plasticity.typing import Array
from plasticity_plugins.sources.array_files import (
    labels_beside,
    read_any_idx,
    read_npy,
    read_npz,
    read_zarr,
)
from plasticity_plugins.sources.csv_files import read_column, read_csv

_READERS = {".npy": read_npy, ".npz": read_npz, ".zarr": read_zarr, ".idx": read_any_idx}


@component
class Arrays:
    """Your own samples (sample, input) or images (sample, y, x) or (sample, y, x, channel).

    An npy file is mapped into memory: only the samples of a batch are read, so it may be larger
    than the memory (images of more than two dimensions must be stored in C order, or they are
    copied). A large zarr array is unpacked to a temporary file that is mapped. Files of the other
    kinds are read whole. No file is unpickled. What the first line and the first column of a csv
    file are, and whether a column holds labels, is decided by the rules of `csv_files`, unless
    `header`, `index` and `labels` tell.

    Labels come from the key or column that `labels` names, or from a second file; there, `labels`
    names the key or column where there are several. Those of a file of images in the format of
    MNIST come from the file of labels beside it. They are integers or strings.

    Raises `DataError`, naming the file, what was expected and what was found.

    >>> data = Arrays(samples=[[0.0, 1.0], [1.0, 0.0]], labels=[0, 1]).open_data("train")
    >>> data.samples.shape
    (2, 2)
    """

    path: str | Path | None = setting(
        default=None, doc="file with the samples: .npy, .npz, .zarr, .csv or .idx, as MNIST's"
    )
    samples: Any = setting(default=None, doc="the samples as an array, in place of a file")
    key: str | None = setting(default=None, doc="name of the array in an npz file or zarr group")
    labels: Any = setting(
        default=None,
        doc="array of labels; or the key, or the column (name, or number from 0), that holds them; "
        "false: none does",
    )
    labels_path: str | Path | None = setting(default=None, doc="second file, with the labels")
    header: bool | None = setting(
        default=None, doc="the first line of a csv file holds names; detected unless given"
    )
    index: Any = setting(
        default=None,
        doc="column of a csv file (name, or number from 0) that numbers the rows and is left out, "
        "or false; detected unless given",
    )
    delimiter: str = setting(
        default=",", choices=(",", ";", "\t", " "), doc="separator of the columns of a csv file"
    )
    image_shape: tuple[int, ...] | None = setting(
        default=None, doc="(y, x) or (y, x, channel), where the samples are flattened images"
    )
    scale: float | None = setting(
        default=None, doc="factor on the stored values; 1/255 for bytes, else 1, unless given"
    )

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split != "train":
            return None
        if (self.path is None) == (self.samples is None):
            given = "both" if self.samples is not None else "neither"
            raise DataError(
                f"arrays: the samples come from path or from samples, got {given}; give one of them"
            )
        samples, labels, name = self._samples()
        labels_path = self.labels_path
        if labels_path is None and self.labels is None and self.path is not None:
            labels_path = labels_beside(_existing(self.path))
        if labels_path is not None:
            labels = self._labels_of_file(labels_path)
        elif self.labels is not None and self.labels is not False and not self._names_labels:
            labels = np.asarray(self.labels)
        if labels is not None:
            labels = _whole(labels, name if labels_path is None else str(labels_path))
        scale: dict[str, Any] = {} if self.scale is None else {"scale": self.scale}
        return Data(samples, labels=labels, image_shape=self.image_shape, name=name, **scale)

    @property
    def _names_labels(self) -> bool:
        """Return whether `labels` names a place of the labels instead of being them."""
        named = isinstance(self.labels, str | numbers.Integral)
        return named and not isinstance(self.labels, bool)

    def _samples(self) -> tuple[Any, Array | None, str]:
        """Return the samples, the labels that are in the same file, and the name of the data."""
        if self.path is None:
            if self._names_labels and self.labels_path is None:
                raise DataError(
                    f"arrays: labels of samples given in Python must be an array, got "
                    f"{self.labels!r}"
                )
            return self.samples, None, "samples"
        path = _existing(self.path)
        inside = self.labels if self._names_labels and self.labels_path is None else None
        if self.labels is not None and not self._names_labels:
            inside = False  # they come from elsewhere, or there are none
        samples, labels = self._read(path, self.key, inside)
        return samples, labels, path.name

    def _labels_of_file(self, labels_path: str | Path) -> Array:
        path = _existing(labels_path)
        if path.suffix == ".csv":
            return read_column(
                path, delimiter=self.delimiter, header=self.header, labels=self.labels
            )
        return self._read(path, self.labels, None)[0]

    def _read(self, path: Path, key: str | None, labels: Any) -> tuple[Array, Array | None]:
        if path.suffix == ".csv":
            if key is not None:
                raise DataError(
                    f"{path}: a csv file holds one table without a name, got key {key!r}"
                )
            return read_csv(
                path, delimiter=self.delimiter, header=self.header, index=self.index, labels=labels
            )
        suffix = _suffix(path)
        if suffix not in _READERS:
            raise DataError(
                f"{path}: a file of samples ends in one of {listed([*_READERS, '.csv'])}, got "
                f"{path.suffix!r}"
            )
        if suffix == ".idx" and labels:
            raise DataError(
                f"{path}: labels = {labels!r} names an array, but an idx file holds one; name the "
                "file of the labels by labels_path"
            )
        if isinstance(labels, numbers.Integral) and labels is not False:
            raise DataError(
                f"{path}: labels = {labels} names a column, which only a csv file has; give a key"
            )
        reader, labels = _READERS[suffix], labels or None
        samples = reader(path, key, labels)
        return samples, None if labels is None else reader(path, labels)


def _existing(path: Any) -> Path:
    absolute = Path(path).expanduser().absolute()
    if not absolute.exists():
        raise DataError(f"{absolute}: does not exist; a relative path starts at {Path.cwd()}")
    return absolute


def _suffix(path: Path) -> str:
    """Return the suffix of a file; ".idx" for every name of an idx file."""
    plain = path.name.removesuffix(".gz")
    return ".idx" if plain.endswith((".idx", "-ubyte", ".ubyte")) else path.suffix


def _whole(labels: Array, where: str) -> Array:
    """Return labels (sample,), whole where they are numbers."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind != "f" or labels.ndim != 1:
        return labels
    broken = np.flatnonzero(~np.isfinite(labels) | (labels != np.floor(labels)))
    if len(broken):
        row = int(broken[0])
        raise DataError(f"{where}: labels must be integers, but that of row {row} is {labels[row]}")
    return labels.astype(np.int64)
