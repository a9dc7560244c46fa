"""`plasticity bench`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plasticity.bench.cases import Cases
    from plasticity.bench.memory import PeakRow
    from plasticity.bench.online import OnlineRow
    from plasticity.bench.recording import Kept
    from plasticity.bench.table import Row
    from plasticity.bench.timing import Spread

_ROUNDS, _QUICK_ROUNDS = 15, 3
_BUSY = 1.0  # processes that want to run


def bench(
    memory: Annotated[
        bool, typer.Option("--memory", help="Measure the peak memory of runs instead.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Count steps a second with one sample a step.")
    ] = False,
    recording: Annotated[
        bool, typer.Option("--recording", help="Measure what it costs a run to record and to keep.")
    ] = False,
    only: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only the cases whose name holds this text.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="A source or a file in place of made samples."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer turns: a first look.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Time steps beside the machine's bare multiplies; measure memory."""
    from plasticity.bench.cases import all_cases
    from plasticity.bench.machine import load, machine
    from plasticity.cli.terminal import columns, heading, line, stdout

    console = stdout()
    told = machine()
    if not as_json:
        heading(console, "machine")
        columns(console, list(told.items()), indent=2)
        if load() >= _BUSY:
            line(
                console,
                f"The machine is busy ({load():.1f} processes want to run): the ratios below mean "
                "little. Try again when it is quiet.",
            )
    cases = all_cases()
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    found: Sequence[Any]
    wanted = only or ""
    if memory:
        from plasticity.bench.memory import measure_peaks

        peaks = measure_peaks([peak for peak in cases.memory if wanted in peak.title])
        found = _print(peaks, ("run", "peak", "first run", "bar", ""), _peak_cells, as_json)
    elif recording:
        from plasticity.bench.recording import measure_recording

        kept = measure_recording(cases.recording, rounds, wanted)
        found = _print(kept, ("measured", "found", "bar"), _kept_cells, as_json)
    elif online:
        found = _online(cases, wanted, rounds, as_json)
    else:
        found = _table(cases, wanted, data, rounds, as_json)
    if as_json:
        import json

        print(json.dumps({"machine": told, "found": [row.to_dict() for row in found]}))


def _table(cases: Cases, only: str, data: str | None, rounds: int, silent: bool) -> list[Row]:
    from plasticity.bench.table import measure_all
    from plasticity.bench.timing import opened

    rows = measure_all(cases.cases, rounds, opened(data) if data else None, only)
    titles = [
        "case",
        "step",
        "measured against",
        "ratio",
        "bar",
        "plain loop",
        "bar",
        "threads",
        "others",
    ]
    found: list[Row] = _print(rows, titles, _cells, silent)
    if not silent:
        print("others: cores that other processes kept busy; above 0.1 ratios mean little.")
    return found


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


def _online(cases: Cases, only: str, rounds: int, silent: bool) -> list[OnlineRow]:
    from plasticity.bench.online import measure_online

    rows = measure_online(cases.online, rounds, only)
    titles = ("case", "steps/s", "by hand", "ratio", "bar", "observed", "bar", "others")
    found: list[OnlineRow] = _print(rows, titles, _online_cells, silent)
    if not silent:
        print("observed: share of the speed that is left with the observers of the case.")
        print("others: cores that other processes kept busy; above 0.1 ratios mean little.")
    return found


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
    if row.megabytes is None or row.compiled is None:
        return row.peak.title, "", "", f"<= {row.peak.bar:.0f} MB", row.missing
    met = "" if max(row.megabytes, row.compiled) <= row.peak.bar else "missed"
    bar = f"<= {row.peak.bar:.0f} MB"
    return row.peak.title, f"{row.megabytes:.0f} MB", f"{row.compiled:.0f} MB", bar, met


def _kept_cells(row: Kept) -> tuple[str, ...]:
    value = row.value
    found = f"{value.median:.3g} ({value.low:.3g} to {value.high:.3g})"
    return row.title, found, _bar("<=", row.bar, row.met)


def _print(rows: Iterable[Any], titles: Sequence[str], cells: Any, silent: bool) -> list[Any]:
    """Print a line for each row once all are there; the rows."""
    from plasticity.cli.terminal import stdout, titled

    found = []
    table = titled(titles, overflow="fold", vertical="top")
    for row in rows:
        found.append(row)
        table.add_row(*cells(row))
        if not silent:
            print(f"measured {len(found)}: {cells(row)[0]}", file=sys.stderr)
    if not silent:
        stdout().print(table)
    return found


def _us(spread: Spread) -> str:
    return f"{spread.median * 1e6:.0f} us"


def _ratio(spread: Spread | None) -> str:
    return f"{spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})" if spread else ""


def _bar(sign: str, bar: float | None, met: bool | None) -> str:
    return "" if bar is None else f"{sign} {bar:g}" + (" missed" if met is False else "")
