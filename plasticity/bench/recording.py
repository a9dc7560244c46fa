"""The cost of recording a run, against the same run without a store."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from plasticity.bench.cases import Recorded
from plasticity.bench.timing import Block, Spread, Watch, made_data, take_turns
from plasticity.components.data import Data
from plasticity.experiment.configure import configure
from plasticity.simulation.assembly import assemble

_WARM = 100  # steps


@attrs.frozen
class RecordingRow:
    """Result of one case."""

    title: str
    value: Spread  # ratio of the times with and without recording, or share of time of checkpoints
    bar: float

    @property
    def met(self) -> bool:
        return self.value.median <= self.bar

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**attrs.asdict(self), "met": self.met}


def measure_recording(case: Recorded, rounds: int) -> RecordingRow:
    """Time a run with a store, until it is closed, against the same run without."""
    data = made_data(case.inputs)
    with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as folder:
        blocks = {"with": _run(case, data, Path(folder, "run")), "without": _run(case, data, None)}
        # A block is a whole run, in which fluctuations average out.
        seconds, _ = take_turns(blocks, rounds // 2 + 1)
    pairs = list(zip(seconds["with"], seconds["without"], strict=True))
    if case.per_checkpoint_s is None:
        return RecordingRow(case.name, Spread.of([a / b for a, b in pairs]), case.bar)
    number = case.steps // case.tables["storage"]["checkpoint"]
    shares = [(a - b) / number / case.per_checkpoint_s for a, b in pairs]
    return RecordingRow(case.name, Spread.of(shares), case.bar)


def _run(case: Recorded, data: Data, out: Path | None) -> Block:
    experiment = configure(case.unrecorded() if out is None else case.experiment(), data=data)

    def block() -> float:
        watch = Watch(_WARM, case.steps)
        simulation = assemble(experiment, [watch])
        simulation.run(out, overwrite=True)
        return perf_counter() - watch.marks[0]

    return block
