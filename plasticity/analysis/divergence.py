"""Differences between two runs: in their settings, and the first step at which arrays differ."""

from collections.abc import Iterator

import attrs
import numpy as np
import xarray as xr

from plasticity.experiment.diff import settings_of_all
from plasticity.store.reader import CHECKPOINTS, path_of
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
    """
    steps: set[int] = set()
    differing: list[DifferingArray] = []
    for layer in dict.fromkeys(name for name in one.layers if name in other.layers):
        for group, first, second in _shared(one, other, layer):
            common, *rows = np.intersect1d(
                first["step"].values, second["step"].values, return_indices=True
            )
            steps.update(map(int, common))
            for name, array in first.data_vars.items():
                if name not in second or name == "epoch" or "step" not in array.dims:
                    continue
                if found := _first_difference(array, second[name], rows):
                    row, n_differ, n_value, most, same = found
                    where = int(common[row]), layer, group, str(name)
                    differing.append(DifferingArray(*where, n_differ, n_value, most, same))
    divergence = min((array.step for array in differing), default=None)
    parted = sorted((array for array in differing if array.step == divergence), key=_order)
    alike = [step for step in steps if divergence is None or step < divergence]
    return Differences(
        settings_of_all([one.experiment, other.experiment]).differ,
        _texts(one, other, "data"),
        _texts(one, other, "versions"),
        tuple(parted),
        max(alike, default=None),
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
            yield CHECKPOINTS, _at(one, path, step), _at(other, path, step)
    ends = [run.store.attributes.get("reached") for run in (one, other)]
    if ends[0] is not None and ends[0] == ends[1]:
        path, step = f"{layer}/{_STATE}", int(ends[0])
        yield _STATE, _at(one, path, step), _at(other, path, step)


def _at(run: Run, path: str, step: int) -> xr.Dataset:
    return run.store.dataset(path).expand_dims(step=[step])


def _first_difference(
    one: xr.DataArray, other: xr.DataArray, rows: list[Array]
) -> tuple[int, int, int, float, bool] | None:
    """Return which of the common rows is the first that differs, and how, as in DifferingArray."""
    for start in range(0, len(rows[0]), _BLOCK):
        first, second = (
            array.transpose("step", ...).isel(step=own[start : start + _BLOCK]).values
            for array, own in zip((one, other), rows, strict=True)
        )
        if first.shape != second.shape:
            return start, first[0].size, first[0].size, float("nan"), False
        equal = (first == second) | ((first != first) & (second != second))
        frames = ~equal.reshape(len(first), -1).all(axis=1)
        if frames.any():
            frame = int(np.argmax(frames))
            with np.errstate(invalid="ignore"):
                sizes = np.abs(first[frame].astype(np.float64) - second[frame].astype(np.float64))
            most = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else float("nan")
            return start + frame, int(np.sum(~equal[frame])), equal[frame].size, most, True
    return None


def _order(array: DifferingArray) -> tuple[bool, bool, str]:
    """Return a key that puts measurements last, and the weights after what else a step fills."""
    return array.group == _METRICS, array.name == "weights", array.name


def _texts(one: Run, other: Run, attribute: str) -> dict[str, tuple[str, str]]:
    """Return both values as text for each key of an attribute where they differ."""
    first, second = one.store.attributes[attribute], other.store.attributes[attribute]
    keys = dict.fromkeys((*first, *second))
    pairs = {key: (str(first.get(key, "–")), str(second.get(key, "–"))) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
