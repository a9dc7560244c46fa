"""Rules, transforms and listeners get the labels of the samples of the step."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import Data, Rule, assemble, component, hookimpl
from plasticity.analysis import responses_of
from plasticity.errors import MissingPartError
from plasticity.sklearn import PlasticityTransformer
from tests.support import fused
from tests.support.toys import SAMPLES, experiment, layer, trained, weights_of

LABELS = np.array([*"abcd"] * 5)
DATA = Data(SAMPLES, labels=LABELS)
OF = {row.tobytes(): label for row, label in zip(SAMPLES.astype("float32"), LABELS, strict=True)}


@component
class Taught(Rule):
    """phi = y on samples of the class a, and none on others."""

    @hookimpl
    def modulate(self, activity, labels, modulation):
        modulation += activity * (labels == "a")


class Seen:
    """A listener that holds each label beside its sample."""

    def __init__(self, every):
        self.every = every
        self.steps = 0

    @hookimpl
    def step_finished(self, x, labels):
        assert [OF[row.tobytes()] for row in x] == labels.tolist()
        self.steps += 1


@component
class Marks:
    """A source that draws, and has labels for its examples."""

    @hookimpl
    def open_data(self, split):
        return Data(SAMPLES, labels=LABELS, n_drawn=20, name="marks")

    @hookimpl
    def draw_batch(self, x):
        x.fill(1)
        return x


@pytest.mark.parametrize("batch_size", [5, 8])
def test_a_listener_gets_the_labels_of_the_samples_of_its_step(batch_size):
    seen = Seen(1)
    trained(data=DATA, epochs=3, batch_size=batch_size, listeners=[seen])
    assert seen.steps == 3 * -(-20 // batch_size)


def test_a_rule_learns_from_the_labels_of_its_step():
    taught = trained(layer(rule=Taught()), data=DATA, batch_size=20)
    start = weights_of(assemble(experiment(layer(rule=Taught()), data=DATA)))
    y = start @ SAMPLES.T.astype("float32")
    own = y[:, LABELS == "a"] @ SAMPLES[LABELS == "a"] / 20
    np.testing.assert_allclose(weights_of(taught), start + 0.1 * own, rtol=1e-5)


@pytest.mark.parametrize("batch_size", [5, 8])
def test_a_rule_with_a_coefficient_gets_them_too(batch_size):
    halves = layer(rule=0.5 * Taught() + 0.5 * Taught())
    changes = {"data": DATA, "batch_size": batch_size, "epochs": 2}
    whole = trained(layer(rule=Taught()), **changes)
    np.testing.assert_allclose(weights_of(trained(halves, **changes)), weights_of(whole), rtol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 8])
def test_a_listener_of_compiled_steps_gets_them_and_changes_no_bit(batch_size):
    changes = {"data": DATA, "batch_size": batch_size, "epochs": 2, "fuse": "always"}
    seen = Seen(2)
    heard = trained(fused.layer(), listeners=[seen], **changes)
    assert heard.explain_step(heard.layers[0]) is None
    assert seen.steps == -(-20 // batch_size)
    assert weights_of(heard).tobytes() == weights_of(trained(fused.layer(), **changes)).tobytes()


def test_what_learnt_from_labels_responds_to_samples_without_them():
    made = experiment(layer(rule=Taught()), data=DATA)
    run = pl.run(made)
    expected = weights_of(trained(layer(rule=Taught()), data=DATA)) @ SAMPLES.astype("float32").T
    np.testing.assert_allclose(responses_of(run, SAMPLES), expected, rtol=1e-5)
    fitted = PlasticityTransformer(made).fit(SAMPLES, LABELS)
    np.testing.assert_allclose(fitted.transform(SAMPLES).T, expected, rtol=1e-5)


def test_labels_that_nobody_takes_change_no_bit():
    without, with_labels = (trained(data=data) for data in (Data(SAMPLES), DATA))
    assert weights_of(without).tobytes() == weights_of(with_labels).tobytes()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (Data(SAMPLES, name="plain"), "'plain' has none"),
        (Marks(), "'marks' draws its samples, without labels"),
    ],
)
def test_a_rule_without_labels_is_refused(data, told):
    with pytest.raises(MissingPartError) as caught:
        assemble(experiment(layer(rule=Taught()), data=data))
    assert str(caught.value) == (
        f"layers[0].rule 'taught' reads 'labels', but {told}: give data with labels, or leave "
        "it out"
    )
