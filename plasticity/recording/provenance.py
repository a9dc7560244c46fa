"""What a store says of the run as a whole, and how it is known to be the store of a run."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError

if TYPE_CHECKING:
    from plasticity.data import Data
    from plasticity.recording.staged import StagedStore
    from plasticity.spec import Experiment

FORMAT = 2
_MARK = "plasticity_format"
_GROUPS = ("state", "metrics", "trajectory")  # one of which a layer has
_PACKAGES = ("plasticity-lab", "numpy", "numba", "pluggy", "zarr", "xarray")


def about(experiment: Experiment, data: Data) -> dict[str, Any]:
    """What is known of a run before its first step; nothing tells the machine."""
    return {
        _MARK: FORMAT,
        "spec": experiment.to_dict(),
        "seed": experiment.seed,
        "layers": [experiment.layer_name(i) for i in range(len(experiment.layers))],
        "versions": dict(versions()),
        "data": data.fingerprint(),
        "image_shape": list(data.image_shape) if data.image_shape else None,
    }


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that decide numbers."""
    found = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **found}


def check_format(store: StagedStore, found: bool, where: object) -> None:
    """Raise `StoreError` where this is not the store of a run that can be read.

    found  whether there are metadata at the root
    """
    if not found and store.lacks_root(_GROUPS):
        raise StoreError(
            f"{where}: its file zarr.json is missing; without it nobody knows how much of the rest "
            "was committed, so put it back from a copy"
        )
    told = store.nodes[""]["attributes"].get(_MARK) if found else None
    if told is None:
        raise StoreError(f"{where}: is not the store of a run")
    if told != FORMAT:
        raise StoreError(
            f"{where}: the store of a run in format {told!r}; this version reads format {FORMAT}"
        )
    if not store.consolidated:
        raise StoreError(
            f"{where}: its zarr.json was written by another program and no longer lists the "
            f"arrays; zarr.consolidate_metadata({str(where)!r}) puts them back"
        )
