"""`plasticity events`."""

from __future__ import annotations


def events() -> None:
    """List all events in order, with arguments, kind and meaning."""
    from plasticity.cli.terminal import heading, line, stdout
    from plasticity.hookspecs import EVENTS

    console = stdout()
    for event in EVENTS.values():
        heading(console, f"{event.name}({', '.join(event.arguments)})")
        line(console, f"{event.kind}: {event.doc}", indent=4)
