"""The MNIST handwritten digits, as published: four idx files."""

import hashlib
from pathlib import Path

import numpy as np

from plasticity import Data, component, hookimpl, setting
from plasticity.errors import DataError
from plasticity_plugins.sources.array_files import read_bytes, unzipped
from plasticity_plugins.sources.data_sets import download, find_file, places

_STEMS = {"train": "train", "test": "t10k"}
_N_CLASS = 10
_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# sha256 of the files as LeCun published them.
_PUBLISHED = {
    "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
# sha256 of the content of the same files of images, unpacked.
_MNIST = (
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
)
# md5 of the gzipped files of images, as torchvision checks them.
_FASHION = ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", "bef4ecab320f06d8554ea6380940ec79")
_SOURCES = {"mnist": "lecun1998gradient", "fashion_mnist": "xiao2017fashion"}
_INSIDE = ("raw", "MNIST/raw")


@component(source="lecun1998gradient")
class Mnist:
    """60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels.

    Looked for in the folder given or, without one, in PLASTICITY_DATA, then where `plasticity fetch
    mnist` puts them; in the first two also in a sub-folder `mnist`, and in the folders `raw` and
    `MNIST/raw` that torchvision makes. The four files keep their published names, with a hyphen or
    a dot before `idx`, and may be gzipped or not. Grey levels 0 to 255 stay bytes and are scaled to
    [0, 1].

    Other data of ten classes with files of these names are read as well. They are called, and
    cited, as what they are: MNIST by the sha256 of its content, Fashion-MNIST by the md5 of its
    published files, anything else by its folder. Files of other names, such as those of EMNIST, are
    read where the path of the images is given as data.

    Raises `DataError` where a file is missing or damaged, where there are not as many labels as
    images, and where a label is no digit.

    Source: LeCun, Bottou, Bengio & Haffner, Proceedings of the IEEE 86 (1998) 2278.
    """

    folder: str | Path | None = setting(default=None, doc="folder with the files")

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in _STEMS:
            return None
        image_file, label_file = self._files(split)
        raw = unzipped(image_file)
        images = read_bytes(raw, image_file, "images")
        labels = read_bytes(unzipped(label_file), label_file, "labels")
        if len(images) != len(labels):
            raise DataError(
                f"{label_file}: {len(images)} images need as many labels, found {len(labels)}; the "
                f"file does not belong to {image_file}"
            )
        if np.any(labels >= _N_CLASS):
            row = int(np.argmax(labels >= _N_CLASS))
            raise DataError(
                f"{label_file}: labels must lie in 0 to 9, but that of image {row} is "
                f"{labels[row]}; the file is damaged or of another data set, of which the path of "
                "the images can be given as data"
            )
        return Data(images, labels=labels, name=_name(image_file, raw))

    @hookimpl
    def cite(self) -> str:
        try:
            image_file = self._files("train")[0]
            name = _name(image_file, unzipped(image_file))
        except DataError:
            return "lecun1998gradient"  # of what was asked for
        return _SOURCES.get(name, "")

    def _files(self, split: str) -> tuple[Path, Path]:
        """Return the files of images and of labels, both in one place."""
        stem, among = _STEMS[split], places("mnist", self.folder, _INSIDE)
        image_file = _find(f"{stem}-images", "idx3-ubyte", among, self.folder)
        at = image_file.parent
        beside = [at, at.parent] if at.name.startswith(stem) else [at]
        return image_file, _find(f"{stem}-labels", "idx1-ubyte", beside, self.folder and at)

    @hookimpl
    def fetch_data(self, folder: Path) -> Path:
        for stem, sha256 in _PUBLISHED.items():
            name = f"{stem}-ubyte.gz"
            download([mirror + name for mirror in _MIRRORS], Path(folder) / name, sha256)
        return Path(folder)


def _find(stem: str, kind: str, among: list[Path], folder: str | Path | None) -> Path:
    names = [f"{stem}{mark}{kind}{end}" for mark in "-." for end in ("", ".gz")]
    return find_file("mnist", names, among, folder)


def _name(path: Path, raw: bytes) -> str:
    """Return the name of the data set of a file; that of its folder if it is unknown."""
    if hashlib.sha256(raw).hexdigest() in _MNIST:
        return "mnist"
    whole = path.read_bytes() if path.suffix == ".gz" else b""
    if hashlib.md5(whole, usedforsecurity=False).hexdigest() in _FASHION:
        return "fashion_mnist"
    inner = ("raw", "gzip", path.name)
    return next((part.name for part in path.parents if part.name not in inner), "") or path.name
