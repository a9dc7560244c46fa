"""The store of a run: a Zarr v3 group, in a folder, at a URL or in memory, that xarray opens.

/                     attributes: spec, seed, versions, data fingerprint, outcome
/<layer>/trajectory   what the recorder took, over `step`
/<layer>/metrics      the measurements, over `step`
/<layer>/state        all arrays as they are at the end
/experiment/state     the arrays of the encoders, where they have any
/checkpoints/step_<n>/<layer>   the whole state, from which the run can go on
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import SpecError, StoreError
from plasticity.experiment.registry import untrusted
from plasticity.experiment.storage import Storage
from plasticity.store import checkpoints
from plasticity.store.arrays import open_array, write_array
from plasticity.store.background import Writer
from plasticity.store.commit.opening import Owner, created, holder_of, loaded, reopened
from plasticity.store.commit.target import Target
from plasticity.store.encoding.layout import BUFFER_BYTES
from plasticity.store.encoding.packing import codecs_of
from plasticity.store.groups import read_group, series_in
from plasticity.store.labels import dims_of, labels_in
from plasticity.store.provenance import about
from plasticity.store.recording import Recording, record
from plasticity.store.series import Column, Series
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray
    import zarr

    from plasticity.components.clock import Clock
    from plasticity.components.data import Data
    from plasticity.components.variable import Variable
    from plasticity.experiment.spec import Experiment
    from plasticity.network.view import LayerView
    from plasticity.store.commit.staged import StagedStore

METRICS, STATE = "metrics", "state"


class RunStore:
    """Writes a run, and reads it back.

    staged   the Zarr store
    target   where it is; None for memory
    trusted  whether its spec may have modules imported
    """

    def __init__(
        self,
        staged: StagedStore,
        target: Target | None,
        experiment: Experiment | None = None,
        lock: Owner | None = None,
        trusted: bool = False,
    ) -> None:
        self.staged = staged
        self.target = target
        self.trusted = trusted
        self._experiment = experiment
        self._lock = lock
        self._series: dict[str, Series] = {}
        self._found: dict[str, Series] = {}  # those that nobody has taken up yet
        storage = experiment.storage if experiment else Storage()
        lasting = target is not None
        self._compression = storage.compression if lasting else None
        self._compressors = codecs_of(self._compression)
        # Half of the buffer is filled by the run while the other half is written.
        self._room = storage.buffer_bytes // 2
        self._writer = Writer(storage.buffer_bytes // 2, threaded=lasting)
        self._reached = 0  # steps at the last commit

    @classmethod
    def create(
        cls,
        place: str | Path | None,
        experiment: Experiment,
        data: Data,
        *,
        overwrite: bool = False,
        parent: Mapping[str, Any] | None = None,
    ) -> RunStore:
        """A new store in a folder or at a URL, or in memory where there is no place.

        Raises `StoreError` where something exists at the place, unless `overwrite`; and even then
        where it is anything but the store of a run, or where another process writes to it.
        """
        from zarr.storage import MemoryStore

        from plasticity.store.commit.staged import StagedStore

        attributes = about(experiment, data) | {"id": uuid.uuid4().hex, "outcome": "running"}
        if parent is not None:
            attributes["parent"] = dict(parent)
        if place is None:
            staged = StagedStore(MemoryStore())
            staged.put_group("", attributes)
            return cls(staged, None, experiment)
        target = Target(place)
        staged, lock = created(target, attributes, experiment.storage, overwrite)
        return cls(staged, target, experiment, lock)

    @classmethod
    def open(cls, place: str | Path, trust: bool = False) -> RunStore:
        """The store at a place, to read what was committed until now.

        Raises `StoreError` where there is none, or none of ours.
        """
        target = Target(place)
        return cls(loaded(target, target.reading), target, trusted=trust)

    @classmethod
    def reopen(cls, place: str | Path, experiment: Experiment) -> RunStore:
        """The store at a place, held for the run to go on by `go_on`, or let alone by `release`.

        Raises `StoreError` where there is none, or where another process writes to it.
        """
        target = Target(place)
        staged, lock = reopened(target, experiment.storage)
        return cls(staged, target, experiment, lock)

    def go_on(self, step: int) -> None:
        """Let the run go on from its state after so many steps; what no commit knows is deleted.

        Raises `StoreError`, and changes nothing, where something cannot be taken up.
        """
        for path in series_in(self.staged):
            self._found[path] = self._make_series(path)
        told = self.attributes
        self._reached = told.get("reached", 0)
        ended = {"reached": self._reached, "outcome": told["outcome"]}
        spec = self.experiment().to_dict()
        self.label({"spec": spec, "outcome": "running", "before": [*told.get("before", []), ended]})
        # What would be written anew must not be known while it is: later states, which cannot be
        # read, and the arrays at the end.
        for later in [kept for kept in self.checkpoints if kept > step]:
            self._put(self.staged.drop, f"{checkpoints.GROUP}/{checkpoints.name_of(later)}")
        for layer in ("experiment", *told["layers"]):
            self._put(self.staged.drop, f"{layer}/{STATE}")
        self._put(self.staged.commit)
        self._put(self.staged.delete_partial)
        for group in (*told["layers"], checkpoints.GROUP):
            self._put(self.staged.sweep, group)

    def release(self) -> None:
        """Let go of a store that was reopened."""
        if self._lock is not None:
            self._lock.release()

    # -- what it tells ---------------------------------------------------------------------------

    @property
    def attributes(self) -> dict[str, Any]:
        """What the store says of the run as a whole."""
        return dict(self.staged.nodes[""]["attributes"])

    @property
    def path(self) -> Path | None:
        """Its folder, where it has one."""
        return self.target.folder if self.target else None

    @property
    def checkpoints(self) -> list[int]:
        """After how many steps the whole state was kept."""
        return checkpoints.steps_kept(self.staged)

    @property
    def is_written(self) -> bool:
        """Whether a process writes to it at present."""
        return self.target is None or holder_of(self.target) is not None

    def experiment(self) -> Experiment:
        """The spec of the run."""
        from plasticity.experiment.spec import Experiment

        if self._experiment is not None:
            return self._experiment
        tables = self.attributes["spec"]
        try:
            return Experiment.from_dict(tables if self.trusted else untrusted(tables))
        except SpecError as error:
            raise type(error)(f"{self.target}: {error}") from None

    def arrays(self) -> dict[str, zarr.Array[Any]]:
        """All arrays of the store by path."""
        nodes = list(self.staged.nodes.items())  # at once: the writer may add some meanwhile
        paths = [path for path, node in nodes if node["node_type"] == "array"]
        return {path: open_array(self.staged, path, self.target) for path in sorted(paths)}

    def dataset(self, name: str) -> xarray.Dataset:
        """A group of the store as an xarray Dataset, read when its values are used."""
        self.flush()
        return read_group(self.staged, name)

    def checkpoint(self, step: int) -> dict[str, Any]:
        """The whole state after so many steps, as `Simulation.restore` takes it.

        Raises `StoreError` where it was not kept.
        """
        if step not in self.checkpoints:
            known = ", ".join(map(str, self.checkpoints)) or "none"
            raise StoreError(
                f"{self.target}: there is no checkpoint after step {step} (there are {known}); "
                "storage.kept tells how many stay"
            )
        return checkpoints.read_checkpoint(self.staged, step, self.target)

    # -- what is written -------------------------------------------------------------------------

    def record(
        self, layer: LayerView, names: tuple[str, ...], *, group: str = "trajectory", **how: Any
    ) -> Recording:
        """A recording of these arrays of a layer: each `take()` adds a frame to the store.

        group  where in the layer's part of the store
        how    what is taken of the arrays; see `plasticity.store.recording.record`
        """
        return record(self, layer, names, group=group, **how)

    def open_series(self, path: str) -> Series:
        """The series of a group, `<layer>/<group>`, to be written by one recorder.

        Raises `StoreError` where the group is taken.
        """
        group = path.rpartition("/")[2]
        if path in self._series or group in (METRICS, STATE):
            raise StoreError(
                f"{path} is written by something else already; record into a group of another name"
            )
        return self._open_series(path)

    def write_coordinate(self, path: str, values: Array, attributes: Mapping[str, Any]) -> None:
        """Write what labels a dimension of a group, `<layer>/<group>/<dimension>`, unless it is."""
        dims = (path.rpartition("/")[2],)
        if path in self.staged.nodes:
            return
        self._put(write_array, self.staged, path, values, dims, attributes, self._compressors)

    def append_measurements(
        self,
        layer: LayerView,
        measurements: Mapping[str, Any],
        described: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Add the measurements of a layer at one step.

        measurements  numbers, or arrays (neuron,), by name; any may be missing at a step
        described     attributes of the measurements by name
        """
        path, clock = f"{layer.name}/{METRICS}", layer.clock
        series = self._series.get(path) or self._open_series(path)
        frame = {name: np.asarray(value, np.float64) for name, value in measurements.items()}
        for name, value in frame.items():
            dims = ("neuron",) * value.ndim
            series.describe(name, Column(value.shape, value.dtype, dims, described.get(name, {})))
        with self._writing():
            series.append(clock.step, clock.epoch, frame)

    def write_state(self, layer: LayerView, within: str = "") -> None:
        """Write the arrays of a layer as they are now: all, or those whose names begin so."""
        kept = {
            name: variable
            for name, variable in layer.variables.items()
            if name.startswith(within) and variable.intent != "scratch"
        }
        for name, variable in kept.items():
            place, values = f"{layer.name}/{STATE}/{name}", layer.array(name).copy()
            labels = dims_of(name, variable), labels_in(layer, name)
            self._put(write_array, self.staged, place, values, *labels, self._compressors)
        if kept:
            self._put(self.staged.put_group, f"{layer.name}/{STATE}")

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the store attributes, seen from the next commit on."""
        self._put(self.staged.put_group, "", dict(attributes))

    def commit(self, reached: int, clock: Clock) -> None:
        """Let readers see what was recorded until now; the run does not wait for it.

        reached   steps of the whole run
        """
        with self._writing():
            for series in self._series.values():
                series.flush()
        together = self.experiment().training == "together"
        self.label(
            {
                "reached": reached,
                "reached_at_end": clock.n_step * (1 if together else len(self.experiment().layers)),
                "step": clock.step,
                "epoch": clock.epoch,
                "committed": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }
        )
        self._put(self.staged.commit)
        if self._lock is not None:
            self._put(self._lock.refresh)
        self._put(partial(setattr, self, "_reached", reached))

    def keep(
        self,
        snapshot: Mapping[str, Any],
        variables: Mapping[str, Mapping[str, Variable]],
        reached: int,
        clock: Clock,
        took: Callable[[float], None],
    ) -> None:
        """Commit what was recorded together with the whole state, the oldest state making room.

        took   is told by the writer, when the state is kept, how many seconds it has written
        """
        begun: list[float] = []
        self._put(lambda: begun.append(perf_counter()))
        size = sum(a.nbytes for state in snapshot.values() for a in state["arrays"].values())
        write, packed = checkpoints.write_checkpoint, self._compressors
        self._put(write, self.staged, reached, snapshot, variables, packed, size=size)
        self._put(self._forget, reached)
        self.commit(reached, clock)
        self._put(self.staged.sweep, checkpoints.GROUP)
        self._put(lambda: took(perf_counter() - begun[0]))

    def flush(self) -> None:
        """Wait until everything that was recorded is in the store."""
        if not self.staged.read_only:
            with self._writing():
                for series in self._series.values():
                    series.flush()
                self._writer.wait()

    def close(self, outcome: str, reached: int, clock: Clock) -> None:
        """Write what is left and how the run ended."""
        try:
            self.label({"outcome": outcome})
            self.commit(reached, clock)
            self.flush()
        finally:
            try:
                with self._writing():
                    self._writer.close()
            finally:
                if self._lock is not None:
                    self._lock.release()

    # --------------------------------------------------------------------------------------------

    def _open_series(self, path: str) -> Series:
        with self._writing():
            found = self._found.pop(path, None)
            self._series[path] = self._make_series(path) if found is None else found
        return self._series[path]

    def _make_series(self, path: str) -> Series:
        room = min(self._room // 2, BUFFER_BYTES)
        self._room -= room
        return Series(self.staged, path, self._writer, room, self._compression)

    def _put(self, write: Callable[..., Any], *arguments: Any, size: int = 0) -> None:
        with self._writing():
            self._writer.put(partial(write, *arguments), size)

    def _forget(self, reached: int) -> None:
        """Leave the oldest states out of the next commit."""
        kept = self.experiment().storage.kept
        steps = [step for step in self.checkpoints if step != reached]
        for step in steps[: max(len(steps) - kept + 1, 0)]:
            self.staged.drop(f"{checkpoints.GROUP}/{checkpoints.name_of(step)}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{self.target}: cannot be written: {error}; what was recorded until step "
                f"{self._reached} is kept, and `plasticity resume {self.target}` goes on from the "
                "last checkpoint once it can be written again"
            ) from error
