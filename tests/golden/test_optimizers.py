"""Optimizers against the figures of another library.

The figures were printed by optax 0.2.8 on jax 0.10.2 in float64, for one weight that starts at 1
and the updates below, of which optax was given the negative as gradients, by the calls that name
them.
"""

import numpy as np
import pytest

from plasticity_plugins.optimizers.adagrad import Adadelta, Adagrad, RMSprop
from plasticity_plugins.optimizers.adam import Adam, Adamax, AdamW, Lion
from plasticity_plugins.optimizers.sgd import Momentum, Nesterov
from tests.support.walking import walk

UPDATES = np.array([0.5, -1.0, 0.25, 2.0, -0.125]).reshape(5, 1, 1)
FIGURES = {
    "sgd(0.1, momentum=0.9)": (Momentum(rate=0.1), [1.05, 0.995, 0.9705, 1.14845, 1.296105]),
    "sgd(0.1, momentum=0.9, nesterov=True)": (
        Nesterov(rate=0.1),
        [1.095, 0.9455, 0.94845, 1.308605, 1.4289945],
    ),
    # Its epsilon is under the root, so both are next to 0 here.
    "adagrad(0.1, initial_accumulator_value=0.0, eps=1e-20)": (
        Adagrad(rate=0.1, epsilon=1e-20),
        [1.1, 1.0105572809, 1.032379069924, 1.119151253051, 1.11373594944],
    ),
    "rmsprop(0.1, decay=0.9, eps=1e-8, eps_in_sqrt=False)": (
        RMSprop(rate=0.1),
        [1.316227746017, 1.030513468466, 1.103758308234, 1.385239129352, 1.366726755485],
    ),
    "adadelta(1.0, rho=0.95, eps=1e-6)": (
        Adadelta(),
        [1.00447195708, 0.998786764284, 1.000684167398, 1.008161629862, 1.007530772355],
    ),
    "adam(0.1)": (
        Adam(rate=0.1),
        [1.099999998, 1.063389645759, 1.049720579661, 1.094598787765, 1.129519118455],
    ),
    "adamax(0.1)": (
        Adamax(rate=0.1),
        [1.099999998, 1.071052629868, 1.062002989913, 1.087875336396, 1.105921635884],
    ),
    "adamw(0.1, weight_decay=0.01)": (
        AdamW(rate=0.1),
        [1.098999998, 1.061290645761, 1.046560289017, 1.090391936832, 1.124221875585],
    ),
    "lion(0.1, weight_decay=0.01)": (
        Lion(rate=0.1, weight_decay=0.01),
        [1.099, 0.997901, 1.096903099, 1.195806195901, 1.294610389705],
    ),
}


@pytest.mark.parametrize("call", FIGURES)
def test_an_optimizer_goes_where_that_of_optax_goes(call):
    optimizer, figures = FIGURES[call]
    path = np.ravel(walk(optimizer, np.ones((1, 1)), UPDATES))
    # The figures have 12 digits after the point.
    np.testing.assert_allclose(path, figures, rtol=0, atol=1e-12)
