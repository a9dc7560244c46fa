"""Sources and encoders that draw their inputs: against slow twins, and what they promise."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import Clock, Data, Experiment, Layer, Phase, assemble, hookimpl
from plasticity.errors import ContractError, DataError, SettingError
from plasticity.kernels import counter_random as counted
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.drawn import KINDS
from plasticity_plugins.encoders.disturbance import (
    AddNoise,
    DeadInputs,
    Deprivation,
    SpontaneousActivity,
)
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.correlation import oja
from plasticity_plugins.sources.natural_images import NaturalImages
from plasticity_plugins.sources.noise import Noise, Patterns
from tests.naive.inputs import naive_noise, naive_normal, naive_patch, naive_uniform

KEYS = (0, 1, 2**63, 2**64 - 1)
IMAGES = list(np.random.default_rng(7).random((3, 9, 12)))


class Shown:
    """Listener that keeps the inputs of every step."""

    every = 1

    def __init__(self):
        self.steps = []

    @hookimpl
    def step_finished(self, x):
        self.steps.append(x.copy())


def simulation(data, *encoders, listeners=(), **changes):
    layer = Layer(
        neurons=2,
        rule=oja(),
        activation=Linear(),
        optimizer=SGD(rate=0.001),
        initializer=Normal(std=0.1),
    )
    changes = {"epochs": 2, "batch_size": 3, "seed": 4, "fuse": "never"} | changes
    if "phases" in changes:
        del changes["epochs"]
    made = Experiment(data=data, layers=(layer,), encoders=encoders, **changes)
    return assemble(made, listeners)


def shown(data, *encoders, **changes):
    """The inputs of every step of a run."""
    listener = Shown()
    simulation(data, *encoders, listeners=[listener], **changes).run()
    return listener.steps


# -- numbers that follow from where they are used ----------------------------------------------


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("step", "sample", "i"), [(0, 0, 0), (10**9, 99, 783), (7, 0, 3)])
def test_numbers_are_those_of_a_slow_twin(key, step, sample, i):
    draws = pl.draws_of(np.uint64(key), step, sample)
    uniform = naive_uniform(key, step, sample, i)
    draws = np.uint64(draws)
    assert pl.uniform_draw(draws, i) == uniform
    assert pl.whole_draw(draws, i, 1000) == int(1000 * uniform)
    assert pl.normal_draw(draws, i) == pytest.approx(naive_normal(key, step, sample, i), rel=1e-12)


def test_normal_numbers_of_the_far_tails_are_exact():
    from scipy.special import ndtri

    for bits in (0, 1, 2**20, 2**51, 2**52 - 1):
        p = (bits + 0.5) / 2**52
        found = counted.normal_of(np.float64(p))
        assert found == pytest.approx(ndtri(p) if p < 0.5 else -ndtri(1 - p), rel=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_noise_has_its_moments(kind):
    x = shown(Noise(inputs=100, samples=1000, kind=kind, mean=2, std=3), batch_size=1000, epochs=1)
    z = (x[0].astype(float) - 2) / 3
    # 1e5 numbers: the standard errors of the moments are 0.003 to 0.03.
    assert abs(z.mean()) < 0.02
    assert abs(z.var() - 1) < 0.03
    assert abs((z**4).mean() - {"normal": 3, "uniform": 1.8, "laplace": 6}[kind]) < 0.4
    assert np.abs(np.corrcoef(z, rowvar=False) - np.eye(100)).max() < 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_that_of_a_slow_twin(kind):
    data = Noise(inputs=4, samples=8, kind=kind, mean=0.5, std=2, examples=3)
    made = simulation(data, dtype="float64")
    made.network.notify("epoch_started", made.layers[0].clock)
    key, x = int(made.network.whole.components["data"].key[0]), np.empty((3, 4))
    made.network.whole.components["data"].draw_batch(x, Clock(3, 1, step=5))
    np.testing.assert_allclose(x, naive_noise(key, 5, (3, 4), kind, 0.5, 2.0), rtol=1e-12)


# -- sources -----------------------------------------------------------------------------------


def test_a_source_that_draws_keeps_only_examples_and_has_epochs_of_its_own_length():
    made = simulation(Noise(inputs=5, samples=10**9, examples=20), batch_size=10)
    assert made.data.samples.shape == (20, 5)
    assert made.layers[0].clock.steps_per_epoch == 10**8
    assert made.evaluation.samples.shape == (20, 5)


def test_every_epoch_and_every_seed_draws_other_samples():
    data = Noise(inputs=2, samples=4, examples=1)
    first, other = (np.concatenate(shown(data, seed=seed)) for seed in (1, 2))
    assert len(np.unique(first)) == first.size
    assert not np.isin(first, other).any()


def test_examples_are_those_of_all_runs_and_splits_differ():
    data = Noise(inputs=3, examples=4)
    train, test = (data.open_data(split).samples for split in ("train", "test"))
    assert np.array_equal(train, Noise(inputs=3, examples=4).open_data("train").samples)
    assert not np.isin(train, test).any()
    assert data.open_data("other") is None


def test_data_that_say_how_many_are_drawn_need_a_source_that_draws():
    with pytest.raises(ContractError) as caught:
        simulation(Data(np.ones((5, 2)), n_drawn=7))
    assert str(caught.value) == (
        "data 'given_data': the data say n_drawn=7, but the source draws no sample: let it answer "
        "draw_batch, or leave out n_drawn"
    )


def test_patterns_come_with_their_probabilities():
    data = Patterns(patterns=3, inputs=3, probabilities=(0.5, 0.3, 0.2), samples=30_000)
    counts = (shown(data, batch_size=30_000, epochs=1)[0] > 0).sum(axis=0)
    # The standard error of a count is below 90.
    np.testing.assert_allclose(counts, [15_000, 9_000, 6_000], atol=400)


@pytest.mark.parametrize("overlap", [0, 0.3, 0.9])
def test_patterns_have_unit_length_and_the_overlap_asked_for(overlap):
    data = Patterns(patterns=4, inputs=23, overlap=overlap).open_data("train")
    expected = np.full((4, 4), overlap) + (1 - overlap) * np.eye(4)
    np.testing.assert_allclose(data.samples @ data.samples.T, expected, atol=1e-12)
    assert data.labels.tolist() == [0, 1, 2, 3]


def test_given_patterns_are_shown_as_they_are():
    values = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    x = np.concatenate(shown(Patterns(values=values, samples=50), epochs=1))
    assert {tuple(row) for row in x} == {(1, 2), (3, 4), (5, 6)}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"patterns": 3, "inputs": 3, "overlap": 0.1},
            "patterns: 3 patterns with overlap 0.1 need 4 inputs or more, got 3",
        ),
        (
            {"probabilities": (0.5, 0.6)},
            "patterns: probabilities must be 2 numbers of 0 or more with the sum 1, one a pattern, "
            "got [0.5, 0.6]",
        ),
    ],
)
def test_patterns_that_cannot_be_are_refused(settings, message):
    with pytest.raises(SettingError) as caught:
        Patterns(**settings).open_data("train")
    assert str(caught.value) == message


# -- natural images ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"size": 3},
        {"size": 3, "remove_mean": True},
        {"size": 3, "standardize": True},
        {"size": 2, "eyes": 2},
        {"size": 2, "eyes": 2, "jitter": 2, "standardize": True},
    ],
    ids=str,
)
def test_patches_are_those_of_a_slow_twin(settings):
    data = NaturalImages(images=IMAGES, filter="none", samples=20, examples=2, **settings)
    made = simulation(data, dtype="float64", epochs=1)
    source, clock = made.network.whole.components["data"], made.layers[0].clock
    made.network.notify("epoch_started", clock)
    key = int(source.key[0])
    for clock.step in range(5):
        x = np.empty((3, made.data.n_input))
        source.draw_batch(x, clock)
        for b in range(3):
            expected = naive_patch(key, clock.step, b, source.filtered, **settings)
            np.testing.assert_allclose(x[b], expected, rtol=1e-6, atol=1e-6)


def test_every_place_of_every_image_is_equally_probable():
    # Two images with 2 x 3 and 1 x 2 places for one pixel: 8 values.
    images = [np.arange(6.0).reshape(2, 3), np.array([[0.0, 1.0]])]
    data = NaturalImages(images=images, size=1, filter="none", samples=8000, examples=1)
    values, counts = np.unique(shown(data, batch_size=8000, epochs=1)[0], return_counts=True)
    assert len(values) == 8
    np.testing.assert_allclose(counts, 1000, atol=150)


def test_two_eyes_without_jitter_see_the_same():
    data = NaturalImages(images=IMAGES, size=3, eyes=2, samples=30, filter="whiten")
    for x in shown(data):
        assert np.array_equal(x[:, :9], x[:, 9:])


def test_an_image_is_standardized_after_its_filter():
    for name in ("dog", "whiten", "none"):
        for image in NaturalImages(images=IMAGES, size=3, filter=name).filtered:
            assert abs(image.mean(dtype=float)) < 1e-6
            assert abs(image.std(dtype=float) - 1) < 1e-6


def test_a_point_filtered_by_two_gaussians_is_their_difference():
    image = np.zeros((41, 41))
    image[20, 20] = 1
    (found,) = NaturalImages(images=[image], filter="dog", center=1, surround=3).filtered
    y, x = np.mgrid[-20:21, -20:21]
    gauss = [np.exp(-(x**2 + y**2) / (2 * s * s)) for s in (1, 3)]
    expected = gauss[0] / gauss[0].sum() - gauss[1] / gauss[1].sum()
    expected = (expected - expected.mean()) / expected.std()
    np.testing.assert_allclose(found, expected, atol=0.01 * np.abs(expected).max())


def test_whitening_multiplies_each_frequency():
    wave = np.cos(2 * np.pi * np.arange(32) * 4 / 32)[np.newaxis] * np.ones((16, 1))
    slow = np.cos(2 * np.pi * np.arange(32) / 32)[np.newaxis] * np.ones((16, 1))
    (found,) = NaturalImages(images=[wave + slow], filter="whiten", cutoff=0.2).filtered
    spectrum = np.abs(np.fft.fft2(found))[0]
    ratio = (4 / 32) * np.exp(-((4 / 32 / 0.2) ** 4)) / (1 / 32 * np.exp(-((1 / 32 / 0.2) ** 4)))
    assert spectrum[4] / spectrum[1] == pytest.approx(ratio, rel=1e-4)


def test_images_come_from_a_folder_of_files_and_colours_become_gray(tmp_path):
    from matplotlib.image import imsave

    colour = np.zeros((4, 5, 3), np.uint8)
    colour[1, 2], colour[2, 3] = (255, 0, 0), (0, 255, 0)
    imsave(tmp_path / "one.png", colour)
    (tmp_path / "notes.txt").write_text("no image")
    (found,) = NaturalImages(path=tmp_path, filter="none", size=2).filtered
    gray = 0.299 * (colour[..., 0] > 0) + 0.587 * (colour[..., 1] > 0)
    np.testing.assert_allclose(found, (gray - gray.mean()) / gray.std(), atol=1e-5)


def test_without_images_the_photographs_of_scikit_learn_are_used():
    assert [image.shape for image in NaturalImages().filtered] == [(427, 640), (427, 640)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"images": IMAGES, "size": 8, "jitter": 1},
            "natural_images: image 0 has 9 x 12 pixels, and a patch with its jitter needs 10 x 10",
        ),
        (
            {"images": [np.ones(3)]},
            "natural_images: image 0 must be (y, x) or (y, x, channel) of numbers, got shape (3,) "
            "of float64",
        ),
        (
            {"images": IMAGES, "path": "somewhere"},
            "natural_images: images come from path or from images, not from both",
        ),
    ],
)
def test_images_that_cannot_be_used_are_refused(settings, message):
    with pytest.raises(DataError) as caught:
        NaturalImages(**settings).open_data("train")
    assert str(caught.value) == message


# -- encoders ----------------------------------------------------------------------------------

ONES = Data(np.ones((6, 4)))


def test_noise_is_added_to_the_inputs_or_in_proportion_to_them():
    data = Data(np.full((2000, 2), 3.0))
    (plain,) = shown(data, AddNoise(std=0.5), batch_size=2000, epochs=1)
    (proportional,) = shown(data, AddNoise(std=0.5, proportional=True), batch_size=2000, epochs=1)
    assert plain.std() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_allclose(proportional - 3, 3 * (plain - 3), atol=1e-5)


@pytest.mark.parametrize(
    ("eye", "closed"), [("left", [0, 1]), ("right", [2, 3]), ("both", range(4))]
)
def test_a_closed_eye_is_replaced_by_noise_in_its_phases_alone(eye, closed):
    phases = (Phase("open", 1), Phase("closed", 1), Phase("recovery", 1))
    steps = shown(ONES, Deprivation(eye=eye, during=("closed",)), phases=phases)
    changed = [np.flatnonzero((x != 1).any(axis=0)).tolist() for x in steps]
    assert changed == [[], []] + [list(closed)] * 2 + [[], []]


def test_an_eye_is_closed_between_two_steps():
    steps = shown(ONES, Deprivation(begin=1, end=3, std=0, mean=0.25))
    assert [x[0].tolist() for x in steps] == [
        [1, 1, 1, 1],
        [0.25, 0.25, 1, 1],
        [0.25, 0.25, 1, 1],
        [1, 1, 1, 1],
    ]


def test_a_reverse_suture_closes_one_eye_after_the_other():
    phases = (Phase("first", 1), Phase("reverse", 1))
    suture = [
        Deprivation(eye="left", during=("first",)),
        Deprivation(during=("reverse",), eye="right"),
    ]
    steps = shown(ONES, *suture, phases=phases)
    assert [(x == 1).all(axis=0).tolist() for x in steps] == (
        [[False, False, True, True]] * 2 + [[True, True, False, False]] * 2
    )


def test_a_phase_that_is_not_there_is_refused_before_the_first_step():
    with pytest.raises(SettingError) as caught:
        shown(ONES, Deprivation(during=("dark",)), phases=(Phase("light", 1),))
    assert str(caught.value) == (
        "deprivation: during names the phase 'dark', but the phases of the experiment are ['light']"
    )


def test_spontaneous_activity_is_added_and_dead_inputs_are_zero_for_metrics_too():
    made = simulation(ONES, SpontaneousActivity(level=0.5), DeadInputs(fraction=0.5, seed=3))
    alive = made.network.whole.components["encoders[1]"].alive.astype(float)
    assert alive.sum() == 2
    made.layers[0].arrays["weights"][...] = [[1, 0, 0, 0], [0, 1, 0, 0]]
    assert np.array_equal(made.respond(np.ones((1, 4)))[:, 0], 1.5 * alive[:2])


def test_metrics_see_inputs_without_noise_and_with_open_eyes():
    made = simulation(ONES, AddNoise(std=5), Deprivation())
    made.run()
    weights = made.layers[0].arrays["weights"]
    np.testing.assert_allclose(made.respond(np.ones((1, 4)))[:, 0], weights.sum(axis=1), rtol=1e-5)
