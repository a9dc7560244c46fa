"""`plasticity bench`."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plasticity.cli.terminal import columns, empty_table, heading, line, stdout

if TYPE_CHECKING:
    from plasticity_bench.timing import Row, Spread

_NOTES = {
    "observed": "share of the speed that is left with the observers of the case.",
    "others": "cores kept busy by other processes; above 0.1 the ratios are unreliable.",
}


def bench(
    memory: Annotated[
        bool, typer.Option("--memory", help="Measure the peak memory of runs instead.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Measure steps per second with one sample per step.")
    ] = False,
    recording: Annotated[
        bool, typer.Option("--recording", help="Measure the cost of recording a run.")
    ] = False,
    only: Annotated[
        str, typer.Option(metavar="TEXT", help="Run only cases whose name contains this text.")
    ] = "",
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="Source or file to use instead of generated samples."
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Repeat less often, for a first impression.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Time steps against bare matrix products, or measure memory."""
    from plasticity_bench.cases import all_cases
    from plasticity_bench.machine import load, machine
    from plasticity_bench.measure import measure_all, measure_online, measure_recording
    from plasticity_bench.memory import measure_peak
    from plasticity_bench.timing import opened

    facts, cases = machine(), all_cases()
    if not as_json:
        heading("machine")
        columns(facts.items(), indent=2)
        if load() >= 1:
            line(
                f"The machine is busy (load {load():.1f}): the figures below are unreliable. "
                "Repeat when it is idle."
            )
    rounds = 3 if quick else 15
    rows: Any
    cells: Any
    titles: tuple[str, ...]
    if memory:
        rows = (measure_peak(peak) for peak in cases.memory if only in peak.title)
        titles, cells = ("run", "peak", "first run", "bar", ""), _peak_cells
    elif recording:
        rows = (measure_recording(case, rounds) for case in cases.recording if only in case.name)
        titles, cells = ("measured", "found", "bar"), _recording_cells
    elif online:
        rows = (measure_online(case, rounds) for case in cases.online if only in case.name)
        titles = ("case", "steps/s", "by hand", "ratio", "bar", "observed", "bar", "others")
        cells = _online_cells
    else:
        rows = measure_all(cases.cases, rounds, opened(data) if data else None, only)
        titles = ("case", "step", "measured against", "ratio", "bar", "plain loop", "bar")
        titles, cells = (*titles, "threads", "others"), _step_cells
    results, table = [], empty_table(titles, overflow="fold", vertical="top")
    for row in rows:
        texts = cells(row)
        results.append(row if memory else row.to_dict())
        table.add_row(*texts)
        if not as_json:
            print(f"measured {len(results)}: {texts[0]}", file=sys.stderr)
    if as_json:
        import json

        print(json.dumps({"machine": facts, "found": results}))
        return
    stdout().print(table)
    for title, note in _NOTES.items():
        if title in titles:
            print(f"{title}: {note}")


def _step_cells(row: Row) -> tuple[str, ...]:
    case: Any = row.case
    against = case.against or ("bare multiplies" if case.bare else "")
    if row.measured["reference"] is not None:
        against = f"{_us(row.measured['reference'])} {against}"
        against += f" on {row.more['threads']} of the cores" if row.more["threads"] else ""
    threads = " ".join(_against_bar(row, "speed_up")).strip()
    step, bars = _us(row.measured["step"]), (_against_bar(row, bar) for bar in ("bar", "plain_bar"))
    return case.name, step, against, *chain(*bars), threads, f"{row.others:.2f}"


def _online_cells(row: Row) -> tuple[str, ...]:
    speeds = (row.measured[name] for name in ("alone", "hand"))
    bars = (_against_bar(row, bar) for bar in ("bar", "observed_bar"))
    found = [f"{speed.median:.3g}" if speed else "" for speed in speeds]
    return row.case.name, *found, *chain(*bars), f"{row.others:.2f}"


def _recording_cells(row: Row) -> tuple[str, ...]:
    return row.case.name, *_against_bar(row, "bar", ".3g")


def _peak_cells(row: dict[str, Any]) -> tuple[str, ...]:
    peaks, bar = (row["megabytes"], row["megabytes_when_compiling"]), f"<= {row['bar']:.0f} MB"
    if row["missing"]:
        return row["title"], "", "", bar, row["missing"]
    met = "" if max(peaks) <= row["bar"] else "missed"
    return row["title"], *(f"{peak:.0f} MB" for peak in peaks), bar, met


def _us(spread: Spread | None) -> str:
    return f"{spread.median * 1e6:.0f} us" if spread else ""


def _against_bar(row: Row, name: str, digits: str = ".2f") -> tuple[str, str]:
    """Return a measurement and the bar that it has to meet."""
    measured, sign = row.case.bars[name]
    spread, bar = row.measured[measured], getattr(row.case, name)
    text = spread.text(digits) if spread else ""
    missed = "" if row.verdicts().get(name, True) else " missed"
    return text, "" if bar is None else f"{'>=' if sign > 0 else '<='} {bar:g}{missed}"
