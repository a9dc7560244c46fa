"""Times of a step of the framework, of bare matrix products and of a plain loop.

Each is timed in blocks that take turns, so that all meet the same conditions. Ratios are taken
within a turn, and their median is reported.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from pathlib import Path
from pkgutil import resolve_name
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any, Self

import attrs
import numpy as np

from plasticity.components.data import Data
from plasticity.experiment.configure import configure, source_of
from plasticity.experiment.fields import Reference
from plasticity.experiment.instantiate import make
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl
from plasticity.machine.threads import n_core, threads
from plasticity.simulation.assembly import assemble
from plasticity.typing import Array
from plasticity_bench.cases import Case, Sized

_WARM, _TIMED = 75, 100  # steps; the timed ones include one measurement
_BLOCK_S = 0.02  # of bare products and of the plain loop
_REST_S = 0.02  # idle threads spin for a while, and would disturb the next block

# Bare products of a step, called with (weights, x, current, modulation, update).
_PRODUCTS: dict[str, Callable[..., Any]] = {
    "forward": lambda weights, x, current, modulation, update: np.matmul(weights, x.T, out=current),
    "update": lambda weights, x, current, modulation, update: np.matmul(modulation, x, out=update),
}

Block = Callable[[], float]  # runs some steps and returns the seconds per step


class Watch:
    """Listener that takes the time of `steps` after `warm` others, and then ends the run."""

    def __init__(self, warm: int, steps: int) -> None:
        self._warm, self._period = warm, warm + steps
        self.marks: list[float] = []

    def following(self, step: int) -> int:
        """Return the next step at which it is due; every run is one period of steps."""
        begin, done = step // self._period * self._period, step % self._period
        return begin + (self._warm if done < self._warm else self._period)

    @hookimpl
    def step_finished(self) -> None:
        self.marks.append(perf_counter())

    @hookimpl
    def should_stop(self) -> str | None:
        return "the block is over" if len(self.marks) == 2 else None


def run_block(experiment: Experiment, warm: int, steps: int, count: int) -> Block:
    """Return a block of steps of a run on `count` threads, which every call continues."""
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
    """Return a block of steps of a case on `count` threads."""
    return run_block(configure(case.experiment(), data=data), _WARM, _TIMED, count)


def bare_block(case: Case, count: int) -> Block:
    """Return a block of the bare parts of a step on `count` threads of BLAS."""
    rng = np.random.default_rng(0)
    weights = _random(rng, case.neurons, case.inputs)
    x = _random(rng, case.samples, case.inputs)
    current, modulation = (_random(rng, case.neurons, case.samples) for _ in range(2))
    update = np.zeros_like(weights)
    parts = [_PRODUCTS.get(name) or resolve_name(name) for name in case.bare]

    def once() -> None:
        for part in parts:
            part(weights, x, current, modulation, update)

    return _repeated(once, count)


def plain_block(case: Case, data: Data) -> Block | None:
    """Return a block of steps of the plain loop on all threads, including its share of a shuffle.

    Its data are float32 from the start, and each epoch shuffles them all, as published.
    """
    loop = case.plain_loop()
    if loop is None:
        return None
    rng = np.random.default_rng(0)
    weights = _random(rng, case.neurons, case.inputs)
    samples = data.take(slice(None))
    n_step = len(samples) // case.samples
    starts = cycle(range(0, n_step * case.samples, case.samples))

    def once() -> None:
        start = next(starts)
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


def _repeated(once: Callable[[], None], count: int) -> Block:
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


@attrs.frozen
class Spread:
    """Median and quartiles of measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float] | None) -> Self | None:
        """Return the spread of one or more measurements; None without any."""
        if values is None:
            return None
        numbers = list(values)
        quarters = quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
        return cls(median(numbers), quarters[0], quarters[2])

    @classmethod
    def of_ratios(cls, above: list[float] | None, below: list[float] | None) -> Self | None:
        """Return the spread of the ratio of two measurements, turn by turn; None without either."""
        if above is None or below is None:
            return None
        return cls.of(a / b for a, b in zip(above, below, strict=True))

    def text(self, digits: str) -> str:
        """Return the median and the quartiles, formatted as `digits` says."""
        return f"{self.median:{digits}} ({self.low:{digits}} to {self.high:{digits}})"


@attrs.frozen
class Row:
    """Measurements of one case by name; None where there is nothing to measure."""

    case: Sized
    measured: dict[str, Spread | None]
    others: float = float("nan")  # cores kept busy by other processes meanwhile
    more: dict[str, Any] = attrs.field(factory=dict)  # for JSON

    def verdicts(self) -> dict[str, bool]:
        """Return for each bar of the case whether it is met."""
        met = {}
        for name, (measured, sign) in self.case.bars.items():
            bar, spread = getattr(self.case, name), self.measured[measured]
            if bar is not None and spread is not None:
                met[name] = sign * spread.median >= sign * bar
        return met

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        names = ("title", "neurons", "inputs", *self.case.bars)
        facts = {name: getattr(self.case, name) for name in names}
        measured = {name: spread and attrs.asdict(spread) for name, spread in self.measured.items()}
        return facts | measured | self.more | {"others": self.others, "met": self.verdicts()}


def take_turns(
    blocks: Mapping[str, Block | None], rounds: int
) -> tuple[dict[str, list[float]], float]:
    """Return the seconds per step of each block, called once per round after a discarded call.

    The second value is the mean number of cores that other processes kept busy; NaN if unknown.
    """
    present = {name: block for name, block in blocks.items() if block is not None}
    seconds: dict[str, list[float]] = {name: [] for name in present}
    begun = _clocks()
    for _ in range(rounds + 1):
        for name, block in present.items():
            sleep(_REST_S)
            seconds[name].append(block())
    busy, ticks, own, passed = _clocks() - begun
    cores = busy / ticks * (os.cpu_count() or 1) if ticks else float("nan")
    others = float(np.maximum(0, cores - own / passed))
    return {name: values[1:] for name, values in seconds.items()}, others


def _clocks() -> Array:
    """Return busy and all ticks of all cores (0 if unknown), seconds of this process, and time."""
    try:
        line = Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0]
    except OSError:
        line = "cpu" + 8 * " 0"
    ticks = np.array(line.split()[1:9], float)
    idle = ticks[3] + ticks[4]
    return np.array([sum(ticks) - idle, sum(ticks), sum(os.times()[:4]), perf_counter()])


def opened(name: str) -> Data:
    """Return the training data of a source or a file."""
    data: Data = make(Reference.of(source_of(name)), "--data", "source").open_data("train")
    return data


def made_data(inputs: int, rows: int = 60_000) -> Data:
    """Return grey levels like those of drawings: mostly dark, of a hundred kinds, with noise."""
    rng = np.random.default_rng(0)
    kinds = rng.random((100, inputs), np.float32) ** 6 * 255
    samples = np.empty((rows, inputs), np.uint8)
    for start in range(0, rows, 1000):
        chosen = kinds[rng.integers(len(kinds), size=min(1000, rows - start))]
        noise = rng.random(chosen.shape, np.float32) * 1.5
        samples[start : start + len(chosen)] = np.minimum(chosen * noise, 255)
    return Data(samples, name="made")
