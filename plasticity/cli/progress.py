"""The progress bar that the command line adds to every run, unless it is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from plasticity.experiment.spec import Experiment


def progress_bar() -> type | None:
    """Return the class of the installed progress bar, or None."""
    from plasticity.errors import UnknownNameError
    from plasticity.experiment.registry import find

    try:
        return find("progress", "observer")
    except UnknownNameError:
        return None


def with_progress(experiment: Experiment, quiet: bool) -> tuple[Experiment, list[Any]]:
    """Return an experiment and listeners with one progress bar between them, or none if quiet.

    A bar of the experiment itself stays as it is; nothing is added to the experiment.
    """
    bar = progress_bar()
    if bar is None:
        return experiment, []
    others = tuple(
        item
        for item in experiment.observers
        if not isinstance(item, bar) and getattr(item, "name", "") != "progress"
    )
    if quiet:
        return attrs.evolve(experiment, observers=others), []
    return experiment, [bar()] if len(others) == len(experiment.observers) else []
