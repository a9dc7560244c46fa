"""The text of a loop that fills an array with a function of the weights."""

from __future__ import annotations


def fill_text(n_number: int) -> str:
    """The module whose `kernel` fills an array with a function of the weights."""
    return _FILL.format(numbers=", ".join(f"number_{n}" for n in range(n_number)))


_FILL = '''\
"""A function of every weight."""

from plasticity.kernels.cache import njit


@njit(error_model="numpy")
def kernel(weights, effective, {numbers}):
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            effective[i, j] = function(weights[i, j], {numbers})
'''
