"""`plasticity bench`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plasticity.cli.terminal import columns, empty_table, heading, line, stdout

if TYPE_CHECKING:
    from plasticity.bench.memory import PeakRow
    from plasticity.bench.online import OnlineRow
    from plasticity.bench.recording import RecordingRow
    from plasticity.bench.table import Row
    from plasticity.bench.timing import Spread

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
    from plasticity.bench.cases import all_cases
    from plasticity.bench.machine import load, machine

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
        from plasticity.bench.memory import measure_peak

        rows = (measure_peak(peak) for peak in cases.memory if only in peak.title)
        titles, cells = ("run", "peak", "first run", "bar", ""), _peak_cells
    elif recording:
        from plasticity.bench.recording import measure_recording

        rows = (measure_recording(case, rounds) for case in cases.recording if only in case.name)
        titles, cells = ("measured", "found", "bar"), _recording_cells
    elif online:
        from plasticity.bench.online import measure_online

        rows = (measure_online(case, rounds) for case in cases.online if only in case.name)
        titles = ("case", "steps/s", "by hand", "ratio", "bar", "observed", "bar", "others")
        cells = _online_cells
    else:
        from plasticity.bench.table import measure_all
        from plasticity.bench.timing import opened

        rows = measure_all(cases.cases, rounds, opened(data) if data else None, only)
        titles = ("case", "step", "measured against", "ratio", "bar", "plain loop", "bar")
        titles, cells = (*titles, "threads", "others"), _cells
    results, table = [], empty_table(titles, overflow="fold", vertical="top")
    for row in rows:
        results.append(row.to_dict())
        table.add_row(*cells(row))
        if not as_json:
            print(f"measured {len(results)}: {cells(row)[0]}", file=sys.stderr)
    if as_json:
        import json

        print(json.dumps({"machine": facts, "found": results}))
        return
    stdout().print(table)
    for title, note in _NOTES.items():
        if title in titles:
            print(f"{title}: {note}")


def _cells(row: Row) -> tuple[str, ...]:
    case, met = row.case, row.verdicts()
    against = case.against or ("bare multiplies" if case.bare else "")
    if row.reference is not None:
        against = f"{_us(row.reference)} {against}"
        against += f" on {row.threads} of the cores" if row.threads else ""
    return (
        case.name,
        _us(row.step),
        against,
        _ratio(row.ratio),
        _bar("<=", case.bar, met.get("bar")),
        _ratio(row.plain),
        _bar(">=", case.plain_bar, met.get("plain_bar")),
        _ratio(row.speed_up) + (" " + _bar(">=", case.speed_up, met.get("speed_up"))).rstrip(),
        f"{row.others:.2f}",
    )


def _online_cells(row: OnlineRow) -> tuple[str, ...]:
    case, met = row.case, row.verdicts()
    return (
        case.name,
        f"{row.alone.median:.3g}",
        f"{row.hand.median:.3g}" if row.hand else "",
        _ratio(row.ratio),
        _bar(">=", case.bar, met.get("bar")),
        _ratio(row.observed),
        _bar(">=", case.observed_bar, met.get("observed_bar")),
        f"{row.others:.2f}",
    )


def _peak_cells(row: PeakRow) -> tuple[str, ...]:
    bar = f"<= {row.peak.bar:.0f} MB"
    if row.megabytes is None or row.compiled is None:
        return row.peak.title, "", "", bar, row.missing
    met = "" if max(row.megabytes, row.compiled) <= row.peak.bar else "missed"
    return row.peak.title, f"{row.megabytes:.0f} MB", f"{row.compiled:.0f} MB", bar, met


def _recording_cells(row: RecordingRow) -> tuple[str, ...]:
    value = row.value
    measured = f"{value.median:.3g} ({value.low:.3g} to {value.high:.3g})"
    return row.title, measured, _bar("<=", row.bar, row.met)


def _us(spread: Spread) -> str:
    return f"{spread.median * 1e6:.0f} us"


def _ratio(spread: Spread | None) -> str:
    return f"{spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})" if spread else ""


def _bar(sign: str, bar: float | None, met: bool | None) -> str:
    return "" if bar is None else f"{sign} {bar:g}" + (" missed" if met is False else "")
