import numpy as np
import pytest
from plasticity_instar.rules import instar

import plasticity as pl
from plasticity.testing import checks_for

CHECKS = [(name, *check) for name in ("instar", "weight_norms") for check in checks_for(name)]


@pytest.mark.parametrize(("name", "check_name", "check"), CHECKS)
def test_a_component_keeps_the_contract(name, check_name, check):
    check()


def test_the_weights_go_to_the_mean_of_the_inputs_weighted_by_activity():
    patterns = np.array([[1.0, 0.0], [0.2, 0.6]])
    layer = pl.Layer(
        neurons=1,
        rule=instar(),
        activation="logistic",
        optimizer={"name": "sgd", "rate": 0.5},
        initializer={"name": "normal", "std": 0.1},
    )
    spec = pl.Experiment(
        data=pl.Data(patterns), layers=[layer], epochs=300, batch_size=2, dtype="float64"
    )
    weights = pl.run(spec).weights.values[0]
    activity = 1 / (1 + np.exp(-patterns @ weights))
    np.testing.assert_allclose(weights, activity @ patterns / activity.sum(), rtol=1e-9)
