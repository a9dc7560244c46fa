"""`plasticity show` and `cite`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plasticity.cli.options import SpecOrStore
from plasticity.cli.terminal import columns, heading, line

if TYPE_CHECKING:
    from plasticity.experiment.spec import Experiment
    from plasticity.experiment.walk import Part
    from plasticity.simulation.simulation import Simulation
    from plasticity.store.run import Run


def show(
    target: SpecOrStore,
    kernel: Annotated[
        bool, typer.Option("--kernel", help="Show what the compiled steps are made of.")
    ] = False,
) -> None:
    """Show the contents of a store or a spec and the order of events."""
    from plasticity.cli.describe import print_experiment
    from plasticity.store.run import Run, opened

    source = opened(target)
    if isinstance(source, Run):
        _print_run(source)
    print_experiment(source.experiment if isinstance(source, Run) else source)
    simulation = _print_schedule(source)
    if kernel and simulation is not None:
        _print_kernels(simulation)


def cite(target: SpecOrStore) -> None:
    """Print BibTeX entries for everything that an experiment uses."""
    from plasticity.experiment.citations import citations_of
    from plasticity.store.run import Run, opened

    source = opened(target)
    print("\n\n".join(citations_of(source.experiment if isinstance(source, Run) else source)))


def _print_run(run: Run) -> None:
    from plasticity.cli.measurements import print_measurements
    from plasticity.experiment.quantities import size_text

    store, attributes = run.store, run.store.attributes
    abandoned = run.outcome == "running" and not store.is_written
    facts = [("outcome", "interrupted: no process holds the store" if abandoned else run.outcome)]
    if "reached" in attributes:
        facts.append(("steps", f"{attributes['reached']} of {attributes['reached_at_end']}"))
        facts.append(("last commit", attributes["committed"]))
    if store.checkpoints:
        facts.append(("checkpoints", "after step " + ", ".join(map(str, store.checkpoints))))
    if "parent" in attributes:
        facts.append(("branched from", "{name} after step {step}".format(**attributes["parent"])))
    facts += [
        ("resumed", f"after step {end['reached']} ({end['outcome']})")
        for end in attributes.get("before", ())
    ]
    if store.path is not None and store.path.is_dir():
        files = [path.stat().st_size for path in store.path.rglob("*") if path.is_file()]
        facts.append(("on disk", f"{size_text(sum(files))} in {len(files)} files"))
    facts += [("notice", text) for text in run.notices]
    facts += attributes["versions"].items()
    heading("run")
    columns(facts, indent=2)
    heading("arrays")
    columns(sorted(_arrays(run)), indent=2)
    print_measurements(run, "measurements")


def _arrays(run: Run) -> list[tuple[str, str, str, str]]:
    """Return path, named sizes, dtype and bytes of each array outside the checkpoints."""
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


def _with_data(source: Run | Experiment) -> Experiment:
    """Return the experiment; that of a store with a stand-in for data that lie elsewhere.

    Raises `StoreError` where another component of a store names a file or a URL: showing a store
    opens nothing but the store.
    """
    import attrs
    import numpy as np

    from plasticity.components.data import Data
    from plasticity.errors import StoreError
    from plasticity.experiment.fields import GIVEN
    from plasticity.experiment.walk import parts_of
    from plasticity.store.run import Run

    if not isinstance(source, Run):
        return source
    experiment, facts = source.experiment, source.store.attributes["data"]
    outside = {part.place: path for part in parts_of(experiment) for path in _paths_of(part)}
    of_data = outside.pop("data", None)
    for place, path in outside.items():
        raise StoreError(
            f"{place} would read {path}, and nothing is opened because a store says so"
        )
    if of_data is None and getattr(experiment.data, "name", "") != GIVEN:
        return experiment
    # One number broadcast to the shape of the data, however large, takes no memory.
    samples = np.broadcast_to(np.zeros((), facts["dtype"]), facts["shape"])
    data = Data(samples, image_shape=source.image_shape, constant=facts.get("constant"))
    return attrs.evolve(experiment, data=data)


def _paths_of(part: Part) -> list[str]:
    """Return the files, folders and URLs that the settings of a component name."""
    from plasticity.components.interface import interface_of
    from plasticity.components.setting import type_name
    from plasticity.experiment.fields import GIVEN
    from plasticity.experiment.registry import find

    given, name = getattr(part.reference, "settings", {}), getattr(part.reference, "name", GIVEN)
    if not given or name == GIVEN or ":" in name:
        return []
    cls = find(name, part.role)
    settings = interface_of(cls).settings.items()
    return [given[n] for n, own in settings if n in given and "a path" in type_name(own.type)]


def _print_schedule(source: Run | Experiment) -> Simulation | None:
    """Print which components answer each event, or why the experiment cannot be assembled."""
    from plasticity.errors import PlasticityError
    from plasticity.simulation.assembly import assemble
    from plasticity.simulation.event_order import schedule_of

    heading("order of events")
    try:
        simulation = assemble(_with_data(source))
    except PlasticityError as error:
        line(f"unknown, because the experiment cannot be assembled: {error}", indent=2)
        return None
    rows = [
        (layer or "run", event or "(the loop)", ", ".join(components))
        for layer, event, components in schedule_of(simulation.network)
    ]
    columns(rows, indent=2)
    heading("steps")
    for text in simulation.stepping():
        line(text, indent=2)
    return simulation


def _print_kernels(simulation: Simulation) -> None:
    """Print of each compiled step its template, the functions put into it, and where it lies."""
    steps = list(simulation.compiled_steps())
    if not steps:
        line('no step is compiled (see above); fuse = "always" compiles short runs too', indent=2)
    for step in steps:
        heading(f"kernel of {step.layer.name}")
        files = [("template", step.template.__name__), ("module", step.source)]
        columns(files, indent=2)
        columns(step.calls(), indent=2)
