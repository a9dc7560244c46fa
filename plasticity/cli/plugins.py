"""`plasticity plugins`."""

from __future__ import annotations

from typing import Annotated

import typer


def plugins(
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only the components of this role.")
    ] = None,
) -> None:
    """List the installed components: package, settings, paper."""
    from plasticity.cli.terminal import heading, line, stdout
    from plasticity.discovery import entries
    from plasticity.errors import UnknownNameError, listed, nearest
    from plasticity.hookspecs import ROLES

    if role is not None and role not in ROLES:
        raise UnknownNameError(
            f"--role: unknown role {role!r}{nearest(role, ROLES)} (roles are {listed(ROLES)})"
        )
    by_role: dict[str, list[list[str]]] = {name: [] for name in ROLES}
    unusable: list[str] = []
    for name in entries():
        try:
            found, told = _told(name)
            by_role[found].append(told)
        except Exception as error:  # whatever a stranger's package raises must not hide the others
            unusable.append(f"{name}: {type(error).__name__}: {error}")
    console = stdout()
    for title, components in by_role.items():
        if components and role in (None, title):
            heading(console, title)
            for first, *others in components:
                line(console, first, indent=2)
                for text in others:
                    line(console, text, indent=4)
    if unusable:
        heading(console, "not usable")
        for text in unusable:
            line(console, text, indent=2)


def _told(name: str) -> tuple[str, list[str]]:
    """The role of a component, and what to print of it."""
    from plasticity.citations import short_form
    from plasticity.cli.settings import described
    from plasticity.components import role_of
    from plasticity.discovery import COMPONENTS, entry_of, short
    from plasticity.portion import Portion

    entry = entry_of(name, COMPONENTS, "component", "")
    cls = entry.load()
    told = [f"{short(name)}  {entry.distribution} {entry.version}"]
    told += (cls.__doc__ or "").strip().splitlines()[:1]
    told += described(cls)
    if role_of(cls) == "source":
        told += described(Portion)
    source = getattr(cls, "source", "")
    if source:
        told.append(f"source: {short_form(source)}")
    return role_of(cls), told
