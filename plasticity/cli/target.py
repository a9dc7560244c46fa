"""What the argument SPEC|STORE of a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plasticity.spec import Experiment


def experiment_of(name: str) -> Experiment:
    """The experiment that a store, a TOML file or a preset holds."""
    from plasticity.results import Run, opened

    found = opened(name)
    return found.experiment if isinstance(found, Run) else found
