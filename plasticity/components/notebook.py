"""How results look in a notebook: a line of text, and small tables of HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def titled(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    below: str = "",
    align: str = "left",
) -> str:
    """Return the HTML of a heading and a table whose first column names the rows."""

    def cells(values: Iterable[Any], kind: str) -> str:
        begin = f'<{kind} style="text-align: {align}">'
        return "".join(f"{begin}{escape(str(value))}</{kind}>" for value in values)

    body = "".join(f"<tr>{cells(row[:1], 'th')}{cells(row[1:], 'td')}</tr>" for row in rows)
    above = f"<thead><tr>{cells(head, 'th')}</tr></thead>" if head else ""
    table = f"<table>{above}<tbody>{body}</tbody></table>"
    return f"<div><b>{escape(title)}</b>{table}{below}</div>"


def facts(title: str, values: Mapping[str, Any], below: str = "") -> str:
    """Return the HTML of a heading and of values by name."""
    return titled(title, (), [item for item in values.items() if item[1] not in (None, "")], below)
