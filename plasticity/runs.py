"""The Python face: from a preset, a file or an `Experiment` to a run, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from plasticity.assembly import assemble
from plasticity.data import Data, as_data, default_scale, other_scale
from plasticity.discovery import entries, readers
from plasticity.errors import DataError, SpecError, StoreError
from plasticity.overrides import override
from plasticity.portion import PORTION, Portion
from plasticity.recording import RunStore
from plasticity.results import Run
from plasticity.simulation import Simulation
from plasticity.spec import Experiment, to_dict


def run(
    experiment: str | Path | Experiment,
    *,
    data: Any = None,
    labels: Any = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    listeners: Iterable[Any] = (),
    **settings: Any,
) -> Run:
    """Run an experiment: a preset by name, a TOML file, or an `Experiment`.

    data       in place of the data of the experiment: an array (sample, input), images
               (sample, y, x) or (sample, y, x, channel), `Data`, a file, or a source by name
    labels     of an array given as data
    out        folder of the store; without it the run is recorded in memory
    overwrite  whether a store that exists may be replaced
    listeners  objects with `@hookimpl` methods
    settings   any setting of the experiment: `neurons=100`, `**{"rule.power": 3}`

    >>> import numpy as np, plasticity as pl
    >>> samples = np.random.default_rng(0).random((200, 16))
    >>> finished = pl.run("bcm", data=samples, neurons=4, epochs=2, seed=1, observers=[])
    >>> finished.weights.sizes
    Frozen({'neuron': 4, 'input': 16})
    """
    made = configure(experiment, data=data, labels=labels, **settings)
    return assemble(made, listeners).run(out, overwrite=overwrite)


def resume(
    place: str | Path,
    *,
    data: Any = None,
    labels: Any = None,
    listeners: Iterable[Any] = (),
    trust: bool = False,
    **settings: Any,
) -> Run:
    """Go on with the run of a store, as if it had never stopped.

    place      folder or URL of the store
    data       the data again, where they were given in Python or lie elsewhere now; a file is read
               with the settings that the one before was read with
    labels     of an array given as data
    listeners  objects with `@hookimpl` methods
    trust      whether modules that the spec of the store names may be imported
    settings   what may be another than before: `epochs`, the observers, the metrics, the storage

    A run that has ended goes on where `epochs` is larger. It then equals a run of that length from
    the beginning, unless a component looks at how long the run is, as most schedules do; and what
    was measured at the end stays measured.

    Raises `StoreError` where there is no store, another process writes to it, or the settings
    differ in what decides the weights; `UntrustedError` where the store names what is neither
    installed as a component nor imported already.

    >>> import tempfile, numpy as np, plasticity as pl
    >>> samples = np.random.default_rng(0).random((200, 16))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     begun = pl.run("bcm", data=samples, neurons=4, epochs=2, observers=[],
    ...                    out=folder + "/run")
    ...     longer = pl.resume(folder + "/run", data=samples, epochs=3)
    ...     longer.store.attributes["epoch"]
    3
    """
    stored = RunStore.open(place, trust).experiment()
    made = reconfigure(stored, data=data, labels=labels, **settings)
    return assemble(made, listeners).resume(place)


def branch(
    place: str | Path,
    out: str | Path | None,
    *,
    at: int | None = None,
    data: Any = None,
    labels: Any = None,
    overwrite: bool = False,
    listeners: Iterable[Any] = (),
    trust: bool = False,
    **settings: Any,
) -> Run:
    """Begin a run of its own from a checkpoint of another, with other settings.

    place      folder or URL of the store to branch from
    out        folder or URL of the new store; without it the run is recorded in memory
    at         steps after which the state was kept; the last checkpoint if not given
    trust      whether modules that the spec of the store names may be imported
    data, labels, overwrite, listeners, settings   as of `run`

    A component that the other run did not have starts anew. The new store tells its `parent`.

    Raises `StoreError` where there is no such checkpoint, `ContractError` where an array of the
    state would have another shape, `UntrustedError` as `resume` does.
    """
    stored = RunStore.open(place, trust)
    made = reconfigure(stored.experiment(), data=data, labels=labels, **settings)
    simulation, parent = branching(stored, made, at, listeners)
    return simulation.run(out, overwrite=overwrite, parent=parent)


def branching(
    store: RunStore, experiment: Experiment, at: int | None, listeners: Iterable[Any] = ()
) -> tuple[Simulation, dict[str, Any]]:
    """The simulation that begins from a checkpoint of a store, and what to call its parent.

    at   steps after which the state was kept; the last checkpoint if None
    """
    kept = store.checkpoints
    step = kept[-1] if at is None and kept else at or 0
    snapshot = store.checkpoint(step)
    simulation = assemble(experiment, listeners)
    _check_scale(store, experiment, simulation.data)
    simulation.restore(snapshot)
    name = str(store.target).rstrip("/").rpartition("/")[2]
    return simulation, {"id": store.attributes["id"], "step": step, "name": name}


def _check_scale(store: RunStore, experiment: Experiment, data: Data) -> None:
    """Raise `StoreError` where the samples are those of the store without their scale."""
    before = other_scale(store.attributes["data"], data.fingerprint())
    usual = data.scale == default_scale(data.samples)
    forgotten = usual and "scale" not in getattr(experiment.data, "settings", ())
    if forgotten and before is not None:
        raise StoreError(
            f"{store.target}: its samples had a scale of {before:g}, and the same are given "
            f"without one, which makes it {data.scale:g}; give the scale"
        )


def configure(
    experiment: str | Path | Experiment, *, data: Any = None, labels: Any = None, **settings: Any
) -> Experiment:
    """The experiment that `run` would run: with the data and the settings put in."""
    made = experiment if isinstance(experiment, Experiment) else Experiment.load(experiment)
    table, given = _entry_or_data(data, labels)
    if table is not None:
        settings = {"data": table, **settings}
    elif given is None and isinstance(made.data, Data) and "data" not in settings:
        given = made.data
    if given is not None:
        given = _of_part(given, settings)
    if settings:
        made = Experiment.from_dict(override(to_dict(made, objects=True), settings))
    return made if given is None else attrs.evolve(made, data=given)


def longer(experiment: Experiment, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a run that goes on; `epochs` lengthen the last of its phases.

    The phases that have begun keep their length, so that the steps that are done stay as they are.
    Raises `SpecError` where there are too few epochs for the phases before the last.
    """
    chosen, before = dict(settings), sum(phase.epochs for phase in experiment.phases[:-1])
    epochs = chosen.get("epochs")
    if not experiment.phases or "phases" in chosen or type(epochs) is not int:
        return chosen
    if epochs <= before:
        told = ", ".join(f"{phase.name} {phase.epochs}" for phase in experiment.phases)
        raise SpecError(f"epochs: {epochs} end before the last of the phases ({told}) begins")
    del chosen["epochs"]
    return {f"phases.{len(experiment.phases) - 1}.epochs": epochs - before, **chosen}


