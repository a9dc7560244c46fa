"""The CIFAR-10 photographs, as published in the binary version."""

from pathlib import Path

import numpy as np

from plasticity import Data, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity.typing import Array
from plasticity_plugins.sources.data_sets import download, find_file, places, unpack

_FILES = {
    "train": tuple(f"data_batch_{batch}.bin" for batch in range(1, 6)),
    "test": ("test_batch.bin",),
}
_BINARY, _PICKLED = "cifar-10-batches-bin", "cifar-10-batches-py"
_IMAGE = (3, 32, 32)  # as in the file: channel, height, width
_RECORD = 1 + 3 * 32 * 32
_N_CLASS = 10
_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"


@component(source="krizhevsky2009learning")
class Cifar10:
    """50,000 training and 10,000 test photographs in ten classes, 32 x 32 color pixels.

    Looked for in the folder given or, without one, in PLASTICITY_DATA, then where `plasticity fetch
    cifar10` puts them; in the first two also in a sub-folder `cifar10`, and everywhere in the
    folder `cifar-10-batches-bin` that the official archive makes. Only the binary version is read:
    the Python version is made of pickles, and opening a pickle runs whatever code is in it.

    Images are (y, x, channel), though the files hold (channel, y, x). Bytes stay bytes and are
    scaled to [0, 1].

    Raises `DataError` where a file is missing, cut short or damaged, or a label is no class.

    Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).
    """

    folder: str | Path | None = setting(default=None, doc="folder with the files")

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in _FILES:
            return None
        files = self._files(split)
        counts = _counts(files)
        images = np.empty((sum(counts), *_IMAGE[1:], _IMAGE[0]), np.uint8)
        labels = np.empty(sum(counts), np.uint8)
        start = 0
        for path, count in zip(files, counts, strict=True):
            rows = slice(start, start + count)
            labels[rows], pixels = _read(path)
            images[rows] = pixels.transpose(0, 2, 3, 1)
            start += count
        return Data(images, labels=labels, name="cifar10")

    @hookimpl
    def fetch_data(self, folder: Path) -> Path:
        archive = download([_URL], Path(folder) / _URL.rpartition("/")[2], _SHA256)
        unpack(archive, Path(folder))
        return Path(folder)

    def _files(self, split: str) -> list[Path]:
        among = places("cifar10", self.folder, [_BINARY])
        try:
            first = find_file("cifar10", _FILES[split][:1], among, self.folder)
        except DataError:
            _refuse_pickles(among)
            raise
        at = first.parent
        return [find_file("cifar10", [name], [at], self.folder and at) for name in _FILES[split]]


def _refuse_pickles(among: list[Path]) -> None:
    for place in among:
        for folder in (place / _PICKLED, place):
            if (folder / "data_batch_1").is_file():
                raise DataError(
                    f"{folder}: this is the Python version of CIFAR-10, which is made of pickles; "
                    "opening a pickle runs whatever code is in it, so it is not read: get the "
                    "binary version with 'plasticity fetch cifar10'"
                )


def _counts(files: list[Path]) -> list[int]:
    """Return the number of records per file, or raise `DataError` if they differ."""
    counts = []
    for path in files:
        size = path.stat().st_size
        if size == 0 or size % _RECORD:
            raise DataError(
                f"{path}: its size must be a multiple of {_RECORD} bytes (a label and 3 x 32 x 32 "
                f"values), found {size}; the file is cut short or another one: get it again"
            )
        counts.append(size // _RECORD)
        if counts[-1] != counts[0]:
            raise DataError(
                f"{path}: {counts[0]} images are expected, as in {files[0].name}, found "
                f"{counts[-1]}; one of the two is cut short: get them again"
            )
    return counts


def _read(path: Path) -> tuple[Array, Array]:
    """Return the labels (sample,) and pixels (sample, channel, y, x) of one file."""
    records = np.fromfile(path, np.uint8).reshape(-1, _RECORD)
    labels = records[:, 0]
    if np.any(labels >= _N_CLASS):
        row = int(np.argmax(labels >= _N_CLASS))
        raise DataError(
            f"{path}: labels must lie in 0 to 9, but that of image {row} is {labels[row]}; the "
            "file is damaged or another one: get it again"
        )
    return labels, records[:, 1:].reshape(-1, *_IMAGE)
