"""Sigmoids without an exponential."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _ratio(u: Scalar, steepness: Scalar) -> Scalar:
    u = steepness * u
    return u / (np.float32(1) + abs(u))


def _ratio_slope(u: Scalar, y: Scalar, steepness: Scalar) -> Scalar:
    fall = np.float32(1) / (np.float32(1) + abs(steepness * u))
    return steepness * fall * fall


def _half_ratio(u: Scalar, steepness: Scalar) -> Scalar:
    u = steepness * u
    return np.float32(0.5) * u / (np.float32(1) + abs(u)) + np.float32(0.5)


def _half_ratio_slope(u: Scalar, y: Scalar, steepness: Scalar) -> Scalar:
    fall = np.float32(1) / (np.float32(1) + abs(steepness * u))
    return np.float32(0.5) * steepness * fall * fall


@component(source="elliott1993better")
class Elliot:
    """Sigmoid between 0 and 1 without an exponential.

        y = 1/2 + s u / (2 (1 + |s u|)),   sigma'(u) = s / (2 (1 + |s u|)^2)

    Source: Elliott, technical report TR 93-8, University of Maryland (1993), scaled to lie between
    0 and 1, as in the FANN library. The code of Squadrani et al. writes 1 + |u + s| below the line,
    which for s = 1 gives 0 for every u below -1; its derivative is that of ours, but takes the
    activity for the current.
    """

    steepness: float = setting(default=1.0, above=0, doc="steepness s")

    kernels = (
        Kernel("activate", _half_ratio, parameters=lambda self, batch: (self.steepness,)),
        Kernel(
            "differentiate", _half_ratio_slope, parameters=lambda self, batch: (self.steepness,)
        ),
    )


@component(source="elliott1993better")
class SymmetricElliot:
    """Sigmoid between -1 and 1 without an exponential.

        y = s u / (1 + |s u|),   sigma'(u) = s / (1 + |s u|)^2

    Source: Elliott, technical report TR 93-8, University of Maryland (1993). The derivative in the
    code of Squadrani et al. takes the activity for the current; ours is that of y.
    """

    steepness: float = setting(default=1.0, above=0, doc="steepness s")

    kernels = (
        Kernel("activate", _ratio, parameters=lambda self, batch: (self.steepness,)),
        Kernel("differentiate", _ratio_slope, parameters=lambda self, batch: (self.steepness,)),
    )


@component(source="elliott1993better")
class Softsign:
    """Sigmoid between -1 and 1 without an exponential, of steepness 1.

        y = u / (1 + |u|),   sigma'(u) = 1 / (1 + |u|)^2

    Source: Elliott, technical report TR 93-8, University of Maryland (1993); the name softsign came
    later. The derivative in the code of Squadrani et al. takes the activity for the current; ours
    is that of y.
    """

    kernels = (
        Kernel("activate", _ratio, parameters=lambda self, batch: (1.0,)),
        Kernel("differentiate", _ratio_slope, parameters=lambda self, batch: (1.0,)),
    )
