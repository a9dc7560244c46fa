"""Measured times: of a step, of steps with one sample each, and of recording a run."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from plasticity.components.data import Data
from plasticity.experiment.configure import configure
from plasticity.machine.threads import n_core
from plasticity.simulation.assembly import assemble
from plasticity.typing import Array
from plasticity_bench.cases import Case, Online, Recorded
from plasticity_bench.timing import (
    Block,
    Row,
    Spread,
    Watch,
    bare_block,
    made_data,
    plain_block,
    run_block,
    step_block,
    take_turns,
)

_MOST_ROWS, _VALUES = 200_000, 20_000_000  # of generated samples of one a step
_MOST_STEPS, _PRODUCTS = 8_000_000, 800_000_000  # of a block of some tenths of a second
_WARM = 1000  # steps before the timed ones
_WARM_RECORDED = 100


def measure_all(
    cases: Iterable[Case], rounds: int, data: Data | None = None, only: str = ""
) -> Iterator[Row]:
    """Yield the row of each case whose name contains `only`.

    Given `data` replace the generated ones; cases with another number of inputs are then left out.
    """
    generated: Callable[[int], Data] = cache(made_data)
    cases = list(cases)
    by_size = {(case.title, case.neurons, case.inputs): case for case in cases}
    for case in cases:
        if only in case.name and (data is None or data.n_input == case.inputs):
            other = by_size.get((case.against, case.neurons, case.inputs))
            yield measure(case, rounds, data or generated(case.inputs), other)


def measure(case: Case, rounds: int, data: Data, other: Case | None = None) -> Row:
    """Time a step of a case against its bare matrix products, its plain loop and another case."""
    cores = n_core()
    blocks = {"step": step_block(case, data, cores), "plain": plain_block(case, data)}
    if case.bare:
        blocks |= {f"bare {count}": bare_block(case, count) for count in {1, cores}}
    if other is not None:
        blocks["other"] = step_block(other, data, cores)
    if case.speed_up is not None and cores > 1:
        blocks["one thread"] = step_block(case, data, 1)
    seconds, others = take_turns(blocks, rounds)
    step, reference, fastest = seconds["step"], seconds.get("other"), None
    if reference is None and case.bare:
        fastest = min({1, cores}, key=lambda count: median(seconds[f"bare {count}"]))
        reference = seconds[f"bare {fastest}"]
    measured = {
        "step": Spread.of(step),  # seconds
        "reference": Spread.of(reference),  # seconds of the bare products or of the other case
        "ratio": Spread.of_ratios(step, reference),
        "plain": Spread.of_ratios(seconds.get("plain"), step),
        "speed_up": Spread.of_ratios(seconds.get("one thread"), step),
    }
    more = {"samples": case.samples, "against": case.against, "speed_up_bar": case.speed_up}
    return Row(case, measured, others, {"threads": fastest, **more})


def measure_online(case: Online, rounds: int) -> Row:
    """Time steps with one sample each against the hand-written loop, and with observers."""
    rows = min(_MOST_ROWS, _VALUES // case.inputs)
    data = Data(np.random.default_rng(0).random((rows, case.inputs), np.float32), name="made")
    blocks = {"alone": _online_block(case, data, rounds), "hand": _hand_block(case, data)}
    if case.observers:
        blocks["observed"] = _online_block(case, data, rounds, case.observers)
    seconds, others = take_turns(blocks, rounds)
    speeds = {name: [1 / value for value in values] for name, values in seconds.items()}
    measured = {
        "alone": Spread.of(speeds["alone"]),  # steps per second
        "hand": Spread.of(speeds.get("hand")),
        "ratio": Spread.of_ratios(speeds["alone"], speeds.get("hand")),
        "observed": Spread.of_ratios(speeds.get("observed"), speeds["alone"]),
    }
    return Row(case, measured, others)


def _n_step(case: Online) -> int:
    return max(_WARM, min(_MOST_STEPS, _PRODUCTS // (case.inputs * case.neurons)))


def _online_block(case: Online, data: Data, rounds: int, observers: Iterable[Any] = ()) -> Block:
    """Return a block of steps of the experiment; every call continues the training.

    The run is no longer than the rounds need, since a recorder refuses what memory cannot hold.
    """
    steps = (rounds + 1) * (_WARM + _n_step(case))
    given = {"epochs": 1} if case.draws else {"data": data, "epochs": -(-steps // data.n_sample)}
    experiment = configure(case.experiment(), observers=list(observers), **given)
    return run_block(experiment, _WARM, _n_step(case), n_core())


def _hand_block(case: Online, data: Data) -> Block | None:
    """Return a block of steps of the hand-written loop, including its share of the shuffles."""
    loop = case.plain_loop()
    if loop is None:
        return None
    rng = np.random.default_rng(0)
    # The same initial weights: a neuron that never responds has subnormal, slower numbers.
    simulation = assemble(configure(case.experiment(), data=data))
    weights: Array = simulation.layers[0].arrays["weights"]
    steps, rows = _n_step(case), data.n_sample
    loop(weights, data.samples, np.arange(2))

    def block() -> float:
        begun = perf_counter()
        for left in range(steps, 0, -rows):
            loop(weights, data.samples, rng.permutation(rows)[:left])
        return (perf_counter() - begun) / steps

    return block


class RecordingRow(Row):
    """Row with one verdict, whose title says the size."""

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() | {"title": self.case.name, "met": all(self.verdicts().values())}


def measure_recording(case: Recorded, rounds: int) -> RecordingRow:
    """Time a run with a store, until it is closed, against the same run without.

    The value is the ratio of the times, or the share of time that a checkpoint takes.
    """
    data = made_data(case.inputs)
    with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as folder:
        stored = _recorded_block(case, data, Path(folder, "run"))
        blocks = {"with": stored, "without": _recorded_block(case, data, None)}
        # A block is a whole run, in which fluctuations average out.
        seconds, others = take_turns(blocks, rounds // 2 + 1)
    value = Spread.of_ratios(seconds["with"], seconds["without"])
    if case.per_checkpoint_s is not None:
        between = case.steps // case.tables["storage"]["checkpoint"] * case.per_checkpoint_s
        pairs = zip(seconds["with"], seconds["without"], strict=True)
        value = Spread.of((a - b) / between for a, b in pairs)
    return RecordingRow(case, {"value": value}, others)


def _recorded_block(case: Recorded, data: Data, out: Path | None) -> Block:
    experiment = configure(case.unrecorded() if out is None else case.experiment(), data=data)

    def block() -> float:
        watch = Watch(_WARM_RECORDED, case.steps)
        simulation = assemble(experiment, [watch])
        simulation.run(out, overwrite=True)
        return perf_counter() - watch.marks[0]

    return block
