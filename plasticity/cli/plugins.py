"""`plasticity plugins` and `events`."""

from collections.abc import Iterator
from typing import Annotated

import typer

from plasticity.cli.terminal import heading, line


def plugins(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Describe the components of this name.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="List only components of this role.")
    ] = None,
) -> None:
    """List the installed components with their settings and papers."""
    from plasticity.components.events import ROLES
    from plasticity.errors import UnknownNameError, listed, nearest
    from plasticity.experiment import registry

    if role is not None and role not in ROLES:
        raise UnknownNameError(
            f"--role: unknown role {role!r}{nearest(role, ROLES)} (roles are {listed(ROLES)})"
        )
    names = [
        (full, group)
        for group in (registry.COMPONENTS, registry.DIAGNOSTICS)
        for full in registry.entries(group)
        if name in (None, full, registry.short(full))
    ]
    if name is not None and not names:
        registry.find(name)  # raises an error, unless it is "module:Class"
        names = [(name, registry.COMPONENTS)]
    by_role: dict[str, list[list[str]]] = {title: [] for title in (*ROLES, "diagnostic")}
    unusable: list[str] = []
    for full, group in names:
        try:
            its_role, lines = _describe(full, group, in_full=name is not None)
            by_role[its_role].append(lines)
        except Exception as error:  # of a stranger's package, which must not hide the others
            unusable.append(f"{full}: {type(error).__name__}: {error}")
    if name is None:
        missing = registry.not_installed(registry.COMPONENTS).items()
        unusable += [
            f"{full}: {advice}" for full, advice in missing if full not in registry.entries()
        ]
    for title, components in by_role.items():
        if components and role in (None, title):
            heading(title)
            for first, *others in components:
                line(first, indent=2)
                for text in others:
                    line(text, indent=4) if text else print()
    if unusable:
        heading("not usable")
        for text in unusable:
            line(text, indent=2)


def events() -> None:
    """List all events in order, with arguments, kind and meaning."""
    from plasticity.hookspecs import EVENTS

    for event in EVENTS.values():
        heading(f"{event.name}({', '.join(event.arguments)})")
        line(f"{event.kind}: {event.doc}", indent=4)


def _describe(name: str, group: str, *, in_full: bool) -> tuple[str, list[str]]:
    """Return the role of a component and the lines to print about it."""
    from inspect import getdoc

    from plasticity.cli.describe import setting_lines
    from plasticity.components.interface import interface_of
    from plasticity.experiment.citations import entries_of, short_form
    from plasticity.experiment.portion import Portion
    from plasticity.experiment.registry import DIAGNOSTICS, entry_of, find, short

    if ":" in name:
        cls, lines = find(name), [name]
    else:
        entry = entry_of(name, group, "component", "")
        cls, lines = entry.load(), [f"{short(name)}  {entry.distribution} {entry.version}"]
    interface, doc = interface_of(cls), (getdoc(cls) or "").splitlines()
    lines += [f"{cls.__module__}:{cls.__qualname__}", *doc, ""] if in_full else doc[:1]
    lines += setting_lines(cls)
    if interface.role == "source":
        lines += setting_lines(Portion)
    lines += _events(cls) if in_full else ()
    if cited := entries_of(cls, interface.source):
        lines.append(f"source: {'; '.join(map(short_form, cited))}")
    return "diagnostic" if group == DIAGNOSTICS else interface.role, lines


def _events(cls: type) -> Iterator[str]:
    """Yield the events that a component answers, and whether compiled steps include it there."""
    from plasticity.components.function_rule import FunctionRule
    from plasticity.components.interface import interface_of
    from plasticity.errors import SettingError
    from plasticity.fusion.eligibility import FUSED
    from plasticity.hookspecs import EVENTS

    try:
        compiled = {"schedule_rate", *interface_of(cls()).kernels}
    except (SettingError, TypeError):  # it has settings that must be given
        compiled = {"schedule_rate", *(kernel.event for kernel in vars(cls).get("kernels", ()))}
    for event in interface_of(cls).events:
        known = event in compiled or (event in FUSED and issubclass(cls, FunctionRule))
        how = "compiled" if known else "not compiled" * (event in FUSED)
        yield f"answers {event}: {EVENTS[event].kind}{', ' if how else ''}{how}"
