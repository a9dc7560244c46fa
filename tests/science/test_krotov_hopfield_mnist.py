"""The example krotov_hopfield_mnist: what it writes, that it goes on, and the error it reaches."""

import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest

import plasticity as pl
from plasticity import hookimpl
from plasticity_plugins.sources.digits import Digits
from tests.support.console import script

EXAMPLE = Path(__file__).parents[2] / "examples" / "krotov_hopfield_mnist"
SPEC = EXAMPLE / "krotov_hopfield.toml"
SMALL = {"neurons": 20, "epochs": 4, "observers": []}


def example(folder, *arguments):
    """What the command prints."""
    return script(EXAMPLE / "run.py", *arguments, "--out", folder / "out", cwd=folder).out


@pytest.mark.parametrize(
    ("arguments", "judged", "picture"),
    [
        (["--hidden", "bcm"], "359 test images", "bcm_fields.png"),
        (
            ["--validate"],
            "300 images held out of the training images",
            "krotov_hopfield_validation.png",
        ),
    ],
)
def test_one_command_writes_the_error_and_a_picture(arguments, judged, picture, tmp_path):
    printed = example(tmp_path, "--data", "digits", *arguments)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", picture]
    lines = [line for line in printed.splitlines() if line.startswith("|")]
    assert re.fullmatch(rf"\| error on {judged} \| \d+\.\d\d% \|", lines[2])
    assert set(lines) <= set((tmp_path / "out" / "README.md").read_text("utf-8").splitlines())


@pytest.fixture
def training(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    import training

    return training


class PressesOnce:
    """Presses Ctrl-C after two epochs."""

    @hookimpl
    def epoch_finished(self, clock):
        if clock.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)


def test_hidden_units_that_were_interrupted_go_on(training, folder):
    data = Digits().open_data("train")
    straight = training.hidden_units(SPEC, data, folder / "straight", **SMALL)
    with pytest.raises(KeyboardInterrupt):
        pl.run(SPEC, data=data, out=folder / "broken", listeners=[PressesOnce()], **SMALL)
    broken = training.hidden_units(SPEC, data, folder / "broken", **SMALL)
    assert broken.outcome == "finished"
    assert np.array_equal(broken.weights.values, straight.weights.values)


def test_the_head_reads_currents_that_lateral_connections_have_settled(training):
    data = Digits().open_data("train")
    run = pl.run(EXAMPLE / "bcm.toml", data=data, **SMALL, **{"lateral.strength": -0.3})
    among = np.eye(20) + 0.3 * (1 - np.eye(20))
    expected = np.linalg.solve(among, run.weights.values)
    np.testing.assert_allclose(training.settled_weights(run), expected, atol=1e-6)


def test_hidden_units_that_are_finished_stay_as_they_are(training, folder):
    data = Digits().open_data("train")
    kept, again = (training.hidden_units(SPEC, data, folder / "kept", **SMALL) for _ in range(2))
    assert again.store.attributes["committed"] == kept.store.attributes["committed"]


def test_a_head_that_was_stopped_goes_on_to_the_same_end(training, folder):
    data = Digits().open_data("train")
    learning, judging = data.subset(slice(0, 1000)), data.subset(slice(1000, None))
    weights = np.random.default_rng(1).normal(size=(20, 64))
    straight, errors = training.trained_head(
        weights, {"epochs": 50}, learning, folder / "straight.head", judging
    )
    training.trained_head(weights, {"epochs": 20}, learning, folder / "broken.head", judging)
    broken, found = training.trained_head(
        weights, {"epochs": 50}, learning, folder / "broken.head", judging
    )
    assert np.array_equal(broken.coef_, straight.coef_)
    assert found == errors
    assert list(errors) == [20, 40, 50]


@pytest.mark.slow  # about ten minutes on two cores
def test_the_error_on_the_test_images_of_mnist_is_near_the_published_1_46_per_cent(
    real_data, tmp_path, monkeypatch
):
    monkeypatch.setenv("PLASTICITY_DATA", str(real_data("mnist")))
    printed = example(tmp_path)
    error = re.search(r"error on 10,000 test images \| (\d+\.\d\d)%", printed)[1]
    # Measured 1.54 and 1.64; rounding on another processor, or by other code, changes some images.
    assert float(error) < 1.75
