"""What the argument SPEC|STORE of a command names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plasticity.results import Run
    from plasticity.spec import Experiment


def opened(name: str) -> Run | Experiment:
    """The run of a store (a folder, zip file or URL), or the experiment of a file or preset."""
    if Path(name).is_dir() or Path(name).suffix == ".zip" or "://" in name:
        from plasticity.results import open_run

        return open_run(name)
    from plasticity.spec import Experiment

    return Experiment.load(name)


def experiment_of(name: str) -> Experiment:
    """The experiment that a store, a TOML file or a preset holds."""
    from plasticity.results import Run

    found = opened(name)
    return found.experiment if isinstance(found, Run) else found
