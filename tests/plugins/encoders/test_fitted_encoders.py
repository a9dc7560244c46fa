"""Encoders that are fitted to the training data once: values, and that the fit is kept."""

import gc
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plasticity as pl
from plasticity import Data, Experiment, component, hookimpl
from plasticity.analysis import responses_of
from plasticity.errors import ContractError
from plasticity.sklearn import PlasticityTransformer
from plasticity.testing import check_component
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.encoders.disturbance import AddNoise, SpontaneousActivity
from plasticity_plugins.encoders.normalization import Centre, Standardize, UnitLength, Whiten
from plasticity_plugins.initializers.given import FromSamples
from plasticity_plugins.observers.recorder import Recorder
from plasticity_plugins.sources.noise import Noise
from tests.naive.inputs import naive_standardized, naive_unit_length, naive_whitened
from tests.support.fused import assert_same_bits, kept, layer, simulation

RANDOM = np.random.default_rng(6)
X = RANDOM.random((400, 16)) @ RANDOM.normal(size=(16, 16)) + np.arange(16)
OTHERS = 3 * RANDOM.random((20, 16)) - 1
FITTED = [Centre(), Standardize(), Whiten(epsilon=0.1)]
ALL = [*FITTED, Centre(per="sample"), Standardize(per="sample"), UnitLength(), UnitLength(p=3)]


def named(encoder):
    return f"{encoder.label}-{getattr(encoder, 'per', '')}{getattr(encoder, 'p', '')}"


class Shown:
    every = 1

    def __init__(self):
        self.samples = []

    @hookimpl
    def step_finished(self, x):
        self.samples.append(x.copy())


def seen(samples, *encoders, dtype="float64", **changes):
    """All samples as a run without shuffling sees them in an epoch."""
    shown = Shown()
    changes = {"epochs": 1, "batch_size": len(samples), "fuse": "never", **changes}
    simulation(
        layer(neurons=1),
        samples=samples,
        encoders=encoders,
        listeners=[shown],
        shuffle=False,
        dtype=dtype,
        **changes,
    ).run()
    return np.concatenate(shown.samples)


# -- what comes out ----------------------------------------------------------------------------


def test_centred_inputs_have_mean_0_and_their_old_variance():
    found = seen(X, Centre())
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(found.var(axis=0), X.var(axis=0), rtol=1e-12)


def test_standardized_inputs_have_mean_0_and_variance_1_and_constant_ones_are_0():
    samples = X.copy()
    samples[:, 3], samples[:, 5] = 0.1, 0
    found = seen(samples, Standardize())
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    expected = np.ones(16)
    expected[[3, 5]] = 0
    np.testing.assert_allclose(found.var(axis=0), expected, atol=1e-12)


def test_each_sample_is_standardized_over_its_own_inputs():
    found = seen(X, Standardize(per="sample"))
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(found.var(axis=1), 1, rtol=1e-12)
    assert np.array_equal(seen(np.full((4, 3), 0.7), Standardize(per="sample")), np.zeros((4, 3)))


def test_whitened_inputs_have_the_identity_as_covariance_and_stay_near_to_what_they_were():
    found = seen(X, Whiten(epsilon=0))
    np.testing.assert_allclose(found.T @ found / len(X), np.eye(16), atol=1e-9)
    # Of all matrices that whiten, Z has the largest trace of the covariance with the inputs.
    cross = (X - X.mean(axis=0)).T @ found / len(X)
    np.testing.assert_allclose(cross, cross.T, atol=1e-9)
    assert np.linalg.eigvalsh(cross).min() > 0


def test_directions_in_which_no_sample_varies_are_left_out_by_whitening():
    samples = np.column_stack([X[:, :3], X[:, 0] + X[:, 1], np.full(400, 2.0)])
    found = seen(samples, Whiten(epsilon=0))
    eigenvalues = np.linalg.eigvalsh(found.T @ found / 400)
    np.testing.assert_allclose(eigenvalues, [0, 0, 1, 1, 1], atol=1e-9)


def test_samples_have_length_1_in_their_norm_and_zeros_stay():
    samples = np.vstack([X, np.zeros(16)])
    for p in (1, 2, 3.5, np.inf):
        lengths = np.linalg.norm(seen(samples, UnitLength(p=p)), p, axis=1)
        np.testing.assert_allclose(lengths, [*np.ones(400), 0], rtol=1e-12)


def test_a_length_is_right_also_where_its_square_is_no_number_of_the_type():
    samples = np.array([[3e30, 4e30], [3e-30, 4e-30]])
    found = seen(samples, UnitLength(), dtype="float32")
    np.testing.assert_allclose(found, [[0.6, 0.8]] * 2, rtol=1e-6)


