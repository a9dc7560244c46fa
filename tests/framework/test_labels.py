"""Labels of any kind name classes: the same probe for words as for numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

import plasticity as pl
from plasticity import analysis
from plasticity.comparison import compare
from plasticity.errors import DataError

DIGITS = load_digits()
X, Y = DIGITS.data[:400] / 16, DIGITS.target[:400]
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NAMES = np.array(WORDS)[Y]
SETTINGS = {"neurons": 6, "epochs": 1, "observers": [], "metrics": ["class_purity"]}


def probed(labels, folder=None):
    """Accuracy of the linear probe, and the purity of the classes."""
    made = compare(["bcm"], data=X, labels=labels, seeds=1, out=folder, **SETTINGS)
    (compared,) = made.runs
    return compared.scores.accuracy("linear_probe"), compared.run.metrics.class_purity.values


@pytest.fixture(scope="module")
def of_numbers():
    accuracy, purity = probed(Y)
    assert accuracy > 0.3
    return accuracy, purity


@pytest.mark.parametrize(
    "labels",
    [
        NAMES,
        NAMES.astype("S"),
        NAMES.tolist(),
        NAMES.astype(np.dtypes.StringDType()),
        pd.Series(NAMES, dtype=object),
        pd.Series(NAMES, dtype="category"),
        pd.Series(Y).astype("Int64"),
        Y.astype(object),
        Y.astype(float),
        Y.astype(">i4"),
    ],
    ids=lambda labels: f"{type(labels).__name__} {getattr(labels, 'dtype', '')}",
)
def test_every_kind_of_labels_gives_the_probe_of_numbers(labels, of_numbers):
    accuracy, purity = probed(labels)
    assert accuracy == of_numbers[0]
    assert np.array_equal(purity, of_numbers[1])


def test_words_as_labels_reach_the_page_and_are_found_again(folder, of_numbers):
    for _ in range(2):
        assert probed(NAMES, folder / "both")[0] == of_numbers[0]
    made = compare(["bcm"], data=X, labels=NAMES, seeds=1, out=folder / "both", **SETTINGS)
    page = made.write(folder / "both").read_text()
    assert all(f">{name}<" in page for name in ("seven", "eight"))
    found = analysis.responses_of(made.runs[0].run, X[:9], pd.Series(NAMES[:9]))
    assert found.label.values.tolist() == NAMES[:9].tolist()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", None], "must be all numbers or all strings, but that of sample 1 is None"),
        (pd.Series(["a", np.nan]), "must be all numbers or all strings, but that of sample 1 is"),
        ([1, "a"], "must be all numbers or all strings, but that of sample 1 is 'a'"),
        (np.array([1, "a"], object), "must be all numbers or all strings, but that of sample 1 is"),
        (np.array(["2026-01-01"] * 2, "M8[D]"), "must be numbers or strings, one for each sample"),
        (np.ma.masked_equal([1, 2], 2), "must be numbers or strings, one for each sample; they are "
         "masked"),
    ],
)  # fmt: skip
def test_labels_of_mixed_kinds_are_refused(labels, message):
    with pytest.raises(DataError) as caught:
        pl.Data(np.eye(2), labels=labels)
    assert str(caught.value).startswith(f"data: labels {message}")


def test_labels_that_are_no_classes_are_told_as_such():
    made = compare(["bcm"], data=X, labels=Y + 0.5, seeds=1, **{**SETTINGS, "metrics": []})
    assert made.held.told == (
        "No probe: the data have numbers that are not whole as labels. All samples were trained on."
    )
