"""`plasticity tail`."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from plasticity.cli.options import Store
from plasticity.cli.terminal import line

if TYPE_CHECKING:
    from plasticity.store.run import Run


def tail(
    store: Store,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Seconds between updates.")
    ] = 1.0,
) -> None:
    """Follow a run in another process until it ends."""
    from plasticity.store.run import open_run

    before = None
    while True:
        run = open_run(store)
        attributes = run.store.attributes
        if before is None or attributes.get("committed") != before.get("committed"):
            line(_line(run, before))
        before = attributes
        if getattr(sys.stdout, "lost", None) is not None:
            return
        if run.outcome != "running":
            line(f"The run has ended: {run.outcome}")
            return
        if not run.store.is_written:
            line("No process is writing to the store.")
            line(f"Continue with: plasticity resume {store}")
            return
        time.sleep(every)


def _line(run: Run, before: dict[str, object] | None) -> str:
    """Return progress, speed and last measurements of a run."""
    from plasticity.cli.describe import last_measurements

    attributes = run.store.attributes
    if "reached" not in attributes:
        return "nothing committed yet"
    reached, end = attributes["reached"], attributes["reached_at_end"]
    facts = [f"{reached / max(end, 1):4.0%}", f"step {reached} of {end}"]
    facts.append(f"epoch {attributes['epoch']}")
    if before is not None and "reached" in before:
        seconds = (_time(attributes) - _time(before)) or 1e-3
        facts.append(f"{(reached - int(str(before['reached']))) / seconds:,.0f} steps/s")
    for layer in run.layers:
        shown = [f"{name} {text}" for name, text in last_measurements(run, layer).items()]
        facts += [f"{layer}: " * (len(run.layers) > 1) + ", ".join(shown)] if shown else []
    return "  ".join(facts)


def _time(attributes: dict[str, object]) -> float:
    return datetime.fromisoformat(str(attributes["committed"])).timestamp()
