"""`plasticity plot` draws pictures of a run; in Python the same functions return axes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import plasticity as pl
from plasticity import plot
from plasticity.errors import DataError
from plasticity.plot.fields import grid_of
from tests.support.console import command


@pytest.fixture
def store(small_comparison):
    return small_comparison / "bcm" / "seed_0"


@pytest.mark.parametrize("picture", ["weights", "selectivity", "trajectory", "theta", "confusion"])
def test_a_picture_is_written_and_its_path_printed(picture, store, tmp_path):
    target = tmp_path / f"{picture}.png"
    result = command("plot", picture, str(store), "-o", str(target))
    assert (result.status, result.out) == (0, f"{target}\n")
    with Image.open(target) as image:
        image.load()
        assert min(image.size) > 150


def test_a_growth_moves_as_a_gif(store, tmp_path):
    target = tmp_path / "growth.gif"
    assert command("plot", "trajectory", str(store), "-o", str(target)).status == 0
    recorded = pl.open_run(store).recorded("growth")["weights"]
    with Image.open(target) as image:
        assert image.n_frames >= recorded.sizes["step"]


def test_an_svg_is_one(store, tmp_path):
    command("plot", "theta", str(store), "-o", str(tmp_path / "theta.svg"))
    assert "<svg" in (tmp_path / "theta.svg").read_text(encoding="utf-8")


def test_no_file_is_overwritten_unless_asked(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("plot", "theta", str(store)).out == "theta.png\n"
    refused = command("plot", "theta", str(store))
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        "Error: theta.png: exists already; choose another name, or --overwrite\n"
    )
    assert command("plot", "theta", str(store), "--overwrite").status == 0


def test_only_a_trajectory_moves(store, tmp_path):
    refused = command("plot", "weights", str(store), "-o", str(tmp_path / "w.gif"))
    assert refused.err == f"Error: {tmp_path / 'w.gif'}: must end as one of .png, .svg, .pdf\n"


def test_what_was_not_recorded_is_told(small_comparison, tmp_path):
    store = small_comparison / "krotov_hopfield" / "seed_0"
    refused = command("plot", "theta", str(store), "-o", str(tmp_path / "theta.png"))
    assert refused.status == 2
    assert refused.err == (
        f"Error: {store}: 'threshold' was not recorded along the run; give the experiment a "
        'recorder with variables = ["threshold"]\n'
    )


def test_each_function_draws_into_the_axes_that_it_is_given(store):
    run, ax = pl.open_run(store), Figure().add_subplot()
    assert plot.weights(run, ax=ax) is ax
    image = ax.get_images()[0]
    low, high = image.get_clim()
    assert (low, image.get_array().shape) == (-high, (2 * 9 - 1, 3 * 9 - 1))


def test_inputs_that_are_no_images_are_a_matrix():
    ax = plot.weights(np.eye(3, 5))
    assert ax.get_images()[0].get_array().shape == (3, 5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input", "neuron")


def test_images_stand_in_rows_with_gaps_between():
    grid = grid_of(np.arange(12.0).reshape(3, 4), (2, 2))
    gap = np.nan
    assert np.array_equal(
        grid,
        [[0, 1, gap, 4, 5], [2, 3, gap, 6, 7], [gap] * 5, [8, 9, gap, gap, gap],
         [10, 11, gap, gap, gap]],
        equal_nan=True,
    )  # fmt: skip


def test_labels_are_missing_in_data_without_them():
    run = pl.run("bcm", data=np.random.default_rng(0).random((100, 4)), neurons=2, epochs=1,
                 metrics=[], observers=[])  # fmt: skip
    with pytest.raises(DataError) as refused:
        plot.confusion(run)
    assert str(refused.value) == (
        "the run: nothing to score on. No probe: the data have no labels. All samples were trained "
        "on."
    )
