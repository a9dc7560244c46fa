"""`plasticity plugins`."""

from __future__ import annotations

from typing import Annotated

import typer


def plugins(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Tell all about the components of this name."),
    ] = None,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only the components of this role.")
    ] = None,
) -> None:
    """List the installed components: package, settings, paper."""
    from plasticity.cli.terminal import heading, line, stdout
    from plasticity.discovery import COMPONENTS, entries
    from plasticity.editable import not_installed
    from plasticity.errors import UnknownNameError, listed, nearest
    from plasticity.hookspecs import ROLES

    if role is not None and role not in ROLES:
        raise UnknownNameError(
            f"--role: unknown role {role!r}{nearest(role, ROLES)} (roles are {listed(ROLES)})"
        )
    if name is not None:
        _print_all(name, role or "")
        return
    by_role: dict[str, list[list[str]]] = {name: [] for name in ROLES}
    unusable: list[str] = []
    for registered in entries():
        try:
            found, told = _told(registered)
            by_role[found].append(told)
        except Exception as error:  # whatever a stranger's package raises must not hide the others
            unusable.append(f"{registered}: {type(error).__name__}: {error}")
    missing = not_installed(COMPONENTS).items()
    unusable += [f"{declared}: {again}" for declared, again in missing if declared not in entries()]
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


def _print_all(name: str, role: str) -> None:
    """Print all about a component, or about those of several roles that have its name."""
    from inspect import getdoc

    from plasticity.citations import short_form
    from plasticity.cli.settings import described
    from plasticity.cli.terminal import heading, line, stdout
    from plasticity.components import events_of, role_of
    from plasticity.discovery import entries, find, name_of, short
    from plasticity.hookspecs import EVENTS
    from plasticity.portion import Portion

    console = stdout()
    wanted = (f"{role}.{name}", name) if role else (name,)
    namesakes = [full for full in entries() if full in wanted]
    if not namesakes and not role:
        namesakes = [full for full in entries() if short(full) == name]
    for full in namesakes or [name]:
        cls = find(full, role)
        found = role_of(cls)
        claims = entries().get(full, ())
        package = f"  {claims[0].distribution} {claims[0].version}" if claims else ""
        heading(console, f"{name_of(cls)}{package}")
        line(console, f"{found}, {cls.__module__}:{cls.__qualname__}", indent=2)
        for text in (getdoc(cls) or "").splitlines():
            line(console, text, indent=2) if text else console.print()
        settings = [*described(cls), *(described(Portion) if found == "source" else ())]
        heading(console, "settings")
        for text in settings or ["none"]:
            line(console, text, indent=2)
        heading(console, "events")
        for event in events_of(cls):
            line(console, f"{event}  {_how_compiled(cls, event)}{EVENTS[event].kind}", indent=2)
        source = getattr(cls, "source", "")
        if source:
            heading(console, "source")
            line(console, short_form(source), indent=2)


def _how_compiled(cls: type, event: str) -> str:
    """Whether a compiled step does what a component answers to an event; "" outside the step."""
    from plasticity.errors import SettingError
    from plasticity.kernel import kernels_of
    from plasticity.obstacles import FUSED
    from plasticity.rule_functions import FunctionRule

    try:
        known = event in kernels_of(cls())
    except (SettingError, TypeError):  # it has settings that must be given
        known = any(kernel.event == event for kernel in vars(cls).get("kernels", ()))
    if known or (event in FUSED and issubclass(cls, FunctionRule)) or event == "schedule_rate":
        return "compiled, "
    return "not compiled, " if event in FUSED else ""


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
