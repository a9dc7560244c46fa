"""Samples from csv files: names, labels and what is wrong with bad files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plasticity.errors import DataError
from plasticity_plugins.sources.arrays import Arrays


def refusal(**settings) -> str:
    with pytest.raises(DataError) as caught:
        Arrays(**settings).open_data("train")
    return str(caught.value)


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ("1,2,3\n4,5,6\n", {}),
        ("a,b,c\n1,2,3\n4,5,6\n", {}),
        ("1,2,c\n1,2,3\n4,5,6\n", {"header": True}),
        ("1;2;3\n\n4;5;6", {"delimiter": ";"}),
        ('\ufeff"1", 2 ,3.0\n4,5,6\n', {"header": False}),
    ],
)
def test_a_csv_file_is_read_with_or_without_names(tmp_path, content, settings):
    data = Arrays(path=text(tmp_path / "x.csv", content), **settings).open_data("train")
    assert np.array_equal(data.samples, [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("labels", ["digit", 1, -2, np.int64(1)])
def test_a_column_of_a_csv_file_holds_the_labels(tmp_path, labels):
    path = text(tmp_path / "x.csv", "a,digit,b\n0.5,7,1\n0.25,3,2\n")
    data = Arrays(path=path, labels=labels).open_data("train")
    assert np.array_equal(data.samples, [[0.5, 1], [0.25, 2]])
    assert data.labels.tolist() == [7, 3]


@pytest.mark.parametrize("cell", ["abc", "", "1_0", "nan", "inf"])
def test_a_csv_cell_that_is_no_finite_number_is_told_with_row_and_column(tmp_path, cell):
    path = text(tmp_path / "x.csv", f"a,b,c\n1,2,3\n4,5,{cell}\n")
    assert refusal(path=path, labels="a") == (
        f"{path}: row 1, column 2 is {cell!r}, but every value must be a finite number (both count "
        "from 0, a line of names left out)"
    )


def test_a_first_csv_line_of_names_and_numbers_is_not_guessed_at(tmp_path):
    path = text(tmp_path / "x.csv", "label,0,1\n1,2,3\n")
    assert refusal(path=path) == (
        f"{path}: row 0, column 0 is 'label', but every value must be a finite number (both count "
        "from 0, a line of names left out); if the first line holds names, set header = true"
    )


def test_csv_rows_of_different_lengths_are_refused(tmp_path):
    path = text(tmp_path / "x.csv", "1,2,3\n4,5\n")
    assert refusal(path=path) == (
        f"{path}: row 1 has 2 values, but row 0 has 3 (rows count from 0, a line of names left out)"
    )


@pytest.mark.parametrize("content", ["", "a,b\n"])
def test_a_csv_file_without_rows_is_refused(tmp_path, content):
    path = text(tmp_path / "x.csv", content)
    assert refusal(path=path) == "x.csv: there are no samples: the array has shape (0, 1)"


def test_a_csv_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe1,2\n")
    assert refusal(path=tmp_path / "x.csv") == f"{tmp_path}/x.csv: not a text file in UTF-8"


def test_an_unknown_column_is_refused_with_the_columns_that_there_are(tmp_path):
    path = text(tmp_path / "x.csv", "a,digit\n1,2\n")
    assert refusal(path=path, labels="digits") == (
        f"{path}: no column 'digits'; did you mean 'digit'? (it has 'a', 'digit')"
    )


def test_a_column_by_name_needs_a_line_of_names(tmp_path):
    path = text(tmp_path / "x.csv", "1,2\n")
    assert refusal(path=path, labels="digit") == (
        f"{path}: no column 'digit', because its first line holds no names; give the number of the "
        "column, from 0"
    )


def test_a_column_beyond_the_last_is_refused(tmp_path):
    path = text(tmp_path / "x.csv", "1,2\n")
    assert refusal(path=path, labels=2) == f"{path}: no column 2; it has 2, counted from 0"
