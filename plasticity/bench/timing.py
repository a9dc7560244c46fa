"""The time of a step through the whole framework, of bare multiplies and of a plain loop.

Each is timed in blocks, and the blocks take turns, so that all meet the same machine. Ratios are
taken within a turn; what is reported is their median.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any, ClassVar

import attrs
import numpy as np

from plasticity.bench.cases import Case, function_of
from plasticity.components.data import Data
from plasticity.experiment.configure import configure
from plasticity.experiment.fields import Reference
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl
from plasticity.machine.threads import n_core, threads
from plasticity.simulation.assembly import assemble
from plasticity.typing import Array

_WARM, _TIMED = 75, 100  # steps; the timed ones hold one measurement
_BLOCK_S = 0.02  # of bare multiplies and of the plain loop
_REST_S = 0.02  # threads that have nothing to do spin for a while, and would disturb the next block

Block = Callable[[], float]


class Watch:
    """Notes the time when a run has begun and a block of steps later, and ends the run.

    warm    steps in which a run begins
    steps   of the block
    """

    def __init__(self, warm: int, steps: int) -> None:
        self._warm, self._period = warm, warm + steps
        self.marks: list[float] = []

    def following(self, step: int) -> int:
        """The next step at which it listens: a run is a period of steps, the next run the next."""
        begin, done = step // self._period * self._period, step % self._period
        return begin + (self._warm if done < self._warm else self._period)

    @hookimpl
    def step_finished(self) -> None:
        self.marks.append(perf_counter())

    @hookimpl
    def should_stop(self) -> str | None:
        return "the block is over" if len(self.marks) == 2 else None


def run_block(experiment: Experiment, warm: int, steps: int, count: int) -> Block:
    """Seconds a step takes in a run of an experiment, on this many threads.

    Every call trains on from where the last one ended.
    """
    watch = Watch(warm, steps)
    simulation = assemble(experiment, [watch])

    def block() -> float:
        watch.marks.clear()
        with threads(count):
            simulation.run()
        begun, ended = watch.marks
        return (ended - begun) / steps

    return block


def step_block(case: Case, data: Data, count: int) -> Block:
    """Seconds a step of a case takes, on this many threads."""
    return run_block(configure(case.experiment(), data=data), _WARM, _TIMED, count)


def bare_block(case: Case, count: int) -> Block:
    """Seconds that the bare parts of a step take together, on this many threads of BLAS."""
    rng = np.random.default_rng(0)
    weights = _random(rng, case.neurons, case.inputs)
    x = _random(rng, case.samples, case.inputs)
    current, modulation = (_random(rng, case.neurons, case.samples) for _ in range(2))
    update = np.zeros_like(weights)
    known: dict[str, Callable[..., Any]] = {"forward": _forward, "update": _update}
    parts = [known.get(name) or function_of(name) for name in case.bare]

    def once() -> None:
        for part in parts:
            part(weights, x, current, modulation, update)

    return _repeated(once, count)


def plain_block(case: Case, data: Data) -> Block | None:
    """Seconds that a step of the plain loop takes on all threads, its share of a shuffle included.

    Its data are float32 from the start, and each epoch shuffles them whole, as published.
    """
    loop = case.plain_loop()
    if loop is None:
        return None
    rng = np.random.default_rng(0)
    weights = _random(rng, case.neurons, case.inputs)
    samples = data.take(slice(None))
    n_step = len(samples) // case.samples
    turn = 0

    def once() -> None:
        nonlocal turn
        turn += 1
        start = turn % n_step * case.samples
        loop(weights, samples[start : start + case.samples])

    steps = _repeated(once, n_core())

    def block() -> float:
        nonlocal samples
        begun = perf_counter()
        samples = samples[rng.permutation(len(samples))]
        return (perf_counter() - begun) / n_step + steps()

    return block


def _random(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape, np.float32)


def _forward(weights: Array, x: Array, current: Array, modulation: Array, update: Array) -> None:
    np.matmul(weights, x.T, out=current)


def _update(weights: Array, x: Array, current: Array, modulation: Array, update: Array) -> None:
    np.matmul(modulation, x, out=update)


def _repeated(once: Callable[[], None], count: int) -> Block:
    """Repeat a call until the block is long enough; the seconds of one call."""

    def block() -> float:
        with threads(count):
            begun = perf_counter()
            once()
            number = max(1, int(_BLOCK_S / (perf_counter() - begun)))
            for _ in range(number // 4):
                once()
            begun = perf_counter()
            for _ in range(number):
                once()
            return (perf_counter() - begun) / number

    return block


class Others:
    """How much of the machine other processes use, from its making on."""

    def __init__(self) -> None:
        self._begun = _busy_and_all(), sum(os.times()[:4]), perf_counter()

    def share(self) -> float:
        """Cores that others kept busy, on average; NaN where nobody tells."""
        (busy, whole), own, begun = self._begun
        now_busy, now_whole = _busy_and_all()
        seconds = perf_counter() - begun
        if now_whole == whole:
            return float("nan")
        cores = os.cpu_count() or 1
        theirs = (now_busy - busy) / (now_whole - whole) * cores
        return max(0.0, theirs - (sum(os.times()[:4]) - own) / seconds)


def _busy_and_all() -> tuple[float, float]:
    """Ticks of all cores: those that were busy, and all; 0 where nobody tells."""
    try:
        line = Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0]
    except OSError:
        return 0.0, 0.0
    ticks = [float(word) for word in line.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


@attrs.frozen
class Spread:
    """The median of some measurements, and what half of them lie between."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: list[float]) -> Spread:
        """The spread of measurements, one or more."""
        quarters = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
        return Spread(median(values), quarters[0], quarters[2])

    @staticmethod
    def of_ratios(above: list[float] | None, below: list[float] | None) -> Spread | None:
        """The spread of one measurement over another, turn by turn; None without either."""
        if above is None or below is None:
            return None
        return Spread.of([a / b for a, b in zip(above, below, strict=True)])


