"""`plasticity show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from plasticity.results import Run
    from plasticity.spec import Experiment


def show(
    target: Annotated[
        str, typer.Argument(metavar="STORE|SPEC", help="A store, a TOML file or a preset.")
    ],
) -> None:
    """Show what a store or a spec holds and who answers each event."""
    from plasticity.cli.experiment_lines import print_experiment
    from plasticity.cli.target import opened
    from plasticity.cli.terminal import stdout
    from plasticity.results import Run

    console = stdout()
    found = opened(target)
    if isinstance(found, Run):
        _print_run(console, found)
        print_experiment(console, found.experiment)
    else:
        print_experiment(console, found)
    _print_schedule(console, found)


def _print_run(console: Console, run: Run) -> None:
    from plasticity.cli.measurements import print_measurements
    from plasticity.cli.terminal import columns, heading

    told = run.store.attributes
    heading(console, "run")
    facts = [("outcome", run.outcome), ("steps", str(told.get("step", "not finished")))]
    facts += [(name, text) for name, text in told["versions"].items()]
    columns(console, facts, indent=2)
    heading(console, "arrays")
    columns(console, sorted(_arrays(run)), indent=2)
    print_measurements(console, run, "measurements")


def _arrays(run: Run) -> list[tuple[str, str, str, str]]:
    """Path, dimensions with sizes, type and size of every array of a store."""
    from plasticity.quantities import size_text
    from plasticity.recording.arrays import dims_stored

    rows = []
    for path, array in run.store.arrays().items():
        sizes = zip(dims_stored(array) or ("",) * array.ndim, array.shape, strict=True)
        dims = ", ".join(f"{name} {size}".strip() for name, size in sizes)
        rows.append((path, f"({dims})", str(array.dtype), size_text(array.nbytes)))
    return rows


def _with_data(found: Run | Experiment) -> Experiment:
    """The experiment; a stand-in of the same shape where its data were given in Python."""
    import attrs
    import numpy as np

    from plasticity.data import Data
    from plasticity.results import Run
    from plasticity.spec import GIVEN

    if not isinstance(found, Run):
        return found
    experiment, told = found.experiment, found.store.attributes
    if getattr(experiment.data, "name", "") != GIVEN:
        return experiment
    # One number seen at every place: the shape of large data at the cost of none.
    samples = np.broadcast_to(np.zeros((), told["data"]["dtype"]), told["data"]["shape"])
    image_shape = tuple(told["image_shape"]) if told["image_shape"] else None
    return attrs.evolve(experiment, data=Data(samples, image_shape=image_shape))


def _print_schedule(console: Console, found: Run | Experiment) -> None:
    """Print who answers what; the reason where the experiment cannot be assembled here."""
    from plasticity.assembly import assemble
    from plasticity.cli.terminal import columns, heading, line
    from plasticity.errors import PlasticityError
    from plasticity.schedule_summary import schedule_of

    heading(console, "order in which components answer")
    try:
        simulation = assemble(_with_data(found))
    except PlasticityError as error:
        line(console, f"not known, because the experiment cannot be assembled: {error}", indent=2)
        return
    rows = [
        (answering.layer or "run", answering.event or "(the loop)", ", ".join(answering.components))
        for answering in schedule_of(simulation)
    ]
    columns(console, rows, indent=2)
    heading(console, "steps")
    for text in simulation.stepping():
        line(console, text, indent=2)
