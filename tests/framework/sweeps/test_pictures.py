"""Heat maps and curves over the axes of a sweep, of a made dataset and of a real sweep."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from PIL import Image

import plasticity as pl
from plasticity import plot
from plasticity.errors import DataError, UnknownNameError
from plasticity.plot.swept import interval, is_logarithmic
from tests.support.console import command

RATES = [0.001, 0.01, 0.1]


@pytest.fixture
def dataset():
    """Accuracies over rate, memory and two seeds; one cell diverged, one has one seed."""
    rate, memory, seed = np.meshgrid(RATES, [0.0, 0.9], [0, 1], indexing="ij")
    values = np.round(np.log10(rate) + memory + 0.5 * seed, 3)
    outcome = np.full(values.shape, "finished", object)
    values[2, 1], outcome[2, 1] = np.nan, "diverged at step 812: the weights are not finite"
    values[0, 0, 1], outcome[0, 0, 1] = np.nan, "missing"
    dims = ("rate", "memory", "seed")
    about = {"long_name": "share labelled right", "units": "1"}
    coords = {
        "rate": ("rate", RATES, {"long_name": "learning rate", "setting": "optimizer.rate"}),
        "memory": ("memory", [0.0, 0.9], {"long_name": "time of memory", "units": "s"}),
        "seed": [0, 1],
    }
    return xr.Dataset({"probe": (dims, values, about), "outcome": (dims, outcome)}, coords)


def colours(ax):
    return np.ma.filled(ax.collections[0].get_array(), np.nan)


def test_a_heat_map_has_the_means_over_the_seeds_where_the_axes_say(dataset):
    ax = plot.heat(dataset, "memory", "rate", "probe")
    # Rows are rates upwards, columns memories.
    assert colours(ax) == pytest.approx(
        np.array([[-3.0, -1.85], [-1.75, -0.85], [-0.75, np.nan]]), nan_ok=True
    )
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "0.9"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0.001", "0.01", "0.1"]
    assert colours(plot.heat(dataset, "rate", "memory", "probe")) == pytest.approx(
        colours(ax).T, nan_ok=True
    )


def test_axes_are_labelled_by_what_they_are_and_their_units(dataset):
    ax = plot.heat(dataset, "memory", "optimizer.rate", "probe")
    assert ax.get_xlabel() == "memory: time of memory (s)"
    assert ax.get_ylabel() == "rate: learning rate"
    assert ax.figure.axes[1].get_ylabel() == "probe: share labelled right"


def test_a_cell_without_a_value_is_hatched_and_one_of_fewer_runs_dotted(dataset):
    ax = plot.heat(dataset, "memory", "rate", "probe")
    assert [(patch.get_hatch(), patch.get_xy()) for patch in ax.patches] == [("////", (0.5, 1.5))]
    (dots,) = ax.lines
    assert np.round(dots.get_xydata()).tolist() == [[0, 0]]
    assert " ".join(ax.get_title("left").split()) == (
        "means over 2 seeds; 1 hatched; 1 dotted, of fewer runs; of the runs 1 missing, 2 diverged"
    )


def test_a_finished_run_without_a_value_is_called_undefined(dataset):
    dataset["outcome"][:] = "finished"
    title = plot.heat(dataset, "memory", "rate", "probe").get_title("left")
    assert "the value is undefined" in " ".join(title.split())


def test_a_further_axis_is_held_or_averaged_only_if_that_is_said(dataset):
    with pytest.raises(DataError) as caught:
        plot.curve(dataset.expand_dims({"power": [2, 3, 4]}), "rate", "probe")
    assert str(caught.value) == (
        "probe: also varies over power (2, 3, 4) and memory (0, 0.9); hold it at a value (at, --at "
        "power=2) or say that the mean over it is meant (mean, --mean power)"
    )
    held = plot.curve(dataset, "rate", "probe", at={"memory": 0.9})
    assert held.lines[0].get_ydata() == pytest.approx([-1.85, -0.85, np.nan], nan_ok=True)
    assert held.get_title("left").startswith("memory 0.9; means over 2 seeds")
    averaged = plot.curve(dataset, "rate", "probe", mean=["memory"])
    assert averaged.lines[0].get_ydata() == pytest.approx([-2.075, -1.3, -0.75])
    assert "2 of fewer runs" in averaged.get_title("left")


def test_a_curve_has_a_line_for_each_value_of_the_only_further_axis(dataset):
    ax = plot.curve(dataset, "rate", "probe")
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert (ax.get_legend().get_title().get_text(), texts) == ("memory", ["0", "0.9"])
    by = plot.curve(dataset, "memory", "probe", by="optimizer.rate")
    assert by.get_legend().get_title().get_text() == "rate"


def test_a_curve_marks_points_without_a_value_on_the_axis(dataset):
    ax = plot.curve(dataset, "rate", "probe", at={"memory": 0.9})
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert [line.get_xydata().tolist() for line in crosses] == [[[0.1, 0.0]]]


def test_values_that_are_spaced_so_have_a_logarithmic_axis(dataset):
    assert plot.curve(dataset, "rate", "probe", at={"memory": 0}).get_xscale() == "log"
    assert plot.curve(dataset, "memory", "probe", at={"rate": 0.1}).get_xscale() == "linear"


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [
        ([1, 11, 21, 31], False),
        ([0, 0.001, 0.01, 0.1], False),
        ([0.5, 5.0], False),  # two have no spacing
        ([2, 4, 8, 16, 32], True),
        ([2, 4, 8], False),  # spans less than a factor of ten
        ([7], False),
        (10 ** np.random.default_rng(0).uniform(-4, -1, 12), True),
        (np.random.default_rng(0).uniform(1e-4, 0.1, 12), False),
    ],
)
def test_what_is_spaced_logarithmically(values, logarithmic):
    assert is_logarithmic(np.array(values)) is logarithmic


def test_the_interval_is_that_of_the_mean_over_the_seeds():
    values = np.random.default_rng(1).normal(3, 1, (4, 50))
    low, high = interval(values)
    half = 1.96 * values.std(axis=1) / 50**0.5
    assert low == pytest.approx(values.mean(axis=1) - half, abs=0.06)
    assert high == pytest.approx(values.mean(axis=1) + half, abs=0.06)
    assert np.array_equal(interval(values), (low, high))


def test_samples_of_a_space_are_points():
    rng = np.random.default_rng(0)
    rate, memory = 10 ** rng.uniform(-4, -1, 9), rng.random(9)
    values = np.where(np.arange(9) == 4, np.nan, rate)
    drawn = xr.Dataset(
        {"probe": (("draw", "seed"), values[:, None]), "outcome": ("draw", ["finished"] * 9)},
        {"draw": range(9), "seed": [0], "rate": ("draw", rate), "memory": ("draw", memory)},
    )
    ax = plot.heat(drawn, "rate", "memory", "probe")
    points = ax.collections[1].get_offsets()
    assert np.array_equal(points, np.delete(np.stack([rate, memory], axis=1), 4, axis=0))
    assert ax.lines[0].get_xydata().tolist() == [[rate[4], memory[4]]]
    assert ax.get_xscale() == "log"


def test_names_that_do_not_exist_are_answered_with_the_nearest(dataset):
    with pytest.raises(UnknownNameError, match="nothing called 'prob' was measured; did you mean "):
        plot.heat(dataset, "memory", "rate", "prob")
    with pytest.raises(UnknownNameError, match="no coordinate 'memry'; did you mean 'memory'"):
        plot.heat(dataset, "memry", "rate", "probe")
    with pytest.raises(UnknownNameError, match=r"rate: has no value 0.5 \(there are 0.001, 0.01"):
        plot.curve(dataset, "memory", "probe", at={"rate": 0.5})
    with pytest.raises(DataError, match="rate and rate are not two axes; name one of each"):
        plot.heat(dataset, "rate", "rate", "probe")


# -- the command -------------------------------------------------------------------------------


def test_a_picture_of_a_sweep_is_written_and_its_path_printed(small_sweep, tmp_path):
    target = tmp_path / "heat.png"
    names = ("-x", "memory", "-y", "rate", "-z", "overlap")
    done = command("plot", "heat", str(small_sweep), *names, "-o", str(target))
    assert (done.status, done.out) == (0, f"{target}\n")
    with Image.open(target) as image:
        image.load()
    target = tmp_path / "curve.svg"
    more = ("-x", "memory", "-z", "overlap", "--at", "rate=0.1", "-o", str(target))
    assert command("plot", "curve", str(small_sweep), *more).status == 0
    assert "<svg" in target.read_text(encoding="utf-8")


def test_axes_that_are_not_said_are_asked_for(small_sweep, tmp_path):
    done = command("plot", "heat", str(small_sweep), "-x", "memory", "-o", str(tmp_path / "h.png"))
    assert done.status == 2
    assert done.err == (
        "Error: heat needs -y and -z; the axes are memory, rate, seed, step, and measured is "
        "selectivity, overlap, memorization, capacity, weight_change, seconds\n"
    )


def test_a_picture_of_a_run_has_no_axes_to_choose(small_sweep, tmp_path):
    store = next(iter(pl.open_sweep(small_sweep).cells)).path
    done = command("plot", "weights", store, "-x", "memory", "-o", str(tmp_path / "w.png"))
    assert (done.status, done.err) == (
        2, "Error: weights is of a run; -x, -y, -z, --by, --at and --mean are not\n"
    )  # fmt: skip
