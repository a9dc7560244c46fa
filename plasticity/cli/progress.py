"""The progress bar that the command line gives every run, unless it is to be quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from plasticity.experiment.spec import Experiment

PROGRESS = "progress"


def with_progress(experiment: Experiment, quiet: bool) -> tuple[Experiment, list[Any]]:
    """The experiment and the listeners to run it with: one progress bar in all, or none if quiet.

    A bar that the experiment itself asks for is kept as it is; nothing is added to the experiment.
    """
    from plasticity.errors import UnknownNameError
    from plasticity.experiment import registry

    try:
        bar = registry.find(PROGRESS, "observer")
    except UnknownNameError:
        return experiment, []
    others = tuple(
        item
        for item in experiment.observers
        if not isinstance(item, bar) and getattr(item, "name", "") != PROGRESS
    )
    if quiet:
        return attrs.evolve(experiment, observers=others), []
    return experiment, [bar()] if len(others) == len(experiment.observers) else []
