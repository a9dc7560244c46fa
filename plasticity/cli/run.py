"""`plasticity run`."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from plasticity.simulation import Simulation


def run(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A TOML file or a preset.")],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting of the experiment, as in neurons=20, seed=3 or rule.power=3; "
            "may be given several times.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="A source or a file in place of the experiment's data."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Folder of the store; without it nothing is kept."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a store that exists at PATH.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run an experiment and print its final measurements."""
    from plasticity.assembly import assemble
    from plasticity.cli.failures import fail, interrupted
    from plasticity.cli.measurements import print_measurements
    from plasticity.cli.progress import with_progress
    from plasticity.cli.terminal import line, log_on_stderr, stdout
    from plasticity.errors import PlasticityError
    from plasticity.overrides import override, parse
    from plasticity.runs import configure
    from plasticity.spec import Experiment

    chosen = dict(map(parse, settings or []))
    made = configure(spec, data=chosen.pop("data", data))
    if chosen:
        made = Experiment.from_dict(override(made.to_dict(), chosen))
    made, listeners = with_progress(made, quiet)
    simulation = assemble(made, listeners)
    try:
        with log_on_stderr(not quiet):
            finished = simulation.run(out, overwrite=overwrite)
    except KeyboardInterrupt:
        number = simulation.interrupt.number or signal.SIGINT
        interrupted(number, f"Interrupted {_reached(simulation)}.")
    except PlasticityError as error:
        if simulation.store is None:
            raise
        fail(error, 1, f"The run ended {_reached(simulation)}.")
    console = stdout()
    print_measurements(console, finished)
    if finished.outcome != "finished":
        line(console, f"The run {finished.outcome}")
    if out is not None:
        line(console, f"store: {out}")


def _reached(simulation: Simulation) -> str:
    """How far a run came, and what is left of it."""
    begun = [layer.clock for layer in simulation.layers if layer.clock.step]
    store, clock = simulation.store, (begun or [simulation.layers[0].clock])[-1]
    if store is None or store.path is None:
        return f"at {clock}; nothing is kept without --out"
    return f"at {clock}; what was recorded until then is in {store.path}"