@given(st.data())
def test_encoders_are_their_slow_twins(data):
    shape = data.draw(st.tuples(st.integers(8, 30), st.integers(1, 5)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    epsilon = data.draw(st.sampled_from([0.01, 0.5]))
    p = data.draw(st.sampled_from([1, 2, 3, np.inf]))
    samples = np.random.default_rng(seed).normal(2, 3, shape)
    factor = data.draw(st.sampled_from([0, 1, 100]))
    samples[:, 0] *= factor
    for encoder, expected in (
        (Centre(), naive_standardized(samples, scales=False)),
        (Centre(per="sample"), naive_standardized(samples.T, scales=False).T),
        (Standardize(epsilon=epsilon), naive_standardized(samples, epsilon=epsilon)),
        (Standardize(per="sample"), naive_standardized(samples.T).T),
        (UnitLength(p=p), naive_unit_length(samples, p)),
        *([(Whiten(epsilon=epsilon), naive_whitened(samples, epsilon))] if factor else []),
    ):
        found = seen(samples, encoder)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9, err_msg=named(encoder))


def test_an_encoder_is_fitted_to_what_those_before_it_leave_and_once_for_all_layers():
    made = simulation(
        layer(), layer(neurons=3), samples=X, encoders=[UnitLength(), Whiten(epsilon=0)]
    )
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(
        made.network.whole.arrays["encoders[1].mean"], unit.mean(axis=0), rtol=1e-5
    )
    again = seen(X, UnitLength(), Whiten(epsilon=0))
    np.testing.assert_allclose(again.T @ again / 400, np.eye(16), atol=1e-9)


def test_weights_that_begin_as_samples_are_encoded_ones():
    made = simulation(
        layer(neurons=400, initializer=FromSamples()), samples=X, encoders=[Standardize()]
    )
    np.testing.assert_allclose(made.layers[0].arrays["weights"].mean(axis=0), 0, atol=1e-5)


# -- compiled, and once ------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("encoder", ALL, ids=named)
def test_compiled_steps_and_hooks_see_the_same_bits(encoder, batch_size):
    how = {"batch_size": batch_size, "dtype": "float32"}
    planned = seen(X[:50], encoder, **how)
    assert np.array_equal(seen(X[:50], encoder, fuse="always", **how), planned)
    # Behind an encoder that draws, the kernels do it at each step.
    encoders = [AddNoise(std=0.0), encoder]
    assert np.array_equal(seen(X[:50], *encoders, fuse="always", **how), planned)
    assert np.array_equal(seen(X[:50], *encoders, **how), planned)


def test_compiled_steps_whiten_what_a_source_draws():
    data = Noise(inputs=4, samples=300, examples=50)
    for batch_size in (1, 6):
        shown = [Shown(), Shown()]
        for listener, fuse in zip(shown, ("always", "never"), strict=True):
            made = pl.assemble(
                Experiment(
                    data=data,
                    layers=(layer(neurons=2),),
                    encoders=(Whiten(),),
                    batch_size=batch_size,
                    epochs=1,
                    fuse=fuse,
                ),
                [listener],
            )
            made.run()
        assert np.array_equal(*(np.concatenate(each.samples) for each in shown))


@component
class Counts:
    """Encoder that counts the samples of training; evaluation leaves out what takes the clock."""

    once = True
    given = 0

    @hookimpl
    def encode(self, x, clock):
        type(self).given += len(x)


def test_data_in_memory_are_encoded_once_and_behind_what_is_not_once_at_each_step(monkeypatch):
    for encoders, expected in (
        ([Counts()], 50),
        ([SpontaneousActivity(), Counts()], 50),
        ([AddNoise(), Counts()], 150),
    ):
        monkeypatch.setattr(Counts, "given", 0)
        simulation(layer(), samples=X[:50], encoders=encoders, fuse="never").run()
        assert Counts.given == expected


def test_data_too_large_to_be_kept_twice_are_encoded_at_each_step(monkeypatch):
    from plasticity.fusion import inputs as drawing

    once = seen(X, Whiten(), dtype="float32")
    monkeypatch.setattr(drawing, "_ENCODED", 10)
    assert np.array_equal(seen(X, Whiten(), dtype="float32"), once)
    monkeypatch.setattr(Counts, "given", 0)
    simulation(layer(), samples=X[:50], encoders=[Counts()], fuse="never").run()
    assert Counts.given == 150


class Wraps:
    @hookimpl(wrapper=True)
    def encode(self, x):
        result = yield
        x += 1
        return result


def test_what_wraps_the_event_has_the_data_encoded_at_each_step():
    monitored = Shown()
    simulation(
        layer(), samples=X, encoders=[Centre()], listeners=[Wraps(), monitored], fuse="never"
    ).run()
    total = np.concatenate(monitored.samples)[:400]
    np.testing.assert_allclose(total.mean(axis=0), 1, atol=1e-5)


@component
class Drifts:
    """Encoder that says it does the same at every step, and does not."""

    once = True

    def __attrs_post_init__(self):
        self.calls = 0

    @hookimpl
    def encode(self, x):
        self.calls += 1
        x += self.calls


def test_an_encoder_that_breaks_its_promise_is_told():
    with pytest.raises(ContractError, match="says `once`, but what it does to a sample before"):
        check_component(Drifts)


# -- the fit is kept ---------------------------------------------------------------------------


def experiment(encoder, data=None, **changes):
    made = {
        "data": Data(X) if data is None else data,
        "layers": (layer(activation=Linear()),),
        "encoders": (encoder,),
        "epochs": 2,
        "batch_size": 20,
        "seed": 3,
    }
    return Experiment(**made | changes)


def encoded(run, samples):
    """The samples by the arrays that a run tells of its encoder."""
    fit = run.encoders()
    x = samples - fit["encoders[0].mean"].values
    if "encoders[0].factor" in fit:
        x = x * fit["encoders[0].factor"].values
    return x @ fit["encoders[0].whitening"].values if "encoders[0].whitening" in fit else x


@pytest.mark.parametrize("encoder", FITTED, ids=named)
def test_responses_to_other_samples_use_what_the_training_data_gave(encoder, tmp_path):
    run = pl.run(experiment(encoder), out=tmp_path / "run")
    expected = run.weights.values @ encoded(run, OTHERS).T
    for known in (run, pl.open_run(tmp_path / "run"), pl.run(experiment(encoder))):
        np.testing.assert_allclose(responses_of(known, OTHERS).values, expected, rtol=1e-3)


@pytest.mark.parametrize("encoder", FITTED, ids=named)
def test_an_estimator_responds_and_goes_on_with_its_first_fit(encoder):
    made = PlasticityTransformer(experiment(encoder, "digits"), epochs=2, random_state=3).fit(X)
    run = pl.run(experiment(encoder))
    assert np.array_equal(made.weights_, run.weights.values)
    found = pickle.loads(pickle.dumps(made)).transform(OTHERS)
    np.testing.assert_allclose(found.T, responses_of(run, OTHERS).values, rtol=1e-6)
    passing = PlasticityTransformer(experiment(encoder, "digits"), random_state=3)
    passing.partial_fit(X)
    fit = passing._fitted.snapshot["experiment"]["arrays"]["encoders[0].mean"]
    passing.partial_fit(OTHERS)
    again = passing._fitted.snapshot["experiment"]["arrays"]["encoders[0].mean"]
    assert np.array_equal(fit, again)


@pytest.mark.parametrize("encoder", FITTED, ids=named)
@pytest.mark.parametrize("fuse", ["never", "always"])
def test_a_run_that_goes_on_uses_the_fit_of_its_checkpoint(encoder, fuse, tmp_path):
    whole = pl.run(experiment(encoder, fuse=fuse))
    pl.run(experiment(encoder, fuse=fuse, epochs=1), out=tmp_path / "run")
    resumed = pl.resume(tmp_path / "run", data=X, epochs=2)
    assert np.array_equal(resumed.weights.values, whole.weights.values)
    assert resumed.encoders().equals(whole.encoders())


def test_a_state_that_is_put_in_has_the_data_encoded_anew():
    one = simulation(layer(), samples=X, encoders=[Centre()])
    one.run()
    other = simulation(layer(), samples=X, encoders=[Centre()])
    other.network.whole.arrays["encoders[0].mean"][...] = 7
    other.run()
    other.restore(simulation(layer(), samples=X, encoders=[Centre()]).snapshot())
    other.run()
    assert_same_bits(kept(one), kept(other))


def test_data_that_are_encoded_anew_leave_no_older_copy_in_memory():
    made = simulation(layer(), samples=X, encoders=[Centre()])
    start = made.snapshot()
    copies = []
    for _ in range(3):
        made.restore(start)
        made.run()
        copies.append(weakref.ref(made.network.whole.components["batches"].shown.samples))
    gc.collect()
    assert [copy() is None for copy in copies] == [True, True, False]


def test_the_images_that_a_layer_sees_keep_their_shape():
    run = pl.run(experiment(Whiten(), Data(X.reshape(400, 4, 4))))
    assert pl.analysis.receptive_fields(run).sizes == {"neuron": 5, "y": 4, "x": 4}


def test_an_interrupted_store_tells_the_fit_from_its_checkpoint(tmp_path):
    class Stops:
        @hookimpl
        def should_stop(self, clock):
            if clock.step == 25:
                raise RuntimeError("on purpose")

    with pytest.raises(pl.errors.ComponentError):
        pl.run(
            experiment(Centre(), storage=pl.Storage(checkpoint=10)),
            out=tmp_path / "run",
            listeners=[Stops()],
        )
    found = pl.open_run(tmp_path / "run").encoders()
    np.testing.assert_allclose(found["encoders[0].mean"].values, X.mean(axis=0), rtol=1e-6)


def test_a_recorder_does_not_see_the_arrays_of_encoders_as_those_of_a_layer():
    run = pl.run(experiment(Whiten(), observers=(Recorder(every=10),)))
    assert set(run.state()) == {"weights"}
    assert set(run.encoders()) == {"encoders[0].mean", "encoders[0].whitening"}
