"""The handwritten digits that come with scikit-learn."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from plasticity import Data, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.sources import papers

_TEST_EVERY = 5
_FILE = "datasets/data/digits.csv.gz"


@component(source=papers.ALPAYDIN_1998)
class Digits:
    """1,797 handwritten digits of 8 x 8 pixels; nothing is downloaded.

    Every fifth image is held out for testing. Grey levels 0 to 16 are scaled to [0, 1].

    Source: Alpaydin & Kaynak, UCI Machine Learning Repository (1998), through scikit-learn.
    """

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        images, labels = _digits()
        held_out = np.arange(len(labels)) % _TEST_EVERY == _TEST_EVERY - 1
        rows = held_out if split == "test" else ~held_out
        return Data(
            images[rows].astype(np.uint8),
            labels=labels[rows],
            scale=1 / 16,
            name="digits",
        )


def _digits() -> tuple[Array, Array]:
    """The images and their labels, read from the file that scikit-learn loads.

    To import scikit-learn for it takes a second, and a whole run may take less.
    """
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / _FILE
    if not file.is_file():
        from sklearn.datasets import load_digits

        digits = load_digits()
        return digits.images, digits.target
    table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(int)
