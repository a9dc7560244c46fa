"""What the units of Krotov & Hopfield must converge to."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import LinearToZero
from tests.support.following import follow


@pytest.mark.parametrize("power", [2, 3])
@pytest.mark.parametrize("std", [0.1, 1.0])
def test_the_weights_of_a_unit_that_wins_converge_to_unit_p_norm(power, std):
    """Krotov & Hopfield (2019), equation 3.

    With u = sum_j sign(w_j) |w_j|^(p-1) x_j and dw = g (x - u w),

        d ||w||_p^p = p sum_j sign(w_j) |w_j|^(p-1) dw_j = p g u (1 - ||w||_p^p),

    so the norm goes to 1, from below and from above, wherever the unit learns with g u > 0 on the
    whole. A step of size epsilon adds a term of order epsilon^2 |dw|^2; the rate falls to 0.
    """
    rng = np.random.default_rng(31)
    centres = rng.normal(size=(4, 12))
    samples = centres[rng.integers(4, size=400)] + 0.1 * rng.normal(size=(400, 12))
    experiment = Experiment(
        data=Data(samples),
        layers=(
            Layer(
                neurons=6,
                rule=KrotovHopfield(power=power, anti_hebbian=0.1),
                activation=Relu(),
                initializer=Normal(std=std),
                optimizer=SGD(rate=0.1),
                schedule=LinearToZero(per="step"),
            ),
        ),
        epochs=100,
        batch_size=20,
        dtype="float64",
        seed=2,
    )
    weights = follow(experiment).weights[-1]
    powered = np.sign(weights) * np.abs(weights) ** (power - 1)
    winners = np.unique(np.argmax(powered @ samples.T, axis=0))
    assert len(winners) >= 3
    norms = np.linalg.norm(weights[winners], ord=power, axis=1)
    np.testing.assert_allclose(norms, 1, atol=1e-3)
