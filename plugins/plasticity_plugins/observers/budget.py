"""Thinning of frames so that all of them stay within a number of bytes."""

from __future__ import annotations

from plasticity import Cadence
from plasticity.typing import Array

# State of a recording between its frames, in this order.
FRAMES, LOOKED, DOUBLINGS = range(3)


def thin(progress: Array, cadence: Cadence, step: int, n_step: int, most: int) -> bool:
    """Count a frame and, if the others would not fit, double the steps between frames.

        look when     frames - looked >= (most - looked) / 2        half of what was left is used
        double while  frames of the rest of the run > most - frames

    So half of what may be taken is taken at the cadence that was asked for, and the rest reaches to
    the end of the run.

    progress  (3,)  integers, filled: frames taken, frames when it looked last, doublings
    cadence   as it was asked for
    most      frames that may be taken in all

    Returns whether the steps between frames were doubled.
    """
    progress[FRAMES] += 1
    frames, looked, doublings = (int(number) for number in progress)
    if 2 * (frames - looked) < most - looked:
        return False
    progress[LOOKED] = frames
    fit(progress, cadence, step, n_step, most)
    return bool(progress[DOUBLINGS] > doublings)


def fit(progress: Array, cadence: Cadence, step: int, n_step: int, most: int) -> None:
    """Double the steps between frames until those after a step fit into what is left.

    Once it has looked they do, so that this changes something only where a run is made longer.
    """
    left = most - int(progress[FRAMES])
    while cadence.thinned(2 ** int(progress[DOUBLINGS])).count(step, n_step) > left:
        progress[DOUBLINGS] += 1
