"""The digits are those of scikit-learn, which need not be imported for them."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from plasticity_plugins.sources import digits
from plasticity_plugins.sources.digits import Digits


@pytest.mark.parametrize("file", [digits._FILE, "moved/digits.csv.gz"], ids=["there", "moved"])
def test_the_digits_are_those_of_scikit_learn_wherever_it_keeps_their_file(file, monkeypatch):
    monkeypatch.setattr(digits, "_FILE", file)
    published = load_digits()
    held_out = np.arange(1797) % 5 == 4
    for split, rows in (("train", ~held_out), ("test", held_out)):
        data = Digits().open_data(split)
        assert np.array_equal(data.samples, published.data[rows])
        assert data.samples.dtype == np.uint8
        assert data.image_shape == (8, 8)
        assert np.array_equal(data.labels, published.target[rows])
        assert data.labels.dtype == published.target.dtype


def test_to_open_the_digits_imports_no_scikit_learn():
    code = (
        "import sys; from plasticity_plugins.sources.digits import Digits; "
        "Digits().open_data('train'); print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
