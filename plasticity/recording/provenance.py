"""What a store says of the run as a whole, and how it is known to be the store of a run."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError

if TYPE_CHECKING:
    from plasticity.data import Data
    from plasticity.spec import Experiment

FORMAT = 2
_MARK = "plasticity_format"
_PACKAGES = ("plasticity-lab", "numpy", "numba", "pluggy", "zarr", "xarray")


def about(experiment: Experiment, data: Data) -> dict[str, Any]:
    """What is known of a run before its first step; nothing tells the machine."""
    return {
        _MARK: FORMAT,
        "spec": experiment.to_dict(),
        "seed": experiment.seed,
        "layers": [experiment.layer_name(i) for i in range(len(experiment.layers))],
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        "data": data.fingerprint(),
        "image_shape": list(data.image_shape) if data.image_shape else None,
    }


def check_format(root: Any, where: object) -> None:
    """Raise `StoreError` where the metadata at the root are not those of a run that can be read.

    root   the metadata of the root, or None where there are none
    """
    attributes = root.get("attributes") if isinstance(root, dict) else None
    found = attributes.get(_MARK) if isinstance(attributes, dict) else None
    if found is None:
        raise StoreError(f"{where}: is not the store of a run")
    if found != FORMAT:
        raise StoreError(
            f"{where}: the store of a run in format {found!r}; this version reads format {FORMAT}"
        )
