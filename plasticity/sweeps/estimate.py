"""About how long a run takes, and how large its store becomes, before anything has run."""

from collections.abc import Sequence
from math import prod
from typing import Any

from plasticity.experiment.spec import Experiment

_STEP_S, _PER_SECOND = 50e-6, 3e10  # of a step beside its products; multiplications
_COPIES, _STORE_BYTES = 8, 100_000  # arrays like the weights at the end and in checkpoints; files
_BYTES = 4


def seconds_of(spec: Experiment, shape: Sequence[int]) -> float:
    """Return about how long a run takes on samples of a shape (sample, input, ...)."""
    steps = spec.n_epoch * -(-shape[0] // spec.batch_size)
    return steps * (_STEP_S + 2 * _n_weight(spec, shape) * spec.batch_size / _PER_SECOND)


def bytes_of(spec: Experiment, shape: Sequence[int]) -> float:
    """Return about how many bytes the store of a run takes, without what observers record."""
    return _STORE_BYTES + _COPIES * _BYTES * _n_weight(spec, shape)


def spoken(seconds: float) -> str:
    """Return a duration in words.

    >>> spoken(42.3), spoken(750), spoken(9000), spoken(400_000)
    ('42 s', '12 min', '2.5 h', '4.6 days')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"


def _n_weight(spec: Experiment, shape: Sequence[Any]) -> int:
    inputs = [prod(shape[1:]), *(layer.neurons for layer in spec.layers)]
    return sum(layer.neurons * n for layer, n in zip(spec.layers, inputs, strict=False))
