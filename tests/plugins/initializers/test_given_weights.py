"""Initial weights that are samples, come from a file, or are those of another run."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, assemble, component, hookimpl, open_run
from plasticity.errors import SettingError
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.initializers.given import FromArray, FromRun, FromSamples

SAMPLES = np.random.default_rng(7).random((6, 4))
WEIGHTS = np.random.default_rng(8).normal(size=(3, 4))


@component
class Shift:
    """Encoder x <- x + 10."""

    @hookimpl
    def encode(self, x):
        x += 10


def layer(initializer, neurons=3, **parts):
    parts = {"rule": "oja", "activation": "relu", "optimizer": "sgd"} | parts
    return Layer(neurons=neurons, initializer=initializer, **parts)


def made(*layers, samples=SAMPLES, **changes):
    changes = {"seed": 1, "batch_size": 2, "dtype": "float64"} | changes
    return assemble(Experiment(data=Data(samples), layers=layers, **changes))


def first_weights(*layers, **changes):
    return [state.arrays["weights"] for state in made(*layers, **changes).layers]


def refusal(initializer, **changes):
    with pytest.raises(SettingError) as caught:
        made(layer(initializer), **changes)
    return str(caught.value)


def rows_of(weights, samples=SAMPLES):
    """Which sample each neuron holds."""
    return [int(np.flatnonzero((samples == row).all(axis=1))[0]) for row in weights]


# -- samples -----------------------------------------------------------------------------------


def test_each_neuron_begins_with_a_sample_of_its_own():
    (weights,) = first_weights(layer(FromSamples(), neurons=6))
    assert sorted(rows_of(weights)) == [0, 1, 2, 3, 4, 5]


def test_more_neurons_than_samples_share_them_evenly():
    (weights,) = first_weights(layer(FromSamples(), neurons=15))
    assert sorted(np.bincount(rows_of(weights))) == [2, 2, 2, 3, 3, 3]


def test_samples_become_weights_as_the_layer_sees_them_scaled_and_encoded():
    images = np.arange(0, 240, 10, dtype=np.uint8).reshape(6, 4)
    (weights,) = first_weights(
        layer(FromSamples(scale=2.0), neurons=6), samples=images, encoders=(Shift(),)
    )
    expected = 2 * (images / 255 + 10)
    np.testing.assert_allclose(np.sort(weights, axis=0), np.sort(expected, axis=0), rtol=1e-15)


def test_the_seed_decides_which_samples():
    first, again, other = (
        rows_of(first_weights(layer(FromSamples()), seed=seed)[0]) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_an_upper_layer_begins_with_what_the_layer_below_answers():
    below, above = first_weights(layer(Normal()), layer(FromSamples(), neurons=2))
    answers = np.maximum(SAMPLES @ below.T, 0)
    distance = np.abs(above[:, np.newaxis] - answers).max(axis=2)
    assert (np.sort(distance, axis=1)[:, 0] < 1e-14).all()
    assert len(set(distance.argmin(axis=1))) == 2


# -- a file ------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "weights.npy"
    np.save(path, WEIGHTS)
    return path


def test_the_weights_are_those_of_the_file(file):
    (weights,) = first_weights(layer(FromArray(path=file)))
    assert np.array_equal(weights, WEIGHTS)


def test_a_file_works_from_a_spec_and_in_float32(file):
    experiment = Experiment(
        data=Data(SAMPLES), layers=(layer({"name": "from_array", "path": str(file)}),), batch_size=2
    )
    (state,) = assemble(experiment).layers
    assert np.array_equal(state.arrays["weights"], WEIGHTS.astype(np.float32))


def test_a_file_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(FromArray(path="none.npy")) == (
        f"layers[0].initializer 'from_array': {tmp_path / 'none.npy'}: there is no such file; a "
        f"relative path starts at {tmp_path}"
    )


def test_an_array_of_another_shape_is_refused(file):
    np.save(file, WEIGHTS.T)
    assert refusal(FromArray(path=file)) == (
        f"layers[0].initializer 'from_array': {file}: holds an array of shape (4, 3), but the "
        "weights (neuron, input) have shape (3, 4)"
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_that_are_not_finite_are_refused(file, dtype):
    broken = WEIGHTS.copy()
    broken[1, 2] = np.nan
    np.save(file, broken)
    assert refusal(FromArray(path=file), dtype=dtype) == (
        f"layers[0].initializer 'from_array': {file}: all weights must be finite, but that of "
        f"neuron 1 and input 2 is nan (in {dtype})"
    )


def test_weights_too_large_for_float32_are_refused(file):
    np.save(file, WEIGHTS * 1e300)
    assert "must be finite" in refusal(FromArray(path=file), dtype="float32")


def test_complex_numbers_are_refused(file):
    np.save(file, WEIGHTS.astype(complex))
    assert refusal(FromArray(path=file)) == (
        f"layers[0].initializer 'from_array': {file}: weights are real numbers, got values of type "
        "complex128"
    )


MUST = "must be an npy file of one array of numbers, as np.save writes it"


def test_a_file_of_several_arrays_is_refused(tmp_path):
    path = tmp_path / "all.npz"
    np.savez(path, one=WEIGHTS, other=WEIGHTS)
    assert refusal(FromArray(path=path)).startswith(
        f"layers[0].initializer 'from_array': {path}: {MUST}: the magic string is not correct"
    )


def test_a_pickle_is_not_read(file):
    np.save(file, np.array([[object()]]), allow_pickle=True)
    assert refusal(FromArray(path=file)).startswith(
        f"layers[0].initializer 'from_array': {file}: {MUST}: Object arrays cannot be loaded"
    )


def test_a_file_that_is_cut_short_is_refused(file):
    file.write_bytes(file.read_bytes()[:-8])
    assert refusal(FromArray(path=file)).startswith(
        f"layers[0].initializer 'from_array': {file}: {MUST}: "
    )


# -- another run -------------------------------------------------------------------------------


def trained(path, *layers):
    simulation = made(*layers)
    simulation.run(path)
    return [state.arrays["weights"].copy() for state in simulation.layers]


def test_a_run_begins_with_the_weights_with_which_another_one_ended(tmp_path):
    (ended,) = trained(tmp_path / "run", layer(Normal()))
    (begun,) = first_weights(layer(FromRun(path=tmp_path / "run")))
    assert np.array_equal(begun, ended)
    assert np.array_equal(begun, open_run(tmp_path / "run").weights)


def test_any_layer_of_a_run_can_be_taken_by_its_name(tmp_path):
    ended = trained(tmp_path / "run", layer(Normal(), name="v1"), layer(Normal(), 2, name="v2"))
    begun = first_weights(
        layer(FromRun(path=str(tmp_path / "run"), layer="v1")),
        layer(FromRun(path=str(tmp_path / "run"), layer="v2"), 2),
    )
    assert np.array_equal(begun[0], ended[0])
    assert np.array_equal(begun[1], ended[1])


def test_a_folder_that_holds_no_run_is_refused(tmp_path):
    assert refusal(FromRun(path=tmp_path)) == (
        f"layers[0].initializer 'from_run': {tmp_path}: there is nothing there"
    )


def test_a_run_that_kept_no_weights_yet_is_refused(tmp_path):
    told = []

    class Impatient:
        @hookimpl
        def run_started(self):
            told.append(refusal(FromRun(path=tmp_path / "run")))

    simulation = made(layer(Normal()))
    simulation.register(Impatient())
    simulation.run(tmp_path / "run")
    assert told == [
        f"layers[0].initializer 'from_run': {tmp_path / 'run'}: no weights were kept yet, and the "
        "run is 'running'"
    ]


def test_a_layer_must_be_named_where_there_are_several(tmp_path):
    path = tmp_path / "run"
    trained(path, layer(Normal(), name="v1"), layer(Normal(), 2, name="v2"))
    assert refusal(FromRun(path=path)) == (
        f"layers[0].initializer 'from_run': {path}: holds the layers 'v1', 'v2'; say which, for "
        "example layer = 'v1'"
    )
    assert refusal(FromRun(path=path, layer="v3")) == (
        f"layers[0].initializer 'from_run': {path}: no layer 'v3'; did you mean 'v2'? (it holds "
        "'v1', 'v2')"
    )


def test_the_weights_of_a_layer_of_another_size_are_refused(tmp_path):
    trained(tmp_path / "run", layer(Normal(), neurons=5))
    assert refusal(FromRun(path=tmp_path / "run")) == (
        f"layers[0].initializer 'from_run': {tmp_path / 'run'}: holds an array of shape (5, 4), "
        "but the weights (neuron, input) have shape (3, 4)"
    )
