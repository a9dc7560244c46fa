"""What the first line and the columns of a csv file are, as pandas, R and Kaggle write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import plasticity as pl
from plasticity.errors import DataError
from plasticity_plugins.sources.arrays import Arrays
from tests.support.console import command

X = np.random.default_rng(0).random((400, 16)).astype("float32")
NAMED = [f"pixel{n}" for n in range(16)]
DIGITS = np.random.default_rng(1).integers(0, 256, (50, 16))
LABELS = np.arange(50) % 10


def opened(path, **settings):
    return Arrays(path=path, **settings).open_data("train")


def refusal(path, **settings) -> str:
    with pytest.raises(DataError) as caught:
        opened(path, **settings)
    return str(caught.value)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "x.csv"


# -- names and indices that are found out ------------------------------------------------------


@pytest.mark.parametrize("columns", [None, NAMED])
@pytest.mark.parametrize("index", [None, False, "shuffled", "from 1"])
def test_a_table_of_pandas_is_its_values_with_any_index(path, columns, index):
    table = pd.DataFrame(X, columns=columns)
    if index == "shuffled":
        table.index = np.random.default_rng(0).permutation(1000)[:400]
    if index == "from 1":
        table.index += 1
    table.to_csv(path, index=index is not False)
    assert np.array_equal(opened(path).samples.astype("float32"), X)


def test_numbers_of_columns_are_no_sample_also_of_whole_numbers(path):
    pd.DataFrame(DIGITS).to_csv(path, index=False)
    assert np.array_equal(opened(path).samples, DIGITS)


def test_a_table_that_was_saved_with_its_index_twice_is_its_values(path):
    pd.DataFrame(X, columns=NAMED).to_csv(path)
    pd.read_csv(path).to_csv(path, index=False)
    assert path.read_text().startswith("Unnamed: 0,pixel0")
    assert np.array_equal(opened(path).samples.astype("float32"), X)


def test_a_table_of_r_with_no_name_for_its_rows_is_its_values(path):
    path.write_text('"V1","V2"\n"1",0.5,2\n"2",0.25,3\n"3",0.125,4\n')
    assert opened(path).samples.tolist() == [[0.5, 2], [0.25, 3], [0.125, 4]]


def test_blank_lines_before_the_names_are_skipped(path):
    pd.DataFrame(X).to_csv(path, index=False)
    path.write_text("\n\n" + path.read_text())
    assert np.array_equal(opened(path).samples.astype("float32"), X)


def test_a_line_that_counts_above_whole_numbers_has_to_be_told(path):
    path.write_text("0,1,2\n3,4,5\n6,7,8\n")
    assert refusal(path) == (
        f"{path}: the first line is 0,1,2, which may be the numbers of the columns or a sample; "
        "set header = true or header = false"
    )
    assert opened(path, header=True).samples.tolist() == [[3, 4, 5], [6, 7, 8]]
    assert opened(path, header=False).samples.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_names_of_another_number_than_the_values_are_refused(path):
    path.write_text("a,b\n1,2,3,4\n")
    assert refusal(path) == (
        f"{path}: the first line has 2 names, but the row below has 4 values; header = false says "
        "that it holds no names"
    )


# -- indices that have to be told --------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "Id", "index"])
def test_a_column_that_counts_the_rows_by_name_is_told(path, name):
    table = pd.DataFrame(X, columns=NAMED)
    table.insert(0, name, np.arange(400))
    table.to_csv(path, index=False)
    assert refusal(path) == (
        f"{path}: column 0 is called {name!r} and counts the rows; set index = 0 to leave it out, "
        "or index = false to learn it as an input"
    )
    assert np.array_equal(opened(path, index=name).samples.astype("float32"), X)
    assert opened(path, index=False).samples.shape == (400, 17)


def test_rows_that_are_counted_without_any_name_are_told(path):
    pd.DataFrame(X).to_csv(path, header=False)
    assert refusal(path) == (
        f"{path}: column 0 counts the rows; set index = 0 to leave it out, or index = false to "
        "learn it as an input"
    )
    assert np.array_equal(opened(path, index=0).samples.astype("float32"), X)


def test_a_first_column_without_a_name_that_is_no_index_is_told(path):
    path.write_text(",a\n1,2\n1,3\n")
    assert refusal(path) == (
        f"{path}: column 0 has no name and does not number the rows; set index = 0 to leave it "
        "out, or index = false to learn it as an input"
    )


def test_an_index_of_words_is_left_out_where_it_is_told(path):
    pd.DataFrame(X, index=[f"mouse {n}" for n in range(400)], columns=NAMED).to_csv(path)
    assert refusal(path) == (
        f"{path}: row 0, column 0 is 'mouse 0', but every value must be a finite number (both "
        "count from 0, a line of names left out); if this column holds labels, set labels = 0"
    )
    assert np.array_equal(opened(path, index=0).samples.astype("float32"), X)


# -- labels ------------------------------------------------------------------------------------


@pytest.fixture
def kaggle(path) -> Path:
    table = pd.DataFrame(DIGITS, columns=[f"{1 + n // 4}x{1 + n % 4}" for n in range(16)])
    table.insert(0, "label", LABELS)
    table.to_csv(path, index=False)
    return path


def test_a_column_called_label_is_told_with_what_to_set(kaggle):
    assert refusal(kaggle) == (
        f"{kaggle}: column 0 is called 'label', as labels are; set labels = 'label' to take it out "
        "of the inputs, or labels = false to learn it. Values are used as they are: for grey "
        "levels up to 255 set scale = 0.00392"
    )
    data = opened(kaggle, labels="label", scale=1 / 255)
    assert np.array_equal(data.samples, DIGITS)
    assert np.array_equal(data.labels, LABELS)
    assert opened(kaggle, labels=False).samples.shape == (50, 17)


@pytest.mark.parametrize("name", ["Class", "target", "labels", "y"])
def test_other_names_of_labels_are_told(path, name):
    table = pd.DataFrame(X[:, :2], columns=["a", "b"])
    table[name] = LABELS.tolist() * 8
    table.to_csv(path, index=False)
    assert refusal(path).startswith(f"{path}: column 2 is called {name!r}, as labels are; ")


def test_a_y_beside_an_x_is_an_input(path):
    pd.DataFrame(X[:, :2], columns=["x", "y"]).to_csv(path, index=False)
    assert opened(path).samples.shape == (400, 2)


def test_the_command_line_tells_of_the_labels_and_takes_the_setting(kaggle, monkeypatch):
    monkeypatch.chdir(kaggle.parent)
    words = ["run", "bcm", "--data", "x.csv", "--quiet", "--set=epochs=1", "--set=batch_size=10"]
    refused = command(*words)
    assert refused.status == 2
    assert "set labels = 'label' to take it out of the inputs" in refused.err
    told = ["--set=data.labels=label", "--set=data.scale=0.00392", "--out=run.zarr"]
    assert command(*words, *told).status == 0
    assert pl.open_run("run.zarr").weights.sizes["input"] == 16


def test_labels_may_be_words(path):
    table = pd.DataFrame(X[:4, :2], columns=["a", "b"])
    table["species"] = ["setosa", "virginica", "setosa", "versicolor"]
    table.to_csv(path)
    data = opened(path, labels="species")
    assert np.array_equal(data.samples.astype("float32"), X[:4, :2])
    assert data.labels.tolist() == table["species"].tolist()


def test_a_sample_without_a_word_is_refused(path):
    path.write_text("a,kind\n1,cat\n2,\n")
    assert refusal(path, labels="kind") == f"{path}: row 1 has no label in column 1"


def test_the_name_of_two_columns_names_none(path):
    path.write_text("a,kind,kind\n1,2,3\n")
    assert refusal(path, labels="kind") == (
        f"{path}: several columns are called 'kind'; give a number, from 0"
    )


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("settings", [{}, {"index": False}, {"header": False, "index": False}])
def test_labels_come_from_a_second_file_of_pandas(tmp_path, path, words, settings):
    np.save(tmp_path / "x.npy", X[:50])
    labels = np.array([f"digit {n}" for n in LABELS]) if words else LABELS
    pd.Series(labels, name="label").to_csv(path, **settings)
    # A first word may be a name or a label.
    told = {"header": False} if words and "header" in settings else {}
    data = Arrays(path=tmp_path / "x.npy", labels_path=path, **told).open_data("train")
    assert data.labels.tolist() == labels.tolist()
