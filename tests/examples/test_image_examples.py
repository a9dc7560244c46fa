"""The examples on natural images: that they run, and that what they show is there."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.support.console import script
from tests.support.recorded import warnings_in

EXAMPLES = Path(__file__).parents[2] / "examples"
EPOCH = 100_000
SHORT = {
    "ocular_dominance": (
        ["--epoch", "40"],
        r"ocular dominance index after deprivation: [+-][01]\.\d\d",
        "traces.png",
    ),
    "oriented_receptive_fields": (
        ["--steps", "200", "--epochs", "1"],
        r"angle between the subspaces of Sanger and of scikit-learn: \d+\.\d\d degrees",
        "receptive_fields.png",
    ),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_run_prints_its_tables_and_leaves_a_picture_and_a_text(name, tmp_path, caplog):
    arguments, last_line, picture = SHORT[name]
    done = script(EXAMPLES / name / "run.py", *arguments, "--out", tmp_path, cwd=tmp_path)
    assert (done.err, warnings_in(caplog)) == ("", [])
    assert re.fullmatch(last_line, done.out.splitlines()[-1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", picture]
    written = (tmp_path / "README.md").read_text(encoding="utf-8")
    printed = [line for line in done.out.splitlines() if line.startswith("|")]
    assert printed
    assert set(printed) <= set(written.splitlines())


@pytest.fixture
def rearing(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES / "ocular_dominance")
    import rearing

    return rearing


@pytest.fixture
def learning(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES / "oriented_receptive_fields")
    import learning

    return learning


def test_the_text_of_ocular_dominance_tells_the_experiment_that_is_run(rearing):
    written = (EXAMPLES / "ocular_dominance" / "README.md").read_text(encoding="utf-8")
    spec = rearing.experiment(EPOCH, reverse=True).to_toml().strip()
    assert f"```toml\n{spec}\n```" in written


def index_at_the_end_of(rearing, phase, finished):
    return rearing.dominance(rearing.at_end_of(phase, finished, EPOCH))


@pytest.mark.slow  # about 15 s
def test_ocular_dominance_goes_to_the_open_eye_and_after_reverse_suture_to_the_other(rearing):
    finished = rearing.run_of(EPOCH, reverse=True)
    assert np.all(np.abs(index_at_the_end_of(rearing, rearing.NORMAL, finished)) < 0.1)
    assert np.all(index_at_the_end_of(rearing, rearing.DEPRIVED, finished) > 0.9)
    assert np.all(index_at_the_end_of(rearing, rearing.RECOVERY, finished) < -0.9)


@pytest.mark.slow  # about 30 s
def test_with_both_eyes_open_recovery_needs_their_noise(rearing):
    usual, noisy = (
        index_at_the_end_of(rearing, rearing.RECOVERY, rearing.run_of(EPOCH, noise=noise))
        for noise in (0.1, 0.5)
    )
    assert np.all(usual > 0.5)
    assert np.all(np.abs(noisy) < 0.25)


@pytest.mark.slow  # about 30 s
def test_a_closed_eye_is_lost_about_as_fast_as_the_variance_of_its_noise_and_a_silent_one_kept(
    rearing,
):
    phases = (rearing.NORMAL, rearing.DEPRIVED)
    silent, weak, strong = (rearing.run_of(EPOCH, std, phases=phases) for std in (0.0, 0.5, 1.0))
    before, after = (rearing.at_end_of(phase, silent, EPOCH)[:, 0] for phase in phases)
    assert np.array_equal(before, after)
    # Not 4: the stronger noise also moves the neuron further from rest, where it learns less.
    ratio = rearing.half_lives(weak, EPOCH).mean() / rearing.half_lives(strong, EPOCH).mean()
    assert 2.5 < ratio < 4.5


@pytest.mark.slow  # about 5 s
def test_bcm_neurons_become_selective_for_orientation(learning):
    metrics = learning.oriented(learning.photographs(more=False), steps=1_000_000).metrics
    selectivity = metrics["orientation_selectivity"].median("neuron")
    assert selectivity[0] < 0.3
    assert selectivity[-1] > 0.6
    assert np.all(np.isfinite(metrics["orientation_bandwidth"][-1]))


@pytest.mark.slow  # about 5 s
def test_the_neurons_of_oja_and_sanger_span_the_components_of_scikit_learn(learning):
    from sklearn.decomposition import PCA

    from plasticity_plugins.rules.correlation import Sanger, oja

    patches = learning.centred_patches(learning.photographs(more=False))
    components = PCA(learning.N_COMPONENT).fit(patches).components_
    first = learning.linear_neurons(oja(), 1, patches, epochs=50).weights.values
    several = learning.linear_neurons(Sanger(), len(components), patches, epochs=50).weights.values
    assert learning.angle_between(first, components[:1]) < 1
    assert learning.angle_between(several, components) < 1
