"""The attributes of a store: where a run comes from, and how the store of a run is recognized."""

from __future__ import annotations

import platform
import uuid
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError

if TYPE_CHECKING:
    from plasticity.components.data import Data
    from plasticity.experiment.spec import Experiment
    from plasticity.store.commit.staged import StagedStore

FORMAT = 2
_MARK = "plasticity_format"
_GROUPS = ("state", "metrics", "trajectory")  # one of which a layer has
_PACKAGES = ("plasticity-lab", "numpy", "numba", "pluggy", "zarr", "xarray")

# The types of the attributes, a list by what is in it; those that may be missing below.
_REQUIRED = {
    "id": str,
    "outcome": str,
    "spec": dict,
    "layers": [str],
    "versions": dict,
    "data": {"name": str, "shape": [int], "dtype": str, "sha256": str, "constant": float | None},
    "image_shape": ([int], type(None)),
}
_OPTIONAL = {
    **dict.fromkeys(("reached", "reached_at_end", "step", "epoch"), int),
    **{name: [str] for name in ("notices", "diagnosed", "compiled")},
    "committed": str,
    "before": [{"reached": int, "outcome": str}],
    "parent": {"id": str, "step": int, "name": str},
}


def about(
    experiment: Experiment, data: Data, parent: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the attributes of a run before its first step; none of them describes the machine."""
    return {
        "id": uuid.uuid4().hex,
        "outcome": "running",
        _MARK: FORMAT,
        "spec": experiment.to_dict(),
        "seed": experiment.seed,
        "layers": [experiment.layer_name(i) for i in range(len(experiment.layers))],
        "versions": dict(versions()),
        "data": data.fingerprint(),
        "image_shape": list(data.image_shape) if data.image_shape else None,
        **({} if parent is None else {"parent": dict(parent)}),
    }


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide numbers."""
    packages = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **packages}


def check_format(store: StagedStore) -> None:
    """Raise `StoreError` where this is not the store of a run that can be read."""
    where = store.location
    if not store.nodes and store.has_groups(_GROUPS):
        raise StoreError(
            f"{where}: its file zarr.json is missing; without it nobody knows how much of the rest "
            "was committed, so put it back from a copy"
        )
    attributes = store.nodes[""]["attributes"] if store.nodes else {}
    number = attributes.get(_MARK)
    if number is None:
        raise StoreError(f"{where}: is not the store of a run")
    if number != FORMAT:
        raise StoreError(
            f"{where}: the store of a run in format {number!r}; this version reads format {FORMAT}"
        )
    if not store.consolidated:
        raise StoreError(
            f"{where}: its zarr.json was written by another program and no longer lists the "
            f"arrays; zarr.consolidate_metadata({where!r}) puts them back"
        )
    kinds = _REQUIRED | {name: kind for name, kind in _OPTIONAL.items() if name in attributes}
    for name, kind in kinds.items():
        if not _is(attributes.get(name), kind):
            raise StoreError(
                f"{where}: its zarr.json is damaged: the attribute {name!r} is "
                f"{str(attributes.get(name))[:60]!r}"
            )


def _is(value: Any, kind: Any) -> bool:
    """Return whether a value is of a type as in the tables above."""
    if isinstance(kind, tuple):
        return any(_is(value, one) for one in kind)
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is(item, kind[0]) for item in value)
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(_is(value.get(n), kind[n]) for n in kind)
    return isinstance(value, kind) and not isinstance(value, bool)
