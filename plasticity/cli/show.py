"""`plasticity show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from plasticity.experiment.spec import Experiment
    from plasticity.experiment.walk import Part
    from plasticity.store.run import Run


def show(
    target: Annotated[
        str, typer.Argument(metavar="STORE|SPEC", help="A store, a TOML file or a preset.")
    ],
) -> None:
    """Show what a store or a spec holds and who answers each event."""
    from plasticity.cli.experiment_lines import print_experiment
    from plasticity.cli.terminal import stdout
    from plasticity.store.run import Run, opened

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
    from plasticity.experiment.quantities import size_text

    told = run.store.attributes
    heading(console, "run")
    facts = [("outcome", run.outcome)]
    if run.outcome == "running" and not run.store.is_written:
        facts[0] = ("outcome", "ended without a word: no process writes to it")
    if "reached" in told:
        facts.append(("steps", f"{told['reached']} of {told['reached_at_end']}"))
        facts.append(("last commit", told["committed"]))
    if run.store.checkpoints:
        facts.append(("checkpoints", "after step " + ", ".join(map(str, run.store.checkpoints))))
    if "parent" in told:
        facts.append(("branches from", "{name} after step {step}".format(**told["parent"])))
    facts += [
        ("went on", f"after step {end['reached']} ({end['outcome']})")
        for end in told.get("before", ())
    ]
    if run.store.path is not None and run.store.path.is_dir():
        files = [path.stat().st_size for path in run.store.path.rglob("*") if path.is_file()]
        facts.append(("on disk", f"{size_text(sum(files))} in {len(files)} files"))
    facts += [("notice", text) for text in run.notices]
    facts += [(name, text) for name, text in told["versions"].items()]
    columns(console, facts, indent=2)
    heading(console, "arrays")
    columns(console, sorted(_arrays(run)), indent=2)
    print_measurements(console, run, "measurements")


def _arrays(run: Run) -> list[tuple[str, str, str, str]]:
    """Path, dimensions with sizes, type and size of the arrays outside the checkpoints."""
    from plasticity.experiment.quantities import size_text
    from plasticity.store.arrays import dims_stored
    from plasticity.store.checkpoints import GROUP

    rows = []
    for path, array in run.store.arrays().items():
        if path.startswith(f"{GROUP}/"):
            continue
        sizes = zip(dims_stored(array) or ("",) * array.ndim, array.shape, strict=True)
        dims = ", ".join(f"{name} {size}".strip() for name, size in sizes)
        rows.append((path, f"({dims})", str(array.dtype), size_text(array.nbytes)))
    return rows


def _with_data(found: Run | Experiment) -> Experiment:
    """The experiment; of a store with a stand-in of the same shape for data that lie elsewhere.

    Raises `StoreError` where another component of a store names a file, or a URL: to look at a
    store opens nothing but the store.
    """
    import attrs
    import numpy as np

    from plasticity.components.data import Data
    from plasticity.errors import StoreError
    from plasticity.experiment.spec import GIVEN
    from plasticity.experiment.walk import parts_of
    from plasticity.store.run import Run

    if not isinstance(found, Run):
        return found
    experiment, told = found.experiment, found.store.attributes
    elsewhere = {part.place: path for part in parts_of(experiment) for path in _paths_of(part)}
    of_data = elsewhere.pop("data", None)
    for place, path in elsewhere.items():
        raise StoreError(
            f"{place} would read {path}, and nothing is opened because a store says so"
        )
    if of_data is None and getattr(experiment.data, "name", "") != GIVEN:
        return experiment
    # One number seen at every place: the shape of large data at the cost of none.
    samples = np.broadcast_to(np.zeros((), told["data"]["dtype"]), told["data"]["shape"])
    data = Data(samples, image_shape=found.image_shape, constant=told["data"].get("constant"))
    return attrs.evolve(experiment, data=data)


def _paths_of(part: Part) -> list[str]:
    """The files, folders and URLs that the settings of a component name."""
    from plasticity.components.interface import interface_of
    from plasticity.components.setting import type_name, type_of
    from plasticity.experiment.registry import find
    from plasticity.experiment.spec import GIVEN

    given, name = getattr(part.reference, "settings", {}), getattr(part.reference, "name", GIVEN)
    if not given or name == GIVEN or ":" in name:
        return []
    cls = find(name, part.role)
    known = [setting for setting in interface_of(cls).settings if setting in given]
    return [given[setting] for setting in known if "a path" in type_name(type_of(cls, setting))]


def _print_schedule(console: Console, found: Run | Experiment) -> None:
    """Print who answers what; the reason where the experiment cannot be assembled here."""
    from plasticity.cli.terminal import columns, heading, line
    from plasticity.errors import PlasticityError
    from plasticity.simulation.assembly import assemble
    from plasticity.simulation.event_order import schedule_of

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
