"""The cases, measured: a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, ClassVar

import attrs

from plasticity.bench.cases import Case
from plasticity.bench.timing import (
    Block,
    Found,
    Others,
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
class Row(Found):
    """What was found for one case.

    step        seconds of a step through the whole framework
    reference   seconds of its bare multiplies, or of a step of the case it is measured against
    threads     on which the bare multiplies are fastest; None where there are none
    ratio       step / reference, turn by turn
    plain       plain loop / step, turn by turn
    speed_up    step on one thread / step on all
    """

    case: Case
    step: Spread
    reference: Spread | None = None
    threads: int | None = None
    ratio: Spread | None = None
    plain: Spread | None = None
    speed_up: Spread | None = None

    bars: ClassVar[dict[str, tuple[str, int]]] = {
        "bar": ("ratio", -1),
        "plain_bar": ("plain", 1),
        "speed_up": ("speed_up", 1),
    }

    def to_dict(self) -> dict[str, Any]:
        """Plain tables and numbers, for JSON."""
        case = self.case
        told = {"samples": case.samples, "against": case.against, "speed_up_bar": case.speed_up}
        return {**super().to_dict(), **told}


def measure_all(
    cases: Iterable[Case], rounds: int, data: Data | None = None, only: str = ""
) -> Iterator[Row]:
    """The row of each case whose name holds a text.

    data   in place of made samples; cases with another number of inputs are then left out
    """
    cases = list(cases)
    made: Callable[[int], Data] = cache(made_data)
    for case in cases:
        if only not in case.name or (data is not None and data.n_input != case.inputs):
            continue
        other = [
            found
            for found in cases
            if (found.title, found.neurons, found.inputs)
            == (case.against, case.neurons, case.inputs)
        ]
        yield measure(case, rounds, data or made(case.inputs), other[0] if other else None)


def measure(case: Case, rounds: int, data: Data, other: Case | None = None) -> Row:
    """Time a case beside its bare multiplies, its plain loop and another case."""
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
    watch = Others()
    found = take_turns(blocks, rounds)
    others = watch.share()
    reference, fastest = found.get(_OTHER), None
    if reference is None and case.bare:
        fastest = min({1, cores}, key=lambda count: Spread.of(found[f"{_BARE} {count}"]).median)
        reference = found[f"{_BARE} {fastest}"]
    return Row(
        case=case,
        step=Spread.of(found[_STEP]),
        reference=Spread.of(reference) if reference else None,
        threads=fastest,
        ratio=Spread.of_ratios(found[_STEP], reference),
        plain=Spread.of_ratios(found.get(_PLAIN), found[_STEP]),
        speed_up=Spread.of_ratios(found.get(_ONE), found[_STEP]),
        others=others,
    )
