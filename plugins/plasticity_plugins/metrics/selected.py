"""Which patterns a neuron selects: the sets A_i that three metrics count."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


def selected(responses: Array) -> Array:
    """Whether each neuron responds to each pattern with more than its mean.

        A_i = {x : y_i(x) > E[y_i]}

    The mean is over the patterns given. A neuron that responds to all alike selects none.

    responses   (neuron, sample)  y; not changed
    returns     (neuron, sample)  of bool

    >>> import numpy as np
    >>> selected(np.array([[0.0, 0.0, 3.0], [1.0, 1.0, 1.0]])).tolist()
    [[False, False, True], [False, False, False]]
    """
    mean = np.mean(responses, axis=1, keepdims=True, dtype=np.float64)
    # The mean of equal numbers may be rounded to less than they are.
    varies = np.ptp(responses, axis=1, keepdims=True) > 0
    chosen: Array = (responses > mean) & varies
    return chosen
