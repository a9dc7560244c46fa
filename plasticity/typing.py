"""Names for annotations."""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Scalar: TypeAlias = Any  # a number in a function that Numba compiles, of whatever type
