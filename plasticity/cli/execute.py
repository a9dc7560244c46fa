"""Execution of a run with a progress bar: its report, or how it ended early."""

import shlex
import signal
from collections.abc import Callable
from typing import Any

import attrs

from plasticity.cli.describe import print_measurements
from plasticity.cli.failures import exit_by_signal, fail
from plasticity.cli.terminal import line, log_to_stderr
from plasticity.errors import PlasticityError, UnknownNameError
from plasticity.experiment.registry import find
from plasticity.experiment.spec import Experiment
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run


def execute(simulation: Simulation, train: Callable[[], Run], out: str | None, quiet: bool) -> None:
    """Call `train` and print the last measurements and the store `out`, or what went wrong."""
    try:
        with log_to_stderr(verbose=not quiet):
            run = train()
    except KeyboardInterrupt:
        number, store = simulation.interrupt.number or signal.SIGINT, simulation.store
        messages = [f"Interrupted {_progress(simulation)}."]
        if store is not None and store.target is not None and store.checkpoints:
            path = shlex.quote(str(store.target))
            messages.append(f"Continue with: plasticity resume {path}")
        exit_by_signal(number, *messages)
    except PlasticityError as error:
        if simulation.store is None:
            raise
        fail(error, 1, f"The run ended {_progress(simulation)}.")
    measured = print_measurements(run)
    if run.outcome != "finished":
        line(f"The run {run.outcome}")
    elif not measured:
        steps = run.store.attributes["reached"]
        line(f"The run finished after {steps} steps; nothing was measured")
    if out is not None:
        line(f"store: {out}")


def _progress(simulation: Simulation) -> str:
    """Return how far a run came and where its records are, to complete a sentence."""
    session = simulation.session
    if session is None:
        return "before its first step"
    if session.store.target is None:
        return f"at {session.clock}; nothing is saved without --out"
    return f"at {session.clock}; everything recorded so far is in {session.store.target}"


def progress_bar() -> type | None:
    """Return the class of the installed progress bar, or None."""
    try:
        return find("progress", "observer")
    except UnknownNameError:
        return None


def with_progress(experiment: Experiment, quiet: bool) -> tuple[Experiment, list[Any]]:
    """Return an experiment and listeners with one progress bar between them, or none if quiet."""
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
