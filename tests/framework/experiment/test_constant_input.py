"""A constant input beside the samples: a bias, learnt as any other weight."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import xarray as xr
from sklearn.base import clone
from typer.testing import CliRunner

import plasticity as pl
from plasticity import Data, Experiment, Layer, assemble, component, hookimpl
from plasticity.cli import app
from plasticity.comparison.comparison import compare
from plasticity.errors import PlasticityError, StoreError
from plasticity.experiment.configure import configure
from plasticity.experiment.source import Source
from plasticity.network.dispatch import emit
from plasticity.sklearn import BCM
from plasticity_plugins.encoders.disturbance import (
    AddNoise,
    DeadInputs,
    Deprivation,
    SpontaneousActivity,
)
from plasticity_plugins.encoders.normalization import Centre, Standardize, UnitLength, Whiten
from plasticity_plugins.encoders.time_filters import HighPass
from plasticity_plugins.metrics.gratings import eye_responses, grating_responses

C = -0.3
X = np.random.default_rng(0).random((400, 4, 4)).astype("float32")
FLAT = X.reshape(400, 16)
LABELS = np.arange(400) % 4
NEW = np.random.default_rng(1).random((7, 4, 4)).astype("float32")
SMALL = {"neurons": 5, "epochs": 2, "seed": 1, "observers": [], "fuse": "never"}
BIAS = {"data.constant": C}


def biased(**settings):
    return pl.run("bcm", **{"data": X, **SMALL, **BIAS, **settings})


def linear(data, fuse="never", batch_size=100, **settings):
    """One epoch of hebb with plain steps of rate 0.5."""
    layer = Layer(
        neurons=3,
        rule="hebb",
        activation="linear",
        optimizer={"name": "sgd", "rate": 0.5},
        initializer="normal",
    )
    return Experiment(
        data=data,
        layers=[layer],
        batch_size=batch_size,
        epochs=1,
        shuffle=False,
        fuse=fuse,
        dtype="float64",
        **settings,
    )


# -- what a neuron sees, and learns ------------------------------------------------------------


def test_the_activity_is_that_of_the_samples_and_the_constant():
    simulation = assemble(linear(Data(X, constant=C)))
    weights = simulation.layers[0].arrays["weights"]
    by_hand = weights[:, :16] @ NEW.reshape(7, 16).T + weights[:, 16:] * C
    assert np.allclose(simulation.respond(NEW.reshape(7, 16)), by_hand, rtol=0, atol=1e-12)


@pytest.mark.parametrize("fuse", ["never", "always"])
def test_a_step_of_hebb_moves_the_bias_by_rate_times_mean_activity_times_constant(fuse):
    simulation = assemble(linear(Data(FLAT[:100], constant=C), fuse))
    before = simulation.layers[0].arrays["weights"].copy()
    activity = before[:, :16] @ FLAT[:100].T + before[:, 16:] * C
    simulation.run()
    moved = simulation.layers[0].arrays["weights"] - before
    assert np.allclose(moved[:, 16], 0.5 * activity.mean(axis=1) * C, rtol=1e-9)
    assert np.allclose(moved[:, :16], 0.5 * activity @ FLAT[:100] / 100, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float32"])
def test_samples_of_every_type_stay_as_they_are_and_the_constant_is_exact(dtype):
    samples = (255 * X).astype(dtype)
    data = Source.of(configure("bcm", data=samples, **BIAS)).open_data("train")
    assert data.samples.dtype == dtype
    assert np.array_equal(data.samples, samples.reshape(400, 16))
    for seen in (data.take(slice(3)), data.take(np.arange(5))):
        assert np.array_equal(seen[:, :16], Data(samples).take(slice(len(seen))))
        assert np.array_equal(seen[:, 16], np.full(len(seen), C, np.float32))


class Shown:
    """Listener that keeps the inputs of each step."""

    every = 1

    def __init__(self):
        self.seen = []

    @hookimpl
    def step_finished(self, x):
        self.seen.append(x.copy())


SOURCES = {
    "array": X,
    "bytes": (255 * X).astype("uint8"),
    "drawn": {"name": "natural_images", "samples": 300, "size": 4, "examples": 50},
}


@pytest.mark.parametrize(
    ("source", "batch_size", "encoders"),
    [
        ("array", 1, ()),
        ("bytes", 100, ("centre", "add_noise")),
        ("drawn", 1, ("add_noise",)),
        ("drawn", 100, ("low_pass",)),
    ],
)
def test_compiled_steps_show_the_constant_and_the_samples_as_without_it(
    source, batch_size, encoders
):
    seen = {}
    for fuse, bias in (("never", BIAS), ("always", BIAS), ("never", {})):
        settings = {"encoders": list(encoders), "batch_size": batch_size, "epochs": 1}
        made = configure(
            "bcm", data=SOURCES[source], **SMALL | settings | {"fuse": fuse, "metrics": []}, **bias
        )
        shown = Shown()
        assemble(made, [shown]).run()
        seen[fuse, bool(bias)] = np.concatenate(shown.seen)
    plain = seen["never", False]
    assert np.array_equal(seen["never", True], seen["always", True])
    assert np.array_equal(seen["never", True][:, :16], plain)
    assert np.array_equal(seen["always", True][:, 16], np.full(len(plain), C, np.float32))


def test_compiled_equals_plain():
    weights = biased().weights
    assert np.allclose(biased(fuse="always").weights, weights, atol=1e-6)
    assert np.ptp(weights.values[:, 16]) > 0


def test_a_file_too_large_for_the_memory_has_one_too(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", FLAT)
    usual = biased(data=tmp_path / "x.npy", metrics=[]).weights
    monkeypatch.setattr("plasticity.components.defaults.LARGE", 0)
    mapped = biased(data=tmp_path / "x.npy", metrics=[])
    assert np.array_equal(mapped.weights, usual)


ENCODERS = [
    AddNoise(std=0.3),
    Centre(),
    Centre(per="sample"),
    DeadInputs(fraction=1.0),
    Deprivation(eye="right", mean=5.0, std=0.0),
    HighPass(),
    SpontaneousActivity(),
    Standardize(),
    UnitLength(),
    Whiten(),
]


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.label)
def test_encoders_leave_the_constant_alone_and_do_not_see_it(encoder):
    encoded = []
    for constant in (C, None):
        made = linear(Data(X, constant=constant), encoders=(encoder,), seed=1)
        simulation = assemble(made)
        layer, x = simulation.layers[0], simulation.data.take(slice(50), "float64")
        simulation.network.notify("epoch_started", layer.clock)
        emit(simulation.network.caller(layer, {"x": x})("encode"))
        encoded.append(x)
    assert np.array_equal(encoded[0][:, :16], encoded[1])
    assert np.array_equal(encoded[0][:, 16], np.full(50, C))


def test_responses_to_new_samples_have_it():
    run = assemble(linear(Data(X, constant=C), encoders=["centre"])).run()
    weights = run.weights.values
    activity = pl.analysis.responses_of(run, NEW)
    assert np.array_equal(activity, pl.analysis.responses_of(run, Data(NEW, constant=C)))
    centred = NEW.reshape(7, 16) - FLAT.mean(axis=0)
    assert np.allclose(activity, weights[:, :16] @ centred.T + weights[:, 16:] * C, atol=1e-5)


# -- images --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded():
    observers = [{"name": "recorder", "variables": ["weights"], "every": "1 epoch"}]
    metrics = ["orientation_tuning", "ocular_dominance"]
    return biased(observers=observers, metrics=metrics)


def test_images_are_of_the_weights_from_pixels(recorded):
    weights = recorded.weights
    assert weights.sizes == {"neuron": 5, "input": 17}
    assert weights.attrs["constant_input"] == C
    assert recorded.store.attributes["image_shape"] == [4, 4]
    images = weights.values[:, :16].reshape(5, 4, 4)
    assert np.array_equal(pl.analysis.receptive_fields(recorded), images)
    frames = pl.analysis.as_images(recorded.trajectory["weights"], (4, 4))
    assert np.array_equal(frames[-1], images)
    with pytest.raises(PlasticityError, match="has 15 inputs, but the weights have 17"):
        pl.analysis.as_images(weights, (3, 5))


def test_pictures_leave_it_out(recorded, tmp_path):
    drawn = pl.plot.weights(recorded).images[0].get_array()
    plain = pl.plot.weights(recorded.weights.values[:, :16], (4, 4)).images[0].get_array()
    assert np.ma.allequal(drawn, plain)
    assert pl.plot.trajectory(recorded, frames=2).images[0].get_array().shape == (24, 9)
    assert pl.plot.animate(recorded, tmp_path / "growth.gif").stat().st_size


def test_metrics_of_images_leave_it_out(recorded):
    pixels, angles = recorded.weights.values[:, :16], np.arange(24) * 7.5
    metrics = recorded.metrics.isel(step=-1)
    left, right = eye_responses(pixels, (4, 4), angles, 4.4 / 26).T
    assert np.allclose(metrics["left_eye_response"], left)
    assert np.allclose(metrics["right_eye_response"], right)
    responses = grating_responses(pixels, (4, 4), angles, 4.4 / 26)
    preferred = np.angle(responses @ np.exp(2j * np.deg2rad(angles)), deg=True) / 2 % 180
    assert np.allclose(metrics["preferred_orientation"], preferred, atol=1e-3)


@pytest.mark.parametrize("own", [None, C])
def test_similarity_to_classes_is_that_of_the_pixels(recorded, own):
    like = pl.analysis.similarity_to_classes(recorded.weights, Data(X, LABELS, constant=own))
    pixels = xr.DataArray(recorded.weights.values[:, :16], dims=("neuron", "input"))
    assert np.array_equal(like, pl.analysis.similarity_to_classes(pixels, X, LABELS))


# -- stores, comparisons, estimators -------------------------------------------------------------


@pytest.mark.parametrize("again", [X, Data(X), Data(X, constant=C)], ids=["array", "Data", "its"])
def test_a_run_goes_on_with_it(folder, again):
    biased(epochs=1, out=folder / "run")
    longer = pl.resume(folder / "run", data=again, epochs=2)
    assert np.array_equal(longer.weights, biased().weights)
    told = longer.store.attributes
    assert told["data"]["constant"] == told["spec"]["data"]["constant"] == C
    assert told["data"]["sha256"] == Data(X).fingerprint()["sha256"]


@pytest.mark.parametrize(("before", "now"), [({}, BIAS), (BIAS, {"data.constant": 2.0})])
def test_a_run_does_not_go_on_with_another(folder, before, now):
    pl.run("bcm", data=X, **SMALL, **before, out=folder / "run")
    told = f"data.constant: {before.get('data.constant')} in the store, {now['data.constant']} now"
    with pytest.raises(StoreError, match=told):
        pl.resume(folder / "run", data=X, epochs=3, **now)


def test_data_without_one_tell_nothing_of_it():
    run = pl.run("bcm", data=X, **SMALL)
    assert "constant" not in run.store.attributes["data"] | run.store.attributes["spec"]["data"]
    assert "constant_input" not in run.weights.attrs


def command(*words):
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_line_sets_it_shows_it_and_goes_on(folder):
    settings = ["--set=neurons=5", "--set=seed=1", "--set=fuse=never", "--set=data.constant=1"]
    command("run", "bcm", "--quiet", *settings, "--set=epochs=2", f"--out={folder / 'whole'}")
    command("run", "bcm", "--quiet", *settings, "--set=epochs=1", f"--out={folder / 'run'}")
    command("resume", "--quiet", str(folder / "run"), "--epochs=2")
    whole = pl.open_run(folder / "whole")
    assert whole.weights.sizes["input"] == 65
    assert pl.open_run(folder / "run").weights.identical(whole.weights)
    assert "constant = 1\n" in command("show", str(folder / "run"))
    assert "order of events" in command("show", str(folder / "run"))
    assert "constant" in command("plugins", "digits")


def test_given_data_are_shown(folder):
    biased(epochs=1, out=folder / "run")
    assert "not known" not in command("show", str(folder / "run"))


def test_a_comparison_shows_pixels_and_refuses_to_mix(folder):
    settings = {**SMALL, "epochs": 1, "observers": []}
    made = compare(["bcm"], data="digits", seeds=1, out=folder / "c", **settings, **BIAS)
    assert (made.data.n_input, made.held.data.n_input) == (65, 65)
    (compared,) = made.runs
    assert compared.run.weights.sizes["input"] == 65
    assert compared.scores.predicted
    pixels = compared.run.weights.values[:, :64]
    assert np.array_equal(compared.weights, pixels)
    assert "data:image/png" in made.write(folder / "c").read_text(encoding="utf-8")
    again = compare([folder / "c" / "bcm" / "seed_1"])
    assert again.runs[0].scores.predicted.keys() == compared.scores.predicted.keys()
    pl.run("bcm", data="digits", **settings, out=folder / "without")
    with pytest.raises(PlasticityError, match="constant"):
        compare([folder / "c" / "bcm" / "seed_1", folder / "without"])


def test_estimators_take_it():
    model = BCM(neurons=5, epochs=2, random_state=1, fuse="never", data__constant=C)
    assert clone(model).get_params()["data__constant"] == C
    weights = model.fit(FLAT).weights_
    assert np.array_equal(weights, pl.run("bcm", data=FLAT, **SMALL, **BIAS).weights)
    new = NEW.reshape(7, 16)
    responses = pl.analysis.responses_of(model.run_, new).values.T
    assert np.array_equal(model.transform(new), responses)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).transform(new), responses)
    twice = clone(model).partial_fit(FLAT).partial_fit(FLAT)
    assert np.array_equal(twice.weights_, weights)


# -- sources, and what may not be ----------------------------------------------------------------


def test_it_goes_with_a_part_and_the_test_split_has_it():
    settings = {"data.limit": 30, "data.classes": [1, 7], **BIAS}
    source = Source.of(configure("bcm", data="digits", **settings))
    train, test = (source.open_data(split) for split in ("train", "test"))
    assert (train.n_sample, train.n_input, test.n_input) == (30, 65, 65)
    assert (train.constant, test.constant) == (C, C)
    assert train.subset(slice(3)).n_input == 65


@component
class Draws:
    """Source that draws in its own way from samples of its own."""

    @hookimpl
    def open_data(self, split):
        return Data(FLAT)

    @hookimpl
    def draw_batch(self, x):
        assert x.shape[1] == 16
        x[...] = 1
        return x


def test_a_source_that_draws_for_itself_draws_the_samples_alone():
    shown = Shown()
    made = configure("bcm", data=f"{__name__}:Draws", **SMALL | {"metrics": []}, **BIAS)
    assemble(made, [shown]).run()
    assert np.array_equal(np.unique(shown.seen), np.float32([C, 1]))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "digits: constant must not be 0 or infinite, got 0.0"),
        (float("inf"), "digits: constant must not be 0 or infinite, got inf"),
        (float("nan"), "data: constant must be a number, got nan"),
        (True, "data: constant must be a number, got True"),
        ("one", "data: constant must be a number, got 'one'"),
    ],
)
def test_what_no_input_can_be_is_refused(value, message):
    with pytest.raises(PlasticityError) as caught:
        assemble(configure("bcm", data="digits", **{"data.constant": value}))
    assert str(caught.value).startswith(message)
