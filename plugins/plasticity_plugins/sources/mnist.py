"""The MNIST handwritten digits, as published: four idx files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from plasticity import Data, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity_plugins.sources import papers
from plasticity_plugins.sources.downloads import download
from plasticity_plugins.sources.folders import find_file, places
from plasticity_plugins.sources.idx import read_idx

_STEMS = {"train": "train", "test": "t10k"}
_N_CLASS = 10
_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# sha256 of the files as LeCun published them.
_PUBLISHED = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}


@component(source=papers.LECUN_1998)
class Mnist:
    """60,000 handwritten digits of 28 x 28 pixels to train on and 10,000 to test.

    Looked for in the folder given, then in PLASTICITY_DATA, then where `plasticity fetch mnist`
    puts them; in the first two also in a sub-folder `mnist`. The four files keep their published
    names and may be gzipped or not. Grey levels 0 to 255 stay bytes and are scaled to [0, 1].

    Raises `DataError` where a file is missing or damaged, where there are not as many labels as
    images, and where a label is no digit.

    Source: LeCun, Bottou, Bengio & Haffner, Proceedings of the IEEE 86 (1998) 2278.
    """

    folder: str | Path | None = setting(default=None, doc="where to look for the files first")

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in _STEMS:
            return None
        stem = _STEMS[split]
        image_file = _find(f"{stem}-images-idx3-ubyte", places("mnist", self.folder))
        label_file = _find(f"{stem}-labels-idx1-ubyte", [image_file.parent])
        images, labels = read_idx(image_file, "images"), read_idx(label_file, "labels")
        if len(images) != len(labels):
            raise DataError(
                f"{label_file}: {len(images)} images need as many labels, found {len(labels)}; the "
                f"file does not belong to {image_file}"
            )
        if np.any(labels >= _N_CLASS):
            row = int(np.argmax(labels >= _N_CLASS))
            raise DataError(
                f"{label_file}: labels must lie in 0 to 9, but that of image {row} is "
                f"{labels[row]}; the file is damaged or of another data set"
            )
        return Data(images, labels=labels, name="mnist")

    @hookimpl
    def fetch_data(self, folder: Path) -> Path:
        for name, sha256 in _PUBLISHED.items():
            download([mirror + name for mirror in _MIRRORS], Path(folder) / name, sha256)
        return Path(folder)


def _find(name: str, among: list[Path]) -> Path:
    return find_file("mnist", (name, f"{name}.gz"), among)
