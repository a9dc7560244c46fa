"""Sums and multiples of rules, on schedules and in phases, through the whole loop."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, Phase, Stream, hookimpl
from plasticity.errors import SpecError
from plasticity.experiment.citations import citations_of, entries_of
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import Cosine, LinearToZero
from plasticity_plugins.thresholds.mean_square import BatchMean
from plasticity_plugins.transforms.updates import WeightDecay
from tests.support.following import follow

SAMPLES = np.random.default_rng(21).random((20, 7))
RATE = 0.1


def followed(rule, **settings):
    """A layer of 5 rectified neurons that learns by this rule, in 4 batches of 5 an epoch."""
    layer = {
        "neurons": 5,
        "rule": rule,
        "threshold": BatchMean(),
        "activation": Relu(),
        "initializer": Normal(mean=0.1, std=0.3),
        "optimizer": SGD(rate=RATE),
    }
    whole = {"epochs": 2, "batch_size": 5, "dtype": "float64", "seed": 3}
    whole |= {name: settings.pop(name) for name in ("phases", "epochs") if name in settings}
    if "phases" in whole:
        del whole["epochs"]
    return follow(Experiment(data=Data(SAMPLES), layers=(Layer(**layer, **settings),), **whole))


def written_out(run, update):
    """The weights after each step of the run, if dW is what this function says."""
    weights, path = run.start, []
    for rows in run.rows:
        weights = weights + RATE * update(weights, SAMPLES[rows])
        path.append(weights)
    return path


def bcm(weights, x):
    y = np.maximum(weights @ x.T, 0)
    theta = (y**2).mean(axis=1, keepdims=True)
    phi = np.divide(y * (y - theta), theta, out=np.zeros(y.shape), where=theta > 0)
    return phi @ x / len(x)


def oja_update(weights, x):
    y = np.maximum(weights @ x.T, 0)
    return y @ x / len(x) - (y**2).mean(axis=1, keepdims=True) * weights


def krotov_hopfield(weights, x):
    u = weights @ x.T
    g, columns = np.zeros(u.shape), np.arange(len(x))
    order = np.argsort(u, axis=0)
    g[order[-1], columns], g[order[-2], columns] = 1, -0.4
    return g @ x / len(x) - (g * u).mean(axis=1, keepdims=True) * weights


def assert_follows(run, update):
    assert len(run.weights) == 8
    assert np.ptp(run.weights[-1] - run.start) > 0.01
    np.testing.assert_allclose(run.weights, written_out(run, update), rtol=0, atol=1e-12)


def test_a_sum_learns_what_the_written_out_sum_learns():
    run = followed(lc94() + 0.1 * oja())
    assert_follows(run, lambda w, x: bcm(w, x) + 0.1 * oja_update(w, x))


def test_a_difference_learns_what_the_written_out_difference_learns():
    run = followed(0.5 * oja() - 0.25 * lc94())
    assert_follows(run, lambda w, x: 0.5 * oja_update(w, x) - 0.25 * bcm(w, x))


def test_half_a_competitive_rule_learns_half():
    run = followed(0.5 * KrotovHopfield())
    assert_follows(run, lambda w, x: 0.5 * krotov_hopfield(w, x))


def test_rules_with_and_without_competition_add_up():
    run = followed(2 * lc94() + 0.5 * KrotovHopfield())
    assert_follows(run, lambda w, x: 2 * bcm(w, x) + 0.5 * krotov_hopfield(w, x))


def test_a_multiple_of_a_competitive_rule_keeps_its_synapse():
    run = followed(0.5 * KrotovHopfield(power=3), epochs=1)
    alone = followed(KrotovHopfield(power=3), epochs=1)
    moved, moved_alone = run.weights[0] - run.start, alone.weights[0] - alone.start
    np.testing.assert_allclose(moved, 0.5 * moved_alone, rtol=0, atol=1e-12)


def test_a_coefficient_follows_a_schedule_step_by_step():
    run = followed(lc94() + 2 * oja().following(Cosine(lowest=0.25)))
    weights = run.start
    for step, rows in enumerate(run.rows):
        x = SAMPLES[rows]
        coefficient = 2 * (0.25 + 0.75 * (1 + np.cos(np.pi * step / 8)) / 2)
        weights = weights + RATE * (bcm(weights, x) + coefficient * oja_update(weights, x))
        np.testing.assert_allclose(run.weights[step], weights, rtol=0, atol=1e-12)


STAIRS = {"name": "staircase", "length": 5, "share": 0.5, "per": "step"}


def test_a_coefficient_and_the_learning_rate_follow_schedules_of_their_own():
    run = followed(oja().following(STAIRS), schedule=LinearToZero(per="step"))
    weights = run.start
    for step, rows in enumerate(run.rows):
        factor = (1 if step < 5 else 0.5) * (1 - step / 8)
        weights = weights + RATE * factor * oja_update(weights, SAMPLES[rows])
        np.testing.assert_allclose(run.weights[step], weights, rtol=0, atol=1e-12)


class Wandering:
    """Schedule that draws its factor."""

    rng = Stream()

    @hookimpl
    def schedule_rate(self):
        return self.rng.random()

    @hookimpl
    def epoch_started(self): ...


def test_the_schedule_of_a_coefficient_has_nothing_but_its_factor():
    with pytest.raises(SpecError) as caught:
        followed(oja() + hebb().following(Wandering()))
    assert str(caught.value) == (
        "layers[0].rule[1].schedule: the schedule of a coefficient is asked for its factor and "
        "nothing else, so 'wandering' can be none: it has 'epoch_started', 'rng'"
    )


def test_only_a_schedule_is_the_schedule_of_a_coefficient():
    with pytest.raises(SpecError) as caught:
        followed(oja().following("relu"))
    assert str(caught.value) == (
        "layers[0].rule.schedule: 'relu' has the role 'activation', expected "
        "'schedule' (plasticity plugins lists all by role)"
    )


def test_an_experiment_cites_the_paper_of_the_schedule_of_a_coefficient():
    layer = Layer(
        neurons=1,
        rule=hebb().following("cosine"),
        activation="relu",
        initializer="ones",
        optimizer="sgd",
    )
    cited = citations_of(Experiment(data=Data(SAMPLES), layers=[layer]))
    assert entries_of(Cosine, Cosine.source)[0] in cited


def test_a_sum_in_other_order_learns_the_same():
    one, other = followed(lc94() + 0.1 * oja()), followed(0.1 * oja() + lc94())
    np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=1e-12)


REARING = (Phase("dark", 1), Phase("rearing", 1), Phase("dark again", 1))


def test_weights_stay_untouched_in_phases_in_which_no_rule_learns():
    run = followed(lc94().during("rearing"), phases=REARING, transforms=(WeightDecay(rate=0.1),))
    dark, rearing, dark_again = np.split(np.array(run.weights), 3)
    assert all(np.array_equal(weights, run.start) for weights in dark)
    assert all(np.any(step) for step in np.diff([run.start, *rearing], axis=0))
    assert all(np.array_equal(weights, rearing[-1]) for weights in dark_again)


def test_a_rule_of_one_phase_adds_to_the_others_in_that_phase_only():
    run = followed(oja() + hebb().during("rearing"), phases=REARING)
    weights = run.start
    for step, rows in enumerate(run.rows):
        x = SAMPLES[rows]
        y = np.maximum(weights @ x.T, 0)
        added = y @ x / len(x) if 4 <= step < 8 else 0
        weights = weights + RATE * (oja_update(weights, x) + added)
        np.testing.assert_allclose(run.weights[step], weights, rtol=0, atol=1e-12)


def test_two_rules_may_take_turns():
    run = followed(oja().during("dark", "dark again") + lc94().during("rearing"), phases=REARING)
    weights = run.start
    for step, rows in enumerate(run.rows):
        update = bcm if 4 <= step < 8 else oja_update
        weights = weights + RATE * update(weights, SAMPLES[rows])
        np.testing.assert_allclose(run.weights[step], weights, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "oja()",
        "lc94() + oja()",
        "-2 * oja() - 0.5 * lc94()",
        "KrotovHopfield(power=3.0, rank=2, anti_hebbian=0.4).during('early', 'late') - oja()",
        "oja() + 0.1 * hebb().following('cosine')",
        "hebb().during('early').following({'name': 'cosine', 'lowest': 0.1}) + 3 * oja()",
    ],
)
def test_a_sum_is_shown_as_it_may_be_written(text):
    assert repr(eval(text)) == text