def reconfigure(
    stored: Experiment, *, data: Any = None, labels: Any = None, **settings: Any
) -> Experiment:
    """Return the experiment of a store, its data read again as they were, with other settings.

    A file is read with the settings of the one before, if the same source reads both, and of all
    data that are given the part is used that was used. What is in `settings` comes first.
    """
    before: dict[str, Any] = getattr(stored.data, "settings", {})
    part = {name: before[name] for name in PORTION if name in before}
    table, given = _entry_or_data(data, labels)
    if isinstance(data, str | Path):
        table = {"name": table} if isinstance(table, str) else table
        same = table["name"] == getattr(stored.data, "name", "")
        data = {**(before if same else part), **table}
    elif given is not None:
        again = {f"data.{name}": value for name, value in part.items()}
        data, labels, settings = given, None, {**again, **settings}
    return configure(stored, data=data, labels=labels, **longer(stored, settings))


def source_of(name: str) -> Any:
    """A source by name, or the one that reads a file of this suffix.

    Raises `DataError` for a path that no source reads.
    """
    path, known = Path(name), readers()
    for ending in known:
        if path.name.endswith((f".{ending}", f"-{ending}")) and name not in entries():
            return {"name": known[ending], "path": name}
    if (path.suffix or len(path.parts) > 1) and ":" not in name and name not in entries():
        raise DataError(
            f"{name}: no source reads {path.suffix or 'a path without a suffix'} "
            f"(known are {', '.join(f'.{suffix}' for suffix in sorted(known))})"
        )
    return name


def _entry_or_data(data: Any, labels: Any) -> tuple[Any, Data | None]:
    """The entry of a spec that data stand for, or the `Data` that they are.

    Raises `DataError` for labels without an array to which they belong.
    """
    entry = isinstance(data, str | Path | dict) or hasattr(data, "open_data")
    if labels is not None and (data is None or entry):
        raise DataError(
            "labels belong to an array that is given as data; those of a file or a source are told "
            "by its settings, for example data.labels"
        )
    if entry:
        return source_of(str(data)) if isinstance(data, str | Path) else data, None
    return None, None if data is None else as_data(data, labels)


def _of_part(data: Data, settings: dict[str, Any]) -> Data:
    """The part of data given in Python that the settings want, which are taken from them.

    Raises `DataError` for a setting that belongs to a source.
    """
    about = [path for path in settings if path.startswith("data.")]
    wanted = {path.removeprefix("data."): settings.pop(path) for path in about}
    for name in wanted:
        if name not in PORTION:
            known = any(field.init and field.name == name for field in attrs.fields(Data))
            raise DataError(
                f"data.{name}: the data are given in Python, so only {', '.join(PORTION)} can "
                f"be set"
                + (f"; give a Data with what is wanted, as Data(..., {name}=...)" if known else "")
            )
    return Portion(**wanted).of(data) if wanted else data
