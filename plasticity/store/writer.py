"""The store of a run in progress: written beside the run, a commit at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.variable import Variable, dims_of
from plasticity.errors import StoreError
from plasticity.experiment.spec import Experiment
from plasticity.store.arrays import BLOCK, labels_of, write_array
from plasticity.store.background import BackgroundWriter
from plasticity.store.encoding.block import BUFFER_BYTES
from plasticity.store.provenance import about
from plasticity.store.reader import CHECKPOINTS, METRICS, STATE, StoreReader, path_of
from plasticity.store.recording import Recording
from plasticity.store.series import Column, Series
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray

    from plasticity.network.view import LayerView
    from plasticity.store.commit.staged import StagedStore
    from plasticity.store.commit.target import Owner, Target


class StoreWriter(StoreReader):
    """Writes a run; what was written can be read as well."""

    def __init__(
        self, experiment: Experiment, staged: StagedStore, target: Target | None, lock: Owner | None
    ) -> None:
        super().__init__(staged, target, experiment)
        self._lock = lock  # None where nobody else can write
        self._series: dict[str, Series] = {}
        self._resumed: dict[str, Series] = {}  # that no recorder of this run has opened yet
        storage = experiment.storage
        self._compression = "none" if target is None else storage.compression
        # Half of the buffer is filled by the run while the other half is written.
        self._room = storage.buffer_bytes // 2
        self._writer = BackgroundWriter(self._room, target is not None, self._failed)
        self._put = self._writer.put
        self._reached = 0  # steps at the last commit

    @classmethod
    def create(
        cls,
        path: str | Path | None,
        experiment: Experiment,
        data: Data,
        *,
        overwrite: bool = False,
        parent: Mapping[str, Any] | None = None,
    ) -> StoreWriter:
        from zarr.storage import MemoryStore

        from plasticity.store.commit.staged import StagedStore
        from plasticity.store.commit.target import Target

        attributes = about(experiment, data, parent)
        if path is None:
            staged = StagedStore(MemoryStore())
            staged.put_group("", attributes)
            return cls(experiment, staged, None, None)
        target = Target(path)
        staged, lock = target.create(attributes, experiment.storage, overwrite)
        return cls(experiment, staged, target, lock)

    @classmethod
    def reopen(cls, path: str | Path, experiment: Experiment) -> StoreWriter:
        """Open a store and hold it until `continue_from` and `close`, or until `release`."""
        from plasticity.store.commit.target import Target

        target = Target(path)
        staged, lock = target.reopen(experiment.storage)
        return cls(experiment, staged, target, lock)

    def continue_from(self, step: int) -> None:
        """Prepare for the steps after the checkpoint of `step`, and delete what is uncommitted."""
        paths = [
            path for path, node in self.staged.nodes.items() if BLOCK in node.get("attributes", {})
        ]
        self._resumed = {path: self._make_series(path) for path in paths}
        before = self.attributes
        self._reached = before.get("reached", 0)
        ended = {"reached": self._reached, "outcome": before["outcome"]}
        runs = [*before.get("before", []), ended]

        def forget() -> None:
            # What would be written anew must not be known while it is: later checkpoints, which
            # cannot be read, and the arrays at the end.
            for later in [other for other in self.checkpoints if other > step]:
                self.staged.drop(path_of(later))
            for layer in ("experiment", *before["layers"]):
                self.staged.drop(f"{layer}/{STATE}")
            self.staged.commit()
            self.staged.delete_partial()
            for group in (*before["layers"], CHECKPOINTS):
                self.staged.sweep(group)

        self.label({"spec": self.experiment().to_dict(), "outcome": "running", "before": runs})
        self._put(forget)

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def dataset(self, name: str) -> xarray.Dataset:
        self.flush()
        return super().dataset(name)

    def record(
        self,
        layer: LayerView,
        names: tuple[str, ...] = (),
        *,
        group: str = "trajectory",
        **how: Any,
    ) -> Recording:
        """Return a recording of arrays of a layer, of which each `take()` adds a frame to a group.

        The arguments are those of `Recording`. Raises `StoreError` where the group is taken.
        """
        path = f"{layer.name}/{group}"
        if path in self._series or group in (METRICS, STATE):
            raise StoreError(
                f"{path} is written by something else already; record into a group of another name"
            )
        series = self._open_series(path)
        return Recording(layer, series, self.experiment().batch_size, names, **how)

    def append_measurements(
        self,
        layer: LayerView,
        measurements: Mapping[str, Any],
        described: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Add the measurements of a layer at one step, numbers or arrays (neuron,) by name."""
        path, clock = f"{layer.name}/{METRICS}", layer.clock
        series = self._series.get(path) or self._open_series(path)
        frame = {name: np.asarray(value, np.float64) for name, value in measurements.items()}
        for name, value in frame.items():
            dims = ("neuron",) * value.ndim
            series.describe(name, Column(value.shape, value.dtype, dims, described.get(name, {})))
        series.append(clock.step, clock.epoch, frame)

    def write_state(self, layer: LayerView, within: str = "") -> None:
        """Write the arrays of a layer as they are now: those whose names begin with `within`."""
        group = f"{layer.name}/{STATE}"
        for name, variable in layer.variables.items():
            if name.startswith(within) and variable.intent != "scratch":
                values, source = layer.array(name).copy(), layer.filled_by(name)
                self._put(self._write_array, group, name, values, variable, source)
                self._put(self.staged.put_group, group)

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the store attributes, seen from the next commit on."""
        self._put(self.staged.put_group, "", attributes)

    def commit(self, reached: int, clock: Clock) -> None:
        for series in self._series.values():
            series.flush()
        experiment = self.experiment()
        n_stage = 1 if experiment.training == "together" else len(experiment.layers)
        attributes = {
            "reached": reached,
            "reached_at_end": clock.n_step * n_stage,
            "step": clock.step,
            "epoch": clock.epoch,
            "committed": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }

        def write() -> None:
            self.staged.put_group("", attributes)
            self.staged.commit()
            if self._lock is not None:
                self._lock.refresh()
            self._reached = reached

        self._put(write)

    def write_checkpoint(
        self,
        snapshot: Mapping[str, Any],
        variables: Mapping[str, Mapping[str, Variable]],
        reached: int,
        clock: Clock,
        took: Callable[[float], None],
    ) -> None:
        """Commit what was recorded together with the whole state; `took` is told the seconds."""
        begun = 0.0

        def write() -> None:
            nonlocal begun
            begun = perf_counter()
            if reached not in self.checkpoints:
                for name, state in snapshot.items():
                    group, attributes = f"{path_of(reached)}/{name}", dict(state)
                    arrays = attributes.pop("arrays")
                    self.staged.put_group(group, attributes)
                    for array, values in arrays.items():
                        self._write_array(group, array, values, variables[name][array])
            for step in self.checkpoints[: -self.experiment().storage.kept]:
                self.staged.drop(path_of(step))

        def finish() -> None:
            self.staged.sweep(CHECKPOINTS)
            took(perf_counter() - begun)

        size = sum(a.nbytes for state in snapshot.values() for a in state["arrays"].values())
        self._put(write, size=size)
        self.commit(reached, clock)
        self._put(finish)

    def flush(self) -> None:
        for series in self._series.values():
            series.flush()
        self._writer.wait()

    def close(self, outcome: str, reached: int, clock: Clock) -> None:
        try:
            self.label({"outcome": outcome})
            self.commit(reached, clock)
            self.flush()
        finally:
            try:
                self._writer.close()
            finally:
                self.release()

    def _open_series(self, path: str) -> Series:
        series = self._resumed.pop(path, None) or self._make_series(path)
        self._series[path] = series
        return series

    def _make_series(self, path: str) -> Series:
        room = min(self._room // 2, BUFFER_BYTES)
        self._room -= room
        return Series(self.staged, path, self._writer, room, self._compression)

    def _write_array(
        self, group: str, name: str, values: Array, variable: Variable, source: str = ""
    ) -> None:
        labels = dims_of(name, variable), labels_of(variable, source)
        write_array(self.staged, f"{group}/{name}", values, *labels, self._compression)

    def _failed(self, error: BaseException) -> BaseException:
        if not isinstance(error, OSError):
            return error
        failed = StoreError(
            f"{self.target}: cannot be written: {error}; what was recorded until step "
            f"{self._reached} is kept, and `plasticity resume {self.target}` goes on from the last "
            "checkpoint once it can be written again"
        )
        failed.__cause__ = error
        return failed
