"""Steps per second with one sample per step: against a hand-written loop, and with observers."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Any, ClassVar

import attrs
import numpy as np

from plasticity.bench.cases import Online
from plasticity.bench.timing import Block, Result, Spread, run_block, take_turns
from plasticity.components.data import Data
from plasticity.experiment.configure import configure
from plasticity.machine.threads import n_core
from plasticity.simulation.assembly import assemble
from plasticity.typing import Array

_MOST_ROWS, _VALUES = 200_000, 20_000_000  # of generated samples
_MOST_STEPS, _PRODUCTS = 8_000_000, 800_000_000  # of a block of some tenths of a second
_WARM = 1000  # steps before the timed ones


@attrs.frozen(kw_only=True)
class OnlineRow(Result):
    """Steps per second of one case."""

    case: Online
    alone: Spread  # of the framework without listeners
    hand: Spread | None = None  # of the hand-written loop
    ratio: Spread | None = None  # alone / hand, turn by turn
    observed: Spread | None = None  # with the observers of the case / alone, turn by turn

    bars: ClassVar[dict[str, tuple[str, int]]] = {
        "bar": ("ratio", 1),
        "observed_bar": ("observed", 1),
    }


def measure_online(case: Online, rounds: int) -> OnlineRow:
    """Time a case against its hand-written loop, and with its observers."""
    rows = min(_MOST_ROWS, _VALUES // case.inputs)
    data = Data(np.random.default_rng(0).random((rows, case.inputs), np.float32), name="made")
    blocks = {"alone": _run_block(case, data, rounds)}
    if case.observers:
        blocks["observed"] = _run_block(case, data, rounds, case.observers)
    hand = _hand_block(case, data)
    if hand is not None:
        blocks["hand"] = hand
    seconds, others = take_turns(blocks, rounds)
    speed = {name: [1 / value for value in values] for name, values in seconds.items()}
    return OnlineRow(
        case=case,
        alone=Spread.of(speed["alone"]),
        hand=Spread.of(speed["hand"]) if hand is not None else None,
        ratio=Spread.of_ratios(speed["alone"], speed.get("hand")),
        observed=Spread.of_ratios(speed.get("observed"), speed["alone"]),
        others=others,
    )


def _n_step(case: Online) -> int:
    return max(_WARM, min(_MOST_STEPS, _PRODUCTS // (case.inputs * case.neurons)))


def _run_block(case: Online, data: Data, rounds: int, observers: Iterable[Any] = ()) -> Block:
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
