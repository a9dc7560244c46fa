"""A part of a data set, or some of its classes, of every source."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from typer.testing import CliRunner

import plasticity as pl
from plasticity import Data, component, hookimpl
from plasticity.cli import app
from plasticity.comparison.comparison import compare
from plasticity.errors import DataError, PlasticityError, SettingError
from plasticity.experiment.configure import configure
from plasticity.experiment.source import Source

X = np.random.default_rng(0).random((400, 16)).astype("float32")
LABELS = np.arange(400) % 4
SMALL = {"neurons": 4, "epochs": 1, "seed": 1, "observers": [], "metrics": [], "fuse": "never"}


def opened(split="train", data=None, **portion) -> Data:
    settings = {f"data.{name}": value for name, value in portion.items()}
    return Source.of(configure("bcm", data=data, **settings)).open_data(split)


def refused(**settings) -> str:
    with pytest.raises(PlasticityError) as caught:
        pl.assemble(configure("bcm", **settings))
    return str(caught.value)


def digits_but_every_fifth():
    digits = load_digits()
    rows = np.arange(len(digits.target)) % 5 != 4
    return digits.data[rows], digits.target[rows]


def test_a_limit_takes_the_first_samples_of_the_training_data_alone():
    samples, labels = digits_but_every_fifth()
    data = opened(data="digits", limit=100)
    assert np.array_equal(data.samples, samples[:100])
    assert np.array_equal(data.labels, labels[:100])
    assert opened("test", data="digits", limit=100).n_sample == 359


def test_classes_are_chosen_before_the_limit_and_of_the_test_data_too():
    samples, labels = digits_but_every_fifth()
    chosen = np.flatnonzero(np.isin(labels, [7, 1]))[:30]
    data = opened(data="digits", limit=30, classes=[7, 1])
    assert np.array_equal(data.samples, samples[chosen])
    test = opened("test", data="digits", limit=30, classes=[7, 1])
    assert set(test.labels.tolist()) == {1, 7}
    assert test.n_sample > 30


@pytest.mark.parametrize("as_data", [False, True])
def test_data_given_in_python_are_cut_as_those_of_a_source(as_data):
    given = {"data": Data(X, labels=LABELS)} if as_data else {"data": X, "labels": LABELS}
    cut = pl.run("bcm", **given, **SMALL, **{"data.limit": 150, "data.classes": [0, 3]})
    chosen = np.flatnonzero(np.isin(LABELS, [0, 3]))[:150]
    assert np.array_equal(cut.weights, pl.run("bcm", data=X[chosen], **SMALL).weights)
    told = cut.store.attributes
    assert told["data"]["shape"] == [150, 16]
    assert told["data"]["sha256"] == Data(X[chosen]).fingerprint()["sha256"]
    table = told["spec"]["data"]
    assert (table["limit"], table["classes"]) == (150, [0, 3])


def test_a_mapped_file_that_is_cut_stays_mapped(tmp_path):
    np.save(tmp_path / "x.npy", X)
    data = opened(data=tmp_path / "x.npy", limit=120)
    assert isinstance(data.samples, np.memmap)
    assert data.n_sample == 120


def test_words_are_classes_too():
    words = np.array(["a", "b", "c", "d"])[LABELS]
    made = configure("bcm", data=X, labels=words, **{"data.classes": ["b", "d"]})
    assert np.array_equal(Source.of(made).open_data("train").samples, X[1::2])


def test_the_command_line_takes_a_part_and_goes_on_with_it(folder):
    def command(*words):
        done = CliRunner().invoke(app, [*words, "--quiet"], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    settings = ["--set=neurons=4", "--set=seed=1", "--set=metrics=[]", "--set=fuse=never"]
    part = ["--set=data.limit=150", "--set=data.classes=[0,3]"]
    command("run", "bcm", *settings, *part, "--set=epochs=2", "--out", str(folder / "whole"))
    command("run", "bcm", *settings, *part, "--set=epochs=1", "--out", str(folder / "run"))
    command("resume", str(folder / "run"), "--epochs=2")
    whole = pl.open_run(folder / "whole")
    assert pl.open_run(folder / "run").weights.identical(whole.weights)
    assert whole.experiment.data.settings == {"limit": 150, "classes": [0, 3]}
    samples, labels = digits_but_every_fifth()
    chosen = samples[np.isin(labels, [0, 3])][:150].astype(np.uint8)
    of_chosen = Data(chosen, scale=1 / 16)
    assert np.array_equal(whole.weights, pl.run("bcm", data=of_chosen, **SMALL | {"epochs": 2})
                          .weights)  # fmt: skip


@pytest.mark.parametrize("given", ["all", "chosen"])
def test_a_run_on_a_part_of_given_data_goes_on_with_it(folder, given):
    part = {"data.limit": 150, "data.classes": [0, 3]}
    data = {"data": X, "labels": LABELS}
    whole = pl.run("bcm", **data, **SMALL | {"epochs": 2}, **part)
    pl.run("bcm", **data, **SMALL, **part, out=folder / "run")
    if given == "chosen":
        rows = np.flatnonzero(np.isin(LABELS, [0, 3]))[:150]
        data = {"data": X[rows], "labels": LABELS[rows]}
    longer = pl.resume(folder / "run", **data, epochs=2)
    assert np.array_equal(longer.weights, whole.weights)
    with pytest.raises(PlasticityError, match=r"data.shape: \[150, 16\] in the store, \[100, 16\]"):
        pl.resume(folder / "run", **data, epochs=3, **{"data.limit": 100})


def test_a_comparison_is_of_the_part():
    settings = {**SMALL, "data.limit": 200, "data.classes": [0, 3]}
    made = compare(["bcm"], data="digits", seeds=1, **settings)
    assert made.data.n_sample == 200
    assert set(np.unique(made.held.data.labels)) == {0, 3}


# -- sources that draw -------------------------------------------------------------------------


def test_a_limit_is_the_length_of_an_epoch_where_samples_are_drawn():
    made = configure("bcm", data="noise", **SMALL, **{"data.limit": 250, "data.inputs": 3})
    simulation = pl.assemble(made)
    assert (simulation.data.per_epoch, simulation.data.n_sample) == (250, 1000)
    assert simulation.layers[0].clock.n_step == 3
    assert opened(data={"name": "noise", "samples": 100}, limit=250).per_epoch == 100


def test_classes_of_drawn_samples_are_refused():
    assert refused(data="patterns", **{"data.classes": [0]}) == (
        "patterns: classes cannot be chosen, because the samples are drawn"
    )


@component
class Draws:
    """Source that draws in its own way from samples of its own."""

    @hookimpl
    def open_data(self, split):
        return Data(X)

    @hookimpl
    def draw_batch(self, x):
        x[...] = 1
        return x


def test_a_part_of_what_a_source_draws_by_itself_is_refused():
    named = f"{__name__}:Draws"
    assert refused(data=named, **{"data.limit": 7}) == (
        "data 'draws': draws its samples itself, so that no part can be chosen"
    )


@component
class Limited:
    """Source with a setting called like one of every source."""

    limit: int = pl.setting(default=3, low=1, doc="largest value")

    @hookimpl
    def open_data(self, split):
        return Data(np.minimum(np.arange(400).reshape(100, 4), self.limit))


def test_a_setting_of_the_source_itself_comes_first():
    data = opened(data=f"{__name__}:Limited", limit=5)
    assert (data.n_sample, data.samples.max()) == (100, 5)


# -- what may not ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limit": 0}, "data: limit must lie in [1, inf), got 0"),
        ({"limit": 1.5}, "data: limit must be an integer, got 1.5"),
        ({"classes": 3}, "data: classes must be a list, each an integer or a string, got"),
        ({"classes": []}, "digits: the list of classes is empty (there are 0, 1, 2, 3, 4, 5, 6"),
        ({"classes": [1, 12]}, "digits: no class 12 (there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)"),
        ({"classes": ["1"]}, "digits: no class '1' (there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)"),
        ({"limit": 50}, "batch_size is 100, but the data have 50 samples; give a batch_size up to"),
        ({"limits": 50}, "data 'digits': no setting 'limits'; did you mean 'limit'?"),
    ],
)
def test_a_part_that_cannot_be_is_refused(settings, message):
    told = refused(data="digits", **{f"data.{name}": value for name, value in settings.items()})
    assert told.startswith(message)


def test_classes_need_labels():
    with pytest.raises(DataError) as caught:
        configure("bcm", data=X, **{"data.classes": [0]})
    assert str(caught.value) == "data: classes cannot be chosen, because there are no labels"
    with pytest.raises(SettingError, match=r"^data: limit must lie in \[1, inf\), got 0"):
        configure("bcm", data=X, **{"data.limit": 0})


def test_a_share_set_aside_is_never_trained_on_and_stands_in_for_the_test_samples():
    whole, train, held = (
        opened(data="digits"),
        opened(data="digits", validation=0.2, constant=1),
        opened("test", data="digits", validation=0.2, constant=1),
    )
    assert held.n_sample == round(0.2 * whole.n_sample)
    rows = {row.tobytes() for row in whole.samples}
    ours = [{row.tobytes() for row in data.samples} for data in (train, held)]
    assert ours[0] | ours[1] == rows
    assert not ours[0] & ours[1]
    assert {train.constant, held.constant} == {1}
    tested = {row.tobytes() for row in opened("test", data="digits").samples}
    assert not ours[1] & tested


def test_the_samples_set_aside_are_the_same_whatever_the_seed_and_of_arrays_too():
    shares = [
        configure("bcm", data=X, labels=LABELS, seed=seed, **{"data.validation": 0.25})
        for seed in (0, 1)
    ]
    held = [Source.of(experiment).open_data("test") for experiment in shares]
    assert held[0].n_sample == 100
    assert np.array_equal(held[0].samples, held[1].samples)
    assert Source.of(shares[0]).open_data("train").n_sample == 300


def test_a_limit_comes_before_the_share_that_is_set_aside():
    assert opened(data="digits", limit=50, validation=0.2).n_sample == 40
    assert opened("test", data="digits", limit=50, validation=0.2).n_sample == 10


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"data.validation": 1.5}, "validation must lie in (0, 1), got 1.5"),
        ({"data": X[:1], "data.validation": 0.5}, "1 samples are too few to set any aside"),
        ({"data": "noise", "data.validation": 0.5}, "none can be set aside of samples"),
    ],
)
def test_what_cannot_be_set_aside_is_refused(settings, why):
    assert why in refused(**settings)


def test_a_run_without_the_samples_set_aside_goes_on_from_its_store(folder):
    begun = pl.run("bcm", data="digits", out=folder / "run", **SMALL, **{"data.validation": 0.2})
    longer = pl.resume(folder / "run", epochs=2)
    assert longer.store.attributes["data"] == begun.store.attributes["data"]
    assert begun.store.attributes["data"]["shape"][0] == round(0.8 * 1438)
