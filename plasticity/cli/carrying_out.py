"""What `run`, `resume` and `branch` have in common: a run is carried out, its end is told."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plasticity.simulation.simulation import Simulation
    from plasticity.store.run import Run


def carry_out(
    simulation: Simulation, begin: Callable[[], Run], out: str | None, quiet: bool
) -> None:
    """Carry out a run, print its last measurements and where it is kept, or what went wrong.

    begin   trains the simulation
    out     the store, as the user named it
    """
    from plasticity.cli.failures import fail, interrupted
    from plasticity.cli.measurements import print_measurements
    from plasticity.cli.terminal import line, log_on_stderr, stdout
    from plasticity.errors import PlasticityError

    try:
        with log_on_stderr(not quiet):
            finished = begin()
    except KeyboardInterrupt:
        number = simulation.interrupt.number or signal.SIGINT
        interrupted(number, f"Interrupted {_reached(simulation)}.", *_way_on(simulation))
    except PlasticityError as error:
        if simulation.store is None:
            raise
        fail(error, 1, f"The run ended {_reached(simulation)}.")
    console = stdout()
    measured = print_measurements(console, finished)
    if finished.outcome != "finished":
        line(console, f"The run {finished.outcome}")
    elif not measured:
        reached = finished.store.attributes["reached"]
        line(console, f"The run finished after {reached} steps; nothing was measured")
    if out is not None:
        line(console, f"store: {out}")


def _reached(simulation: Simulation) -> str:
    """How far a run came, and what is left of it."""
    session = simulation.session
    if session is None:
        return "before its first step"
    if session.store.target is None:
        return f"at {session.clock}; nothing is kept without --out"
    return f"at {session.clock}; what was recorded until then is in {session.store.target}"


def _way_on(simulation: Simulation) -> list[str]:
    """How an interrupted run goes on."""
    store = simulation.store
    if store is None or store.target is None or not store.checkpoints:
        return []
    return [f"plasticity resume {shlex.quote(str(store.target))} goes on from there."]