@attrs.frozen(kw_only=True)
class Found:
    """What was found for one case.

    case     what was measured
    others   cores that other processes kept busy meanwhile
    """

    case: Any
    others: float = float("nan")
    # Bar of the case -> what has to meet it, and whether that may not be more (-1) or less (1).
    bars: ClassVar[dict[str, tuple[str, int]]] = {}

    def verdicts(self) -> dict[str, bool]:
        """Bar -> whether it is met, for the bars that the case has."""
        met = {}
        for name, (measured, sign) in self.bars.items():
            bar, found = getattr(self.case, name), getattr(self, measured)
            if bar is not None and found is not None:
                met[name] = sign * found.median >= sign * bar
        return met

    def to_dict(self) -> dict[str, Any]:
        """Plain tables and numbers, for JSON."""
        facts = {
            name: getattr(self.case, name) for name in ("title", "neurons", "inputs", *self.bars)
        }
        found = attrs.asdict(self, filter=lambda field, _: field.name != "case")
        return {**facts, **found, "met": self.verdicts()}


def take_turns(blocks: dict[str, Block], rounds: int) -> dict[str, list[float]]:
    """Call each block once a round, and once before, which does not count."""
    found: dict[str, list[float]] = {name: [] for name in blocks}
    for turn in range(rounds + 1):
        for name, block in blocks.items():
            sleep(_REST_S)
            seconds = block()
            if turn:
                found[name].append(seconds)
    return found


def opened(name: str) -> Data:
    """The training data of a source or a file."""
    from plasticity.experiment.configure import source_of
    from plasticity.experiment.instantiate import make

    source = source_of(name)
    tables = dict(source) if isinstance(source, dict) else {"name": source}
    data: Data = make(Reference(tables.pop("name"), tables), "--data", "source").open_data("train")
    return data


def made_data(inputs: int, rows: int = 60_000) -> Data:
    """Grey levels like those of drawn figures: mostly dark, of some hundred kinds, with noise."""
    rng = np.random.default_rng(0)
    kinds = rng.random((100, inputs), np.float32) ** 6 * 255
    samples = np.empty((rows, inputs), np.uint8)
    for start in range(0, rows, 1000):
        chosen = kinds[rng.integers(len(kinds), size=min(1000, rows - start))]
        noise = rng.random(chosen.shape, np.float32) * 1.5
        samples[start : start + len(chosen)] = np.minimum(chosen * noise, 255)
    return Data(samples, name="made")
