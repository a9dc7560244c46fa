"""`plasticity tail`."""

from __future__ import annotations

import shlex
import sys
import time
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from plasticity.cli.terminal import line, stdout

if TYPE_CHECKING:
    from plasticity.store.run import Run
    from plasticity.sweeps.design import Cell
    from plasticity.sweeps.task import Report

_IDLE = 10  # looks at which nobody writes to any store of a sweep, as while a process starts


def tail(
    store: Annotated[
        str, typer.Argument(metavar="STORE", help="Store of a run, or the folder of a sweep.")
    ],
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Seconds between updates.")
    ] = 1.0,
) -> None:
    """Follow a run, or a sweep, in other processes until it ends."""
    from plasticity.store.run import open_run
    from plasticity.sweeps.sweep import is_sweep

    if is_sweep(store):
        _follow_sweep(store, every)
        return
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


def _follow_sweep(folder: str, every: float) -> None:
    """Show how far the runs of a sweep are until nobody writes to them."""
    from rich.live import Live

    from plasticity.sweeps.estimate import spoken
    from plasticity.sweeps.sweep import open_sweep
    from plasticity.sweeps.swept import Swept

    ended: dict[tuple[int, ...], Report] = {}
    shown, first, since, idle = "", 0, time.monotonic(), 0
    live = Live(console=stdout(), auto_refresh=False) if sys.stdout.isatty() else None
    with live or nullcontext():
        while True:
            begun = time.monotonic()
            swept = Swept(open_sweep(folder).design, folder, ended)
            reports = swept.reports
            ended = {at: report for at, report in reports.items() if report.ended}
            first = first or len(ended)
            running = [cell for cell in swept.cells if reports[cell.at].holder]
            rate = (len(ended) - first) / max(begun - since, 1e-9)
            facts = [swept.standing()]
            if rate and len(ended) < len(reports):
                left = spoken((len(reports) - len(ended)) / rate)
                facts.append(f"{60 * rate:,.0f} runs/min, {left} left")
            now, shares = facts[0], [*map(_share, running)]
            text = "\n".join([", ".join(facts), *shares])
            idle = 0 if running or now != shown else idle + 1
            if live:
                live.update(text, refresh=True)
            elif now != shown:
                print(text, flush=True)
            shown = now
            if len(ended) == len(reports) or idle >= _IDLE or getattr(sys.stdout, "lost", None):
                break
            time.sleep(max(every, time.monotonic() - begun))
    if len(ended) < len(reports):
        line("No process is writing to the stores.")
        line(f"Continue with: plasticity sweep {shlex.quote(folder)}")


def _share(cell: Cell) -> str:
    """Return how far a running cell is."""
    from plasticity.store.run import open_run

    attributes = open_run(str(cell.path)).store.attributes
    share = attributes.get("reached", 0) / max(attributes.get("reached_at_end", 1), 1)
    return f"{share:6.0%}  {cell.title}"


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
