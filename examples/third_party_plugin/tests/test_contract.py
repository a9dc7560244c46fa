import numpy as np
import pytest
from plasticity_leaky_hebb.rules import leaky_hebb

import plasticity as pl
from plasticity.testing import checks_for

CHECKS = [(name, *check) for name in ("leaky_hebb", "weight_norms") for check in checks_for(name)]


@pytest.mark.parametrize(("name", "check_name", "check"), CHECKS)
def test_a_component_keeps_the_contract(name, check_name, check):
    check()


def test_the_weights_come_to_rest_where_learning_and_leak_are_equal():
    patterns = np.array([[1.0, 0.0], [0.2, 0.6]])
    layer = pl.Layer(
        neurons=1,
        rule=leaky_hebb(leak=0.4),
        activation="logistic",
        optimizer={"name": "sgd", "rate": 0.5},
        initializer={"name": "normal", "std": 0.1},
    )
    spec = pl.Experiment(
        data=pl.Data(patterns), layers=[layer], epochs=300, batch_size=2, dtype="float64"
    )
    weights = pl.run(spec).weights.values[0]
    activity = 1 / (1 + np.exp(-patterns @ weights))
    np.testing.assert_allclose(weights, activity @ patterns / 2 / 0.4, rtol=1e-9)
