"""Random numbers that follow from where they are used, so that none has to be kept or counted.

Number i of a sample is a function of a key, the step and the sample alone. A compiled stretch of a
million steps, a step through the plan and a run that goes on in the middle draw the same numbers,
in any order and on any thread.

    z = key + g (step + 1),  z = mix(z) + g (sample + 1),  number i = mix(mix(z) + g (i + 1))

with g = 2^64 / golden ratio and all arithmetic modulo 2^64: each sample has a SplitMix64 generator
of its own, whose seed is mixed from the key, the step and the sample.

Source: Steele, Lea & Flood, OOPSLA 2014, 453; the constants of `mix` are Stafford's variant 13.
"""

import math
from importlib.resources import files

import numpy as np

from plasticity.kernels.cache import njit
from plasticity.typing import Scalar

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11, _12 = (np.uint64(bits) for bits in (30, 27, 31, 11, 12))
_ONE = np.uint64(1)
# Coefficients of AS 241, a line each polynomial, the highest power first.
_TABLE = files("plasticity.kernels").joinpath("as241.txt").read_text(encoding="utf-8").splitlines()
_CENTRE, _UNDER_CENTRE, _SHOULDER, _UNDER_SHOULDER, _TAIL, _UNDER_TAIL = (
    tuple(map(float, line.split()[1:])) for line in _TABLE
)


# Without this Numba takes over the fast math of a caller, and the last bits depend on who calls.
_exact = njit(error_model="numpy", fastmath=False)


@_exact
def _mix(z: Scalar) -> Scalar:
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)


@_exact
def draws_of(key: Scalar, step: Scalar, sample: Scalar) -> Scalar:
    """The generator of a sample: what the functions below take as `draws`.

    key     uint64, drawn once an epoch from the Stream of a component
    step    steps done before this one
    sample  place of the sample in its batch
    """
    z = _mix(np.uint64(key) + _GOLDEN * (np.uint64(step) + _ONE))
    return _mix(z + _GOLDEN * (np.uint64(sample) + _ONE))


@_exact
def uniform_draw(draws: Scalar, i: Scalar) -> Scalar:
    """Number i, uniform in [0, 1): a multiple of 2^-53."""
    z = _mix(np.uint64(draws) + _GOLDEN * (np.uint64(i) + _ONE))
    return np.float64(z >> _11) * 2.0**-53


@_exact
def whole_draw(draws: Scalar, i: Scalar, n: Scalar) -> Scalar:
    """Number i, an integer from 0 to n - 1, each equally probable to one part in 2^53 / n."""
    return np.int64(uniform_draw(draws, i) * n)


@_exact
def normal_draw(draws: Scalar, i: Scalar) -> Scalar:
    """Number i, normal with mean 0 and standard deviation 1."""
    z = _mix(np.uint64(draws) + _GOLDEN * (np.uint64(i) + _ONE))
    return normal_of((np.float64(z >> _12) + 0.5) * 2.0**-52)


@_exact
def normal_of(p: Scalar) -> Scalar:
    """The number that a normal one is below with probability p, which is neither 0 nor 1.

    Source: Wichura, Applied Statistics 37 (1988) 477, algorithm AS 241, exact to 1e-16.
    """
    q: float = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _power_series(r, _CENTRE) / _power_series(r, _UNDER_CENTRE)
    r = float(math.sqrt(-math.log(p if q < 0 else 1 - p)))
    if r <= 5:
        size = _power_series(r - 1.6, _SHOULDER) / _power_series(r - 1.6, _UNDER_SHOULDER)
    else:
        size = _power_series(r - 5, _TAIL) / _power_series(r - 5, _UNDER_TAIL)
    return -size if q < 0 else size


@_exact
def _power_series(r: Scalar, coefficients: Scalar) -> Scalar:
    total = 0.0
    for coefficient in coefficients:
        total = total * r + coefficient
    return total
