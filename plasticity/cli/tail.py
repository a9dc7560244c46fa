"""`plasticity tail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plasticity.cli.options import Place

if TYPE_CHECKING:
    from plasticity.store.run import Run


def tail(
    place: Place,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Seconds between two looks.")
    ] = 1.0,
) -> None:
    """Watch a run that another process carries out, until it ends."""
    import sys
    import time

    from plasticity.cli.terminal import line, stdout
    from plasticity.store.run import open_run

    console, before = stdout(), None
    while True:
        run = open_run(place)
        told = run.store.attributes
        if before is None or told.get("committed") != before.get("committed"):
            line(console, _line(run, before))
        before = told
        if getattr(sys.stdout, "lost", None) is not None:
            return
        if run.outcome != "running":
            line(console, f"The run is over: {run.outcome}")
            return
        if not run.store.is_written:
            line(console, f"No process writes to it; plasticity resume {place} goes on")
            return
        time.sleep(every)


def _line(run: Run, before: dict[str, object] | None) -> str:
    """How far the run is, how fast, and what was measured last."""
    from plasticity.cli.measurements import last_measurements

    told = run.store.attributes
    if "reached" not in told:
        return "nothing committed yet"
    reached, end = told["reached"], told["reached_at_end"]
    facts = [f"{reached / max(end, 1):4.0%}", f"step {reached} of {end}", f"epoch {told['epoch']}"]
    if before is not None and "reached" in before:
        seconds = (_time(told) - _time(before)) or 1e-3
        facts.append(f"{(reached - int(str(before['reached']))) / seconds:,.0f} steps/s")
    for layer in run.layers:
        shown = [f"{name} {text}" for name, text in last_measurements(run, layer).items()]
        facts += [f"{layer}: " * (len(run.layers) > 1) + ", ".join(shown)] if shown else []
    return "  ".join(facts)


def _time(told: dict[str, object]) -> float:
    from datetime import datetime

    return datetime.fromisoformat(str(told["committed"])).timestamp()
