"""`plasticity plugins` and `events`."""

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
    from plasticity.cli.describe import component_lines
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
            its_role, lines = component_lines(full, group, in_full=name is not None)
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
