"""The page of a comparison, and what stands on it."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread

from plasticity import Experiment, component, hookimpl, setting
from plasticity.comparison.comparison import compare
from plasticity.comparison.page.pictures import sample_picture, weight_picture
from plasticity.errors import StoreError
from plasticity.experiment.diff import settings_of_all
from plasticity.plot.curves import trace_of
from tests.support import toys
from tests.support.comparing import RNG, Norms, Stumbles, spec


def pixels(picture):
    prefix, _, text = picture.source.partition(",")
    assert prefix == "data:image/png;base64"
    return imread(io.BytesIO(base64.b64decode(text)), format="png")


# -- pictures ----------------------------------------------------------------------------------


def test_weights_are_blue_below_zero_white_at_it_and_red_above():
    image = pixels(weight_picture(np.array([[-2.0, 0.0, 2.0]]), None))
    width = image.shape[1] // 3
    low, zero, high = (image[0, place * width + width // 2, :3] for place in range(3))
    assert low[2] > low[0]
    assert zero == pytest.approx([0.97, 0.97, 0.97], abs=0.01)
    assert high[0] > high[2]


def test_images_stand_in_rows_of_ten_with_clear_gaps():
    picture = weight_picture(RNG.random((12, 8)), (2, 4))
    image = pixels(picture)
    side = 96  # the longer side
    assert (picture.height, picture.width) == image.shape[:2] == (2 * 48 + 8, 10 * side + 9 * 8)
    assert image[0, side + 1, 3] == 0
    assert image[0, side - 1, 3] == 1
    assert image[-1, -1, 3] == 0


def test_colour_images_are_grey_at_zero():
    picture = weight_picture(np.zeros((1, 12)), (2, 2, 3))
    assert not picture.diverging
    assert pixels(picture)[..., :3] == pytest.approx(0.5, abs=0.01)


def test_a_single_large_weight_does_not_make_the_others_pale():
    weights = np.full((100, 64), 0.1)
    weights[0, 0] = 100
    assert weight_picture(weights, (8, 8)).limit == pytest.approx(0.1)


def test_samples_that_are_no_images_have_no_picture():
    assert sample_picture(RNG.random((3, 5)), None) is None


# -- the page ----------------------------------------------------------------------------------


def page_of(compared, tmp_path):
    return compared.write(tmp_path).read_text(encoding="utf-8")


def test_the_page_loads_nothing(tmp_path):
    page = page_of(compare(["bcm", "krotov_hopfield"], epochs=1, observers=[]), tmp_path)
    sources = re.findall(r"""(?:\ssrc|srcset|\sdata|\shref)\s*=\s*["']([^"']*)""", page)
    assert {source[:22] for source in sources} == {"data:image/png;base64,", "data:,"}
    assert re.findall(r"<(?:iframe|object|embed)|<script \w|@import|url\((?!#)", page) == []
    assert len(page) < 1_000_000


def test_the_page_shows_the_table_and_cites_the_sources(tmp_path):
    compared = compare(["bcm", "krotov_hopfield"], epochs=1, observers=[], neurons=8)
    page = page_of(compared, tmp_path)
    columns = ("selectivity", "overlap", "memorization", "weight change", "linear probe")
    for column in (*columns, "unit convergence"):
        assert f'">{column}</button>' in page
    assert "Krotov &amp; Hopfield (2019), Unsupervised learning by competing hidden units" in page
    assert "Scored on the test split, 359 samples that no run saw." in page
    assert Experiment.load("krotov_hopfield").layers[0].rule[0].rule.name in page


def test_the_page_tells_what_failed(tmp_path):
    compared = compare(
        {"a": spec(), "b": spec()}, listeners=lambda name: [Stumbles()] if name == "a" else []
    )
    page = page_of(compared, tmp_path)
    assert "<b>a failed.</b> &#39;stumbles&#39; in event step_finished at step 3" in page
    assert "The run failed, so there are no weights to show." in page
    assert page.count('alt="Weights of b"') == 1
    assert 'alt="Weights of a' not in page


def test_inputs_that_are_no_images_are_shown_as_a_matrix(tmp_path):
    page = page_of(compare({"a": spec(metrics=[Norms()])}), tmp_path)
    assert "3 neurons, the most selective first; a row a neuron, a column an input." in page


def test_a_single_neuron_in_a_single_epoch_has_a_page(tmp_path):
    experiment = spec(layers=[toys.layer(neurons=1)], metrics=[Norms()])
    page = page_of(compare([experiment]), tmp_path)
    assert "1 neuron, the most selective first; a row a neuron, a column an input." in page
    assert "Plasticity · report" in page
    assert "<summary>Its settings</summary>" in page


def test_of_several_layers_the_first_is_shown(tmp_path):
    layers = [toys.layer(neurons=5), toys.layer(neurons=2)]
    page = page_of(compare([spec(layers=layers)]), tmp_path)
    assert "5 neurons of layer_0, the first layer; a row a neuron, a column an input." in page


def test_of_many_neurons_the_first_hundred_are_shown(tmp_path):
    page = page_of(compare([spec(layers=[toys.layer(neurons=130)])]), tmp_path)
    assert (
        "100 of 130 neurons, the most selective first; a row a neuron, a column an input." in page
    )


def test_what_components_report_stands_on_the_page(tmp_path):
    class Reports:
        @hookimpl
        def report(self, run):
            return "Aftermath", f"It {run.outcome} <well>."

    page = page_of(compare([spec()], listeners=lambda name: [Reports()]), tmp_path)
    assert "<h2>Aftermath</h2>\n<p>It finished &lt;well&gt;.</p>" in page


def test_a_page_is_not_overwritten(tmp_path):
    compared = compare([spec()])
    compared.write(tmp_path)
    with pytest.raises(StoreError) as refused:
        compared.write(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'page.html'}: exists already; choose another folder"
    compared.write(tmp_path, overwrite=True)


def test_settings_that_differ_are_told_by_their_paths():
    @component
    class Gain:
        gain: float = setting(default=1.0, doc="factor on the current")

        @hookimpl
        def shape_current(self, current):
            current *= self.gain

    first = spec(layers=[toys.layer(lateral=Gain(gain=2))], epochs=3)
    told = settings_of_all([first, spec(layers=[toys.layer(optimizer=toys.Plain(rate=0.5))])])
    gain = f"{Gain.__module__}:{Gain.__qualname__}"
    assert told.differ == {
        "epochs": ("3", "1"),
        "lateral": (gain, "–"),
        "lateral.gain": ("2", "–"),
        "optimizer.rate": ("–", "0.5"),
    }
    assert told.shared["batch_size"] == "5"
    assert told.shared["neurons"] == "3"


@pytest.mark.parametrize(("attributes", "steps"), [({"cadence": "4"}, [4, 8]), ({}, [3, 4, 6, 8])])
def test_a_metric_with_a_cadence_of_its_own_is_drawn_at_its_own_steps(attributes, steps):
    nan = float("nan")
    values = [[nan, nan], [1.0, 3.0], [nan, nan], [5.0, nan]]
    array = xr.DataArray(values, {"step": [3, 4, 6, 8]}, ("step", "neuron"), attrs=attributes)
    drawn_at, means = trace_of(array)
    assert drawn_at.tolist() == steps
    assert means[~np.isnan(means)].tolist() == [2.0, 5.0]


def test_the_store_tells_the_cadence_of_a_metric_that_has_its_own():
    seldom = {"name": "weight_change", "every": 4}
    run = compare([spec(metrics=[seldom, "selectivity"])]).runs[0].run
    told = {name: array.attrs.get("cadence") for name, array in run.metrics.data_vars.items()}
    assert told == {"weight_change": "4", "selectivity": None}
