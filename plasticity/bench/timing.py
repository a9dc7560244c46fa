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
from typing import Any

import attrs
import numpy as np

from plasticity.assembly import assemble
from plasticity.bench.cases import Case, function_of
from plasticity.clock import Clock
from plasticity.data import Data
from plasticity.hookspecs import hookimpl
from plasticity.runs import configure
from plasticity.spec import Reference
from plasticity.threads import threads
from plasticity.typing import Array

_EVERY, _WARM, _TIMED = 25, 75, 100  # steps; the timed ones hold one measurement
_BLOCK_S = 0.02  # of bare multiplies and of the plain loop
_REST_S = 0.02  # threads that have nothing to do spin for a while, and would disturb the next block

Block = Callable[[], float]


class Watch:
    """Notes the time every few steps, and ends the run after a block of steps."""

    every = _EVERY

    def __init__(self) -> None:
        self.marks: list[float] = []

    @hookimpl
    def step_finished(self, clock: Clock) -> None:
        self.marks.append(perf_counter())

    @hookimpl
    def should_stop(self, clock: Clock) -> str | None:
        done = len(self.marks) * _EVERY >= _WARM + _TIMED
        return "the block is over" if done else None


def step_block(case: Case, data: Data, count: int) -> Block:
    """Seconds a step takes in a run of the experiment, on this many threads.

    Every call trains on from where the last one ended.
    """
    watch = Watch()
    simulation = assemble(configure(case.experiment(), data=data), [watch])

    def block() -> float:
        watch.marks.clear()
        with threads(count):
            simulation.run()
        return (watch.marks[-1] - watch.marks[_WARM // _EVERY - 1]) / _TIMED

    return block


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

    steps = _repeated(once, n_thread())

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


def n_thread() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    from plasticity.runs import source_of
    from plasticity.structure import make

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
