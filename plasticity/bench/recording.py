"""What recording costs a run: beside the same run that keeps nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from plasticity.bench.cases import Recorded
from plasticity.bench.timing import Block, Spread, Watch, made_data, take_turns
from plasticity.components.data import Data

_WARM = 100  # steps


@attrs.frozen
class RecordingRow:
    """What was found for one case.

    title   of the case
    value   the time with recording over the time without, or the share that checkpoints take
    bar     what it must not exceed
    """

    title: str
    value: Spread
    bar: float

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.value.median <= self.bar

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**attrs.asdict(self), "met": self.met}


def measure_recording(
    cases: Iterable[Recorded], rounds: int, only: str = ""
) -> Iterator[RecordingRow]:
    """Yield the row of each case whose name holds a text."""
    with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as folder:
        for case in cases:
            if only in case.name:
                yield _slower(case, rounds, Path(folder))


def _slower(case: Recorded, rounds: int, folder: Path) -> RecordingRow:
    """A run that is recorded, its store closed, beside the same run that keeps nothing."""
    data = made_data(case.inputs)
    blocks = {
        "with": _run(case, data, folder / "run"),
        "without": _run(case, data, None),
    }
    # A block is a whole run, in which a machine has its ups and downs.
    found = take_turns(blocks, rounds // 2 + 1)
    pairs = list(zip(found["with"], found["without"], strict=True))
    if case.per_checkpoint_s is None:
        return RecordingRow(case.name, Spread.of([a / b for a, b in pairs]), case.bar)
    number = case.steps // case.tables["storage"]["checkpoint"]
    shares = [(a - b) / number / case.per_checkpoint_s for a, b in pairs]
    return RecordingRow(case.name, Spread.of(shares), case.bar)


def _run(case: Recorded, data: Data, out: Path | None) -> Block:
    from plasticity.experiment.configure import configure
    from plasticity.simulation.assembly import assemble

    experiment = configure(case.experiment(kept=out is not None), data=data)

    def block() -> float:
        watch = Watch(_WARM, case.steps)
        simulation = assemble(experiment, [watch])
        simulation.run(out, overwrite=True)
        return perf_counter() - watch.marks[0]

    return block
