"""Steps that leave frames of arrays, and sums of arrays, behind."""

from typing import Any

import numpy as np
from numba import njit, prange

import plasticity.kernels.cache


@njit(error_model="numpy")
def steps(
    n_step: Any,
    step: Any,
    start: Any,
    count: Any,
    rate_factor: Any,
    clock: Any,
    parts: Any,
    arrays: Any,
    states: Any,
    numbers: Any,
) -> None:
    """Do steps, as `kernel` of `minibatch` or `online` does, which is put in here."""


@njit(error_model="numpy")
def keep(listener: Any, frame: Any, frames: Any) -> None:
    """Copy and sum up what a listener gets as one of its frames."""


@plasticity.kernels.cache.njit(nogil=True, error_model="numpy")
def kernel(
    n_step: Any,
    step: Any,
    start: Any,
    count: Any,
    rate_factor: Any,
    clock: Any,
    parts: Any,
    arrays: Any,
    states: Any,
    numbers: Any,
    n_sample: Any,
    due: Any,
    frames: Any,
) -> None:
    """Do the steps of `steps`, and keep frames in between.

    due      of each listener, the steps after which there is to be a frame, counted from here
    frames   the arrays that `keep` reads and writes
    """
    done = 0
    taken = np.zeros(len(due), np.int64)
    while done < n_step:
        size = n_step - done
        for listener in range(len(due)):
            if taken[listener] < len(due[listener]):
                size = min(size, due[listener][taken[listener]] - done)
        steps(
            size,
            step + done,
            start + done * n_sample,
            count + done,
            rate_factor,
            clock,
            parts,
            arrays,
            states,
            numbers,
        )
        done += size
        for listener in range(len(due)):
            if taken[listener] < len(due[listener]) and due[listener][taken[listener]] == done:
                keep(listener, taken[listener], frames)
                taken[listener] += 1


@njit(error_model="numpy")
def copy(array: Any, flat: Any, slot: Any, parts: Any, run: Any) -> None:
    """Copy an array (value,) part by part to where its frame goes, as `Slots` tell."""
    for p in range(len(parts)):
        copy_part(array, flat, slot, parts, run, p)


@njit(parallel=True, error_model="numpy")
def copy_in_threads(array: Any, flat: Any, slot: Any, parts: Any, run: Any) -> None:
    """Copy an array on several threads."""
    for p in prange(len(parts)):
        copy_part(array, flat, slot, parts, run, p)


@njit(error_model="numpy")
def copy_part(array: Any, flat: Any, slot: Any, parts: Any, run: Any, p: Any) -> None:
    """Copy a part of an array."""
    # Of slices, whose indices cannot be negative: measured, a tenth of the time.
    part = array[p * run : (p + 1) * run]
    target = flat[slot + parts[p] :]
    for k in range(len(part)):
        target[k] = part[k]
