"""Measured times of a step, a row for each case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, ClassVar

import attrs

from plasticity.bench.cases import Case
from plasticity.bench.timing import (
    Block,
    Result,
    Spread,
    bare_block,
    made_data,
    plain_block,
    step_block,
    take_turns,
)
from plasticity.components.data import Data
from plasticity.machine.threads import n_core

_STEP, _ONE, _OTHER, _PLAIN, _BARE = "step", "step on one thread", "other", "plain", "bare"


@attrs.frozen(kw_only=True)
class Row(Result):
    """Times of one case."""

    case: Case
    step: Spread  # seconds of a step of the framework
    reference: Spread | None = None  # seconds of its bare products, or of a step of another case
    threads: int | None = None  # on which the bare products are fastest
    ratio: Spread | None = None  # step / reference, turn by turn
    plain: Spread | None = None  # plain loop / step, turn by turn
    speed_up: Spread | None = None  # step on one thread / step on all

    bars: ClassVar[dict[str, tuple[str, int]]] = {
        "bar": ("ratio", -1),
        "plain_bar": ("plain", 1),
        "speed_up": ("speed_up", 1),
    }

    def to_dict(self) -> dict[str, Any]:
        case = self.case
        more = {"samples": case.samples, "against": case.against, "speed_up_bar": case.speed_up}
        return super().to_dict() | more


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
    """Time a case against its bare matrix products, its plain loop and another case."""
    cores = n_core()
    blocks: dict[str, Block] = {_STEP: step_block(case, data, cores)}
    if case.bare:
        blocks |= {f"{_BARE} {count}": bare_block(case, count) for count in {1, cores}}
    if other is not None:
        blocks[_OTHER] = step_block(other, data, cores)
    if case.speed_up is not None and cores > 1:
        blocks[_ONE] = step_block(case, data, 1)
    plain = plain_block(case, data)
    if plain is not None:
        blocks[_PLAIN] = plain
    seconds, others = take_turns(blocks, rounds)
    reference, fastest = seconds.get(_OTHER), None
    if reference is None and case.bare:
        fastest = min({1, cores}, key=lambda count: Spread.of(seconds[f"{_BARE} {count}"]).median)
        reference = seconds[f"{_BARE} {fastest}"]
    return Row(
        case=case,
        step=Spread.of(seconds[_STEP]),
        reference=Spread.of(reference) if reference else None,
        threads=fastest,
        ratio=Spread.of_ratios(seconds[_STEP], reference),
        plain=Spread.of_ratios(seconds.get(_PLAIN), seconds[_STEP]),
        speed_up=Spread.of_ratios(seconds.get(_ONE), seconds[_STEP]),
        others=others,
    )
