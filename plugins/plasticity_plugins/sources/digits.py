"""The handwritten digits that come with scikit-learn."""

import numpy as np

from plasticity import Data, component, hookimpl

_TEST_EVERY = 5


@component(source="alpaydin1998optical")
class Digits:
    """1,797 handwritten digits of 8 x 8 pixels, without a download.

    Every fifth image is held out for testing. Grey levels 0 to 16 are scaled to [0, 1].

    Source: Alpaydin & Kaynak, UCI Machine Learning Repository (1998), through scikit-learn.
    """

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        from sklearn.datasets import load_digits

        digits = load_digits()
        held_out = np.arange(len(digits.target)) % _TEST_EVERY == _TEST_EVERY - 1
        rows = held_out if split == "test" else ~held_out
        return Data(
            digits.images[rows].astype(np.uint8),
            labels=digits.target[rows],
            scale=1 / 16,
            name="digits",
        )
