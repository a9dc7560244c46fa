"""Steps a second with one sample a step: beside a loop by hand, and with somebody looking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import Any

import attrs
import numpy as np

from plasticity.assembly import assemble
from plasticity.bench.cases import Online
from plasticity.bench.timing import Block, Others, Spread, take_turns
from plasticity.data import Data
from plasticity.hookspecs import hookimpl
from plasticity.runs import configure
from plasticity.typing import Array

_MOST_ROWS, _VALUES = 200_000, 20_000_000  # of made samples
_MOST_STEPS, _PRODUCTS = 8_000_000, 800_000_000  # of a block: some tenths of a second
_WARM = 1000  # steps in which a run begins

_ALONE, _OBSERVED, _HAND = "alone", "observed", "hand"


@attrs.frozen(kw_only=True)
class OnlineRow:
    """What was found for one size of one case; spreads of steps a second and of their ratios.

    alone     through the whole framework, with no listener between
    hand      of the loop written by hand
    ratio     alone / hand, turn by turn
    observed  with the observers of the case / alone, turn by turn
    others    cores that other processes kept busy meanwhile
    """

    case: Online
    alone: Spread
    hand: Spread | None = None
    ratio: Spread | None = None
    observed: Spread | None = None
    others: float = float("nan")

    def verdicts(self) -> dict[str, bool]:
        """Bar -> whether it is met, for the bars that the case has."""
        pairs = {
            "bar": (self.case.bar, self.ratio),
            "observed_bar": (self.case.observed_bar, self.observed),
        }
        return {
            name: found.median >= bar
            for name, (bar, found) in pairs.items()
            if bar is not None and found is not None
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain tables and numbers, for JSON."""
        case = self.case
        facts = {"title": case.title, "neurons": case.neurons, "inputs": case.inputs}
        facts |= {"bar": case.bar, "observed_bar": case.observed_bar}
        found = {name: getattr(self, name) for name in ("alone", "hand", "ratio", "observed")}
        numbers = {name: spread and attrs.asdict(spread) for name, spread in found.items()}
        return {**facts, **numbers, "met": self.verdicts(), "others": self.others}


def measure_online(cases: Iterable[Online], rounds: int, only: str = "") -> Iterator[OnlineRow]:
    """The row of each case whose name holds a text."""
    for case in cases:
        if only in case.name:
            yield _measure(case, rounds)


def _measure(case: Online, rounds: int) -> OnlineRow:
    rows = min(_MOST_ROWS, _VALUES // case.inputs)
    data = Data(np.random.default_rng(0).random((rows, case.inputs), np.float32), name="made")
    blocks = {_ALONE: _run_block(case, data, observed=False)}
    if case.observers:
        blocks[_OBSERVED] = _run_block(case, data, observed=True)
    if case.plain:
        blocks[_HAND] = _hand_block(case, data)
    watch = Others()
    seconds = take_turns(blocks, rounds)
    others = watch.share()
    speed = {name: [1 / value for value in values] for name, values in seconds.items()}
    return OnlineRow(
        case=case,
        alone=Spread.of(speed[_ALONE]),
        hand=Spread.of(speed[_HAND]) if _HAND in speed else None,
        ratio=_ratio(speed, _ALONE, _HAND),
        observed=_ratio(speed, _OBSERVED, _ALONE),
        others=others,
    )


def _ratio(speed: dict[str, list[float]], above: str, below: str) -> Spread | None:
    if above not in speed or below not in speed:
        return None
    return Spread.of([a / b for a, b in zip(speed[above], speed[below], strict=True)])


def _n_step(case: Online) -> int:
    return max(_WARM, min(_MOST_STEPS, _PRODUCTS // (case.inputs * case.neurons)))


class _Watch:
    """Notes the time when a run has begun and a block of steps later, and ends the run."""

    def __init__(self, steps: int) -> None:
        self._period = _WARM + steps
        self.marks: list[float] = []

    def following(self, step: int) -> int:
        """The next step at which it listens: a run is a period of steps, the next run the next."""
        begin, done = step // self._period * self._period, step % self._period
        return begin + (_WARM if done < _WARM else self._period)

    @hookimpl
    def step_finished(self) -> None:
        self.marks.append(perf_counter())

    @hookimpl
    def should_stop(self) -> str | None:
        return "the block is over" if len(self.marks) == 2 else None


def _run_block(case: Online, data: Data, *, observed: bool) -> Block:
    """Seconds a step takes in a run of the experiment; every call trains on."""
    steps = _n_step(case)
    watch = _Watch(steps)
    given: dict[str, Any] = {} if case.draws else {"data": data}
    observers = case.observers if observed else ()
    experiment = configure(case.experiment(), observers=list(observers), **given)
    simulation = assemble(experiment, [watch])

    def block() -> float:
        watch.marks.clear()
        simulation.run()
        return (watch.marks[1] - watch.marks[0]) / steps

    return block


def _hand_block(case: Online, data: Data) -> Block:
    """Seconds that a step of the loop by hand takes, its share of the shuffles included."""
    loop = case.plain_loop()
    rng = np.random.default_rng(0)
    # The same first weights: a neuron that never responds has other, slower numbers.
    made = assemble(configure(case.experiment(), data=data))
    weights: Array = made.layers[0].arrays["weights"]
    steps, rows = _n_step(case), data.n_sample
    loop(weights, data.samples, np.arange(2))

    def block() -> float:
        begun = perf_counter()
        for left in range(steps, 0, -rows):
            loop(weights, data.samples, rng.permutation(rows)[:left])
        return (perf_counter() - begun) / steps

    return block
