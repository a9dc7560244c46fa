"""Steps per second with one sample per step: against a hand-written loop, and with observers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import ClassVar

import attrs
import numpy as np

from plasticity.bench.cases import Online
from plasticity.bench.timing import Block, Others, Result, Spread, run_block, take_turns
from plasticity.components.data import Data
from plasticity.experiment.configure import configure
from plasticity.machine.threads import n_core
from plasticity.simulation.assembly import assemble
from plasticity.typing import Array

_MOST_ROWS, _VALUES = 200_000, 20_000_000  # of generated samples
_MOST_STEPS, _PRODUCTS = 8_000_000, 800_000_000  # of a block of some tenths of a second
_WARM = 1000  # steps before the timed ones

_ALONE, _OBSERVED, _HAND = "alone", "observed", "hand"


@attrs.frozen(kw_only=True)
class OnlineRow(Result):
    """Steps per second of one case.

    alone     of the framework without listeners
    hand      of the hand-written loop
    ratio     alone / hand, turn by turn
    observed  with the observers of the case / alone, turn by turn
    """

    case: Online
    alone: Spread
    hand: Spread | None = None
    ratio: Spread | None = None
    observed: Spread | None = None

    bars: ClassVar[dict[str, tuple[str, int]]] = {
        "bar": ("ratio", 1),
        "observed_bar": ("observed", 1),
    }


def measure_online(cases: Iterable[Online], rounds: int, only: str = "") -> Iterator[OnlineRow]:
    """Yield the result of each case whose name contains `only`."""
    for case in cases:
        if only in case.name:
            yield _measure(case, rounds)


def _measure(case: Online, rounds: int) -> OnlineRow:
    rows = min(_MOST_ROWS, _VALUES // case.inputs)
    data = Data(np.random.default_rng(0).random((rows, case.inputs), np.float32), name="made")
    blocks = {_ALONE: _run_block(case, data, rounds, observed=False)}
    if case.observers:
        blocks[_OBSERVED] = _run_block(case, data, rounds, observed=True)
    hand = _hand_block(case, data)
    if hand is not None:
        blocks[_HAND] = hand
    watch = Others()
    seconds = take_turns(blocks, rounds)
    others = watch.share()
    speed = {name: [1 / value for value in values] for name, values in seconds.items()}
    return OnlineRow(
        case=case,
        alone=Spread.of(speed[_ALONE]),
        hand=Spread.of(speed[_HAND]) if _HAND in speed else None,
        ratio=Spread.of_ratios(speed[_ALONE], speed.get(_HAND)),
        observed=Spread.of_ratios(speed.get(_OBSERVED), speed[_ALONE]),
        others=others,
    )


def _n_step(case: Online) -> int:
    return max(_WARM, min(_MOST_STEPS, _PRODUCTS // (case.inputs * case.neurons)))


def _run_block(case: Online, data: Data, rounds: int, *, observed: bool) -> Block:
    """Return a block of steps of the experiment; every call continues the training.

    The run is no longer than the rounds need, since a recorder refuses what memory cannot hold.
    """
    steps = (rounds + 1) * (_WARM + _n_step(case))
    given = {"epochs": 1} if case.draws else {"data": data, "epochs": -(-steps // data.n_sample)}
    observers = case.observers if observed else ()
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
