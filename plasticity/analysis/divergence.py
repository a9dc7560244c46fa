"""Where two runs part: the first step, and the first array, in which they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np
import xarray as xr

from plasticity.experiment.diff import settings_of_all
from plasticity.store.checkpoints import GROUP, path_of
from plasticity.store.run import Run
from plasticity.typing import Array

_STATE, _METRICS = "state", "metrics"
_BLOCK = 64  # frames looked at together


@attrs.frozen
class Parted:
    """An array in which two runs differ at a step.

    step    steps done
    layer   of the array
    group   of the store in which it was found; "state" at the end, "checkpoints" for a kept state
    name    of the Variable, or of the measurement
    n_differ, n_value   values that differ, and of how many
    most    the largest difference; NaN where none is a number, or the shapes are others
    same_shape  whether both have one shape; if not, all values count as different
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
    """In what two runs differ.

    settings  path -> the text in each, for settings that differ
    data      key -> the text in each, of what is known of their data
    versions  package -> the version in each
    parted    the arrays that differ at the first step at which any does, the first as the step
              fills them
    same_until  the last step before that at which both were recorded and were equal; None where
              there is none
    compared  how many steps were recorded in both
    """

    settings: dict[str, tuple[str, ...]]
    data: dict[str, tuple[str, str]]
    versions: dict[str, tuple[str, str]]
    parted: tuple[Parted, ...]
    same_until: int | None
    compared: int


def differences_of(one: Run, other: Run) -> Differences:
    """In what two runs differ: what was asked, and the first step at which what was recorded does.

    All arrays that both stores hold at the same step are compared, bit for bit but for NaN, which
    equals itself: recorded frames, measurements, kept states and the end.
    """
    told = one.store.attributes, other.store.attributes
    found: dict[int, list[Parted]] = {}
    steps: set[int] = set()
    for layer in dict.fromkeys(name for name in one.layers if name in other.layers):
        for group, first, second in _shared(one, other, layer):
            _compare(layer, group, first, second, steps, found)
    parting = min(found, default=None)
    parted = () if parting is None else tuple(sorted(found[parting], key=_place))
    same = [step for step in steps if parting is None or step < parting]
    return Differences(
        settings_of_all([one.experiment, other.experiment]).differ,
        _texts(told[0]["data"], told[1]["data"]),
        _texts(told[0]["versions"], told[1]["versions"]),
        parted,
        max(same, default=None),
        len(steps),
    )


def _shared(one: Run, other: Run, layer: str) -> Iterator[tuple[str, xr.Dataset, xr.Dataset]]:
    """The groups that both runs have of a layer, as datasets with a dimension `step`."""
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
    found: dict[int, list[Parted]],
) -> None:
    """Note the steps that both have, and the first at which each array differs."""
    common, places, others = np.intersect1d(
        one["step"].values, other["step"].values, return_indices=True
    )
    steps |= {int(step) for step in common}
    for name in one.data_vars:
        if name not in other or name == "epoch" or "step" not in one[name].dims:
            continue
        for start in range(0, len(common), _BLOCK):
            rows = slice(start, start + _BLOCK)
            first = one[name].transpose("step", ...).isel(step=places[rows]).values
            second = other[name].transpose("step", ...).isel(step=others[rows]).values
            parted = _first(first, second)
            if parted is not None:
                place, n_differ, n_value, most = parted
                step, same = int(common[start + place]), first.shape == second.shape
                entry = Parted(step, layer, group, str(name), n_differ, n_value, most, same)
                found.setdefault(step, []).append(entry)
                break


def _first(one: Array, other: Array) -> tuple[int, int, int, float] | None:
    """Position of the first frame that differs, values that do, of how many, largest difference."""
    if one.shape[1:] != other.shape[1:]:
        return (0, one[0].size, one[0].size, float("nan")) if len(one) else None
    equal = (one == other) | ((one != one) & (other != other))
    frames = ~equal.reshape(len(one), -1).all(axis=1)
    if not frames.any():
        return None
    place = int(np.argmax(frames))
    with np.errstate(invalid="ignore"):
        sizes = np.abs(one[place].astype(np.float64) - other[place].astype(np.float64))
    most = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else float("nan")
    return place, int(np.count_nonzero(~equal[place])), int(equal[place].size), most


def _place(parted: Parted) -> tuple[bool, bool, str]:
    """What a step fills comes before what is measured; the weights are last of all it fills."""
    return parted.group == _METRICS, parted.name == "weights", parted.name


def _texts(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """The keys whose values differ, as texts."""
    keys = dict.fromkeys((*one, *other))
    pairs = {key: (str(one.get(key, "–")), str(other.get(key, "–"))) for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
