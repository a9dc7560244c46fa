"""The cases, measured: a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import attrs

from plasticity.bench.cases import Case
from plasticity.bench.timing import (
    Block,
    Others,
    Spread,
    bare_block,
    made_data,
    n_thread,
    plain_block,
    step_block,
    take_turns,
)
from plasticity.data import Data

_STEP, _ONE, _OTHER, _PLAIN, _BARE = "step", "step on one thread", "other", "plain", "bare"


@attrs.frozen(kw_only=True)
class Row:
    """What was found for one case.

    step        seconds of a step through the whole framework
    reference   seconds of its bare multiplies, or of a step of the case it is measured against
    on          threads on which the bare multiplies are fastest; None where there are none
    ratio       step / reference, turn by turn
    plain       plain loop / step, turn by turn
    speed_up    step on one thread / step on all
    others      cores that other processes kept busy meanwhile
    """

    case: Case
    step: Spread
    reference: Spread | None = None
    on: int | None = None
    ratio: Spread | None = None
    plain: Spread | None = None
    speed_up: Spread | None = None
    others: float = float("nan")

    def verdicts(self) -> dict[str, bool]:
        """Bar -> whether it is met, for the bars that the case has."""
        pairs = {
            "bar": (self.case.bar, self.ratio, -1),
            "plain_bar": (self.case.plain_bar, self.plain, 1),
            "speed_up": (self.case.speed_up, self.speed_up, 1),
        }
        return {
            name: sign * found.median >= sign * bar
            for name, (bar, found, sign) in pairs.items()
            if bar is not None and found is not None
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain tables and numbers, for JSON."""
        case = self.case
        facts = {"title": case.title, "neurons": case.neurons, "inputs": case.inputs}
        facts |= {"samples": case.samples, "bar": case.bar, "plain_bar": case.plain_bar}
        facts |= {"speed_up_bar": case.speed_up, "against": case.against, "threads": self.on}
        found = {name: getattr(self, name) for name in ("step", "reference", "ratio", "plain")}
        found["speed_up"] = self.speed_up
        numbers = {name: spread and attrs.asdict(spread) for name, spread in found.items()}
        return {**facts, **numbers, "met": self.verdicts(), "others": self.others}


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
    cores = n_thread()
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
    reference, on = found.get(_OTHER), None
    if reference is None and case.bare:
        on = min({1, cores}, key=lambda count: Spread.of(found[f"{_BARE} {count}"]).median)
        reference = found[f"{_BARE} {on}"]
    return Row(
        case=case,
        step=Spread.of(found[_STEP]),
        reference=Spread.of(reference) if reference else None,
        on=on,
        ratio=_ratio(found[_STEP], reference) if reference else None,
        plain=_ratio(found[_PLAIN], found[_STEP]) if _PLAIN in found else None,
        speed_up=_ratio(found[_ONE], found[_STEP]) if _ONE in found else None,
        others=others,
    )


def _ratio(above: list[float], below: list[float]) -> Spread:
    return Spread.of([a / b for a, b in zip(above, below, strict=True)])
