"""Differences between two runs: in their settings, and the first step at which arrays differ."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
import xarray as xr

from plasticity.experiment.diff import settings_of_all
from plasticity.store.checkpoints import GROUP, path_of
from plasticity.store.run import Run
from plasticity.typing import Array

_STATE, _METRICS = "state", "metrics"
_BLOCK = 64  # frames compared at once


@attrs.frozen
class DifferingArray:
    """Array in which two runs differ at a step.

    group              "state" is the end of the run, "checkpoints" a state before
    n_differ, n_value  number of values that differ, and of all; of different shapes all differ
    most               largest difference; NaN if none is a number, or the shapes differ
    """

    step: int
    layer: str
    group: str
    name: str
    n_differ: int
    n_value: int
    most: float
    same_shape: bool = True


@attrs.frozen
class Differences:
    """Differences between two runs.

    settings, data, versions  values of both as text, by path, key and package, where they differ
    parted      arrays that differ at the first step at which any does, in the order in which a step
                fills them
    same_until  last step before that at which both were recorded and equal
    compared    number of steps recorded in both
    """

    settings: dict[str, tuple[str, ...]]
    data: dict[str, tuple[str, str]]
    versions: dict[str, tuple[str, str]]
    parted: tuple[DifferingArray, ...]
    same_until: int | None
    compared: int


def differences_of(one: Run, other: Run) -> Differences:
    """Return the differences between two runs, in their settings and in what was recorded.

    All arrays that both stores hold at the same step are compared bit for bit, except that NaN
    equals itself: recorded frames, measurements, checkpoints and the final state.

    Parameters
    ----------
    one, other : Run

    Returns
    -------
    Differences
    """
    by_step: dict[int, list[DifferingArray]] = {}
    steps: set[int] = set()
    for layer in dict.fromkeys(name for name in one.layers if name in other.layers):
        for group, first, second in _shared(one, other, layer):
            _compare(layer, group, first, second, steps, by_step)
    divergence = min(by_step, default=None)
    parted = () if divergence is None else tuple(sorted(by_step[divergence], key=_order))
    same = [step for step in steps if divergence is None or step < divergence]
    return Differences(
        settings_of_all([one.experiment, other.experiment]).differ,
        _texts(one, other, "data"),
        _texts(one, other, "versions"),
        parted,
        max(same, default=None),
        len(steps),
    )


def _shared(one: Run, other: Run, layer: str) -> Iterator[tuple[str, xr.Dataset, xr.Dataset]]:
    """Yield the groups of a layer that both runs have, as datasets with a dimension `step`."""
    for group in one.series(layer):
        if group in other.series(layer):
            path = f"{layer}/{group}"
            yield group, one.store.dataset(path), other.store.dataset(path)
    for step in one.store.checkpoints:
        if step in other.store.checkpoints:
            path = f"{path_of(step)}/{layer}"
            yield GROUP, _at(one, path, step), _at(other, path, step)
    ends = [run.store.attributes.get("reached") for run in (one, other)]
    if ends[0] is not None and ends[0] == ends[1]:
        path, step = f"{layer}/{_STATE}", int(ends[0])
        yield _STATE, _at(one, path, step), _at(other, path, step)


def _at(run: Run, path: str, step: int) -> xr.Dataset:
    return run.store.dataset(path).expand_dims(step=[step])


def _compare(
    layer: str,
    group: str,
    one: xr.Dataset,
    other: xr.Dataset,
    steps: set[int],
    by_step: dict[int, list[DifferingArray]],
) -> None:
    """Add the common steps to `steps`, and each array to the first step at which it differs."""
    common, rows_one, rows_other = np.intersect1d(
        one["step"].values, other["step"].values, return_indices=True
    )
    steps |= {int(step) for step in common}
    for name in one.data_vars:
        if name not in other or name == "epoch" or "step" not in one[name].dims:
            continue
        for start in range(0, len(common), _BLOCK):
            block = slice(start, start + _BLOCK)
            first = one[name].transpose("step", ...).isel(step=rows_one[block]).values
            second = other[name].transpose("step", ...).isel(step=rows_other[block]).values
            difference = _first(first, second)
            if difference is not None:
                frame, n_differ, n_value, most = difference
                step, same = int(common[start + frame]), first.shape == second.shape
                path = layer, group, str(name)
                array = DifferingArray(step, *path, n_differ, n_value, most, same)
                by_step.setdefault(step, []).append(array)
                break


def _first(one: Array, other: Array) -> tuple[int, int, int, float] | None:
    """Return the first frame that differs, its number of differing and of all values, the most."""
    if one.shape[1:] != other.shape[1:]:
        return (0, one[0].size, one[0].size, float("nan")) if len(one) else None
    equal = (one == other) | ((one != one) & (other != other))
    frames = ~equal.reshape(len(one), -1).all(axis=1)
    if not frames.any():
        return None
    frame = int(np.argmax(frames))
    with np.errstate(invalid="ignore"):
        sizes = np.abs(one[frame].astype(np.float64) - other[frame].astype(np.float64))
    most = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else float("nan")
    return frame, int(np.count_nonzero(~equal[frame])), int(equal[frame].size), most


def _order(array: DifferingArray) -> tuple[bool, bool, str]:
    """Return a key that puts measurements last, and the weights after what else a step fills."""
    return array.group == _METRICS, array.name == "weights", array.name


def _texts(one: Run, other: Run, attribute: str) -> dict[str, tuple[str, str]]:
    """Return both values as text for each key of an attribute where they differ."""
    first, second = one.store.attributes[attribute], other.store.attributes[attribute]
    keys = dict.fromkeys((*first, *second))
    pairs = {key: (str(first.get(key, "–")), str(second.get(key, "–"))) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
