"""`plasticity plugins`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer


def plugins(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Tell all about what has this name.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only the components of this role.")
    ] = None,
) -> None:
    """List the installed components: package, settings, paper."""
    from plasticity.cli.terminal import heading, line, stdout
    from plasticity.errors import UnknownNameError, listed, nearest
    from plasticity.experiment.editable import not_installed
    from plasticity.experiment.registry import COMPONENTS, DIAGNOSTICS, entries, find, short
    from plasticity.hookspecs import ROLES

    if role is not None and role not in ROLES:
        raise UnknownNameError(
            f"--role: unknown role {role!r}{nearest(role, ROLES)} (roles are {listed(ROLES)})"
        )
    named = [
        (full, group)
        for group in (COMPONENTS, DIAGNOSTICS)
        for full in entries(group)
        if name in (None, full, short(full))
    ]
    if name is not None and not named:
        find(name)  # tells that there is none, or is "module:Class"
        named = [(name, COMPONENTS)]
    by_role: dict[str, list[list[str]]] = {title: [] for title in (*ROLES, "diagnostic")}
    unusable: list[str] = []
    for full, group in named:
        try:
            found, told = _told(full, group, name is not None)
            by_role[found].append(told)
        except Exception as error:  # whatever a stranger's package raises must not hide the others
            unusable.append(f"{full}: {type(error).__name__}: {error}")
    if name is None:
        missing = not_installed(COMPONENTS).items()
        unusable += [f"{full}: {again}" for full, again in missing if full not in entries()]
    console = stdout()
    for title, components in by_role.items():
        if components and role in (None, title):
            heading(console, title)
            for first, *others in components:
                line(console, first, indent=2)
                for text in others:
                    line(console, text, indent=4) if text else console.print()
    if unusable:
        heading(console, "not usable")
        for text in unusable:
            line(console, text, indent=2)


def _told(name: str, group: str, whole: bool) -> tuple[str, list[str]]:
    """The role of a component, and what to print of it; all there is to tell if `whole`."""
    from inspect import getdoc

    from plasticity.cli.settings import described
    from plasticity.components.interface import interface_of
    from plasticity.experiment.citations import entries_of, short_form
    from plasticity.experiment.portion import Portion
    from plasticity.experiment.registry import DIAGNOSTICS, entry_of, find, short

    if ":" in name:
        cls, told = find(name), [name]
    else:
        entry = entry_of(name, group, "component", "")
        cls, told = entry.load(), [f"{short(name)}  {entry.distribution} {entry.version}"]
    interface = interface_of(cls)
    documented = (getdoc(cls) or "").splitlines()
    told += [f"{cls.__module__}:{cls.__qualname__}", *documented, ""] if whole else documented[:1]
    told += described(cls)
    if interface.role == "source":
        told += described(Portion)
    told += _events(cls) if whole else ()
    if cited := entries_of(cls, interface.source):
        told.append(f"source: {'; '.join(map(short_form, cited))}")
    return "diagnostic" if group == DIAGNOSTICS else interface.role, told


def _events(cls: type) -> Iterator[str]:
    """The events that a component answers, and whether a compiled step does what it does there."""
    from plasticity.components.function_rule import FunctionRule
    from plasticity.components.interface import interface_of
    from plasticity.errors import SettingError
    from plasticity.fusion.obstacles import FUSED
    from plasticity.hookspecs import EVENTS

    try:
        compiled = {"schedule_rate", *interface_of(cls()).kernels}
    except (SettingError, TypeError):  # it has settings that must be given
        compiled = {"schedule_rate", *(kernel.event for kernel in vars(cls).get("kernels", ()))}
    for event in interface_of(cls).events:
        known = event in compiled or (event in FUSED and issubclass(cls, FunctionRule))
        how = "compiled" if known else "not compiled" * (event in FUSED)
        yield f"answers {event}: {EVENTS[event].kind}{', ' if how else ''}{how}"
