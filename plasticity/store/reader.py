"""The store of a run, read: a Zarr v3 group, in a folder, at a URL or in memory, that xarray opens.

/                     attributes: spec, seed, versions, data fingerprint, outcome
/<layer>/trajectory   what the recorder took, over `step`
/<layer>/metrics      the measurements, over `step`
/<layer>/state        all arrays as they are at the end
/experiment/state     the arrays of the encoders, where they have any
/checkpoints/step_<n>/<layer>   the whole state, from which the run can go on
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plasticity.errors import SpecError, StoreError
from plasticity.experiment.registry import untrusted
from plasticity.experiment.spec import Experiment
from plasticity.store.arrays import open_array, read_array

if TYPE_CHECKING:
    import xarray
    import zarr

    from plasticity.store.commit.staged import StagedStore
    from plasticity.store.commit.target import Target

METRICS, STATE, CHECKPOINTS = "metrics", "state", "checkpoints"


def path_of(step: int) -> str:
    """Return the path of the checkpoint after a step."""
    return f"{CHECKPOINTS}/step_{step}"


class StoreReader:
    """Reads what was committed of a run."""

    def __init__(
        self,
        staged: StagedStore,
        target: Target | None,
        experiment: Experiment | None = None,
        trusted: bool = False,
    ) -> None:
        self.staged = staged
        self.target = target  # None for memory
        self.trusted = trusted  # its spec may have modules imported
        self._experiment = experiment

    @classmethod
    def open(cls, path: str | Path, trust: bool = False) -> StoreReader:
        from plasticity.store.commit.target import Target

        target = Target(path)
        return StoreReader(target.load(), target, trusted=trust)

    @staticmethod
    def exists(path: str | Path) -> bool:
        """Return whether there is a store, or anything else, at a path or URL."""
        from plasticity.store.commit.target import Target

        return Target(path).exists()

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self.staged.nodes[""]["attributes"])

    @property
    def path(self) -> Path | None:
        return self.target.folder if self.target else None

    @property
    def checkpoints(self) -> list[int]:
        matches = (re.fullmatch(r"step_(\d+)", name) for name in self.staged.below(CHECKPOINTS))
        return sorted(int(match[1]) for match in matches if match)

    @property
    def is_written(self) -> bool:
        return self.target is None or self.target.holder() is not None

    def experiment(self) -> Experiment:
        if self._experiment is not None:
            return self._experiment
        tables = self.attributes["spec"]
        try:
            return Experiment.from_dict(tables if self.trusted else untrusted(tables))
        except SpecError as error:
            raise type(error)(f"{self.target}: {error}") from None

    def arrays(self) -> dict[str, zarr.Array[Any]]:
        nodes = list(self.staged.nodes.items())  # a copy, because a writer may add some meanwhile
        paths = [path for path, node in nodes if node["node_type"] == "array"]
        return {path: open_array(self.staged, path) for path in sorted(paths)}

    def dataset(self, name: str) -> xarray.Dataset:
        from plasticity.store.dataset import read_group

        return read_group(self.staged, name)

    def checkpoint(self, step: int) -> dict[str, Any]:
        """Return the whole state after a step, as `Simulation.restore` takes it."""
        if step not in self.checkpoints:
            known = ", ".join(map(str, self.checkpoints)) or "none"
            raise StoreError(
                f"{self.target}: there is no checkpoint after step {step} (there are {known}); "
                "storage.kept tells how many stay"
            )
        path = path_of(step)
        states: dict[str, Any] = {}
        for state in self.staged.below(path):
            group = f"{path}/{state}"
            paths = {name: f"{group}/{name}" for name in self.staged.below(group)}
            arrays = {name: read_array(open_array(self.staged, at)) for name, at in paths.items()}
            states[state] = {**self.staged.nodes[group]["attributes"], "arrays": arrays}
        return states
