"""What a run tells at its end of what looks wrong; silent where all is well."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import assemble, component, hookimpl
from plasticity_plugins.diagnostics.stability import longest_memory, turn
from plasticity_plugins.sources.mnist import Mnist
from tests.support.toys import experiment, layer

WITHOUT = {"observers": [], "metrics": []}


class StopsAt:
    """Ends a run as Ctrl-C does, at one step."""

    def __init__(self, step):
        self.step = step

    @hookimpl
    def step_finished(self, clock):
        if clock.step == self.step:
            raise KeyboardInterrupt


@pytest.fixture
def two_patterns(tmp_path):
    """Runs one linear neuron on two orthogonal patterns, with a threshold of some memory."""
    np.save(tmp_path / "first.npy", np.array([[0.6, 0.5]]))

    def run(memory, rate=0.01, **settings):
        return pl.run(
            "bcm",
            data=np.tile(np.eye(2), (6000, 1)),
            neurons=1,
            batch_size=2,
            epochs=1,
            shuffle=False,
            dtype="float64",
            rule="ic92_without_slope",
            activation="linear",
            lateral=None,
            schedule=None,
            optimizer={"name": "sgd", "rate": rate},
            initializer={"name": "from_array", "path": str(tmp_path / "first.npy")},
            threshold={"name": "moving_average", "memory": memory},
            **WITHOUT | settings,
        )

    return run


def test_a_threshold_that_remembers_less_than_a_hundred_steps_lets_a_neuron_select(two_patterns):
    run = two_patterns(0.97)
    assert np.allclose(run.weights, [[2, 0]], atol=1e-9)
    assert run.notices == ()


def test_weights_that_collapse_under_a_long_memory_are_told_with_the_cause(two_patterns):
    run = two_patterns(0.997)
    assert np.abs(run.weights).max() < 1e-70
    assert run.notices == (
        "layer_0: 1 of 1 neurons are silent on all evaluation samples since about step 1000; its "
        "threshold remembers 333 steps, and for orthogonal patterns the rule is stable below "
        "1/(rate <|x|^2>) = 100: shorten the memory, or lower the rate",
    )


def test_the_bound_is_that_of_theory(two_patterns):
    # To 1/rate = 100 steps: 95 settle, if slowly, and 111 swing for ever.
    assert longest_memory(rate=0.01, square_norm=1.0) == 100
    assert two_patterns(0.9895).notices == ()
    (told,) = two_patterns(0.991).notices
    assert told == (
        "layer_0: the thresholds of 1 of 1 neurons swing by a factor of 4 or more; its threshold "
        "remembers 111 steps, and for orthogonal patterns the rule is stable below "
        "1/(rate <|x|^2>) = 100: shorten the memory, or lower the rate"
    )
    # Half the rate, twice the memory.
    assert two_patterns(0.991, rate=0.005).notices == ()


@pytest.mark.parametrize("preset", ["bcm", "krotov_hopfield"])
@pytest.mark.parametrize("fuse", ["never", "auto"])
def test_nothing_is_told_of_a_preset(preset, fuse):
    assert pl.run(preset, fuse=fuse, **WITHOUT).notices == ()


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": 1},
        {"threshold.memory": 0.5},
        {"batch_size": 10, "epochs": 5},
        {"optimizer": {"name": "sgd", "rate": 0.01}},
        {"optimizer": {"name": "sgd", "rate": 0.01}, "schedule": None},
        {"schedule": None},
        {"lateral": None},
        {"epochs": 1},
        {"threshold": "threshold.batch"},
    ],
    ids=str,
)
def test_nothing_is_told_of_sane_variants(settings):
    assert pl.run("bcm", **{"epochs": 50, **WITHOUT, **settings}).notices == ()


def test_neurons_that_fell_silent_are_told_with_when(caplog):
    run = pl.run("bcm", epochs=60, schedule="linear_to_zero", **WITHOUT, **{"optimizer.rate": 0.02})
    (told,) = run.notices
    count, rest = told.removeprefix("layer_0: ").split(" ", 1)
    assert 20 <= int(count) <= 40
    assert rest == (
        "of 100 neurons are silent on all evaluation samples, the first since about step 100, the "
        "last since about step 316: a lower rate, or a shorter memory of the threshold, keeps "
        "neurons alive"
    )
    assert told in caplog.messages


def test_neurons_that_never_spoke_are_told():
    run = pl.run("bcm", neurons=3, epochs=9, initializer="zeros", lateral=None, **WITHOUT)
    assert run.notices == (
        "layer_0: 3 of 3 neurons are silent on all evaluation samples, as they were after the "
        "first step: give them larger first weights",
        "layer_0: no weight has changed in 135 steps",
    )


def test_units_that_never_won_are_told():
    run = pl.run(
        "krotov_hopfield", epochs=50, initializer={"name": "normal", "mean": 0.0}, **WITHOUT
    )
    first = assemble(run.experiment).layers[0].arrays["weights"]
    still = np.count_nonzero((run.weights.values == first).all(axis=1))
    silent, told = run.notices
    assert silent.startswith("layer_0: 3 of 100 neurons are silent on all evaluation samples, as ")
    assert told.startswith(f"layer_0: {still - 3} of 100 neurons never won a sample and have their")


def test_weights_that_never_settle_are_told():
    run = pl.run(
        "bcm", epochs=12, rule="hebb", schedule=None, optimizer={"name": "sgd", "rate": 1e-3},
        lateral=None, **WITHOUT,
    )  # fmt: skip
    (told,) = run.notices
    assert told.startswith("layer_0: the weights still moved by ")
    assert told.endswith(
        " in the last epoch: more epochs, a lower rate, or a schedule that ends at 0 lets them "
        "settle"
    )


def test_thresholds_that_swing_are_told():
    run = pl.run("bcm", epochs=60, schedule=None, **WITHOUT, **{"threshold.memory": 0.97})
    assert [told for told in run.notices if "swing" in told] == [
        "layer_0: the thresholds of 100 of 100 neurons swing by a factor of 4 or more; shorten the "
        "memory of the threshold, or lower the rate"
    ]


@pytest.mark.parametrize(
    ("course", "count"),
    [
        ([1, 3, 1, 3, 1], 0),
        ([1, 5, 1, 5, 1], 4),
        ([1, 2, 3, 5, 4, 3, 1], 2),
        ([8, 4, 2, 1], 1),
        ([1, 0, 1, 0], 3),
        ([2, 2, 2], 0),
    ],
)
def test_a_turn_follows_a_change_by_the_factor(course, count):
    low, high, way, turned = np.array([[course[0]], [course[0]], [0], [0]], float)
    for value in course:
        turn(np.array([value], float), low, high, way, turned, factor=4)
    assert turned == count


def test_inputs_of_another_scale_than_that_of_the_preset_are_told():
    samples = np.random.default_rng(0).integers(0, 256, (400, 16)).astype(np.float32)
    told = pl.run("krotov_hopfield", data=samples, neurons=4, epochs=2, **WITHOUT).notices
    size = np.sqrt(np.mean(samples[::4].astype(float) ** 2))
    assert told[0] == (
        f"layer_0: the inputs have a root mean square of {size:.3g}, and the settings of "
        "'krotov_hopfield' are made for about 0.4, that of values from 0 to 1: scale the data"
    )
    scaled = pl.run("krotov_hopfield", data=samples / 255, neurons=4, epochs=2, **WITHOUT)
    assert not [told for told in scaled.notices if "root mean square" in told]


def test_a_component_of_the_run_may_tell_as_well_and_one_that_fails_loses_nothing():
    @component
    class Tells:
        @hookimpl
        def diagnose(self, layer, clock):
            return f"{layer.name} is at {clock}"

    class Fails:
        @hookimpl
        def diagnose(self):
            raise ValueError("a stone in the way")

    simulation = assemble(experiment(layer(), layer(name="top")), [Tells(), Fails()])
    run = simulation.run()
    assert run.outcome == "finished"
    assert [told for told in run.notices if "is at" in told] == [
        "layer_0 is at step 4 (epoch 1)",
        "top is at step 4 (epoch 1)",
    ]
    assert (
        "'fails' in event diagnose at step 4 (epoch 1) raised ValueError: a stone in the way; what "
        "was recorded until then is kept"
    ) in run.notices


def test_looking_on_changes_no_bit(monkeypatch):
    watched = pl.run("bcm", epochs=40, **WITHOUT)
    monkeypatch.setattr("plasticity.experiment.registry.DIAGNOSTICS", "none.such")
    assert np.array_equal(watched.weights, pl.run("bcm", epochs=40, **WITHOUT).weights)


def test_an_interrupted_run_tells_too():
    with pytest.raises(KeyboardInterrupt) as caught:
        pl.run("bcm", neurons=3, initializer="zeros", listeners=[StopsAt(50)], **WITHOUT)
    assert caught.value.run.notices[-1] == "layer_0: no weight has changed in 50 steps"


@pytest.mark.parametrize(
    ("settings", "stop"),
    [
        # Neurons fall silent.
        ({"epochs": 60, "optimizer.rate": 0.02, "schedule": "linear_to_zero"}, 500),
        ({"epochs": 60, "schedule": None, "threshold.memory": 0.97}, 700),  # thresholds swing
        ({"epochs": 9, "neurons": 3, "initializer": "zeros", "lateral": None}, 50),
        ({"epochs": 12, "rule": "hebb", "schedule": None, "lateral": None,
          "optimizer": {"name": "sgd", "rate": 1e-3}}, 100),
    ],
    ids=["silent", "swinging", "still", "moving"],
)  # fmt: skip
def test_a_run_that_was_stopped_and_went_on_tells_the_same(settings, stop, tmp_path):
    settings = {**settings, **WITHOUT, "storage": {"checkpoint": stop}}
    whole = pl.run("bcm", **settings)
    with pytest.raises(KeyboardInterrupt):
        pl.run("bcm", out=tmp_path / "run", listeners=[StopsAt(stop + 1)], **settings)
    resumed = pl.resume(tmp_path / "run")
    assert whole.notices
    assert not [name for name in whole.state() if "diagnostics" in name]  # in checkpoints alone
    assert resumed.notices == pl.open_run(tmp_path / "run").notices == whole.notices


def test_what_was_told_is_kept_until_it_is_diagnosed_anew(tmp_path):
    class Tells:
        @hookimpl
        def diagnose(self, clock):
            return f"it is step {clock.step}"

    made = assemble(experiment(layer(), epochs=2), [StopsAt(4), Tells()])
    with pytest.raises(KeyboardInterrupt):
        made.run(tmp_path / "run")
    assert "it is step 4" in pl.open_run(tmp_path / "run").notices

    class Looks:
        @hookimpl
        def run_started(self, store):
            self.seen = store.attributes["notices"]

    looks = Looks()
    assemble(experiment(layer(), epochs=2), [looks, Tells()]).resume(tmp_path / "run")
    assert "it is step 4" in looks.seen
    told = pl.open_run(tmp_path / "run").notices
    assert [text for text in told if "it is" in text] == ["it is step 8"]


def test_the_published_rate_silences_most_neurons_on_mnist(real_data):
    data = {"name": "mnist", "folder": str(real_data("mnist"))}
    run = pl.run("bcm", data=data, epochs=3, batch_size=1000, **WITHOUT, **{"optimizer.rate": 0.02})
    (told,) = (told for told in run.notices if "silent" in told)
    images = Mnist(folder=real_data("mnist")).open_data("train").take(slice(2000))
    responses = pl.analysis.responses_of(run, images).values
    silent = int((np.ptp(responses, axis=1) < 1e-6).sum())
    assert silent >= 60
    # Other samples decide: on a few hundred of them a neuron more or less responds.
    assert abs(int(told.removeprefix("layer_0: ").split()[0]) - silent) <= 5
