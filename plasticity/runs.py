"""The Python face: from a preset, a file or an `Experiment` to a run, in one call."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plasticity.components.data import default_scale, other_scale
from plasticity.errors import StoreError
from plasticity.experiment.configure import configure, reconfigure
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.reader import StoreReader
from plasticity.store.run import Run


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
    stored = StoreReader.open(place, trust).experiment()
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
    stored = StoreReader.open(place, trust)
    made = reconfigure(stored.experiment(), data=data, labels=labels, **settings)
    simulation, parent = branching(stored, made, at, listeners)
    return simulation.run(out, overwrite=overwrite, parent=parent)


def branching(
    store: StoreReader, experiment: Experiment, at: int | None, listeners: Iterable[Any] = ()
) -> tuple[Simulation, dict[str, Any]]:
    """The simulation that begins from a checkpoint of a store, and what to call its parent.

    at   steps after which the state was kept; the last checkpoint if None
    """
    kept = store.checkpoints
    step = kept[-1] if at is None and kept else at or 0
    snapshot = store.checkpoint(step)
    simulation = assemble(experiment, listeners)
    data = simulation.data
    before = other_scale(store.attributes["data"], data.fingerprint())
    given = "scale" in getattr(experiment.data, "settings", ())
    if before is not None and data.scale == default_scale(data.samples) and not given:
        raise StoreError(
            f"{store.target}: its samples had a scale of {before:g}, and the same are given "
            f"without one, which makes it {data.scale:g}; give the scale"
        )
    simulation.restore(snapshot)
    name = str(store.target).rstrip("/").rpartition("/")[2]
    return simulation, {"id": store.attributes["id"], "step": step, "name": name}
