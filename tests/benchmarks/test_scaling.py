"""How the time of a step grows with neurons, inputs, samples and threads, as a table and a picture.

    pytest -n 0 tests/benchmarks/test_scaling.py -s

Not part of the test run: a busy machine would fail it, and it takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from matplotlib.figure import Figure

from plasticity.machine.threads import n_core
from plasticity_bench.cases import Case, all_cases
from plasticity_bench.timing import Spread, bare_block, made_data, step_block, take_turns

_NEURONS = (64, 128, 256, 512, 1024, 2048, 4096, 8192)
_INPUTS = (49, 196, 784, 3072)
_SAMPLES = (1, 10, 100, 1000)
_ROWS = 20_000  # made samples
_STEP, _BARE = "step", "bare"


@attrs.frozen
class Point:
    """One size: what was varied, to what, and the seconds of a step and its bare multiplies."""

    varied: str
    value: int
    case: Case
    step: Spread
    bare: Spread


def measure_scaling(case: Case, rounds: int) -> Iterator[Point]:
    """Time the case at each size of one thing, the others as the case has them."""
    cores = n_core()
    for varied, values in (("neurons", _NEURONS), ("inputs", _INPUTS), ("samples", _SAMPLES)):
        for value in values:
            sizes: dict[str, Any] = {varied: value}
            sized = attrs.evolve(case, **sizes)
            yield _point(varied, value, sized, rounds, cores)
    for count in range(1, cores + 1):
        yield _point("threads", count, attrs.evolve(case, neurons=2000), rounds, count)


def _point(varied: str, value: int, case: Case, rounds: int, count: int) -> Point:
    """The multiplies get as many threads as the step, and may leave some of them unused."""
    data = made_data(case.inputs, max(_ROWS, case.samples))
    blocks = {_STEP: step_block(case, data, count)}
    blocks |= {f"{_BARE} {number}": bare_block(case, number) for number in {1, count}}
    found, _ = take_turns(blocks, rounds)
    bare = [Spread.of(times) for name, times in found.items() if name != _STEP]
    return Point(
        varied, value, case, Spread.of(found[_STEP]), min(bare, key=lambda one: one.median)
    )


def draw(points: list[Point], path: Path) -> None:
    """Draw a panel for each thing that was varied, and write the picture."""
    kinds = list(dict.fromkeys(point.varied for point in points))
    figure = Figure(figsize=(3.4 * len(kinds), 3.6), layout="constrained")
    panels = figure.subplots(1, len(kinds), squeeze=False)[0]
    for panel, varied in zip(panels, kinds, strict=True):
        own = [point for point in points if point.varied == varied]
        values = [point.value for point in own]
        for label, style, spreads in (
            ("step", "o-", [point.step for point in own]),
            ("its bare multiplies", "s--", [point.bare for point in own]),
        ):
            times = [spread.median * 1e6 for spread in spreads]
            panel.plot(values, times, style, label=label, markersize=4)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(values, [str(value) for value in values], rotation=45)
        panel.minorticks_off()
        panel.set_xlabel(varied)
        panel.set_title(_others(own[0], varied), fontsize=9)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("microseconds a step")
    panels[0].legend(frameon=False)
    figure.suptitle(points[0].case.title)
    figure.savefig(path, dpi=150)


def _others(point: Point, varied: str) -> str:
    """The sizes that a panel does not vary."""
    sizes = {name: getattr(point.case, name) for name in ("neurons", "inputs", "samples")}
    return ", ".join(f"{size} {name}" for name, size in sizes.items() if name != varied)


@pytest.mark.parametrize("case", [all_cases().cases[0]], ids=lambda case: case.title)
def test_each_size_is_timed_beside_its_bare_multiplies(case, tmp_path):
    points = []
    for point in measure_scaling(attrs.evolve(case, neurons=256), rounds=5):
        points.append(point)
        ratio = point.step.median / point.bare.median
        print(f"\n{point.varied} {point.value}: {point.step.median * 1e6:.0f} us, {ratio:.2f}")
    draw(points, tmp_path / "scaling.png")
    print(tmp_path / "scaling.png")
    assert {point.varied for point in points} == {"neurons", "inputs", "samples", "threads"}
