"""A store of version 0.1.0, which told neither the scale of its data nor notices."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

import plasticity as pl
from plasticity.comparison.comparison import compare

STORE = Path(__file__).parents[2] / "golden" / "run_of_version_0_1_0.zip"
# As it was made: 2 epochs of 4 steps, every second step recorded, samples times 0.1.
SAMPLES = (np.arange(40 * 4) % 17).reshape(40, 4).astype("uint8")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The store in a folder, with its data in the working directory."""
    monkeypatch.chdir(tmp_path)
    np.save("samples.npy", SAMPLES)
    with zipfile.ZipFile(STORE) as file:
        file.extractall("run.zarr")
    return Path("run.zarr")


def test_it_opens(place):
    run = pl.open_run(place)
    assert (run.outcome, run.notices) == ("finished", ())
    assert run.trajectory.step.values.tolist() == [2, 4, 6, 8]
    assert np.array_equal(run.trajectory.weights[-1], run.weights)


def test_its_responses_take_the_scale_of_its_spec(place):
    run = pl.open_run(place)
    responses = pl.analysis.responses_of(run, SAMPLES)
    np.testing.assert_allclose(responses, run.weights.values @ (0.1 * SAMPLES).T, rtol=1e-5)


def test_it_goes_on_as_a_run_of_that_length(place):
    longer = pl.resume(place, epochs=3)
    assert longer.trajectory.step.values.tolist() == [2, 4, 6, 8, 10, 12]
    anew = pl.run(longer.experiment)
    assert np.array_equal(longer.weights, anew.weights)


def test_a_run_branches_from_it(place):
    branched = pl.branch(place, None, **{"optimizer.rate": 0.01})
    assert branched.store.attributes["parent"]["step"] == 8


def test_two_of_them_are_compared(place):
    shutil.copytree(place, "other.zarr")
    compared = compare({"one": pl.open_run(place), "other": pl.open_run("other.zarr")})
    assert [run.failure for run in compared.runs] == ["", ""]
